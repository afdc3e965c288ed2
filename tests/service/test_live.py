"""The triage in force while the service runs: renewed without a pause, and never by a broken model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from classifier.artifact import Origin, save
from classifier.manifest import Training
from classifier.model import Classifier
from classifier.report import HeadReport, Report
from classifier.succession import Active, write_active
from rules.petition import Petition
from rules.value import replace
from service.live import LiveTriage
from service.settings import Settings
from service.triage import Triage

TODAY = date(2026, 11, 20)
FIGURES = HeadReport(1, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, None, {})


@pytest.fixture
def models(trained: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`one` and `two`, the same model by two names; nothing is active, and nothing is shipped."""
    monkeypatch.setattr("service.assemble.shipped_models", lambda: tmp_path / "shipped")
    for name in ("one", "two"):
        made = Classifier(name, trained.features, trained.heads, trained.unseen_limit)
        report = Report(dict.fromkeys(made.heads, FIGURES))
        save(made, report, Origin("0", "d", Training(dataset="x", rows=1, seed=0), ()), tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def live(models: Path, office: Callable[..., Triage]) -> LiveTriage:
    return LiveTriage(office(), Settings(models_dir=models), every=0.01)


def activate(models: Path, version: str | None, shadow: str | None = None) -> None:
    write_active(models, Active(version=version, shadow=shadow))


def version(live: LiveTriage) -> str | None:
    (decision,) = live.now.decide([Petition("1", "家里停水三天")], TODAY)
    return decision.versions.model


def test_at_first_the_triage_handed_in_decides(live: LiveTriage) -> None:
    assert version(live) is None
    assert (live.shadow, live.problem) == (None, None)


def test_a_promoted_model_is_taken_up(live: LiveTriage, models: Path) -> None:
    activate(models, "one")
    live.look()
    assert version(live) == "one"


def test_every_decision_says_which_model_made_it(live: LiveTriage, models: Path) -> None:
    said = []
    for name in ("one", "two", "one"):
        activate(models, name)
        live.look()
        said.append(version(live))
    assert said == ["one", "two", "one"]


def test_rulebook_and_engine_stay(live: LiveTriage, models: Path) -> None:
    before = live.now
    activate(models, "one")
    live.look()
    assert live.now.rulebook is before.rulebook
    assert live.now.engine is before.engine


def test_nothing_is_loaded_again_while_nothing_changes(live: LiveTriage, models: Path) -> None:
    activate(models, "one")
    live.look()
    triage = live.now
    live.look()
    write_active(models, Active(version="one"))
    live.look()
    assert live.now is triage


def test_a_broken_model_keeps_the_old_one_and_is_told_once(
    live: LiveTriage, models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    activate(models, "one")
    live.look()
    (models / "two" / "bias.npy").unlink()
    activate(models, "two")
    with caplog.at_level(logging.ERROR, "fenban"):
        live.look()
        live.look()
    assert version(live) == "one"
    assert live.problem is not None and "missing" in live.problem
    assert len(caplog.records) == 1


def test_a_model_that_is_mended_is_taken_up(live: LiveTriage, models: Path) -> None:
    kept = (models / "two" / "bias.npy").read_bytes()
    (models / "two" / "bias.npy").unlink()
    activate(models, "two")
    live.look()
    (models / "two" / "bias.npy").write_bytes(kept)
    live.look()
    assert (version(live), live.problem) == ("two", None)


def test_a_model_that_cannot_decide_is_not_taken_up(
    live: LiveTriage, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("家里停水三天")

    activate(models, "one")
    monkeypatch.setattr(Classifier, "predict", broken)
    live.look()
    assert live.now.versions.model is None
    assert live.problem == "fault: ZeroDivisionError"


def test_a_damaged_active_json_keeps_the_old_model(live: LiveTriage, models: Path) -> None:
    activate(models, "one")
    live.look()
    (models / "active.json").write_text("{", encoding="utf-8")
    live.look()
    assert version(live) == "one"
    assert live.problem is not None and "active.json" in live.problem


def test_a_model_named_by_the_setting_stays(models: Path, office: Callable[..., Triage]) -> None:
    live = LiveTriage(office(), Settings(models_dir=models, model="one"))
    live.look()
    activate(models, "two")
    live.look()
    assert version(live) == "one"


def test_a_shadow_decides_beside_and_only_disagreement_is_told(live: LiveTriage, models: Path) -> None:
    activate(models, None, shadow="two")
    live.look()
    petitions = [Petition("1", "家里停水三天"), Petition("2", "夜间施工音响太吵")]
    decisions = live.now.decide(petitions, TODAY)
    found = live.beside(petitions, decisions, TODAY)
    assert version(live) is None
    assert {(one.model, one.shadow) for one in found} == {(None, "two")}
    assert [(one.petition_id, one.asked, one.said) for one in found if one.asked == "category"][-1] == (
        "2",
        "category",
        None,
    )


def test_without_a_shadow_nothing_is_told(live: LiveTriage) -> None:
    petitions = [Petition("1", "家里停水三天")]
    assert live.beside(petitions, live.now.decide(petitions, TODAY), TODAY) == []


def test_a_shadow_that_is_promoted_is_no_shadow(live: LiveTriage, models: Path) -> None:
    activate(models, "one", shadow="one")
    live.look()
    assert (version(live), live.shadow) == ("one", None)


def test_the_setting_names_the_shadow_before_the_file(models: Path, office: Callable[..., Triage]) -> None:
    live = LiveTriage(office(), Settings(models_dir=models, shadow_model="two"))
    activate(models, None, shadow="one")
    live.look()
    assert live.shadow is not None and live.shadow.versions.model == "two"


def test_a_broken_shadow_does_not_hold_a_model_back(live: LiveTriage, models: Path) -> None:
    (models / "two" / "bias.npy").unlink()
    activate(models, "one", shadow="two")
    live.look()
    assert (version(live), live.shadow) == ("one", None)
    assert live.problem is not None


def test_a_running_service_drops_nothing_while_models_change(live: LiveTriage, models: Path) -> None:
    """One thread decides without a pause while another model comes into force again and again."""
    done, seen, faults = Event(), set(), []

    def ask() -> None:
        while not done.is_set():
            try:
                seen.add(version(live))
            except Exception as error:
                faults.append(error)

    asking = Thread(target=ask)
    live.start()
    asking.start()
    for name in ("one", "two") * 3:
        activate(models, name)
        _wait(lambda name=name: live.now.versions.model == name)
    done.set()
    asking.join()
    live.stop()
    assert faults == []
    assert {"one", "two"} <= seen


def _wait(holds: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not holds():
        assert monotonic() < end
        sleep(0.005)


def test_after_stop_nothing_is_taken_up(live: LiveTriage, models: Path) -> None:
    live.start()
    live.stop()
    activate(models, "one")
    sleep(0.05)
    assert version(live) is None


def test_it_is_one_value_that_changes(live: LiveTriage, models: Path) -> None:
    """Who took `now` before a change goes on with it."""
    before = live.now
    activate(models, "one")
    live.look()
    assert before.versions.model is None
    assert replace(before) == before

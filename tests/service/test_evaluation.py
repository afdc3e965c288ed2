"""Evaluating as the command does it: on a small office's rows, with two models trained on different parts of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from classifier.corpus import Corpus
from classifier.dataset import Example
from classifier.errors import InputError
from rules.petition import Petition
from rules.rulebook import Rulebook
from service.evaluation import Evaluation, Question, evaluate, write_figures
from service.settings import Settings
from service.training import train_and_save

Rows = list[tuple[str, str, str, str]]
Ask = Callable[..., Evaluation]


def silent(_: str) -> None:
    return None


def labelled(rows: Rows) -> list[Example]:
    return [
        Example(Petition(str(n), text, title), {"category": code, "department": department})
        for n, (title, text, code, department) in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def settings(labelled_rows: Rows, small: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """`whole` was trained on all rows, `half` on the first half and without departments."""
    settings = Settings(models_dir=tmp_path_factory.mktemp("shelf"))
    half = [Example(one.petition, {"category": one.labels["category"]}) for one in labelled(labelled_rows)[:48]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.training.read_corpus", lambda: Corpus(()))
        train_and_save("whole", labelled(labelled_rows), small, settings, silent)
        train_and_save("half", half, small, settings, silent)
    return settings


@pytest.fixture
def ask(settings: Settings, labelled_rows: Rows, small: Rulebook, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr("service.training.read_corpus", lambda: Corpus(()))

    def ask(model: str | None = None, folds: int | None = None, against: str | None = None) -> Evaluation:
        question = Question(Path("folder/in.csv"), date(2026, 11, 20), folds, against)
        chosen = settings.model_copy(update={"model": model})
        return evaluate(question, labelled(labelled_rows), small, chosen, silent)

    return ask


def test_a_model_is_asked_about_every_head_it_has(ask: Ask) -> None:
    evaluation = ask("half")
    assert set(evaluation.outcomes) == {"category"}
    assert evaluation.report.heads["category"].rows == 96


def test_folds_are_asked_about_every_head_with_labels(ask: Ask) -> None:
    assert set(ask(folds=2).outcomes) == {"category", "department"}


def test_about_tells_what_was_asked(ask: Ask) -> None:
    about = ask("half", against="whole").about
    assert (about.source, about.model, about.against, about.folds) == ("in.csv", "half", "whole", None)


def test_a_model_that_was_trained_on_the_rows_is_named(ask: Ask) -> None:
    assert ask("half", against="whole").about.seen == ("whole",)
    assert ask("half").about.seen == ()


def test_heads_that_both_have_are_compared(ask: Ask) -> None:
    assert set(ask("whole", against="half").comparisons) == {"category"}
    assert set(ask(folds=2, against="whole").comparisons) == {"category", "department"}


def test_without_another_model_nothing_is_compared(ask: Ask) -> None:
    assert ask("whole").comparisons == {}


def test_figures_are_written_as_json(ask: Ask, tmp_path: Path) -> None:
    write_figures(tmp_path / "figures.json", ask("whole", against="half"))
    head = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["heads"]["category"]
    assert {"rows", "accuracy", "per_class", "brier", "intervals", "reliability", "coverage_curve"} <= set(head)
    assert head["intervals"]["accuracy"]["value"] == head["accuracy"]
    assert sum(one["rows"] for one in head["reliability"]) == head["rows"]
    assert head["against"]["rows"] == 96


def test_figures_hold_no_text_and_no_id(ask: Ask, tmp_path: Path) -> None:
    write_figures(tmp_path / "figures.json", ask("half"))
    written = (tmp_path / "figures.json").read_text(encoding="utf-8")
    assert "小区" not in written
    assert "petition" not in written


@pytest.mark.parametrize(("folds", "against"), [(2, None), (None, "whole")])
def test_by_time_goes_with_no_other_way_of_asking(folds: int | None, against: str | None) -> None:
    with pytest.raises(InputError, match="--by-time"):
        Question(Path("in.csv"), date(2026, 11, 20), folds, against, by_time=True)

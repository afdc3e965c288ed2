"""The learning loop on a small office: settled petitions teach a challenger, which is compared, promoted, undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from classifier.artifact import load
from classifier.challenge import Challenge, read_challenge
from classifier.corpus import Corpus
from classifier.dataset import Example
from classifier.errors import ArtifactError, InputError
from classifier.succession import read_active
from rules.petition import Petition
from rules.rulebook import Rulebook
from rules.value import replace
from service.assemble import shelf
from service.errors import RefusedError
from service.learning import Place, challenge, heads_to_learn, history, lessons, local_names, new_version
from service.promotion import promote, rollback, set_shadow, standing
from service.review import Settled
from service.settings import Settings

Rows = list[tuple[str, str, str, str]]
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def silent(_: str) -> None:
    return None


def settled(rows: Rows, wrong: Sequence[int] = ()) -> list[Settled]:
    """One a day, half of each class on any day; a text of its own behind each, so that none is a twin of another."""
    made = []
    order = [row for pair in zip(rows[::2], rows[1::2], strict=True) for row in pair]
    for number, (title, _, code, _) in enumerate(order):
        own = "".join(chr(0x4E00 + (101 * number + 37 * place) % 20000) for place in range(20))
        label = code if number not in wrong else {"01.01": "01.02", "01.02": "01.01"}[code]
        petition = Petition(f"p{number}", own, title)
        made.append(Settled(petition, {"category": label}, "王", START + timedelta(days=number), {"category": code}))
    return made


@pytest.fixture(autouse=True)
def nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No shipped model, no petitions of ours: training takes a moment."""
    monkeypatch.setattr("service.training.read_corpus", lambda: Corpus(()))
    monkeypatch.setattr("service.assemble.shipped_models", lambda: tmp_path / "shipped")


@pytest.fixture
def place(small: Rulebook, tmp_path: Path) -> Place:
    return Place(small, Settings(models_dir=tmp_path / "models"))


@pytest.fixture
def first(labelled_rows: Rows, place: Place) -> Challenge:
    """The first challenger, `one`, of the earlier half of the rows."""
    return challenge("one", lessons(settled(labelled_rows)[:60], place.rulebook), place, silent)[1]


def active(place: Place) -> str | None:
    found = read_active(place.settings.models_dir)
    return found.version if found else None


# ── what teaches ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_settled_teaches_by_the_moment_it_was_settled(labelled_rows: Rows, small: Rulebook) -> None:
    rows = lessons(settled(labelled_rows)[:3], small)
    assert [row.at and row.at.date() for row in rows] == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


def test_of_a_petition_its_last_word_teaches(labelled_rows: Rows, small: Rulebook) -> None:
    one = settled(labelled_rows)[0]
    again = replace(one, labels={"category": "02.01"}, at=one.at + timedelta(days=5))
    (row,) = lessons([one, again], small)
    assert (row.example.labels, row.at) == ({"category": "02.01"}, one.at + timedelta(days=5))


def test_categories_teach_at_the_level_of_the_policy(labelled_rows: Rows, small: Rulebook) -> None:
    deep = replace(settled(labelled_rows)[0], labels={"category": "01.01.02", "kind": "appeal", "other": "x"})
    (row,) = lessons([deep], small)
    assert row.example.labels == {"category": "01.01", "kind": "appeal"}


def test_old_codes_teach_in_terms_of_today_and_split_ones_teach_nothing(labelled_rows: Rows, small: Rulebook) -> None:
    gone = {"01.02": ("01.03",), "02.01": ("02.02", "02.99"), "water": ("urban",)}
    later = replace(
        small, taxonomy=replace(small.taxonomy, gone=gone), departments=replace(small.departments, gone=gone)
    )
    one = settled(labelled_rows)[0]
    renamed = replace(one, labels={"category": "01.02", "department": "water"})
    assert lessons([renamed], later)[0].example.labels == {"category": "01.03", "department": "urban"}
    assert lessons([replace(one, labels={"category": "02.01"})], later) == []
    assert local_names(later)("01.02") == "01.03"


def test_departments_are_learnt_only_where_a_model_or_a_file_has_them(first: Challenge, place: Place) -> None:
    assert heads_to_learn((), place.settings) == {"category", "kind"}
    assert heads_to_learn(("department",), place.settings) == {"category", "kind", "department"}
    promote("one", "first", place.settings)
    assert "department" not in heads_to_learn((), place.settings)


def test_only_the_heads_asked_for_teach(labelled_rows: Rows, small: Rulebook) -> None:
    one = replace(settled(labelled_rows)[0], labels={"category": "01.01", "department": "water"})
    assert lessons([one], small, ("category",))[0].example.labels == {"category": "01.01"}
    assert lessons([one], small, ("kind",)) == []


def test_what_has_no_label_teaches_nothing(labelled_rows: Rows, small: Rulebook) -> None:
    assert lessons([replace(settled(labelled_rows)[0], labels={})], small) == []


def test_departments_of_a_file_become_codes(small: Rulebook) -> None:
    rows = [Example(Petition("1", "停水"), {"department": name}) for name in ("自来水公司", "water", "外单位")]
    assert [row.example.labels["department"] for row in history(rows, small)] == ["water", "water", "外单位"]


def test_a_version_is_made_from_the_day(place: Place) -> None:
    day = date(2026, 11, 20)
    assert new_version(day, place.settings) == "2026-11-20"
    (place.settings.models_dir / "2026-11-20").mkdir(parents=True)
    assert new_version(day, place.settings) == "2026-11-20-2"


def test_a_covered_category_is_named_as_the_offices_own(national: Rulebook, township: Rulebook) -> None:
    covered, own = next(iter(township.taxonomy.covering.items()))
    assert local_names(township)(covered) == own
    assert local_names(national)(covered) == covered


# ── the comparison ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_champion_the_challenger_stands_alone(first: Challenge) -> None:
    assert (first.champion, first.champion_seen) == (None, False)
    assert (first.earlier, first.later, first.left_out) == (48, 12, 0)
    assert first.heads["category"].champion is None


def test_the_comparison_stays_beside_the_model_which_stays_whole(first: Challenge, place: Place) -> None:
    folder = place.settings.models_dir / "one"
    assert read_challenge(folder) == first
    assert load(folder).version == "one"


def test_rows_the_champion_was_trained_on_are_left_out(labelled_rows: Rows, first: Challenge, place: Place) -> None:
    promote("one", "first", place.settings)
    rows = lessons(settled(labelled_rows)[:50], place.rulebook)
    found = challenge("two", rows, place, silent)[1]
    assert (found.champion, found.champion_seen, found.later, found.left_out) == ("one", True, 10, 8)
    assert found.heads["category"].rows == 2


def test_where_the_champion_was_trained_on_all_there_is_nothing_to_compare(
    labelled_rows: Rows, first: Challenge, place: Place
) -> None:
    promote("one", "first", place.settings)
    with pytest.raises(InputError, match="nothing to compare on"):
        challenge("two", lessons(settled(labelled_rows)[:40], place.rulebook), place, silent)


def test_a_champion_made_without_marks_may_have_seen_the_rows(
    labelled_rows: Rows, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("service.training.marks", lambda petitions: ())
        challenge("old", lessons(settled(labelled_rows)[:60], place.rulebook), place, silent)
    promote("old", "first", place.settings)
    found = challenge("two", lessons(settled(labelled_rows), place.rulebook), place, silent)[1]
    assert (found.champion_seen, found.left_out) == (None, 0)


def test_the_comparison_tells_ids_and_no_text(labelled_rows: Rows, first: Challenge, place: Place) -> None:
    promote("one", "first", place.settings)
    spoilt = lessons(settled(labelled_rows, wrong=range(0, 76)), place.rulebook)
    folder, found = challenge("two", spoilt, place, silent)
    assert found.heads["category"].flips
    assert {flip.id[0] for flip in found.heads["category"].flips} == {"p"}
    assert not any(title in (folder / "comparison.json").read_text("utf-8") for title, *_ in labelled_rows)


# ── promotion ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def second(labelled_rows: Rows, first: Challenge, place: Place) -> Challenge:
    """`one` in force, and `two` compared with it on rows that both have not seen."""
    promote("one", "first", place.settings)
    return challenge("two", lessons(settled(labelled_rows), place.rulebook), place, silent)[1]


def test_too_few_later_rows_are_refused(second: Challenge, place: Place) -> None:
    with pytest.raises(RefusedError, match=r"(?s)two is not promoted.*too few.*--accept"):
        promote("two", None, place.settings)
    assert active(place) == "one"


def test_with_a_reason_it_is_promoted_and_the_reason_kept(second: Challenge, place: Place) -> None:
    change = promote("two", "labels of spring were wrong", place.settings)
    assert (change.before, change.version, change.why) == ("one", "two", "labels of spring were wrong")
    assert "too few" in change.objections[0]
    assert active(place) == "two"


def test_what_nothing_speaks_against_is_promoted_on_its_comparison(
    second: Challenge, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.challenge.FEWEST_ROWS", 5)
    change = promote("two", None, place.settings)
    assert change.objections == ()
    assert "category: macro-F1" in change.why


def test_a_model_that_was_not_compared_is_refused(second: Challenge, place: Place) -> None:
    (place.settings.models_dir / "two" / "comparison.json").unlink()
    with pytest.raises(RefusedError, match="not compared"):
        promote("two", None, place.settings)


def test_a_comparison_with_another_champion_is_refused(second: Challenge, place: Place) -> None:
    rollback(place.settings)
    with pytest.raises(RefusedError, match="compared with one, and now none is in force"):
        promote("two", None, place.settings)


def test_a_comparison_carried_to_another_model_is_refused(second: Challenge, place: Place) -> None:
    models = place.settings.models_dir
    (models / "one" / "comparison.json").write_bytes((models / "two" / "comparison.json").read_bytes())
    with pytest.raises(RefusedError, match="of another model"):
        promote("one", None, place.settings)


def test_a_damaged_model_is_never_promoted(second: Challenge, place: Place) -> None:
    (place.settings.models_dir / "two" / "bias.npy").unlink()
    with pytest.raises(ArtifactError, match="missing"):
        promote("two", "at all costs", place.settings)


def test_a_rollback_returns_to_the_model_before(second: Challenge, place: Place) -> None:
    promote("two", "because", place.settings)
    rollback(place.settings)
    found = shelf(place.settings).find(None)
    assert found is not None and found.name == "one"
    assert [change.action for change in standing("two", place.settings).changes] == ["promote", "rollback"]


def test_a_rollback_to_a_damaged_model_is_refused(second: Challenge, place: Place) -> None:
    promote("two", "because", place.settings)
    (place.settings.models_dir / "one" / "bias.npy").unlink()
    with pytest.raises(ArtifactError):
        rollback(place.settings)
    assert active(place) == "two"


def test_a_shadow_is_set_and_taken_away(second: Challenge, place: Place) -> None:
    set_shadow("two", place.settings)
    assert standing("two", place.settings).shadow
    set_shadow(None, place.settings)
    assert not standing("two", place.settings).shadow
    assert active(place) == "one"


def test_a_shadow_that_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(ArtifactError, match="no model 'none'"):
        set_shadow("none", place.settings)


def test_standing_tells_what_is_in_force(second: Challenge, place: Place) -> None:
    assert standing("one", place.settings).active
    assert not standing("two", place.settings).active

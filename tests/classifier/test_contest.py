"""Champion and challenger on the same later rows, and what speaks against a promotion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from classifier.challenge import (
    COMPARISON,
    Challenge,
    ClassFigures,
    Figures,
    HeadComparison,
    objections,
    read_challenge,
    summary,
)
from classifier.contest import Timed, compared, split
from classifier.dataset import Example
from classifier.errors import ArtifactError, InputError
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from rules.petition import Petition

DAY = date(2026, 1, 1)


MORNING = datetime.combine(DAY, time(9), UTC)


def unlike(number: int) -> str:
    """A text that shares no run of characters with that of another number."""
    return "".join(chr(0x4E00 + (101 * number + 37 * place) % 20000) for place in range(20))


def timed(count: int, text: str = "") -> list[Timed]:
    """One row a day."""
    return [
        Timed(Example(Petition(str(n), text or unlike(n)), {"category": "01"}), MORNING + timedelta(days=n))
        for n in range(count)
    ]


def ids(examples: Sequence[Example]) -> list[str]:
    return [example.petition.id for example in examples]


def test_the_later_fifth_is_frozen() -> None:
    parts = split(timed(10)[::-1])
    assert ids(parts.later) == ["8", "9"]
    assert sorted(ids(parts.earlier)) == [str(n) for n in range(8)]
    assert (parts.first, parts.last) == (DAY + timedelta(days=8), DAY + timedelta(days=9))


def test_rows_without_a_day_teach_and_are_never_tested() -> None:
    old = [Timed(Example(Petition("old", unlike(99)), {"category": "01"}), None)]
    parts = split([*timed(10), *old])
    assert "old" in ids(parts.earlier)
    assert len(parts.later) == 2


def test_a_twin_of_a_frozen_row_does_not_teach() -> None:
    rows = timed(10)
    copy = Timed(Example(Petition("copy", unlike(9)), {"category": "01"}), MORNING)
    undated = Timed(Example(Petition("undated", unlike(9)), {"category": "01"}), None)
    assert {"copy", "undated"}.isdisjoint(ids(split([copy, undated, *rows]).earlier))


def test_rows_of_one_day_are_split_by_the_hour() -> None:
    hours = [replace(row, at=MORNING + timedelta(minutes=number)) for number, row in enumerate(timed(10))]
    assert ids(split(hours).later) == ["8", "9"]


@pytest.mark.parametrize("rows", [[], timed(1), [Timed(one.example, None) for one in timed(5)]])
def test_fewer_than_two_days_cannot_be_split(rows: list[Timed]) -> None:
    with pytest.raises(InputError, match="two days or more"):
        split(rows)


def outcome(truth: str, said: str, probability: float = 0.9) -> Outcome:
    """`truth` and `said`: a letter for each row."""
    predictions = [HeadPrediction(((label, probability), ("z", 1 - probability))) for label in said.split()]
    rows = [Example(Petition(str(n), unlike(n)), {"category": label}) for n, label in enumerate(truth.split())]
    return Outcome(tuple(rows), tuple(truth.split()), tuple(predictions))


def plain(label: str) -> str:
    return label


def test_rows_that_flip_are_told_by_their_ids() -> None:
    found = compared({"category": outcome("a b b", "a a b")}, {"category": outcome("a b b", "a b a")}, plain)
    one = found["category"]
    assert [(flip.id, flip.truth, flip.champion, flip.challenger) for flip in one.flips] == [
        ("1", "b", "a", "b"),
        ("2", "b", "b", "a"),
    ]
    assert (one.rows, one.gained, one.lost) == (3, 1, 1)


def test_both_are_compared_at_the_deepest_level_of_which_both_speak() -> None:
    fine, coarse = outcome("01.01 02.02", "01.02 02.02"), outcome("01.01 02.02", "01 02")
    one = compared({"category": coarse}, {"category": fine}, plain)["category"]
    assert one.champion is not None
    assert (one.champion.accuracy, one.challenger.accuracy, set(one.classes)) == (1.0, 1.0, {"01", "02"})


def test_labels_are_compared_as_the_office_names_them() -> None:
    def local(label: str) -> str:
        return {"01.01": "own"}.get(label, label)

    one = compared({"category": outcome("own own", "01.01 01.01")}, {"category": outcome("own own", "own own")}, local)
    assert one["category"].flips == ()


def test_a_head_that_the_champion_has_not_is_shown_alone() -> None:
    one = compared({}, {"department": outcome("a b", "a b")}, plain)["department"]
    assert (one.champion, one.challenger.accuracy, one.flips) == (None, 1.0, ())


def figures(ece: float = 0.01) -> Figures:
    return Figures(accuracy=0.9, macro_f1=0.9, top3=1.0, ece=ece, coverage_at_98=0.7)


def head(rows: int = 200, ece: tuple[float, float] = (0.01, 0.01), **more: object) -> HeadComparison:
    made = HeadComparison(rows=rows, champion=figures(ece[0]), challenger=figures(ece[1]))
    return made.model_copy(update=more)


def challenge(one: HeadComparison, **more: object) -> Challenge:
    made = Challenge(
        challenger="b",
        challenger_digest="2",
        champion="a",
        champion_digest="1",
        made_at=datetime(2026, 11, 20, tzinfo=UTC),
        first=DAY,
        last=DAY,
        earlier=800,
        later=one.rows,
        left_out=0,
        champion_seen=False,
        heads={"category": one},
    )
    return made.model_copy(update=more)


def test_nothing_speaks_against_an_equal_challenger() -> None:
    assert objections(challenge(head())) == []


@pytest.mark.parametrize(("rows", "lost", "count"), [(30, 0.031, 1), (29, 0.5, 0), (30, 0.029, 0), (300, -0.2, 0)])
def test_a_class_with_enough_rows_may_not_lose_more_than_three_points(rows: int, lost: float, count: int) -> None:
    classes = {"01": ClassFigures(rows=rows, champion=0.9, challenger=0.9 - lost)}
    assert len(objections(challenge(head(classes=classes)))) == count


@pytest.mark.parametrize(("ece", "count"), [((0.01, 0.06), 1), ((0.01, 0.05), 0), ((0.08, 0.07), 0), ((0.06, 0.07), 1)])
def test_the_calibration_error_may_not_grow_past_five_points(ece: tuple[float, float], count: int) -> None:
    assert len(objections(challenge(head(ece=ece)))) == count


def test_more_lost_than_gained_beyond_chance_speaks_against_it() -> None:
    assert len(objections(challenge(head(lost=30, gained=5, p_value=0.001)))) == 1
    assert objections(challenge(head(lost=6, gained=5, p_value=0.9))) == []
    assert objections(challenge(head(lost=5, gained=30, p_value=0.001))) == []


def test_a_few_rows_are_too_few_to_judge_by() -> None:
    assert "too few" in objections(challenge(head(rows=29)))[0]


def test_a_head_that_is_lost_speaks_against_it() -> None:
    assert "kind" in objections(challenge(head(), missing=("kind",)))[0]


def test_the_summary_stands_in_one_line() -> None:
    told = summary(challenge(head(gained=9, lost=4)))
    assert told == "200 later rows; category: macro-F1 0.900 -> 0.900, 9 rows gained, 4 lost"


def test_a_comparison_is_read_as_written(tmp_path: Path) -> None:
    assert read_challenge(tmp_path) is None
    (tmp_path / COMPARISON).write_text(challenge(head()).model_dump_json(), encoding="utf-8")
    assert read_challenge(tmp_path) == challenge(head())
    (tmp_path / COMPARISON).write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match="not a comparison"):
        read_challenge(tmp_path)

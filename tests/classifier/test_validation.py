"""Evaluation by time: earlier rows teach, later ones test, twins never on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from classifier.dataset import Example
from classifier.errors import InputError
from classifier.evaluate import split_by_time
from classifier.segment import build_segmenter
from classifier.train import Knowledge, Recipe
from classifier.validation import validate_by_time
from rules.petition import Petition
from rules.tally import Points
from rules.value import replace

START = date(2020, 1, 1)


def no_points(petitions: Sequence[Petition]) -> list[Points]:
    return [{} for _ in petitions]


def silent(_: str) -> None:
    return None


KNOWLEDGE = Knowledge(build_segmenter(), no_points)


def on(example: Example, day: date | None) -> Example:
    """The same example, received on another day."""
    return Example(replace(example.petition, received_at=day), example.labels)


@pytest.fixture
def dated(examples: list[Example]) -> list[Example]:
    """One a day, the two labels in turn."""
    halves = [[e for e in examples if e.labels["category"] == label] for label in ("01.01", "01.02")]
    turns = [example for pair in zip(*halves, strict=True) for example in pair]
    return [on(example, START + timedelta(days=number)) for number, example in enumerate(turns)]


def test_the_later_fifth_is_tested() -> None:
    days = [START + timedelta(days=day) for day in (9, 1, 2, 3, 4, 5, 6, 7, 8, 0)]
    assert split_by_time(days, list(range(10))) == ([1, 2, 3, 4, 5, 6, 7, 9], [0, 8])


def test_an_earlier_twin_of_a_tested_row_does_not_teach() -> None:
    days = [START + timedelta(days=day) for day in range(10)]
    assert split_by_time(days, [0, 9, 2, 3, 4, 5, 6, 7, 8, 9]) == ([0, 2, 3, 4, 5, 6, 7], [8, 9])


def test_only_later_rows_are_reported(dated: list[Example], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.validation.twin_groups", lambda petitions: list(range(len(petitions))))
    outcome = validate_by_time(dated, KNOWLEDGE, Recipe(), silent)["category"]
    tested = [example.petition.received_at for example in outcome.examples]
    assert tested == [example.petition.received_at for example in dated[-round(len(dated) / 5) :]]


def test_rows_without_a_date_are_left_out(dated: list[Example], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.validation.twin_groups", lambda petitions: list(range(len(petitions))))
    told: list[str] = []
    half = [on(example, None) if number % 4 < 2 else example for number, example in enumerate(dated)]
    outcome = validate_by_time(half, KNOWLEDGE, Recipe(), told.append)["category"]
    assert len(outcome.examples) == round(len(dated) / 2 / 5)
    assert told[0] == f"{len(dated) // 2} of {len(dated)} rows have a date"


def test_rows_of_one_day_cannot_be_split_by_time(examples: list[Example]) -> None:
    with pytest.raises(InputError, match="two days or more"):
        validate_by_time([on(example, START) for example in examples], KNOWLEDGE, Recipe(), silent)

"""How well training does: models of a part of the rows, asked about the rest, by folds or by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from classifier.dataset import Example
from classifier.errors import InputError
from classifier.evaluate import split_by_time
from classifier.outcome import Outcome
from classifier.prediction import HEADS, Prediction, Wanted
from classifier.train import Knowledge, Progress, Recipe, check_labels, quiet_folds, train
from classifier.twins import twin_groups
from rules.reading import read

Split = tuple[list[int], list[int]]
"""Rows to train on, rows to test."""
Splits = Callable[[str, list[Example], list[int]], list[Split]]
"""From a head's name, its rows and their groups to the splits that test it."""


def cross_validate(
    examples: Sequence[Example], knowledge: Knowledge, count: int, recipe: Recipe, progress: Progress
) -> dict[str, Outcome]:
    """By head, what is said of every labelled row by a model that has not seen it, from features to calibration.

    `count` folds, so as many models for each head.
    """

    def splits(name: str, labelled: list[Example], groups: list[int]) -> list[Split]:
        return quiet_folds([example.labels[name] for example in labelled], groups, count, recipe.seed)

    return _outcomes(examples, knowledge, splits, (recipe, progress))


def validate_by_time(
    examples: Sequence[Example], knowledge: Knowledge, recipe: Recipe, progress: Progress
) -> dict[str, Outcome]:
    """By head, what a model of the earlier rows says of the later ones; rows without a date are left out.

    Raises InputError where no two days are left.
    """
    dated = [example for example in examples if example.petition.received_at]
    if len({example.petition.received_at for example in dated}) < 2:
        raise InputError(f"{len(dated)} of {len(examples)} rows have a date; a split by time needs two days or more")
    progress(f"{len(dated)} of {len(examples)} rows have a date")

    def splits(_: str, labelled: list[Example], groups: list[int]) -> list[Split]:
        return [split_by_time([example.petition.received_at or date.min for example in labelled], groups)]

    return _outcomes(dated, knowledge, splits, (recipe, progress))


def _outcomes(
    examples: Sequence[Example], knowledge: Knowledge, splits: Splits, how: tuple[Recipe, Progress]
) -> dict[str, Outcome]:
    """By head what models say of the rows that its splits test."""
    outcomes = {}
    for name in sorted({head for example in examples for head in example.labels}):
        labelled = [Example(e.petition, {name: e.labels[name]}) for e in examples if name in e.labels]
        check_labels(name, [example.labels[name] for example in labelled])
        parts = splits(name, labelled, twin_groups([example.petition for example in labelled]))
        predictions = _predicted(labelled, knowledge, parts, how)
        rows = [labelled[row] for row in sorted(predictions)]
        truth = tuple(example.labels[name] for example in rows)
        outcomes[name] = Outcome(tuple(rows), truth, tuple(predictions[row].heads[name] for row in sorted(predictions)))
    return outcomes


def _predicted(
    labelled: list[Example], knowledge: Knowledge, parts: list[Split], how: tuple[Recipe, Progress]
) -> dict[int, Prediction]:
    """A prediction for every row that is tested, by a model that has not seen it."""
    recipe, progress = how
    predictions: dict[int, Prediction] = {}
    for number, (train_rows, test_rows) in enumerate(parts, 1):
        progress(f"{'/'.join(labelled[0].labels)}: model {number} of {len(parts)}")
        classifier, _ = train("fold", [labelled[i] for i in train_rows], knowledge, recipe, progress=_silent)
        tested = [labelled[i].petition for i in test_rows]
        found = classifier.predict([read(petition) for petition in tested], knowledge.points(tested), Wanted(HEADS))
        predictions |= dict(zip(test_rows, found, strict=True))
    return predictions


def _silent(_: str) -> None:
    return None

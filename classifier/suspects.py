"""Rows to look at again: the most confident mistakes, and labels that are probably wrong themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from classifier.dataset import Example
from classifier.outcome import Outcome, probability_of
from classifier.prediction import HeadPrediction

MOST_MISTAKES = 50


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that got another label than its own."""

    example: Example
    truth: str
    prediction: HeadPrediction


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row whose label is probably wrong: `given` has less than its class's usual probability, `better` more."""

    example: Example
    given: str
    given_probability: float
    better: str
    better_probability: float
    prediction: HeadPrediction


def mistakes(outcome: Outcome, most: int = MOST_MISTAKES) -> list[Mistake]:
    """The `most` mistakes made with the highest probability, the highest first."""
    rows = zip(outcome.examples, outcome.truth, outcome.predictions, strict=True)
    wrong = [Mistake(*row) for row in rows if row[1] != row[2].label]
    return sorted(wrong, key=lambda mistake: (-mistake.prediction.probability, mistake.example.petition.id))[:most]


def suspects(outcome: Outcome) -> list[Suspect]:
    """All suspect labels, the most suspect first (confident learning: Northcutt et al. 2021, arXiv:1911.00068).

    A label is suspect when its own probability lies below the threshold of its class and another label reaches
    its own; the threshold of a class is the mean probability of it over the rows that carry it. Thresholds
    differ by class, so that a class hard to recognise is not suspected as a whole.
    """
    thresholds = _thresholds(outcome)
    rows = zip(outcome.examples, outcome.truth, outcome.predictions, strict=True)
    found = [suspect for row in rows if (suspect := _suspect(*row, thresholds))]
    return sorted(found, key=lambda s: (s.given_probability - s.better_probability, s.example.petition.id))


def _thresholds(outcome: Outcome) -> dict[str, float]:
    """Mean probability of each label over the rows that carry it."""
    own: dict[str, list[float]] = defaultdict(list)
    for label, prediction in zip(outcome.truth, outcome.predictions, strict=True):
        own[label].append(probability_of(prediction, label))
    return {label: float(np.mean(values)) for label, values in own.items()}


def _suspect(
    example: Example, given: str, prediction: HeadPrediction, thresholds: Mapping[str, float]
) -> Suspect | None:  # fmt: skip
    own = probability_of(prediction, given)
    if own >= thresholds[given]:
        return None
    reached = [(label, p) for label, p in prediction.ranked if p >= thresholds.get(label, np.inf)]
    return Suspect(example, given, own, *reached[0], prediction) if reached else None

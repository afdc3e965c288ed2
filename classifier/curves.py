"""Whether probabilities can be believed, and how much can be left to the machine: the curves behind the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.calibrate import BINS
from classifier.outcome import Outcome, probability_of
from classifier.prediction import HeadPrediction

Z95 = 1.959964
CURVE_POINTS = 200
PRECISIONS = (0.98, 0.95)
"""Precisions whose coverage is told, the strictest first."""
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose probability lies in [low, high): what was promised (`confidence`) and what came (`accuracy`).

    `least`, `most`: Wilson's 95 % interval of the accuracy.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """The rows with at least this `probability`: their share of all rows, and how many are right."""

    probability: float
    coverage: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Curves:
    """`marks`: for each precision of PRECISIONS the furthest point that still has it, None where there is none."""

    reliability: tuple[Bin, ...]
    coverage_curve: tuple[CoveragePoint, ...]
    marks: dict[str, CoveragePoint | None]


def curves(outcome: Outcome) -> Curves:
    """All curves of one head."""
    right, confidence = outcome.right, outcome.confidence
    return Curves(
        reliability=reliability(confidence, right),
        coverage_curve=coverage_curve(confidence, right),
        marks={f"{precision:.0%}": furthest(confidence, right, precision) for precision in PRECISIONS},
    )


def brier(truth: Sequence[str], predictions: Sequence[HeadPrediction]) -> float:
    """Mean squared distance of the probabilities from the truth, over all labels: 0 best, 2 worst (Brier 1950)."""
    return float(np.mean(brier_by_row(truth, predictions))) if truth else 0.0


def brier_by_row(truth: Sequence[str], predictions: Sequence[HeadPrediction]) -> NDArray[np.float64]:
    """The Brier score of each row."""
    return np.array(
        [
            1.0 - 2.0 * probability_of(prediction, label) + sum(p * p for _, p in prediction.ranked)
            for label, prediction in zip(truth, predictions, strict=True)
        ]
    )


def reliability(confidence: Floats, right: Bools) -> tuple[Bin, ...]:
    """The bins of the calibration error that hold rows, least probable first."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(_bin(number, confidence[bins == number], right[bins == number]) for number in np.unique(bins).tolist())


def _bin(number: int, confidence: Floats, right: Bools) -> Bin:
    least, most = wilson(int(right.sum()), right.size)
    return Bin(
        low=number / BINS,
        high=(number + 1) / BINS,
        rows=right.size,
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        least=least,
        most=most,
    )


def wilson(successes: int, rows: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    share, z2 = successes / rows, Z95**2
    middle = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z95 / (1 + z2 / rows) * float(np.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2)))
    return max(0.0, middle - half), min(1.0, middle + half)


def coverage_curve(confidence: Floats, right: Bools, most: int = CURVE_POINTS) -> tuple[CoveragePoint, ...]:
    """Accuracy of the surest rows as ever more of them are taken in, at no more than `most` places."""
    surest, accuracies = _surest_first(confidence, right)
    places = np.unique(np.linspace(0, right.size - 1, min(most, right.size)).round().astype(int)).tolist()
    return tuple(_point(surest, accuracies, place) for place in places)


def furthest(confidence: Floats, right: Bools, precision: float) -> CoveragePoint | None:
    """The furthest point of the curve that is right with at least `precision`; its coverage is `coverage_at`."""
    surest, accuracies = _surest_first(confidence, right)
    precise = np.flatnonzero(accuracies >= precision)
    return _point(surest, accuracies, int(precise[-1])) if precise.size else None


def _surest_first(confidence: Floats, right: Bools) -> tuple[Floats, NDArray[np.float64]]:
    """Confidence of each row, the greatest first, and the accuracy of all rows up to it."""
    order = np.argsort(-confidence, kind="stable")
    return confidence[order], np.cumsum(right[order]) / np.arange(1, right.size + 1)


def _point(confidence: Floats, accuracies: NDArray[np.float64], place: int) -> CoveragePoint:
    return CoveragePoint(float(confidence[place]), (place + 1) / len(confidence), float(accuracies[place]))

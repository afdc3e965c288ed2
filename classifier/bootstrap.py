"""How far chance alone would move the figures: intervals from resampled rows, twins drawn together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from classifier.calibrate import BINS
from classifier.curves import brier_by_row
from classifier.outcome import Outcome
from classifier.twins import twin_groups

RESAMPLES = 1000
LEVEL = 0.95
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the 95 % interval around it."""

    value: float
    low: float
    high: float


def intervals(outcome: Outcome, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
    """Every headline figure with its bias-corrected bootstrap interval (Efron 1987, doi:10.2307/2289144)."""
    return _intervals(_figures(_measure(outcome), _draws(outcome, resamples, seed)))


def differences(
    first: Outcome, second: Outcome, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Interval]:  # fmt: skip
    """What `second` gains over `first` on the same rows; each resample is drawn once for both."""
    drawn = list(_draws(first, resamples, seed))
    before, after = _figures(_measure(first), drawn), _figures(_measure(second), drawn)
    return _intervals({name: after[name] - before[name] for name in before})


def _intervals(figures: Mapping[str, Floats]) -> dict[str, Interval]:
    return {name: _interval(float(values[0]), values[1:]) for name, values in figures.items()}


def _interval(value: float, resampled: Floats) -> Interval:
    """Quantiles moved by the bias of the resamples: that of a calibration error is large."""
    below = float(np.mean(resampled < value) + np.mean(resampled == value) / 2)
    edge = 1 / (2 * resampled.size)
    bias = float(ndtri(min(max(below, edge), 1 - edge)))
    tail = float(ndtri((1 + LEVEL) / 2))
    low, high = np.quantile(resampled, ndtr([2 * bias - tail, 2 * bias + tail]))
    return Interval(value, min(float(low), value), max(float(high), value))


def _draws(outcome: Outcome, resamples: int, seed: int) -> Iterator[Ints]:
    """How often each row counts: once each at first, then as often as its group of twins was drawn."""
    groups = twin_groups([example.petition for example in outcome.examples])
    distinct, group_of = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(seed)
    yield np.ones(len(groups), dtype=np.int64)
    for _ in range(resamples):
        drawn = random.integers(0, distinct.size, distinct.size)
        counts = np.bincount(drawn, minlength=distinct.size).astype(np.int64)
        yield np.asarray(counts[group_of])


@dataclass(frozen=True, slots=True)
class _Measure:
    """The rows of an outcome as numbers, greatest lead first. `order`: where each stood."""

    order: Ints
    truth: Ints
    guessed: Ints
    labels: int
    top3: Floats
    brier: Floats
    confidence: Floats
    bins: Ints

    @property
    def right(self) -> Floats:
        return np.equal(self.truth, self.guessed).astype(np.float64)

    def figures(self, counts: Ints) -> list[float]:
        """In the order of FIGURES; `counts`: how often each row of the outcome counts."""
        weights = counts[self.order].astype(np.float64)
        total, right = weights.sum(), weights * self.right
        return [
            right.sum() / total,
            self._macro_f1(weights, right),
            (weights * self.top3).sum() / total,
            self._calibration_error(weights, right),
            (weights * self.brier).sum() / total,
            _coverage(weights, right, 0.98),
            _coverage(weights, right, 0.95),
        ]

    def _macro_f1(self, weights: Floats, right: Floats) -> float:
        """Mean F1 of the labels that some row of the resample truly has."""
        hits = np.bincount(self.truth, right, self.labels)
        truly, said = np.bincount(self.truth, weights, self.labels), np.bincount(self.guessed, weights, self.labels)
        there = truly > 0
        return float((2 * hits[there] / (truly + said)[there]).mean())

    def _calibration_error(self, weights: Floats, right: Floats) -> float:
        promised = np.bincount(self.bins, weights * self.confidence, BINS)
        return float(np.abs(promised - np.bincount(self.bins, right, BINS)).sum() / weights.sum())


FIGURES = ("accuracy", "macro_f1", "top3", "ece", "brier", "coverage_at_98", "coverage_at_95")
"""The figures that get an interval; the names are those of HeadReport."""


def _figures(measure: _Measure, draws: Iterator[Ints] | Sequence[Ints]) -> dict[str, Floats]:
    """For each figure its value on the rows themselves, then on each resample."""
    table = np.array([measure.figures(counts) for counts in draws])
    return dict(zip(FIGURES, table.T, strict=True))


def _measure(outcome: Outcome) -> _Measure:
    labels = {label: number for number, label in enumerate(sorted({*outcome.truth, *outcome.guessed}))}
    order = np.argsort(-outcome.confidence, kind="stable")
    top3 = [t in [name for name, _ in p.ranked[:3]] for t, p in zip(outcome.truth, outcome.predictions, strict=True)]
    return _Measure(
        order=order,
        truth=np.array([labels[label] for label in outcome.truth])[order],
        guessed=np.array([labels[label] for label in outcome.guessed])[order],
        labels=len(labels),
        top3=np.array(top3, dtype=np.float64)[order],
        brier=brier_by_row(outcome.truth, outcome.predictions)[order],
        confidence=outcome.confidence.astype(np.float64)[order],
        bins=np.minimum((outcome.confidence * BINS).astype(int), BINS - 1)[order],
    )


def _coverage(weights: Floats, right: Floats, precision: float) -> float:
    """Share of the rows, greatest lead first, up to the last place where `precision` is kept."""
    taken, correct = np.cumsum(weights), np.cumsum(right)
    precise = np.flatnonzero((correct / np.maximum(taken, 1.0) >= precision) & (taken > 0))
    return float(taken[precise[-1]] / taken[-1]) if precise.size else 0.0

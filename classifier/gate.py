"""What a head may be trusted with: when a label is sent on, and prediction sets with stated coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from classifier.prediction import Ranked, Trust

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
AUTO_PRECISION = 0.98
SUGGEST_PRECISION = 0.90
COVERAGE = 0.95
LEAST_ROWS = 40
"""Held-back rows a threshold needs to stand on; a label with fewer is never sent on by itself."""
LEAST_ROWS_OF_A_LABEL = 150
"""Held-back rows from which a label has a quantile of its own; the others share one."""
MOST_RARE = 0.05
"""Share of rows with rare labels from which all labels share one quantile: rare ones alone make large sets."""
LARGE_SET = 5
NEVER = 2.0
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Gate:
    """Thresholds by label on its probability: to be sent on, to be suggested, to be in the prediction set."""

    auto: Mapping[str, float]
    suggest: Mapping[str, float]
    include: Mapping[str, float]

    def plausible(self, ranked: Ranked) -> tuple[str, ...]:
        """The prediction set: it holds the right label with probability COVERAGE, on rows like those trained on."""
        return tuple(label for label, probability in ranked if probability >= self.include[label])

    def trust(self, ranked: Ranked) -> Trust:
        """What may happen with the first label: an empty or a large prediction set is for a person."""
        size = len(self.plausible(ranked))
        label, probability = ranked[0]
        if size == 1 and probability >= self.auto[label]:
            return "auto"
        return "suggest" if 1 <= size <= LARGE_SET and probability >= self.suggest[label] else "review"


def fit_gate(labels: tuple[str, ...], probabilities: Floats, truth: Ints) -> Gate:
    """Thresholds from held-back rows: probabilities (rows, labels), `truth` the right label's index of each row."""
    return Gate(
        auto=_thresholds(labels, probabilities, truth, AUTO_PRECISION),
        suggest=_thresholds(labels, probabilities, truth, SUGGEST_PRECISION),
        include=_quantiles(labels, probabilities, truth),
    )


def _thresholds(labels: tuple[str, ...], probabilities: Floats, truth: Ints, precision: float) -> dict[str, float]:
    """For each label half-way between its own threshold and that of all labels: its own alone follows chance.

    Of all labels one wrong row more than there is counts, so that the share holds for rows to come (Angelopoulos et
    al. 2022, arXiv:2208.02814).
    """
    guessed, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = guessed == truth
    shared = _least_confidence(confidence, right, precision, feared=1)
    own = [_least_confidence(confidence[guessed == i], right[guessed == i], precision) for i in range(len(labels))]
    never = [shared == NEVER or int((guessed == i).sum()) < LEAST_ROWS for i in range(len(labels))]
    return {
        label: NEVER if never[index] else (min(own[index], 1.0) + shared) / 2 for index, label in enumerate(labels)
    }  # fmt: skip


def _least_confidence(confidence: Floats, right: NDArray[np.bool_], precision: float, feared: int = 0) -> float:
    """The least confidence from which rows, `feared` wrong ones added, have `precision`; NEVER where none has."""
    order = np.argsort(-confidence, kind="stable")
    count = np.arange(1, len(order) + 1)
    last = np.append(np.diff(confidence[order]) != 0, True)  # rows of equal confidence are sent on together
    precise = np.cumsum(~right[order]) + feared <= (1 - precision) * (count + feared) + ROUNDING
    good = np.flatnonzero(precise & last)
    good = good[good >= LEAST_ROWS - 1]
    return float(confidence[order[good[-1]]]) if good.size else NEVER


def _quantiles(labels: tuple[str, ...], probabilities: Floats, truth: Ints) -> dict[str, float]:
    """Split-conformal thresholds (Sadinle, Lei & Wasserman 2019, arXiv:1609.00451): own quantile where rows allow."""
    own = probabilities[np.arange(len(truth)), truth]
    rare = [index for index in range(len(labels)) if (truth == index).sum() < LEAST_ROWS_OF_A_LABEL]
    if np.isin(truth, rare).mean() > MOST_RARE:
        rare = list(range(len(labels)))
    shared = _quantile(own[np.isin(truth, rare)]) if rare else 0.0
    return {
        label: shared if index in rare else _quantile(own[truth == index]) for index, label in enumerate(labels)
    }  # fmt: skip


def _quantile(own: Floats) -> float:
    """The probability that a share COVERAGE of the right labels reach, with the finite-sample correction."""
    rank = len(own) - ceil((len(own) + 1) * COVERAGE)
    return float(np.sort(own)[rank]) if rank >= 0 else 0.0

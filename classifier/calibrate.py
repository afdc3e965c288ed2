"""Makes margins into probabilities one may believe: a curve of two numbers, fitted on rows the head was not taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from classifier.head import shares, softmax

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
BINS = 15
LOG_SHARPNESS = (-3.0, 5.0)
OFFSET = (-15.0, 6.0)
"""Where the two numbers are sought. At the least offset the curve is the softmax to all intents; at one far above the
greatest all labels would be equal in single precision.
"""
MOST_STEPS = 120
STEP = 0.3


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes margins into probabilities: see `classifier.head.shares`."""

    sharpness: float
    offset: float | None = None


def fit_calibration(margins: Floats, truth: Ints) -> Calibration:
    """The two numbers with least log-loss: never worse than one sharpness alone on the rows given.

    The softmax trusts a great lead too much and a small one too little where labels contradict one another. Odds for
    each label by itself (Platt 1999), made to sum to one, level off where two labels both fit. Both curves keep the
    order of the labels.
    """

    def loss(point: NDArray[np.float64]) -> float:
        return log_loss(shares(margins, float(np.exp(point[0])), float(point[1])), truth)

    plain = fit_sharpness(margins, truth)
    start = min(max(np.log(plain), LOG_SHARPNESS[0]), LOG_SHARPNESS[1] - STEP)
    found = minimize(
        loss,
        [start, 0.0],
        method="Nelder-Mead",
        bounds=(LOG_SHARPNESS, OFFSET),
        options={
            "initial_simplex": [[start, 0.0], [start + STEP, 0.0], [start, 1.0]],
            "xatol": 0.01,
            "fatol": 1e-6,
            "maxiter": MOST_STEPS,
        },
    )
    if found.fun >= log_loss(shares(margins, plain), truth):
        return Calibration(plain)
    return Calibration(float(np.exp(found.x[0])), float(found.x[1]))


def fit_sharpness(margins: Floats, truth: Ints) -> float:
    """The factor on margins with least log-loss (temperature scaling, Guo et al. 2017, arXiv:1706.04599).

    `margins` (rows, labels) of held-back rows, `truth` the index of the right label of each.
    """

    def loss(log_factor: float) -> float:
        return log_loss(softmax(margins * np.float32(np.exp(log_factor))), truth)

    return float(np.exp(minimize_scalar(loss, bounds=LOG_SHARPNESS, method="bounded").x))


def log_loss(probabilities: Floats, truth: Ints) -> float:
    """Mean negative log probability of the truth."""
    own = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(own, 1e-9)).mean())


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 equal-width bins (Naeini et al. 2015)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[bins == b].mean()) - float(confidence[bins == b].mean())) * float((bins == b).mean())
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def coverage_at(confidence: Floats, right: NDArray[np.bool_], precision: float) -> float:
    """Largest share of rows, most confident first, that is right with at least `precision`."""
    if not len(right):
        return 0.0
    order = np.argsort(-confidence, kind="stable")
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    return float((np.flatnonzero(precise)[-1] + 1) / len(order)) if precise.any() else 0.0

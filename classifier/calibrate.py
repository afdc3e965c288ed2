"""Makes margins into probabilities one may believe: one sharpness for a head, fitted on rows it was not trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from classifier.model import softmax

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
BINS = 15


def fit_sharpness(margins: Floats, truth: Ints) -> float:
    """The factor on margins with least log-loss (temperature scaling, Guo et al. 2017, arXiv:1706.04599).

    `margins` (rows, labels) of held-back rows, `truth` the index of the right label of each.
    """

    def loss(log_factor: float) -> float:
        return log_loss(softmax(margins * np.float32(np.exp(log_factor))), truth)

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 5.0), method="bounded").x))


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

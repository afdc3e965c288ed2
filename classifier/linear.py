"""One-vs-rest linear classifiers over naive-Bayes-weighted features (Wang & Manning 2012, ACL, P12-2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from classifier.head import Floats, Head, Indices, Part
from rules.taxonomy import at_level

SMOOTHING = 0.1
MAX_ITER = 2000
BALANCED_COST = 0.5
LOGISTIC_COST = 5.0
LOGISTIC_SHARE = 0.1
"""A logistic margin is some four times as large; the rest is what the balanced classifier should count."""
WORTH_PROCESSES = 2_000_000
"""Stored values times classes from which starting processes pays."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a linear part is fitted. `level_weights`: how much each level of the category tree counts.

    `balanced`: to the classifier over naive-Bayes-weighted features one over plain features is added, in which rare
    labels count more; both are linear, so their sum is one matrix. `logistic`: the former is a logistic regression
    instead of a support vector machine: better probabilities where labels are many and contradict one another.
    """

    cost: float = 1.0
    level_weights: tuple[float, float, float] = (0.5, 1.0, 1.0)
    balanced: bool = False
    logistic: bool = False
    seed: int = 0


def fit_head(name: str, features: csr_matrix, labels: Sequence[str], fit: Fit, weights: Floats | None = None) -> Head:
    """A head over these rows. `labels`: one for each row; `weights`: how much each row counts (default: one)."""
    known = tuple(sorted(set(labels)))
    parts = []
    for level, share in _levels(known, fit):
        columns = tuple(sorted({at_level(label, level) for label in known}))
        own = np.array([columns.index(at_level(label, level)) for label in labels])
        part_weights, bias = _fit_columns(features, own, len(columns), fit, weights)
        of = np.array([columns.index(at_level(label, level)) for label in known], dtype=np.int64)
        parts.append(Part(_rounded(part_weights * np.float32(share)), bias * np.float32(share), of))
    return Head(name, known, tuple(parts), rule_weight=0.0)


def _levels(labels: tuple[str, ...], fit: Fit) -> list[tuple[int, float]]:
    """The levels worth a part of their own: each at which the labels differ more than on the level above."""
    result: list[tuple[int, float]] = []
    count = 1
    for level in (1, 2, 3):
        distinct = len({at_level(label, level) for label in labels})
        if distinct > count:
            result.append((level, fit.level_weights[level - 1]))
            count = distinct
    return [(level, 1.0) for level, _ in result] if len(result) == 1 else result or [(1, 1.0)]


def _fit_columns(
    features: csr_matrix, own: Indices, count: int, fit: Fit, weights: Floats | None
) -> tuple[Floats, Floats]:
    """Weights (features, count) and bias (count), one binary classifier each; of features that occur in no row, 0."""
    seen = np.flatnonzero(features.getnnz(axis=0))
    rows = csr_matrix(features[:, seen])
    tasks = (delayed(_fit_one)(rows, own == column, count, fit, weights) for column in range(count))
    # processes, not threads: liblinear draws from one random state for all threads of a process
    fitted = Parallel(n_jobs=-1 if rows.nnz * count > WORTH_PROCESSES else 1)(tasks)
    result = np.zeros((features.shape[1], count), dtype=np.float32)
    result[seen] = np.stack([w for w, _ in fitted], axis=1)
    return result, np.array([b for _, b in fitted], dtype=np.float32)


def _rounded(weights: Floats) -> Floats:
    """To the half precision in which artifacts keep them, so that a model loaded answers as the one trained."""
    return weights.astype(np.float16).astype(np.float32)


def _fit_one(features: csr_matrix, own: Bools, count: int, fit: Fit, weights: Floats | None) -> tuple[Floats, float]:
    if own.all():
        return np.zeros(features.shape[1], dtype=np.float32), 1.0
    coefficients, bias = _fit_ratios(features, own, fit, weights)
    if fit.balanced:
        rarity = len(own) / (count * max(1, int(own.sum())))
        machine = LinearSVC(
            C=BALANCED_COST, class_weight={True: rarity, False: 1.0}, max_iter=MAX_ITER, random_state=fit.seed
        )
        machine.fit(features, own, sample_weight=weights)
        coefficients, bias = coefficients + machine.coef_[0], bias + float(machine.intercept_[0])
    return coefficients.astype(np.float32), bias


def _fit_ratios(features: csr_matrix, own: Bools, fit: Fit, weights: Floats | None) -> tuple[Floats, float]:
    ratio = log_count_ratio(features, own)
    scaled = csr_matrix((features.data * ratio[features.indices], features.indices, features.indptr), features.shape)
    machine, share = _machine(fit)
    machine.fit(scaled, own, sample_weight=weights)
    return machine.coef_[0] * ratio * share, float(machine.intercept_[0]) * share


def _machine(fit: Fit) -> tuple[LinearSVC | LogisticRegression, float]:
    """What is fitted to the weighted features, and the factor on its margin."""
    if fit.logistic:
        return LogisticRegression(C=LOGISTIC_COST, solver="liblinear", random_state=fit.seed), LOGISTIC_SHARE
    return LinearSVC(C=fit.cost, max_iter=MAX_ITER, random_state=fit.seed), 1.0


def log_count_ratio(features: csr_matrix, own: Bools) -> Floats:
    """How much likelier each feature is in the class than outside it. Shape (features,)."""
    inside = SMOOTHING + np.asarray(features[own].sum(axis=0)).ravel()
    outside = SMOOTHING + np.asarray(features[~own].sum(axis=0)).ravel()
    return np.asarray(np.log(inside / inside.sum()) - np.log(outside / outside.sum()), dtype=np.float32)

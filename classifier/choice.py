"""Which petitions to label next: those the model is unsure of, far from one another, best where rules object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, diags

from classifier.backlog import Backlog
from classifier.head import Floats
from classifier.model import Classifier
from classifier.twins import twin_groups
from rules.taxonomy import at_level
from rules.verdict import RuleVerdict

HEAD = "category"
LEVEL = 1
"""Doubt is measured between first-level categories: second-level ones are many and close to one another."""
NEIGHBOURS = 20
ODDS = 0.5
"""How much more a petition is worth where clear rules name another branch than the classifier."""
PART = 512


def choose(backlog: Backlog, classifier: Classifier, count: int) -> list[int]:
    """Rows of the backlog, most telling first; never two that are nearly the same text."""
    rows = unit(classifier.features.transform(backlog.readings))
    worth = doubt(backlog, classifier) * typical(rows)
    return spread(rows, worth, twin_groups(backlog.petitions), count)


def doubt(backlog: Backlog, classifier: Classifier) -> Floats:
    """1 where the classifier is sure and rules do not object, up to 3. Shape (petitions)."""
    predictions = classifier.predict(backlog.readings, backlog.points)
    shares = [_branches(prediction.heads[HEAD].ranked) for prediction in predictions]
    return np.array([_doubt(*pair) for pair in zip(shares, backlog.verdicts, strict=True)], dtype=np.float32)


def _branches(ranked: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Branches of LEVEL with their probability, likeliest first."""
    sums: dict[str, float] = {}
    for label, probability in ranked:
        sums[at_level(label, LEVEL)] = sums.get(at_level(label, LEVEL), 0.0) + probability
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _doubt(branches: list[tuple[str, float]], verdict: RuleVerdict) -> float:
    margin = branches[0][1] - sum(share for _, share in branches[1:2])
    at_odds = verdict.clear and verdict.category is not None and at_level(verdict.category, LEVEL) != branches[0][0]
    return (2 - margin) * (1 + ODDS * at_odds)


def typical(rows: csr_matrix) -> Floats:
    """How near each row is to its NEIGHBOURS nearest, on average: a text unlike all others teaches little."""
    nearest = []
    for start in range(0, rows.shape[0], PART):
        alike = (rows[start : start + PART] @ rows.T).toarray()
        alike[np.arange(alike.shape[0]), start + np.arange(alike.shape[0])] = 0
        kept = min(NEIGHBOURS, alike.shape[1])
        nearest.append(np.partition(alike, -kept, axis=1)[:, -kept:].mean(axis=1))
    return np.concatenate(nearest).astype(np.float32)


def spread(rows: csr_matrix, worth: Floats, groups: Sequence[int], count: int) -> list[int]:
    """Greedily the row worth most, worth counting the less the nearer the row is to one chosen already."""
    group_of = np.array(groups)
    open_ = np.ones(rows.shape[0], dtype=np.bool_)
    near = np.zeros(rows.shape[0], dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < count and open_.any():
        best = int(np.argmax(np.where(open_, worth * (1 - near), -1)))
        chosen.append(best)
        open_ &= group_of != group_of[best]
        near = np.maximum(near, np.minimum((rows @ rows[best].T).toarray().ravel(), 1))
    return chosen


def unit(rows: csr_matrix) -> csr_matrix:
    """Every row of length one; an empty one stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-12)) @ rows)

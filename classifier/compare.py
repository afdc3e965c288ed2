"""Two models on the same rows: whether one is better, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from classifier.bootstrap import Interval, differences
from classifier.evaluate import head_report
from classifier.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ClassChange:
    """F1 of one label before and after."""

    rows: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes from one model to another, row by row.

    `gained`, `lost`: rows only the second, only the first, got right; `moved`: both wrong, but differently.
    `p_value`: exact McNemar test that gaining and losing are equally likely. `gains`: figures of the second minus
    those of the first; `per_class`: labels with the most rows first.
    """

    rows: int
    both_right: int
    gained: int
    lost: int
    moved: int
    both_wrong: int
    p_value: float
    gains: Mapping[str, Interval]
    per_class: Mapping[str, ClassChange]


def compare(first: Outcome, second: Outcome) -> Comparison:
    """`second` against `first`; both must be of the same rows."""
    if first.examples != second.examples or first.truth != second.truth:
        raise ValueError("two outcomes can only be compared on the same rows")
    before, after = first.right, second.right
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    same = np.array([a == b for a, b in zip(first.guessed, second.guessed, strict=True)])
    return Comparison(
        rows=len(before),
        both_right=int((before & after).sum()),
        gained=gained,
        lost=lost,
        moved=int((~before & ~after & ~same).sum()),
        both_wrong=int((~before & ~after).sum()),
        p_value=mcnemar(gained, lost),
        gains=differences(first, second),
        per_class=_changes(first, second),
    )


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p-value (McNemar 1947): how often chance alone would part them at least this unevenly."""
    return float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0


def _changes(first: Outcome, second: Outcome) -> dict[str, ClassChange]:
    before = head_report(first.truth, first.predictions).per_class
    after = head_report(second.truth, second.predictions).per_class
    by_rows = sorted(after, key=lambda label: (-after[label].rows, label))
    return {label: ClassChange(after[label].rows, before[label].f1, after[label].f1) for label in by_rows}


def compare_heads(first: Mapping[str, Outcome], second: Mapping[str, Outcome]) -> dict[str, Comparison]:
    """Comparisons of the heads that both have."""
    return {name: compare(first[name], second[name]) for name in second if name in first}

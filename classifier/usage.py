"""Two classes that two people use differently for the same kind of petition: a convention to settle, never a rating."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy.stats import false_discovery_control, fisher_exact

FEWEST = 5
"""Rows that each class must have, and that each of the two must have labelled, before they are compared."""
LEAST_GAP = 0.2
"""Difference of shares below which a convention is no matter, however many rows show it."""
FALSE_SHARE = 0.05
"""Expected share of findings that are chance (Benjamini & Hochberg 1995)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A label as one clerk gave it to a petition that a held-back model takes for `alike`; `group`: of its twins."""

    clerk: str
    label: str
    alike: str
    group: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Of petitions taken for `alike`, two clerks give `classes` in other shares than each other.

    `counts`: how often each class was given, by the one and by the other; not in the order of `talk`, the two who
    should settle the convention. `p_value`: after correction for all comparisons made.
    """

    alike: str
    classes: tuple[str, str]
    counts: tuple[tuple[int, int], tuple[int, int]]
    talk: tuple[str, str]
    p_value: float


def differences_of_use(rows: Sequence[Usage]) -> list[Difference]:
    """Every pair of classes that two clerks use differently, the surest first; of two clerks each pair once.

    Fisher's exact test within petitions taken for the same; twins count once for each clerk. All tests are corrected
    together.
    """
    compared = [found for alike, counts in _counts(rows).items() for found in _compared(alike, counts)]
    if not compared:
        return []
    corrected = false_discovery_control([one.p_value for one in compared])
    found = [replace(one, p_value=float(p)) for one, p in zip(compared, corrected, strict=True) if p <= FALSE_SHARE]
    found = [one for one in found if _gap(one.counts) >= LEAST_GAP]
    found.sort(key=lambda one: (one.p_value, one.talk, one.classes))
    first: dict[tuple[tuple[str, str], tuple[str, str]], Difference] = {}
    for one in found:
        first.setdefault((one.talk, one.classes), one)
    return list(first.values())


def _counts(rows: Sequence[Usage]) -> Mapping[str, Mapping[str, Counter[str]]]:
    """How often each clerk gave each label, by what the petition is taken for."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in dict.fromkeys(rows):
        counts[row.alike][row.clerk][row.label] += 1
    return counts


def _compared(alike: str, counts: Mapping[str, Counter[str]]) -> Iterator[Difference]:
    """Each two clerks and each two classes of which there are enough rows, with the p-value of this one test."""
    for one, other in combinations(sorted(counts), 2):
        both = counts[one] + counts[other]
        common = sorted(label for label, count in both.items() if count >= FEWEST)
        for first, second in combinations(common, 2):
            table = tuple((counts[clerk][first], counts[clerk][second]) for clerk in (one, other))
            if min(map(sum, table)) >= FEWEST:
                p = float(fisher_exact(np.array(table)).pvalue)
                highest = sorted(table, key=lambda pair: -pair[0] / sum(pair))
                yield Difference(alike, (first, second), (highest[0], highest[1]), (one, other), p)


def _gap(counts: tuple[tuple[int, int], tuple[int, int]]) -> float:
    """How far apart the shares of the first class are."""
    one, other = (pair[0] / sum(pair) for pair in counts)
    return abs(one - other)

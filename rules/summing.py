"""Tallies of many texts at once, by a compiled loop; the same as rules/tally.py gives of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat

import numpy as np

from rules.adding import NONE, PRESSING, SAID, add
from rules.occurrences import Holding
from rules.rule import Kind, Saying
from rules.tally import STEP, Tally, weight

WORTH_A_LOOP = 3
"""So many texts are sooner tallied together than one by one."""


class Sums:
    """The rules of a rulebook, ready for texts of which it is known which rules hold.

    Categories are numbered by level, those of one level in order of their codes; kinds in order of their names.
    """

    def __init__(self, sayings: Sequence[Saying]) -> None:
        codes = sorted({code for saying in sayings for code in saying.steps}, key=lambda code: (len(code), code))
        cells, kinds = {code: cell for cell, code in enumerate(codes)}, sorted(Kind)
        said = [(_number(one.kind, kinds), *[cells[code] for code in one.steps], *[NONE] * SAID) for one in sayings]
        self._codes, self._kinds = np.array([*codes, None], dtype=object), (*kinds, None)
        self._said = np.array([row[:SAID] for row in said], dtype=np.int32).reshape(-1, SAID)
        self._worth = np.array([saying.points for saying in sayings], dtype=np.float64)
        self._parents = np.array([cells.get(code[:-STEP], NONE) for code in codes], dtype=np.int32)
        self._levels = np.array([len(code) // STEP for code in codes], dtype=np.int32)
        self._weights = np.ones(2)

    def tallies(self, holding: Holding) -> Iterable[Tally | None]:
        """One for each text, None where there are so few that they are sooner made one by one."""
        if len(holding.cuts) < WORTH_A_LOOP:
            return repeat(None)
        most, weights = int(holding.counts.max(initial=1)), self._weights
        if most >= weights.size:
            self._weights = weights = np.array([1.0, 1.0, *map(weight, range(2, most + 1))])
        edges, cells, points, bounds, branches, children, categories, leads, kinds, pressing = add(
            holding.conditions, holding.counts, holding.cuts, self._said, self._worth, weights, self._parents,
            self._levels, len(self._kinds) - 1,
        )  # fmt: skip
        codes, values = self._codes.take(cells).tolist(), points.tolist()
        above, below = self._codes.take(branches).tolist(), self._codes.take(children).tolist()
        known = zip(
            pairwise(edges.tolist()), pairwise(bounds.tolist()), self._codes.take(categories).tolist(), leads.tolist(),
            kinds.tolist(), pressing.astype(np.bool_).tolist(), strict=True,
        )  # fmt: skip
        return [
            Tally(
                dict(zip(codes[first:last], values[first:last], strict=True)),
                dict(zip(above[begin:end], below[begin:end], strict=True)),
                category, lead, self._kinds[kind], presses,
            )
            for (first, last), (begin, end), category, lead, kind, presses in known
        ]  # fmt: skip


def _number(kind: Kind | None, kinds: Sequence[Kind]) -> int:
    return PRESSING if kind is None else kinds.index(kind)

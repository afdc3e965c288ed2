"""Adds up the points of many texts in a loop, as rules/tally.py does of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from rules.compiled import FEW, compiled, inlined
from rules.occurrences import Holding
from rules.points import Ints
from rules.rule import Kind, Saying
from rules.tally import STEP, Tally, weight

Reals = NDArray[np.float64]
NONE = -1
"""Where there is no category, no kind."""
PRESSING = -2
"""Instead of a kind, of a rule that concludes neither kind nor category."""
KIND, STEPS = 0, 1
"""Of what a rule says: its kind; the categories that it gives points, from the first level down."""


class Sums:
    """The rules of a rulebook, ready for texts of which it is known which rules hold.

    Categories are numbered by level, those of one level in order of their codes; kinds in order of their names.
    """

    def __init__(self, sayings: Sequence[Saying]) -> None:
        codes = sorted({code for saying in sayings for code in saying.steps}, key=lambda code: (len(code), code))
        cells, kinds = {code: cell for cell, code in enumerate(codes)}, sorted(Kind)
        said = [(_number(one.kind, kinds), *[cells[code] for code in one.steps], NONE, NONE, NONE) for one in sayings]
        self._codes, self._kinds = np.array([*codes, None], dtype=object), (*kinds, None)
        self._said = np.array([row[:4] for row in said], dtype=np.int32).reshape(-1, 4)
        self._worth = np.array([saying.points for saying in sayings], dtype=np.float64)
        self._parents = np.array([cells.get(code[:-STEP], NONE) for code in codes], dtype=np.int32)
        self._levels = np.array([len(code) // STEP for code in codes], dtype=np.int32)
        self._weights = np.ones(2)

    def tallies(self, holding: Holding) -> Iterable[Tally | None]:
        """One for each text, None where there are so few that they are sooner made one by one."""
        if len(holding.cuts) < FEW:
            return repeat(None)
        most = int(holding.counts.max(initial=1))
        if most >= self._weights.size:
            self._weights = np.array([1.0, 1.0, *map(weight, range(2, most + 1))])
        edges, cells, points, bounds, branches, children, categories, leads, kinds, pressing = add(
            holding.conditions, holding.counts, holding.cuts, self._said, self._worth, self._weights, self._parents,
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


@compiled
def add(
    conditions: Ints, counts: Ints, cuts: Ints, said: Ints, worth: Reals, weights: Reals, parents: Ints, levels: Ints,
    kinds: int,
) -> tuple[Ints, Ints, Reals, Ints, Ints, Ints, Ints, Reals, Ints, Ints]:  # fmt: skip
    """The fields of Tally for each text, whose pairs of Holding, as far as they are of rules, lie between its first two
    cuts: where its categories begin, these and their points; where its branches begin, these and the deeper of each;
    its category, lead, kind, and whether anything presses.
    """
    texts, width = len(cuts), parents.size
    room = 3 * conditions.size
    edges, cells, points = np.zeros(texts + 1, np.int64), np.empty(room, np.int32), np.empty(room, np.float64)
    bounds, branches, children = np.zeros(texts + 1, np.int64), np.empty(room, np.int32), np.empty(room, np.int32)
    categories, leads = np.full(texts, NONE, np.int32), np.zeros(texts, np.float64)
    best_kinds, pressing = np.full(texts, NONE, np.int32), np.zeros(texts, np.int32)
    sums, deeper, by_kind = np.zeros(width), np.full(width, NONE, np.int32), np.zeros(kinds)
    at = branch = 0
    for text in range(texts):
        start = at
        for pair in range(cuts[text, 0], cuts[text, 1]):
            rule, own = conditions[pair], worth[conditions[pair]]
            if counts[pair] > 1:
                own *= weights[counts[pair]]
            for step in range(STEPS, 4):
                cell = said[rule, step]
                if cell == NONE:
                    break
                if sums[cell] == 0:
                    cells[at] = cell
                    at += 1
                sums[cell] += own
            if said[rule, STEPS] == NONE and said[rule, KIND] == PRESSING:
                pressing[text] = 1
            elif said[rule, STEPS] == NONE:
                by_kind[said[rule, KIND]] += own
        cells[start:at].sort()
        for place in range(start, at):
            cell = cells[place]
            points[place], parent = sums[cell], parents[cell]
            if parent != NONE and (deeper[parent] == NONE or sums[cell] > sums[deeper[parent]]):
                deeper[parent] = cell
        categories[text], leads[text] = leading(cells[start:at], sums, deeper, levels)
        for place in range(start, at):
            cell = cells[place]
            if deeper[cell] != NONE:
                branches[branch], children[branch] = cell, deeper[cell]
                branch += 1
            sums[cell], deeper[cell] = 0, NONE
        most = 0.0
        for kind in range(kinds):
            if by_kind[kind] > most:
                most, best_kinds[text] = by_kind[kind], kind
            by_kind[kind] = 0
        edges[text + 1], bounds[text + 1] = at, branch
    return (
        edges, cells[:at], points[:at], bounds, branches[:branch], children[:branch], categories, leads, best_kinds,
        pressing,
    )  # fmt: skip


@inlined
def leading(cells: Ints, sums: Reals, deeper: Ints, levels: Ints) -> tuple[int, float]:
    """Category and lead of a text with points in these cells."""
    first, best, next_, met = NONE, 0.0, 0.0, 0
    for place in range(cells.size):
        cell = cells[place]
        own = sums[cell]
        if levels[cell] == 0 and (first == NONE or own > sums[first]):
            first = cell
        if levels[cell] == 1 or (levels[cell] == 0 and deeper[cell] == NONE):
            best, next_, met = (own, best, met + 1) if own > best else (best, max(own, next_), met + 1)
    while first != NONE and deeper[first] != NONE:
        first = deeper[first]
    return first, best - next_

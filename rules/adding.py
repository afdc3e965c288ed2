"""A loop that adds up the points of the rules that hold in many texts, as rules/tally.py does of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.compiled import compiled, inlined
from rules.points import Ints

Reals = NDArray[np.float64]
NONE = -1
"""Where there is no category, no kind."""
PRESSING = -2
"""Instead of a kind, of a rule that concludes neither kind nor category."""
KIND, STEPS, SAID = 0, 1, 4
"""Of what a rule says: its kind; the categories that it gives points, from the first level down; how much it is."""


CELLS, BRANCHES, CATEGORY, BEST, PRESSES, FIGURES = range(6)
"""Of a text: how many categories and branches it has, the category and the kind, whether anything presses."""

TABLE = 3
"""Rows of `add`'s table."""


@compiled
def add(
    conditions: Ints, counts: Ints, cuts: Ints, said: Ints, worth: Reals, weights: Reals, parents: Ints, levels: Ints,
    kinds: int,
) -> tuple[Ints, Ints, Reals]:  # fmt: skip
    """The fields of Tally for each text, whose pairs of Holding, as far as they are of rules, lie between its first two
    cuts: in three rows categories, branches, the deeper of each branch; a column of figures for each text (see CELLS
    and so on); the points of the categories and behind them the lead of each text. (Few arrays, as numba takes longer
    to hand one over than to fill it.)
    """
    texts, room, at, branch = len(cuts), (SAID - STEPS) * conditions.size, 0, 0
    table, reals = np.empty((TABLE, room), np.int32), np.empty(room + texts, np.float64)
    cells, branches, children = table[0], table[1], table[2]
    figures, leads = np.empty((FIGURES, texts), np.int32), np.empty(texts, np.float64)
    sums, deeper, by_kind = np.zeros(parents.size), np.full(parents.size, NONE, np.int32), np.zeros(kinds)
    for text in range(texts):
        start, begin, presses = at, branch, False
        for pair in range(cuts[text, 0], cuts[text, 1]):
            rule = conditions[pair]
            at = give(said[rule], worth[rule] * weights[counts[pair]], sums, by_kind, cells, at)
            presses |= said[rule, STEPS] == NONE and said[rule, KIND] == PRESSING
        figures[CATEGORY, text], leads[text] = lead(cells[start:at], reals[start:at], sums, deeper, parents, levels)
        for place in range(start, at):
            cell = cells[place]
            if deeper[cell] != NONE:
                branches[branch], children[branch] = cell, deeper[cell]
                branch += 1
            sums[cell], deeper[cell] = 0, NONE
        figures[CELLS, text], figures[BRANCHES, text] = at - start, branch - begin
        figures[BEST, text], figures[PRESSES, text] = most(by_kind), presses
    reals[at : at + texts] = leads
    return table[:, :at], figures, reals[: at + texts]


@compiled
def give(said: Ints, own: float, sums: Reals, by_kind: Reals, cells: Ints, at: int) -> int:
    """Adds a rule's points to its categories, or to its kind; puts new categories into `cells`, and tells their end."""
    if said[STEPS] == NONE and said[KIND] != PRESSING:
        by_kind[said[KIND]] += own
    for step in range(STEPS, SAID):
        cell = said[step]
        if cell == NONE:
            break
        if sums[cell] == 0:
            cells[at] = cell
            at += 1
        sums[cell] += own
    return at


@compiled
def lead(cells: Ints, points: Reals, sums: Reals, deeper: Ints, parents: Ints, levels: Ints) -> tuple[int, float]:
    """Category and lead of a text that has points in these cells, which are put in order; fills in `points`, and for
    each cell which is `deeper`.
    """
    cells.sort()
    for place in range(cells.size):
        cell = cells[place]
        points[place], parent = sums[cell], parents[cell]
        if parent != NONE and (deeper[parent] == NONE or sums[cell] > sums[deeper[parent]]):
            deeper[parent] = cell
    first, best, second = NONE, 0.0, 0.0
    for place in range(cells.size):
        cell = cells[place]
        own = sums[cell]
        if levels[cell] == 0 and (first == NONE or own > sums[first]):
            first = cell
        if levels[cell] == 1 or (levels[cell] == 0 and deeper[cell] == NONE):
            best, second = max(best, own), max(second, min(best, own))
    while first != NONE and deeper[first] != NONE:
        first = deeper[first]
    return first, best - second


@inlined
def most(by_kind: Reals) -> int:
    """The kind with most points, the first of equal ones, which are then set back to 0."""
    kind, points = NONE, 0.0
    for one in range(by_kind.size):
        if by_kind[one] > points:
            kind, points = one, by_kind[one]
        by_kind[one] = 0
    return kind

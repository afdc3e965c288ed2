"""Tallies of many texts at once, of what a compiled loop adds up; the same as rules/tally.py gives of one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from rules.adding import NONE, PRESSING, SAID, Reals
from rules.points import Ints
from rules.rule import Kind, Saying
from rules.tally import STEP, Tally, weight

Lists = Sequence[Sequence[int]]


class Worth(NamedTuple):
    """Rules as `adding.add` takes them: what each says, what it is worth, what it counts of which so many different
    terms stand there; of each category the one above and the level; how many kinds there are.
    """

    said: Ints
    worth: Reals
    weights: Reals
    parents: Ints
    levels: Ints
    kinds: int


class Sums:
    """The rules of a rulebook, ready for texts of which it is known which rules hold.

    Categories are numbered by level, those of one level in order of their codes; kinds in order of their names.
    `most`: different terms of one rule.
    """

    def __init__(self, sayings: Sequence[Saying], most: int) -> None:
        codes = sorted({code for saying in sayings for code in saying.steps}, key=lambda code: (len(code), code))
        cells, kinds = {code: cell for cell, code in enumerate(codes)}, sorted(Kind)
        said = [(_number(one.kind, kinds), *[cells[code] for code in one.steps], *[NONE] * SAID) for one in sayings]
        self._codes, self._kinds = (*codes, None), (*kinds, None)  # NONE is the last place
        self.worth = Worth(
            said=np.array([row[:SAID] for row in said], dtype=np.int32).reshape(-1, SAID),
            worth=np.array([saying.points for saying in sayings], dtype=np.float64),
            weights=np.array([1.0, 1.0, *map(weight, range(2, most + 1))]),
            parents=np.array([cells.get(code[:-STEP], NONE) for code in codes], dtype=np.int32),
            levels=np.array([len(code) // STEP for code in codes], dtype=np.int32),
            kinds=len(kinds),
        )

    def tallies(self, table: Lists, figures: Lists, values: Sequence[float]) -> list[Tally]:
        """One for each text, of what `add` gives, as lists."""
        (cells, parents, children), named = table, self._codes.__getitem__
        sizes, bounds, categories, kinds, presses = figures
        worth = zip(map(named, cells), values, strict=False)
        branches = zip(map(named, parents), map(named, children), strict=True)
        points = [dict(islice(worth, size)) for size in sizes]
        deeper = [dict(islice(branches, bound)) for bound in bounds]
        leads, kind = values[len(cells) :], self._kinds.__getitem__
        return list(map(Tally, points, deeper, map(named, categories), leads, map(kind, kinds), map(bool, presses)))


def _number(kind: Kind | None, kinds: Sequence[Kind]) -> int:
    return PRESSING if kind is None else kinds.index(kind)

"""Which terms are in which of some sets: a table of few columns, as most terms are in none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rules.points import Ints
from rules.trie import Bools


class Memberships:
    """Which terms are in which of some sets, most of them empty."""

    def __init__(self, sets: Sequence[frozenset[int]], terms: int) -> None:
        distinct = {some: row for row, some in enumerate(dict.fromkeys(sets))}
        members = {number: place for place, number in enumerate(sorted(frozenset().union(*distinct)))}
        self.given = np.array([bool(some) for some in sets], dtype=np.bool_)
        self._row = np.array([distinct[some] for some in sets], dtype=np.int64)
        self._place = np.full(terms, -1, dtype=np.int64)
        self._place[list(members)] = list(members.values())
        self._in = np.zeros((len(distinct), len(members)), dtype=np.bool_)
        for some, row in distinct.items():
            self._in[row, [members[number] for number in some]] = True

    @property
    def columns(self) -> Ints:
        """For each term its column in the table; -1 for one that is in no set."""
        return self._place

    @property
    def table(self) -> Bools:
        """Which terms are in which of the different sets."""
        return self._in

    def row(self, number: int) -> int:
        """The table's row of this set; -1 where it is empty."""
        return int(self._row[number]) if self.given[number] else -1

    def anywhere(self, numbers: Ints) -> Bools:
        """Whether each term is in any set."""
        return self._place.take(numbers) >= 0

    def inside(self, sets: Ints, numbers: Ints) -> Bools:
        """Whether each set has the term, which is in some set."""
        return self._in[self._row.take(sets), self._place.take(numbers)]

"""Matches many petitions together, in two ways with equal results: compiled loops, or arrays of NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from rules.batch import Batch, Reader
from rules.compiled import FEW, can_compile
from rules.condition import Numbered
from rules.holding import ConditionTable
from rules.occurrences import Boundaries, Holding, Stretch
from rules.petition import Petition
from rules.reading import Reading
from rules.sight import Sight, sights

Held = tuple[Sequence[Reading], Holding]
"""Some texts, and what holds in them."""


class Walked(Protocol):
    """Some texts, at least one, in which terms are found."""

    sights: list[Sight]

    def holding(self, parts: Sequence[Stretch]) -> Iterable[Held]:
        """What holds in each, and behind them in parts of them, which do not overlap: each is looked at as a text of
        its own.
        """


class Many(Protocol):
    """Some conditions, ready for petitions."""

    least: int
    """Fewer texts are matched sooner one by one."""

    def __init__(self, numbered: Numbered, boundaries: Boundaries) -> None: ...

    def walk(self, petitions: Sequence[Petition]) -> Walked:
        """The petitions as they are read; at least one."""


class Arrays:
    """NumPy alone, for machines without numba."""

    least = FEW

    def __init__(self, numbered: Numbered, boundaries: Boundaries) -> None:
        terms = numbered.terms
        self.reader, self._table = Reader(terms), ConditionTable(numbered.conditions, len(terms))
        self._sorts, self._boundaries, self.lexicons = numbered.sorts, boundaries, numbered.lexicons
        self.seen = np.zeros(len(terms), dtype=np.bool_)
        self.seen[list(numbered.lexicons)] = True

    def walk(self, petitions: Sequence[Petition]) -> Walked:
        return _Batch(self, self.reader.read(petitions))

    def holding(self, batch: Batch) -> Holding:
        """What holds in each text of a batch."""
        return self._table.holding(batch, self._boundaries, self._sorts)


class _Batch:
    """As arrays walk texts: parts are walked anew."""

    def __init__(self, arrays: Arrays, batch: Batch) -> None:
        rows, *places = [one.tolist() for one in batch.among(arrays.seen)]
        found = zip(*places, rows, strict=True)
        self.sights = sights(batch.readings, found, arrays.lexicons)
        self._arrays, self._batch = arrays, batch

    def holding(self, parts: Sequence[Stretch]) -> Iterator[Held]:
        yield self._batch.readings, self._arrays.holding(self._batch)
        if parts:
            readings = [reading for _, _, reading in parts]
            yield readings, self._arrays.holding(self._arrays.reader.again(readings))


def build_many(engine: str) -> type[Many]:
    """`engine`: loops, arrays, auto (the faster one that this machine has)."""
    if engine == "arrays" or (engine == "auto" and not can_compile()):
        return Arrays
    from rules.loops import Loops

    return Loops

"""Matches many petitions together, in two ways with equal results: compiled loops, or arrays of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Protocol

from rules.batch import Batch, Reader
from rules.compiled import FEW, can_compile
from rules.condition import Compiled
from rules.holding import ConditionTable
from rules.occurrences import Boundaries, Holding, Stretch
from rules.petition import Petition
from rules.reading import Reading
from rules.rule import Saying
from rules.tally import Tally


class Walked(Protocol):
    """Some texts, at least one, in which terms are found."""

    readings: list[Reading]

    def holding(self) -> Holding:
        """What holds in each."""

    def inside(self, stretches: Sequence[Stretch]) -> Holding:
        """What holds in parts of them, at least one, none of which overlap: each is looked at as a text of its own."""


class Many(Protocol):
    """Some conditions over numbered terms, ready for petitions. `sorts`: where each sort begins, and the last ends."""

    least: int
    """Fewer texts are matched sooner one by one."""

    def __init__(
        self, conditions: Sequence[Compiled], terms: Sequence[str], sorts: Sequence[int], boundaries: Boundaries
    ) -> None: ...

    def walk(self, petitions: Sequence[Petition]) -> Walked:
        """The petitions as they are read; at least one."""


class Arrays:
    """NumPy alone, for machines without numba."""

    least = FEW

    def __init__(
        self, conditions: Sequence[Compiled], terms: Sequence[str], sorts: Sequence[int], boundaries: Boundaries
    ) -> None:
        self.reader, self._table = Reader(terms), ConditionTable(conditions, len(terms))
        self._sorts, self._boundaries = sorts, boundaries

    def walk(self, petitions: Sequence[Petition]) -> Walked:
        return _Batch(self, self.reader.read(petitions))

    def holding(self, batch: Batch) -> Holding:
        """What holds in each text of a batch."""
        return self._table.holding(batch, self._boundaries, self._sorts)


class _Batch:
    """As arrays walk texts: parts are walked anew."""

    def __init__(self, arrays: Arrays, batch: Batch) -> None:
        self.readings = batch.readings
        self._arrays, self._batch = arrays, batch

    def holding(self) -> Holding:
        return self._arrays.holding(self._batch)

    def inside(self, stretches: Sequence[Stretch]) -> Holding:
        return self._arrays.holding(self._arrays.reader.again([one.reading for one in stretches]))


Tallies = Callable[[Holding], Iterable[Tally | None]]
"""The tally of each text of which it is known what holds; None where it is better made when it is asked for."""


def build_tallies(engine: str, sayings: Sequence[Saying]) -> Tallies:
    """`engine`: as of build_many; `sayings`: of all rules."""
    if not _compiles(engine):
        return lambda _: repeat(None)
    from rules.summing import Sums

    return Sums(sayings).tallies


def build_many(engine: str) -> type[Many]:
    """`engine`: loops, arrays, auto (the faster one that this machine has). To be made of conditions, terms, where each
    sort of conditions begins and the last ends, and who finds the boundaries of words.
    """
    if not _compiles(engine):
        return Arrays
    from rules.loops import Loops

    return Loops


def _compiles(engine: str) -> bool:
    return engine == "loops" or (engine == "auto" and can_compile())

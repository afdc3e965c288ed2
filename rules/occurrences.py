"""Where the terms stand that made conditions hold: of one text as lists, of many as slices of long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rules.automaton import Occurrence
from rules.points import Ints

Boundaries = Callable[[str], frozenset[int] | None]
"""Where words begin and end in a folded text; None where that does not matter."""


class Evidence(Protocol):
    """Where the terms stand that made some conditions hold, for each condition."""

    def __getitem__(self, place: int, /) -> Sequence[Occurrence]: ...

    def spans(self, place: int, most: int) -> Iterable[tuple[int, int]]:
        """The first so many of one condition, without their terms."""


class Listed(list[Sequence[Occurrence]]):
    """As a list."""

    def spans(self, place: int, most: int) -> Iterable[tuple[int, int]]:
        return [(start, end) for start, end, _ in self[place][:most]]


@dataclass(frozen=True, slots=True)
class Slices:
    """Occurrences of pairs, made when they are looked at: most never are."""

    edges: list[int]
    starts: list[int]
    ends: list[int]
    numbers: list[int]

    def spans(self, place: int, most: int) -> Iterable[tuple[int, int]]:
        first = self.edges[place]
        last = min(self.edges[place + 1], first + most)
        return zip(self.starts[first:last], self.ends[first:last], strict=True)

    def __getitem__(self, place: int) -> tuple[Occurrence, ...]:
        here = slice(self.edges[place], self.edges[place + 1])
        return tuple(zip(self.starts[here], self.ends[here], self.numbers[here], strict=True))


class Holding(NamedTuple):
    """What holds in some texts: pairs of a text and a condition, in order.

    Of pair i: its condition, how many terms it has (of the first conditions, the rules: different ones), its
    occurrences. `cuts`: for each text the place among pairs at which each sort of conditions begins, and the last ends.
    """

    conditions: Ints
    counts: Ints
    evidence: Slices
    cuts: Ints

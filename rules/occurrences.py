"""Where the terms stand that made conditions hold: of one text as lists, of many as slices of long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from rules.automaton import Occurrence
from rules.reading import Reading
from rules.tally import Tally
from rules.value import value

if TYPE_CHECKING:
    from rules.points import Ints

T = TypeVar("T")
Boundaries = Callable[[str], frozenset[int] | None]
"""Where words begin and end in a folded text; None where that does not matter."""


class Evidence(Protocol):
    """Where the terms stand that made some conditions hold, for each condition."""

    def __getitem__(self, place: int, /) -> Sequence[Occurrence]: ...

    def spans(self, places: Iterable[tuple[T, int]], most: int) -> Iterator[tuple[T, int, int]]:
        """Of some conditions, each given with a name, the first so many each: the name, and where they stand."""


class Listed(list[Sequence[Occurrence]]):
    """As a list."""

    def spans(self, places: Iterable[tuple[T, int]], most: int) -> Iterator[tuple[T, int, int]]:
        for name, place in places:
            for start, end, _ in self[place][:most]:
                yield name, start, end


@value
class Slices:
    """Occurrences of pairs, made when they are looked at: most never are."""

    edges: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    numbers: Ints

    def spans(self, places: Iterable[tuple[T, int]], most: int) -> Iterator[tuple[T, int, int]]:
        edges, starts, ends = self.edges, self.starts, self.ends
        for name, place in places:
            first, last = edges[place], edges[place + 1]
            for at in range(first, last if last - first <= most else first + most):
                yield name, starts[at], ends[at]

    def __getitem__(self, place: int) -> tuple[Occurrence, ...]:
        here = slice(self.edges[place], self.edges[place + 1])
        return tuple(zip(self.starts[here], self.ends[here], self.numbers[here].tolist(), strict=True))


Stretch = tuple[int, int, Reading]
"""A part of a text, or all of it, as a text of its own: which of some texts it is of, where it begins there, itself."""


@value
class Holding:
    """What holds in some texts: pairs of a text and a condition, in order.

    Of pair i: its condition, how many terms it has (of the first conditions, the rules: different ones), its
    occurrences; there may be more conditions and counts than pairs. `cuts`: for each text the place among pairs at
    which each sort of conditions begins, and the last ends. `tallies`: of each text, where they are made already.
    """

    conditions: Sequence[int]
    counts: Sequence[int]
    evidence: Evidence
    cuts: Sequence[Sequence[int]]
    tallies: Sequence[Tally] | None = None

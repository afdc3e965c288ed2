"""Place names of an office and its responsible territory (属地); an unclear place is asked, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import Field

from rules.automaton import Occurrence
from rules.duties import PlaceKind
from rules.rule import Strict, Term
from rules.text import fold

LEXICON = "places"
"""Under this name a match gives where place names stand."""


class Place(Strict):
    """A village, community, street or zone; `territory` is who answers for it (default: itself)."""

    name: Term
    aliases: tuple[Term, ...] = ()
    territory: Term | None = None


class PlaceFile(Strict):
    """places.yaml: words that tell town from country, and the office's own places."""

    place_kinds: dict[PlaceKind, tuple[Term, ...]] = Field(default_factory=dict)
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Territory:
    """`name`: the one territory that was named; `candidates`: those between which a clerk must choose.

    `asked`: the office has places, and no single territory was named.
    """

    name: str | None = None
    candidates: tuple[str, ...] = ()
    asked: bool = False


NO_TERRITORY = Territory()


@dataclass(frozen=True)
class Places:
    """What places.yaml of all packs says together."""

    kinds: dict[PlaceKind, tuple[str, ...]] = field(default_factory=dict)
    places: tuple[Place, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and alias, as written."""
        return tuple(name for place in self.places for name in (place.name, *place.aliases))

    def territory(self, found: Iterable[str]) -> Territory:
        """The territory that the found names (folded or as written) point to."""
        if not self.places:
            return NO_TERRITORY
        named = sorted({territory for name in found for territory in self._territories.get(fold(name), ())})
        if len(named) == 1:
            return Territory(named[0])
        return Territory(None, tuple(named), asked=True)

    def named(self, text: str, occurrences: Iterable[Occurrence]) -> set[str]:
        """The names that stand at these places of a folded text; one inside a longer name does not count."""
        return {text[start:end] for start, end in _outermost((start, end) for start, end, _ in occurrences)}

    def read(self, region: str) -> set[str]:
        """The names within a region as a caller gives it (a field, not the petition's text)."""
        text = fold(region)
        return self.named(text, self._search(text)) if text else set()

    def _search(self, text: str) -> Iterator[Occurrence]:
        for number, name in enumerate(self._territories):
            start = text.find(name)
            while start >= 0:
                yield start, start + len(name), number
                start = text.find(name, start + 1)

    @cached_property
    def _territories(self) -> dict[str, set[str]]:
        """By folded name; a name that two places share points to both."""
        found: dict[str, set[str]] = {}
        for place in self.places:
            for name in (place.name, *place.aliases):
                found.setdefault(fold(name), set()).add(place.territory or place.name)
        return found


def _outermost(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that lie in no other."""
    last = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > last:
            yield start, end
            last = end

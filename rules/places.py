"""Place names of an office and its responsible territory (属地); an unclear place is asked, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from rules.duties import PlaceKind
from rules.rule import Strict, Term


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
class Places:
    """What places.yaml of all packs says together."""

    kinds: dict[PlaceKind, tuple[str, ...]]
    places: tuple[Place, ...]

    def territory(self, found: set[str]) -> str | None:
        """The one territory the found names point to; None when there is none or more than one."""
        territories = {place.territory or place.name for place in self.places if found & _names(place)}
        return territories.pop() if len(territories) == 1 else None


def _names(place: Place) -> set[str]:
    return {place.name, *place.aliases}

"""Cuts a petition's text where evidence and matters begin and end, so that a page can mark it without touching it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from service.decision import Evidence, MatterAnswer


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with the same evidence throughout."""

    text: str
    sources: tuple[str, ...]
    conclusions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces in a row of one matter; `matter` is its number from 1, or 0 for text of no matter."""

    matter: int
    pieces: tuple[Piece, ...]


def stretches(text: str, evidence: Sequence[Evidence], matters: Sequence[MatterAnswer]) -> list[Stretch]:
    """The whole text in order; joined, the pieces are the text. One matter alone is not told apart."""
    told = matters if len(matters) > 1 else ()
    places = {place for item in evidence for place in (item.start, item.end)}
    places |= {place for matter in told for place in (matter.start, matter.end)}
    cuts = [(start, end) for start, end in pairwise(sorted({0, len(text)} | places)) if start < end]
    runs = groupby(cuts, key=lambda cut: _matter(cut[0], cut[1], told))
    return [Stretch(matter, tuple(_piece(text, *cut, evidence) for cut in run)) for matter, run in runs]


def _matter(start: int, end: int, matters: Sequence[MatterAnswer]) -> int:
    return next((number for number, one in enumerate(matters, 1) if one.start <= start and end <= one.end), 0)


def _piece(text: str, start: int, end: int, evidence: Sequence[Evidence]) -> Piece:
    here = [item for item in evidence if item.start <= start and end <= item.end]
    return Piece(
        text=text[start:end],
        sources=tuple(sorted({item.source for item in here})),
        conclusions=tuple(dict.fromkeys(item.conclusion for item in here if item.source != "classifier")),
    )

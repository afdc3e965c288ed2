"""Cuts a petition's text where evidence begins and ends, so that a page can mark it without touching the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.decision import Evidence


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with the same evidence throughout."""

    text: str
    sources: tuple[str, ...]
    conclusions: tuple[str, ...]


def pieces(text: str, evidence: Sequence[Evidence]) -> list[Piece]:
    """The whole text in order; joined, the pieces are the text."""
    cuts = sorted({0, len(text), *(item.start for item in evidence), *(item.end for item in evidence)})
    return [_piece(text, start, end, evidence) for start, end in pairwise(cuts) if start < end]


def _piece(text: str, start: int, end: int, evidence: Sequence[Evidence]) -> Piece:
    here = [item for item in evidence if item.start <= start and end <= item.end]
    return Piece(
        text=text[start:end],
        sources=tuple(sorted({item.source for item in here})),
        conclusions=tuple(dict.fromkeys(item.conclusion for item in here if item.source == "rule")),
    )

"""Which petitions a model was trained on, as marks that tell no text: so that it is never judged on one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from classifier.texts import readable
from rules.petition import Petition
from rules.reading import read

TAUGHT = "taught.txt"
MARK = 20
"""Hexadecimal characters kept of a digest."""


def mark(petition: Petition) -> str:
    """A digest of what features read of it: equal for texts that differ by digits, blanks and persons alone."""
    return hashlib.sha256(readable(read(petition).text).encode()).hexdigest()[:MARK]


def marks(petitions: Iterable[Petition]) -> tuple[str, ...]:
    """Each once, sorted: their order tells nothing."""
    return tuple(sorted({mark(petition) for petition in petitions}))


def taught(folder: Path) -> frozenset[str] | None:
    """The marks that stand beside a model; None where it was made without them."""
    path = folder / TAUGHT
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else None

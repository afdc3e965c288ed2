"""One comparable form of a text: every character becomes one character, so that offsets survive."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

MAX_LENGTH = 20_000
"""Longest petition text, in characters, that is decided."""


def fold(text: str) -> str:
    """Return `text` in its comparable form, of exactly the same length.

    Full-width forms become half-width (NFKC where it yields one character), traditional
    characters become simplified (OpenCC character table), capitals become small. Position i of
    the result stands for position i of `text`.
    """
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> _FoldTable:
    return _FoldTable(_simplified())


class _FoldTable(dict[int, str]):
    """Code point -> folded character; filled as characters are met, so building it costs nothing."""

    def __init__(self, simplified: dict[str, str]) -> None:
        super().__init__()
        self._simplified = simplified

    def __missing__(self, point: int) -> str:
        folded = self._one(chr(point))
        self[point] = folded
        return folded

    def _one(self, char: str) -> str:
        normal = _compatible(char)
        return _small(self._simplified.get(normal, normal))


def _compatible(char: str) -> str:
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 else char


def _small(char: str) -> str:
    small = char.lower()
    return small if len(small) == 1 else char


def _simplified() -> dict[str, str]:
    lines = files("rules").joinpath("traditional.txt").read_text(encoding="utf-8").splitlines()
    pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
    return {pair[0]: pair[1] for pair in pairs}

"""A few words of a petition, cut where most of the telling n-grams stand, with these marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from classifier.texts import unnumbered
from rules.text import fold

LENGTH = 60
_NUMBER = re.compile(r"[0-9０-９]{5,}")
"""Telephones and the like: not needed to understand a mistake."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in a row that are all marked, or all not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`runs` joined are at most LENGTH characters of the text; `before`, `after`: whether there is more of it."""

    runs: tuple[Run, ...]
    before: bool
    after: bool


def excerpt(text: str, grams: Iterable[str], length: int = LENGTH) -> Excerpt:
    """The `length` characters of `text` with the most telling ones among them, the first such; numbers hidden."""
    marks = _marks(unnumbered(fold(text)), grams)
    sums = [0, *accumulate(marks)]
    starts = range(max(1, len(text) - length + 1))
    start = max(starts, key=lambda place: (sums[min(place + length, len(text))] - sums[place], -place))
    inside = slice(start, start + length)
    return Excerpt(_runs(_shown(text)[inside], marks[inside]), start > 0, start + length < len(text))


def _marks(text: str, grams: Iterable[str]) -> list[bool]:
    """For each character whether it belongs to one of the n-grams."""
    marks = [False] * len(text)
    for gram in grams:
        for found in re.finditer(f"(?={re.escape(gram)})", text):
            marks[found.start() : found.start() + len(gram)] = [True] * len(gram)
    return marks


def _shown(text: str) -> str:
    """The text in one line, long numbers hidden; no character more or less."""
    hidden = _NUMBER.sub(lambda number: "×" * len(number.group()), text)
    return "".join(" " if character.isspace() else character for character in hidden)


def _runs(text: str, marks: Sequence[bool]) -> tuple[Run, ...]:
    pairs = groupby(zip(text, marks, strict=True), key=lambda pair: pair[1])
    return tuple(Run("".join(character for character, _ in run), marked) for marked, run in pairs)

"""One comparable form of a text: every character becomes one character, so that offsets survive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files

MAX_LENGTH = 20_000
"""Longest petition text, in characters, that is decided."""
SENTENCE_ENDS = "。!?;\n"
"""As folded text has them."""


def fold(text: str) -> str:
    """Return `text` in its comparable form, of exactly the same length.

    Full-width forms become half-width (NFKC where it yields one character), traditional
    characters become simplified (OpenCC character table), capitals become small. Position i of
    the result stands for position i of `text`.
    """
    for wide, narrow in _USUAL:
        text = text.replace(wide, narrow)
    table, suspects = fold_table(), _suspects()
    rare = suspects(text)
    if len(rare) > MANY:
        return text.translate(table)
    for char in sorted(set(rare)):  # in order: U+85B4 becomes U+82E7, which itself becomes another
        text = text.replace(char, table[ord(char)])
    return text


def fold_name(name: str) -> str:
    """A name as others may have written it, in the form that names are looked up in: folded, without blanks."""
    return fold("".join(name.split()))


_USUAL = (("\uff0c", ","), ("\uff01", "!"), ("\uff1f", "?"), ("\uff1a", ":"), ("\uff08", "("), ("\uff09", ")"))
"""Punctuation that almost every text has, folded."""
MANY = 20
"""Where more characters than these may change, all are looked up."""


@lru_cache(maxsize=1)
def fold_table() -> FoldTable:
    """What each character becomes."""
    return FoldTable(_simplified())


@lru_cache(maxsize=1)
def _suspects() -> Callable[[str], list[str]]:
    """Finds the characters that the table may change."""
    return re.compile(f"[^{_PLAIN}{_plain(_simplified())}]").findall


_PLAIN = r"\x00-@\[-~\u2014\u2018-\u201d\u2026\u3001\u3002\u3008-\u3011"
"""ASCII but for capitals, dashes, quotes and Chinese punctuation: folded they are themselves."""


def _plain(simplified: Mapping[str, str]) -> str:
    """The Chinese characters that are not traditional."""
    return "".join(char for char in map(chr, range(0x4E00, 0xA000)) if char not in simplified)


class FoldTable(dict[int, str]):
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

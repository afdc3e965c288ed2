"""Finds known n-grams of characters as features read them: digits are one character, white space is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules import trie

DROPPED = -1
"""Code of white space, which features do not read."""
_WHITE = [point for point in range(0x3001) if chr(point).isspace()]


class Alphabet(trie.Alphabet):
    """All digits have the code of 0."""

    def __init__(self, grams: Iterable[str]) -> None:
        super().__init__(grams)
        self._codes[ord("1") : ord("9") + 1] = self._codes[ord("0")]
        self._codes[_WHITE] = DROPPED


class GramTrie(trie.Trie):
    """The n-grams of a vocabulary, over their own alphabet."""

    def __init__(self, grams: Sequence[str]) -> None:
        super().__init__(grams, Alphabet(grams))

"""Finds the known n-grams of a few texts: each occurrence is one key, its row's first key plus its column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.segment import Segmenter
from classifier.texts import Places, field_text, places
from classifier.trie import GramTrie
from classifier.vocabulary import BlockVocabulary, word_grams
from rules.points import Ints
from rules.reading import Reading
from rules.spread import ranges
from rules.value import value

PAIR = 2
"""Characters of the n-grams that tell how strange a text is."""
LEAST_PAIRS = 5
"""A shorter text is never called strange."""
Placed = tuple[int, BlockVocabulary]
"""A block's first column, and its n-grams."""


@value
class Strange:
    """How many pairs of characters a text has, and how many of them are not known."""

    pairs: int
    unknown: int

    @property
    def share(self) -> float:
        """Of pairs that are not known; 0 where there is none."""
        return self.unknown / self.pairs if self.pairs else 0.0

    def beyond(self, limit: float) -> bool:
        """Whether the share is beyond the limit by more than chance may do in a text so short (one standard error)."""
        excess = self.unknown - limit * self.pairs
        return excess > 0 and self.pairs >= LEAST_PAIRS and excess > sqrt(limit * (1 - limit) * self.pairs)


@dataclass(frozen=True, slots=True)
class _Look:
    """One search: n-grams of `length` characters in the text, or its lead; `offset`: of the block in the table."""

    length: int
    field: str
    offset: int

    def nodes(self, walked: list[Ints], where: Places) -> Ints:
        """The nodes at all places where such an n-gram may begin."""
        nodes = walked[self.length - 1]
        if self.field == "text":
            nodes = nodes[: where.count]
        elif where.starts.size == 1:
            nodes = nodes[: self.sizes(where)[0]]
        else:
            nodes = nodes.take(ranges(where.starts, self.sizes(where)))
        return nodes + self.offset if self.offset else nodes

    def sizes(self, where: Places) -> Ints:
        """How many of `nodes` are each text's."""
        return where.sizes + 1 if self.field == "text" else np.maximum(where.leads - (self.length - 1), 0)


class Known(NamedTuple):
    """The n-grams of some blocks as loops look them up: the code of each character (-1: not read); for each node where
    its children begin, its parent, its column in each block; for each look, in order of length, that of its n-grams,
    whether it looks at the lead alone, the place of its block in a row of `nodes`, whether it tells how strange a text
    is.
    """

    codes: Ints
    nodes: Ints
    looks: Ints

    @property
    def tells(self) -> bool:
        """Whether a look tells how strange a text is."""
        return bool(self.looks[:, 3].any())


class CharCounter:
    """Occurrences of n-grams of characters, all blocks of them together."""

    def __init__(self, blocks: Sequence[Placed]) -> None:
        self._trie = GramTrie(list(dict.fromkeys(gram for _, vocabulary in blocks for gram in vocabulary.grams)))
        self._table = np.full(len(blocks) * self._trie.size, -1, dtype=np.int32)
        self._looks: list[_Look] = []
        for number, (first, vocabulary) in enumerate(blocks):
            offset, block = number * self._trie.size, vocabulary.block
            nodes = self._trie.nodes(vocabulary.grams)
            self._table[offset + nodes] = np.arange(first, first + len(vocabulary.grams))
            self._looks += [_Look(length, block.field, offset) for length in range(block.low, block.high + 1)]
        self._looks.sort(key=lambda look: (look.field != "text", look.length != PAIR))
        self._longest = max((look.length for look in self._looks), default=1)

    @property
    def known(self) -> Known:
        """The same for loops, what is asked of a node side by side."""
        by_block = self._table.reshape(-1, self._trie.size)
        nodes = np.ascontiguousarray(np.vstack([self._trie.steps, by_block]).T, dtype=np.int32)
        blocks = [2 + look.offset // self._trie.size for look in self._looks]
        tells = [self._tells, *[False] * (len(self._looks) - 1)]
        looks = [
            (look.length, look.field == "lead", *rest) for look, *rest in zip(self._looks, blocks, tells, strict=True)
        ]
        return Known(self._trie.alphabet.table.astype(np.int32), nodes, np.array(sorted(looks), dtype=np.int64))

    @property
    def _tells(self) -> bool:
        """Whether the first look tells how strange a text is."""
        return (self._looks[0].field, self._looks[0].length) == ("text", PAIR)

    def find(self, readings: Sequence[Reading], begins: Ints) -> tuple[Ints, list[Strange]]:
        """Keys in any order, and how strange each text is."""
        if not self._looks:
            return np.zeros(0, dtype=begins.dtype), [Strange(0, 0)] * len(readings)
        where = places(readings, self._trie.alphabet)
        walked = self._trie.walk(where.codes, self._longest)
        columns = self._table.take(np.concatenate([look.nodes(walked, where) for look in self._looks]))
        known = columns >= 0
        keys = columns[known]
        if len(readings) > 1:
            sizes = np.concatenate([look.sizes(where) for look in self._looks])
            keys = keys + np.tile(begins, len(self._looks)).repeat(sizes)[known]
        return keys, self._strange(known, where)

    def _strange(self, known: NDArray[np.bool_], where: Places) -> list[Strange]:
        if not self._tells:
            return [Strange(0, 0)] * where.sizes.size
        pairs = np.maximum(where.sizes - PAIR + 1, 0)
        counts = np.add.reduceat(known[: where.count], where.starts, dtype=np.int64)
        return list(map(Strange, pairs.tolist(), (pairs - counts).tolist()))


class WordCounter:
    """Occurrences of words, and of runs of words joined by a blank, of one block."""

    def __init__(self, first: int, vocabulary: BlockVocabulary, segmenter: Segmenter) -> None:
        self._block = vocabulary.block
        self._columns = {gram: first + column for column, gram in enumerate(vocabulary.grams)}
        self._segmenter = segmenter

    def find(self, readings: Sequence[Reading], begins: Ints) -> Ints:
        """Keys in any order."""
        found = [self._found(reading) for reading in readings]
        columns = np.fromiter(chain.from_iterable(found), dtype=begins.dtype)
        return np.repeat(begins, [len(columns) for columns in found]) + columns

    def _found(self, reading: Reading) -> list[int]:
        words = self._segmenter.words(field_text(reading, self._block.field))
        get = self._columns.get
        grams = word_grams(words, self._block.low, self._block.high)
        return [column for gram in grams if (column := get(gram)) is not None]


def distinct(keys: Ints) -> tuple[Ints, Ints]:
    """Each key once, ascending, and how often it was there."""
    keys.sort()
    new = np.empty(keys.size + 1, dtype=np.bool_)
    new[0] = new[-1] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:-1])
    edges = new.nonzero()[0]
    return keys[edges[:-1]], edges[1:] - edges[:-1]

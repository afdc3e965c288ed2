"""Counts known n-grams: characters by hashed 64-bit keys, all texts of a batch at once; words by a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.segment import Segmenter

Ints = NDArray[np.int64]
_PACK = 21
"""Bits of one code point; three fit into one 64-bit key."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""Multiplier of Fibonacci hashing (Knuth, TAOCP 3, 6.4)."""
_ROOM = 4
"""Buckets for each key."""


class GramTable:
    """Keys to columns, looked up a whole array at a time: a hash gives a bucket, most buckets hold one key or none."""

    def __init__(self, keys: Ints, columns: Ints) -> None:
        bits = max(4, int(max(1, keys.size) * _ROOM - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        buckets = self._bucket(keys)
        order = np.argsort(buckets, kind="stable")
        self._keys = keys[order]
        self._columns = columns[order]
        self._starts = np.searchsorted(buckets[order], np.arange(2**bits + 1)).astype(np.int32)

    def find(self, keys: Ints) -> Ints:
        """The column of each key, -1 for an unknown one."""
        found = np.full(keys.size, -1, dtype=np.int64)
        if not self._keys.size:
            return found
        buckets = self._bucket(keys)
        places, ends = self._starts[buckets], self._starts[buckets + 1]
        open_ = np.flatnonzero(places < ends)
        while open_.size:
            hit = self._keys[places[open_]] == keys[open_]
            matched = open_[hit]
            found[matched] = self._columns[places[matched]]
            open_ = open_[~hit]
            places[open_] += 1
            open_ = open_[places[open_] < ends[open_]]
        return found

    def _bucket(self, keys: Ints) -> Ints:
        return ((keys.view(np.uint64) * _MIX) >> self._shift).view(np.int64)


class CharCounter:
    """Counts character n-grams of `low`..`high` characters."""

    def __init__(self, grams: Sequence[str], low: int, high: int) -> None:
        self._size = len(grams)
        self._tables = []
        for length in range(low, high + 1):
            columns = np.array([i for i, gram in enumerate(grams) if len(gram) == length], dtype=np.int64)
            keys = np.array([pack(grams[i]) for i in columns], dtype=np.int64)
            self._tables.append((length, GramTable(keys, columns)))

    def count(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, grams)."""
        points, documents = code_points(texts)
        columns = np.full((points.size, len(self._tables)), -1, dtype=np.int64)
        for place, (length, table) in enumerate(self._tables):
            keys, inside = gram_keys(points, documents, length)
            columns[: keys.size, place] = np.where(inside, table.find(keys), -1)
        known = columns.ravel() >= 0
        rows = np.repeat(documents, len(self._tables))[known]
        return _summed(rows, columns.ravel()[known], (len(texts), self._size))


class WordCounter:
    """Counts words, and runs of words joined by a blank."""

    def __init__(self, grams: Sequence[str], low: int, high: int, segmenter: Segmenter) -> None:
        self._columns = {gram: column for column, gram in enumerate(grams)}
        self._span = (low, high)
        self._segmenter = segmenter

    def count(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, grams)."""
        get = self._columns.get
        found = [
            [
                column
                for gram in word_grams(self._segmenter.words(text), *self._span)
                if (column := get(gram)) is not None
            ]
            for text in texts
        ]
        rows = np.repeat(np.arange(len(texts)), [len(columns) for columns in found])
        columns = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=rows.size)
        return _summed(rows, columns, (len(texts), len(self._columns)))


def word_grams(words: list[str], low: int, high: int) -> Iterable[str]:
    """Words (single characters too: they are in no vocabulary of words), and runs joined by a blank."""
    if low == high == 1:
        return words
    return (
        " ".join(words[start : start + length])
        for length in range(low, high + 1)
        for start in range(len(words) - length + 1)
    )


def code_points(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """All texts as one array of code points, and the row each stands in."""
    sizes = [len(text) for text in texts]
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    return points, np.repeat(np.arange(len(texts)), sizes)


def gram_keys(points: Ints, documents: Ints, length: int) -> tuple[Ints, NDArray[np.bool_]]:
    """The key of the n-gram that begins at each place, and whether it lies within one text."""
    count = max(0, points.size - length + 1)
    keys = points[:count].copy()
    for step in range(1, length):
        keys = (keys << _PACK) | points[step : step + count]
    return keys, documents[:count] == documents[length - 1 : length - 1 + count]


def pack(gram: str) -> int:
    """The key of an n-gram of at most three characters."""
    key = 0
    for char in gram:
        key = (key << _PACK) | ord(char)
    return key


def unpack(key: int, length: int) -> str:
    """The n-gram of a key."""
    mask = (1 << _PACK) - 1
    return "".join(chr((key >> (_PACK * step)) & mask) for step in reversed(range(length)))


def _summed(rows: Ints, columns: Ints, shape: tuple[int, int]) -> csr_matrix:
    """Occurrences, ordered by row, summed to counts."""
    starts = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=shape[0]), out=starts[1:])
    counts = csr_matrix((np.ones(rows.size, dtype=np.float32), columns, starts), shape=shape)
    counts.sum_duplicates()
    return counts

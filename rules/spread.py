"""Lists of different lengths laid out in one array: where the elements of some of them are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rules.points import Ints

T = TypeVar("T")
Cells = NDArray[Any]


def leading(rows: Cells, counts: Sequence[int]) -> Cells:
    """The first so many cells of each row, one row behind the other."""
    if len(rows) == 1:
        return rows[0, : counts[0]]
    return rows[np.arange(rows.shape[1]) < np.array(counts)[:, np.newaxis]]


def cut(row: Iterable[T], counts: Iterable[int]) -> Iterator[tuple[T, ...]]:
    """So many elements after so many."""
    return map(tuple, map(islice, repeat(iter(row)), counts))


def grouped(row: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """So many elements at a time."""
    return zip(*[iter(row)] * size, strict=True)


def ranges(firsts: Ints, lengths: Ints) -> Ints:
    """So many numbers from each of the first ones on, one range behind the other."""
    numbers: Ints = (firsts + lengths - lengths.cumsum()).repeat(lengths)
    numbers += np.arange(numbers.size)
    return numbers


class Spread:
    """Lists, one for each key; the first one is at place 0 and each other one behind the one before it."""

    def __init__(self, lengths: Sequence[int] | Ints) -> None:
        self._lengths = np.asarray(lengths, dtype=np.int64)
        self._firsts = self._lengths.cumsum() - self._lengths

    def of(self, keys: Ints) -> tuple[Ints, Ints]:
        """The places of all elements of the lists of these keys, and for each which of `keys` it is of."""
        lengths = self._lengths.take(keys)
        return ranges(self._firsts.take(keys), lengths), np.arange(keys.size).repeat(lengths)

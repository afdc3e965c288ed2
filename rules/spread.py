"""Lists of different lengths laid out in one array: where the elements of some of them are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rules.points import Ints


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

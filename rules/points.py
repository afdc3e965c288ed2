"""Texts as arrays of code points, so that many are folded at once as one text is by fold()."""

from __future__ import annotations

from codecs import utf_32_le_decode, utf_32_le_encode
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.text import FoldTable, fold_table

Ints = NDArray[np.integer[Any]]
POINTS = 0x110000
"""Code points are below this."""


def code_points(text: str) -> Ints:
    """The number that Unicode gives each character."""
    return code_units(text).astype(np.int64)


def code_units(text: str) -> Ints:
    """The same without a copy, in 32 bits."""
    return np.frombuffer(utf_32_le_encode(text, "surrogatepass")[0], dtype=np.uint32)


def written(points: Ints) -> str:
    """The text of these code points."""
    return utf_32_le_decode(points.astype(np.uint32, copy=False).tobytes(), "surrogatepass", True)[0]


def folded(points: Ints) -> Ints:
    """What `fold` makes of each character."""
    return _table().of(points)


@lru_cache(maxsize=1)
def _table() -> _Folded:
    return _Folded(fold_table())


class _Folded:
    """For each code point one more than that of its folded form; 0 where it has not been met yet."""

    def __init__(self, table: FoldTable) -> None:
        self._folds = table
        self._known = np.zeros(POINTS, dtype=np.uint32)

    def of(self, points: Ints) -> Ints:
        """Folded code points."""
        found = self._known.take(points)
        if np.count_nonzero(found) < found.size:
            for point in set(points[found == 0].tolist()):
                self._known[point] = ord(self._folds[point]) + 1
            found = self._known.take(points)
        found -= 1
        return found

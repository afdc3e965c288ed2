"""What is made once for each key and kept, as long as there is room: asking again costs one look into a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

MOST_KEPT = 16384
"""Keys of one dictionary; of more nothing is kept."""
V = TypeVar("V")


class Kept(dict[str, V]):
    """Filled by `make` as keys come up; sooner than a cache of functools, which puts them in order at every look."""

    def __init__(self, make: Callable[[str], V]) -> None:
        self._make = make

    def __missing__(self, key: str) -> V:
        made = self._make(key)
        if len(self) < MOST_KEPT:
            self[key] = made
        return made

"""Small values that are made by the thousand: never changed, which the type checker sees to, cheap to make and keep."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A dataclass that is frozen for mypy alone. The guard of `frozen=True` makes every object at run time four times
    as dear, and the making of values was a tenth of a decision.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@contextmanager
def no_collection() -> Iterator[None]:
    """Within the block values are made, not thrown away, so nobody need look again and again for cycles among them:
    that takes a tenth of deciding many petitions.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

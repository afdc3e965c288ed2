"""Machine code for the innermost loops, where numba is there; who asks for it elsewhere uses the arrays of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import ParamSpec, TypeVar

FEW = 10
"""Fewer texts are worked on without arrays and loops while these are not there: to make them takes longer."""
P = ParamSpec("P")
R = TypeVar("R")


def can_compile() -> bool:
    """Whether this machine has what `compiled` needs."""
    return find_spec("numba") is not None


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, made at its first call and kept on disk where any folder may be written."""
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that may be written
        return njit(nogil=True)(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The function as a part of the compiled ones that call it."""
    from numba import njit

    return njit(inline="always")(function)

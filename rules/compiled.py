"""Machine code for the innermost loops, where numba is there; who asks for it elsewhere uses the arrays of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

FEW = 10
"""For fewer texts than this, arrays and loops are not made where they are not there: it takes longer than the texts."""
P = ParamSpec("P")
R = TypeVar("R")


def can_compile() -> bool:
    """Whether this machine has what `compiled` needs, and it works with the NumPy that is here."""
    try:
        import numba  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, made at its first call and kept on disk where any folder may be written.

    What is kept is known by the file of the function: all that goes into the code must stand in that file.
    """
    from numba import njit

    try:
        ready = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that may be written
        return njit(nogil=True)(function)
    _forgive(ready)
    return ready


def _forgive(ready: Any) -> None:
    """A disk that is full is no reason not to decide: then nothing is kept."""
    save = ready._cache.save_overload

    def saved(*arguments: Any) -> None:
        with suppress(OSError):
            save(*arguments)

    ready._cache.save_overload = saved


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The function as a part of the compiled ones of its file that call it."""
    from numba import njit

    return njit(inline="always")(function)

"""Machine code for the innermost loops, where numba is there; who asks for it elsewhere uses the arrays of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
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

    What is kept is known by the file of the function: what goes into the code must stand there (see `calling`).
    """
    return _kept(function, ())


def calling(*others: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `compiled`, for a function that calls compiled ones of other files: it is known by their files, too."""
    return lambda function: _kept(function, others)


def _kept(function: Callable[P, R], others: Sequence[Any]) -> Callable[P, R]:
    from numba import njit

    try:
        ready: Any = njit(cache=True, nogil=True)(function)
        if others:
            kept = ready._cache._cache_file
            stamps = [one._cache._cache_file._source_stamp for one in others]
            kept._source_stamp = (kept._source_stamp, *stamps)
    except (RuntimeError, AttributeError):  # no folder may be written, or numba knows what it keeps in another way
        return njit(nogil=True)(function)
    _forgive(ready)
    return ready  # type: ignore[no-any-return]


def _forgive(ready: Any) -> None:
    """A disk that is full is no reason not to decide: then nothing is kept."""
    save = ready._cache.save_overload

    def saved(*arguments: Any) -> None:
        with suppress(OSError):
            save(*arguments)

    ready._cache.save_overload = saved


class Straight:
    """A compiled loop that is always called with the same kinds of arguments, the first of them `given` once: after the
    first call numba does not look at them any more, which takes about a twentieth of a text alone. Who calls it answers
    for the kinds, as nothing checks them.
    """

    def __init__(self, loop: Callable[..., Any], *given: object) -> None:
        self._loop, self._given = loop, given
        self.call: Callable[..., Any] = self._first

    def _first(self, *arguments: object) -> Any:
        from numba import typeof

        loop: Any = self._loop
        result = loop(*self._given, *arguments)
        self.call = partial(loop.get_overload(tuple(map(typeof, (*self._given, *arguments)))), *self._given)
        return result


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The function as a part of the compiled ones of its file that call it."""
    from numba import njit

    return njit(inline="always")(function)

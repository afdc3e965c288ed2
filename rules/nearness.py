"""Loops that tell which places of terms are near one another, for conditions that ask for that."""

from __future__ import annotations

import numpy as np

from rules.compiled import compiled
from rules.finding import Flags
from rules.points import Ints

NONE, FIRST, SECOND = range(3)
"""Roles of a term in a condition: among `none`, in its first part, its second; more parts follow."""
START, END, NUMBER = range(3)
"""Of an occurrence."""


@compiled
def together(entries: Ints, occurrences: Ints, seen: Ints, within: int, counting: Flags) -> bool:
    """Leaves, of the entries that count, those of the first two parts that are near one another; if any, all others."""
    size = len(entries)
    starts, ends, near = np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(size, np.uint8)
    for entry in range(size):
        starts[entry], ends[entry] = occurrences[entries[entry, 0], START], occurrences[entries[entry, 0], END]
    behind(entries[:, 1], starts, ends, seen, (FIRST, SECOND, within), counting, near)
    behind(entries[:, 1], starts, ends, seen, (SECOND, FIRST, within), counting, near)
    some = bool(near.any())
    for entry in range(size):
        counting[entry] &= near[entry] or (some and entries[entry, 1] > SECOND)
    return some


@compiled
def behind(
    roles: Ints, starts: Ints, ends: Ints, seen: Ints, asked: tuple[int, int, int], counting: Flags, near: Flags
) -> None:
    """Marks entries of the first role that have one of the second behind them, and these: without overlap, and with no
    more characters between, hidden ones apart, than `asked`. Those behind an entry are a stretch of the entries.
    """
    role, other, within = asked
    before, reaching = np.zeros(starts.size + 1, np.int64), np.zeros(starts.size + 1, np.int64)
    before[1:] = np.cumsum((counting != 0) & (roles == other))
    visible = seen[starts]
    for entry in range(starts.size):
        if counting[entry] and roles[entry] == role:
            first = np.searchsorted(starts, ends[entry])
            last = np.searchsorted(visible, seen[ends[entry]] + within, side="right")
            if before[last] > before[first]:
                near[entry] = 1
                reaching[first] += 1
                reaching[last] -= 1
    reached = 0
    for entry in range(starts.size):
        reached += reaching[entry]
        if reached > 0 and counting[entry] and roles[entry] == other:
            near[entry] = 1

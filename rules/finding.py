"""Loops that find terms, and what may belong to persons: every text is walked once, character by character."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rules.compiled import compiled, inlined
from rules.points import Ints

BASE, CHECK, TERM, CUE = range(4)
"""Of a node of the trie: where its children begin, its parent, the term and the cue that end there, else -1."""
Flags = Ints
"""Of 8 bits."""


class Sought(NamedTuple):
    """What is looked for: `codes` of characters, nodes of a trie, and the `trials` of cue i from `firsts[i]` on, for
    each the codes that may stand `before` and `after` the cue.
    """

    codes: Ints
    nodes: Ints
    firsts: Ints
    trials: Ints
    before: Flags
    after: Flags


class Room(NamedTuple):
    """What is found: occurrences, trials (text, place, trial), how many of both; more than there is room for is counted
    only.
    """

    occurrences: Ints
    trials: Ints
    sizes: Ints


@compiled
def scan(
    folds: Ints, begins: Ints, coded: Ints, occurrences: Ints, tried: Ints, sizes: Ints,
    codes: Ints, nodes: Ints, firsts: Ints, trials: Ints, before: Flags, after: Flags,
) -> Ints:  # fmt: skip
    """Finds every term in texts, and every trial that the characters around its cue allow; where the terms of each text
    begin. The code of each character is put into `coded`; the others are the fields of Room and Sought. (One by one:
    numba looks longer at a NamedTuple than a text takes.)
    """
    room, sought = Room(occurrences, tried, sizes), Sought(codes, nodes, firsts, trials, before, after)
    last, edges = codes.size - 1, np.zeros(begins.size, np.int64)
    found, most = 0, len(occurrences)
    for text in range(begins.size - 1):
        begin, end = begins[text], begins[text + 1]
        for place in range(begin, end):
            coded[place] = codes[min(int(folds[place]), last)]
        for start in range(begin, end):
            node, place = int(coded[start]), start + 1
            while node != 0:
                if nodes[node, TERM] >= 0:
                    if found < most:
                        occurrences[found, 0] = start - begin
                        occurrences[found, 1] = place - begin
                        occurrences[found, 2] = nodes[node, TERM]
                    found += 1
                if nodes[node, CUE] >= 0:
                    left, right = coded[start - 1] if start > begin else 0, coded[place] if place < end else 0
                    attempt(sought, nodes[node, CUE], (left, right), (text, start - begin), room)
                if place == end:
                    break
                below = nodes[node, BASE] + coded[place]
                node = below if nodes[below, CHECK] == node else 0
                place += 1
        edges[text + 1] = found
    sizes[0] = found
    return edges


@inlined
def put(rows: Ints, sizes: Ints, which: int, row: tuple[int, int, int]) -> None:
    """Adds a row where there is room, and counts it."""
    at = sizes[which]
    if at < len(rows):
        rows[at, 0], rows[at, 1], rows[at, 2] = row
    sizes[which] += 1


@inlined
def attempt(sought: Sought, cue: int, around: tuple[int, int], where: tuple[int, int], room: Room) -> None:
    """Adds the trials of a cue that the codes around it allow."""
    for at in range(sought.firsts[cue], sought.firsts[cue + 1]):
        trial = sought.trials[at]
        if sought.before[trial, around[0]] and sought.after[trial, around[1]]:
            put(room.trials, room.sizes, 1, (where[0], where[1], trial))

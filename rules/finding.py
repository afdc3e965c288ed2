"""Loops that find terms, and what may belong to persons: every text is walked once, character by character."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rules.compiled import compiled
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
    begin. The code of each character is put into `coded`; the others are the fields of Room and Sought. (One by one,
    and in one function: numba looks longer at a NamedTuple than a text takes, and counts who uses it at every cue.)
    """
    last, edges, found, trying = codes.size - 1, np.zeros(begins.size, np.int64), 0, 0
    for text in range(begins.size - 1):
        begin, end = begins[text], begins[text + 1]
        for place in range(begin, end):
            coded[place] = codes[min(int(folds[place]), last)]
        for start in range(begin, end):
            node, place = int(coded[start]), start + 1
            while node != 0:
                if nodes[node, TERM] >= 0:
                    if found < len(occurrences):
                        occurrences[found, 0], occurrences[found, 1] = start - begin, place - begin
                        occurrences[found, 2] = nodes[node, TERM]
                    found += 1
                cue = nodes[node, CUE]
                if cue >= 0:
                    left, right = coded[start - 1] if start > begin else 0, coded[place] if place < end else 0
                    for at in range(firsts[cue], firsts[cue + 1]):
                        trial = trials[at]
                        if before[trial, left] and after[trial, right]:
                            if trying < len(tried):
                                tried[trying, 0], tried[trying, 1], tried[trying, 2] = text, start - begin, trial
                            trying += 1
                if place == end:
                    break
                below = nodes[node, BASE] + coded[place]
                node = below if nodes[below, CHECK] == node else 0
                place += 1
        edges[text + 1] = found
    sizes[0], sizes[1] = found, trying
    return edges

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
    """What is looked for: nodes of a trie, and the `trials` of cue i from `firsts[i]` on, for each the codes that may
    stand `before` and `after` the cue; `seen`: terms of which it is told at once where they stand.
    """

    nodes: Ints
    firsts: Ints
    trials: Ints
    before: Flags
    after: Flags
    seen: Flags


class Found(NamedTuple):
    """What stands in texts: their folded characters, and in a second row the codes of these; occurrences of terms,
    those of text i from `edges[i]` on; of terms that are seen also text, start, end, number; trials (text, place,
    trial), and how many there are; how many characters the letters do not have yet: where there are any, nothing else
    was looked for. More than there is room for is counted only.
    """

    characters: Ints
    occurrences: Ints
    edges: Ints
    sights: Ints
    tried: Ints
    trials: int
    strange: int

    @property
    def codes(self) -> Ints:
        """Of the characters."""
        codes: Ints = self.characters[1]
        return codes

    @property
    def most(self) -> int:
        """So much room is needed."""
        return max(int(self.edges[-1]), self.trials)


@compiled
def scan(
    units: Ints, begins: Ints, room: int, letters: Ints,
    nodes: Ints, firsts: Ints, trials: Ints, before: Flags, after: Flags, seen: Flags,
) -> tuple[Ints, Ints, Ints, Ints, Ints, int, int]:  # fmt: skip
    """Finds every term in texts, and every trial that the characters around its cue allow: the fields of Found. Text i
    has the characters from `begins[i]` to `begins[i + 1]`; `letters`: for each, one more than its folded form (0: not
    known), and the code of that; the others are the fields of Sought. (One by one, and in one function: numba looks
    longer at a NamedTuple than a text takes, and counts who uses it at every cue.)
    """
    characters, edges = np.empty((2, units.size), np.int32), np.zeros_like(begins)
    folds, coded = characters[0], characters[1]
    occurrences, tried = np.empty((room, 3), np.int32), np.empty((room, 3), np.int32)
    sights = np.empty((room, 4), np.int32)
    found = sighted = trying = strange = 0
    for place in range(units.size):
        letter = letters[units[place]]
        strange += letter[0] == 0
        folds[place], coded[place] = letter[0] - 1, letter[1]
    for text in range(0 if strange else begins.size - 1):
        begin, end = begins[text], begins[text + 1]
        for start in range(begin, end):
            node, place = int(coded[start]), start + 1
            while node != 0:
                term = nodes[node, TERM]
                if term >= 0:
                    if found < room:
                        occurrences[found, 0], occurrences[found, 1] = start - begin, place - begin
                        occurrences[found, 2] = term
                        if seen[term]:
                            sights[sighted, 0], sights[sighted, 1], sights[sighted, 2] = (
                                text,
                                start - begin,
                                place - begin,
                            )
                            sights[sighted, 3] = term
                            sighted += 1
                    found += 1
                cue = nodes[node, CUE]
                if cue >= 0:
                    left, right = coded[start - 1] if start > begin else 0, coded[place] if place < end else 0
                    for at in range(firsts[cue], firsts[cue + 1]):
                        trial = trials[at]
                        if before[trial, left] and after[trial, right]:
                            if trying < room:
                                tried[trying, 0], tried[trying, 1], tried[trying, 2] = text, start - begin, trial
                            trying += 1
                if place == end:
                    break
                below = nodes[node, BASE] + coded[place]
                node = below if nodes[below, CHECK] == node else 0
                place += 1
        edges[text + 1] = found
    return characters, occurrences[:found], edges, sights[:sighted], tried[:trying], trying, strange

"""Loops that find terms, and what may belong to persons: every text is walked once, character by character."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rules.compiled import compiled, inlined
from rules.points import Ints

BASE, CHECK, TERM, CUE = range(4)
"""Of a node of the trie: where its children begin, its parent, the term and the cue that end there, else -1."""
FOLD = 1 << 32
"""Above the code of a character."""
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
    those of text i from `edges[i]` on; of terms that are seen also the text, and which occurrence it is; trials (text,
    place, trial), and how many there are; how many characters the letters do not have yet: where there are any, nothing
    else was looked for. More than there is room for is counted only.
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

    def sighted(self) -> Iterable[tuple[int, list[int]]]:
        """Texts and occurrences of the terms that are seen."""
        if not self.sights.size:
            return ()
        texts, which = self.sights.T
        return zip(texts.tolist(), self.occurrences[which].tolist(), strict=True)

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
    has the characters from `begins[i]` to `begins[i + 1]`; `letters`: see `spell`; the others are the fields of Sought
    (one by one: of a NamedTuple numba counts at every cue who uses it).
    """
    characters, edges, found, sighted, trying = np.empty((2, units.size), np.int32), np.zeros_like(begins), 0, 0, 0
    occurrences, tried = np.empty((room, 3), np.int32), np.empty((room, 3), np.int32)
    coded, sights, strange = characters[1], np.empty((room, 2), np.int32), spell(units, letters, characters)
    for text in range(0 if strange else begins.size - 1):
        begin, end = begins[text], begins[text + 1]
        for start in range(begin, end):
            node, place = int(coded[start]), start + 1
            while node != 0:
                term, cue = nodes[node, TERM], nodes[node, CUE]
                if term >= 0:
                    if found < room:
                        put(occurrences, found, start - begin, place - begin, term)
                        sights[sighted, 0], sights[sighted, 1] = text, found
                        sighted += seen[term]
                    found += 1
                if cue >= 0:
                    left, right = coded[start - 1] if start > begin else 0, coded[place] if place < end else 0
                    for at in range(firsts[cue], firsts[cue + 1]):
                        if before[trials[at], left] and after[trials[at], right]:
                            put(tried, min(trying, room - 1), text, start - begin, trials[at])
                            trying += 1
                if place == end:
                    break
                below = nodes[node, BASE] + coded[place]
                node = below if nodes[below, CHECK] == node else 0
                place += 1
        edges[text + 1] = found
    return characters, occurrences[:found], edges, sights[:sighted], tried[:trying], trying, strange


@inlined
def spell(units: Ints, letters: Ints, characters: Ints) -> int:
    """Puts the folded form of each character into the first row of `characters`, its code into the second; how many
    characters have no letter yet. `letters`: for each code point `FOLD` times one more than its folded form, plus the
    code of that; 0 where that is not known.
    """
    strange = 0
    for place in range(units.size):
        letter = letters[units[place]]
        strange += letter == 0
        characters[0, place], characters[1, place] = letter // FOLD - 1, letter % FOLD
    return strange


@inlined
def put(rows: Ints, at: int, first: int, second: int, third: int) -> None:
    """Fills a row."""
    rows[at, 0], rows[at, 1], rows[at, 2] = first, second, third

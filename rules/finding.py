"""Loops that find terms, and what may belong to persons: every text is walked once, character by character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rules.compiled import compiled, inlined
from rules.points import Ints

BASE, CHECK, TERM, CUE = range(4)
"""Of a node of the trie: where its children begin, its parent, the term and the cue that end there, else -1."""
SIGHT, TRIAL = 4, 3
"""Figures of each: see Found."""
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
    """What stands in texts: their folded characters, and in a second row the codes of these; occurrences of terms, and
    where those of each text end, at first 0; occurrences of terms that are seen (SIGHT figures: start, end, term, text)
    and trials (TRIAL: text, place, trial), one behind the other.
    """

    characters: Ints
    occurrences: Ints
    edges: Sequence[int]
    sights: Sequence[int]
    tried: Sequence[int]

    @property
    def codes(self) -> Ints:
        """Of the characters."""
        codes: Ints = self.characters[1]
        return codes


@compiled
def scan(
    letters: Ints, nodes: Ints, firsts: Ints, trials: Ints, before: Flags, after: Flags, seen: Flags,
    units: Ints, begins: Ints, room: int,
) -> tuple[Ints, Ints, Ints, int, int, int, int]:  # fmt: skip
    """Finds every term in texts, and every trial that the characters around its cue allow. Text i has the characters
    from `begins[i]` to `begins[i + 1]`; `letters`: see `spell`; the others are the fields of Sought (one by one: of a
    NamedTuple numba counts at every cue who uses it). Gives the first fields of Found, and all others in one array (few
    are handed over sooner); how many occurrences, sights, trials there are, more than there is room for being counted
    only; how many characters the letters do not have yet: where there are any, nothing was looked for.
    """
    characters, edges, found, sighted, trying = np.empty((2, units.size), np.int32), np.zeros_like(begins), 0, 0, 0
    occurrences, sights = np.empty((room, 3), np.int32), np.empty((room, SIGHT), np.int32)
    tried, coded, strange = np.empty((room, TRIAL), np.int32), characters[1], spell(units, letters, characters)
    for text in range(0 if strange else begins.size - 1):
        begin, end = begins[text], begins[text + 1]
        for start in range(begin, end):
            node, place = int(coded[start]), start + 1
            while node != 0:
                term, cue = nodes[node, TERM], nodes[node, CUE]
                if term >= 0:
                    if found < room:
                        put(occurrences, found, start - begin, place - begin, term)
                        put(sights, sighted, start - begin, place - begin, term)
                        sights[sighted, SIGHT - 1] = text
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
    told = np.concatenate((edges, sights[:sighted].ravel(), tried[: min(trying, room)].ravel()))
    return characters, occurrences[:found], told, found, sighted, trying, strange


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

"""Loops that count the known n-grams of texts and weigh them; where they cannot be compiled, NumPy does the same."""

from __future__ import annotations

import numpy as np

from classifier.head import Floats
from rules.compiled import compiled
from rules.points import Ints

BITS = 64
"""Columns whose flags share one number."""
_DE_BRUIJN, _HIGHEST_SIX = 0x03F79D71B4CB0A89, 58
"""Times a power of two the highest six bits tell which power it is (Leiserson, Prokop & Randall 1998)."""
_LOWEST = np.zeros(BITS, dtype=np.int64)
_LOWEST[[(_DE_BRUIJN << place) % 2**BITS >> _HIGHEST_SIX for place in range(BITS)]] = np.arange(BITS)


@compiled
def readable(points: Ints, alphabet: Ints, codes: Ints, size: int) -> int:
    """Appends the codes of what is no white space to the first `size` of `codes`; how many these are then."""
    last = alphabet.size - 1
    for place in range(points.size):
        code = alphabet[min(int(points[place]), last)]
        if code >= 0:
            codes[size] = code
            size += 1
    return size


@compiled
def find(codes: Ints, walked: Ints, lead: int, nodes: Ints, looks: Ints, counts: Ints, flags: Ints) -> int:
    """Counts the known n-grams of a text's `codes`, and flags their columns; how many of them the first look found.

    A row of `nodes`: where the children begin, the parent, then the column in each block. A row of `looks`, in order of
    length: of its n-grams, whether it looks at the lead alone, the place of its block's columns in a row of nodes.
    `walked`, as long as the text, is for the node of the n-gram at each place: going down one step at all places takes
    half the time of going all steps at each.
    """
    first, length = 0, 1
    walked[:] = codes
    for look in range(len(looks)):
        while length < looks[look, 0]:
            for place in range(codes.size - length):
                node = walked[place]
                below = nodes[node, 0] + codes[place + length]
                walked[place] = below if nodes[below, 1] == node and node != 0 else 0
            length += 1
        end = codes.size if looks[look, 1] == 0 else lead
        for place in range(end - length + 1):
            column = nodes[walked[place], looks[look, 2]]
            if column >= 0:
                first += looks[look, 3]
                counts[column] += 1
                flags[column // BITS] |= np.uint64(1) << np.uint64(column % BITS)
    return first


@compiled
def gather(counts: Ints, flags: Ints, columns: Ints, times: Ints, at: int) -> int:
    """The flagged columns in order and their counts, from place `at` on, all set back to 0; where they end."""
    for cell in range(flags.size):
        left = flags[cell]
        while left:
            lowest = left & (~left + np.uint64(1))
            column = cell * BITS + _LOWEST[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(_HIGHEST_SIX)]
            columns[at], times[at] = column, counts[column]
            counts[column] = 0
            left ^= lowest
            at += 1
        flags[cell] = 0
    return at


@compiled
def weigh(
    columns: Ints, times: Ints, start: int, end: int, edges: Ints, damped: Floats, idf: Floats, weights: Floats,
    values: Floats,
) -> None:  # fmt: skip
    """Damped counts times idf; what a text has of one block has the length of its weight."""
    at = start
    for block in range(weights.size):
        first, squares = at, 0.0
        while at < end and columns[at] < edges[block + 1]:
            values[at] = damped[min(times[at], damped.size) - 1] * idf[columns[at]]
            squares += values[at] * values[at]
            at += 1
        if at > first:
            scale = np.float32(weights[block] / np.sqrt(squares))
            for place in range(first, at):
                values[place] *= scale


@compiled
def rows(
    points: Ints, begins: Ints, titles: Ints, alphabet: Ints, nodes: Ints, looks: Ints,
    edges: Ints, damped: Floats, idf: Floats, weights: Floats, lead_length: int,
) -> tuple[Ints, Ints, Floats, Ints, Ints]:  # fmt: skip
    """Features of texts: text i has the characters from `begins[i]` to `begins[i + 1]`, the first `titles[i]` of them
    its title. Where the features of each begin, their columns, their values; its characters, pairs known.
    """
    texts = begins.size - 1
    room = points.size * len(looks)
    columns, times, values = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.float32)
    starts, sizes, known = np.zeros(texts + 1, np.int64), np.empty(texts, np.int64), np.empty(texts, np.int64)
    counts, flags = np.zeros(edges[-1], np.int32), np.zeros(edges[-1] // BITS + 1, np.uint64)
    codes, walked = np.empty(points.size, np.int32), np.empty(points.size, np.int32)
    at = 0
    for text in range(texts):
        title = begins[text] + titles[text]
        lead = readable(points[begins[text] : title], alphabet, codes, 0)
        size = readable(points[title : begins[text + 1]], alphabet, codes, lead)
        if lead == 0:
            lead = min(size, lead_length)
        sizes[text] = size
        known[text] = find(codes[:size], walked[:size], lead, nodes, looks, counts, flags)
        start, at = at, gather(counts, flags, columns, times, at)
        weigh(columns, times, start, at, edges, damped, idf, weights, values)
        starts[text + 1] = at
    return starts, columns[:at], values[:at], sizes, known

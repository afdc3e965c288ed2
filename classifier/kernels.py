"""The innermost loops of predicting, text by text; where they cannot be compiled, NumPy does the same step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.head import Floats, Indices
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


@compiled
def margins(
    starts: Ints, columns: Ints, values: Floats, weights: Floats, bias: Floats,
    edges: Ints, cells: Ints, given: Floats, steps: Ints, rule_weights: Floats, places: int,
) -> Floats:  # fmt: skip
    """What words and rules say of each text; of the rules, text i has `given` in `cells` from `edges[i]` on; a cell is
    below `places`.
    """
    texts, width = starts.size - 1, weights.shape[1]
    total = np.zeros((texts, width), np.float32)
    said = np.zeros(places, np.float32)
    for text in range(texts):
        for at in range(starts[text], starts[text + 1]):
            column, value = columns[at], values[at]
            for label in range(width):
                total[text, label] += value * weights[column, label]
        for label in range(width):
            total[text, label] += bias[label]
        for at in range(edges[text], edges[text + 1]):
            said[cells[at]] = given[at]
        for level in range(len(steps)):
            for label in range(width):
                total[text, label] += said[steps[level, label]] * rule_weights[label]
        for at in range(edges[text], edges[text + 1]):
            said[cells[at]] = 0
    return total


@compiled
def shares(margins: Floats, sharpness: float, offset: float, odds: bool, row: Floats) -> None:
    """One text's margins as probabilities, into `row`: see `classifier.head.shares`; `odds`: with an offset."""
    most = np.float32(-np.inf)
    for label in range(row.size):
        row[label] = margins[label] * np.float32(sharpness)
        if odds:
            row[label] += np.float32(offset)
        most = max(most, min(row[label], np.float32(0)) if odds else row[label])
    total = 0.0
    for label in range(row.size):
        own = row[label]
        if odds:
            row[label] = np.exp(min(own, np.float32(0)) - most) / (np.float32(1) + np.exp(-abs(own)))
        else:
            row[label] = np.exp(own - most)
        total += row[label]
    for label in range(row.size):
        row[label] /= np.float32(total)


@compiled
def keep(value: float, name: int, values: Floats, names: Ints, kept: int) -> int:
    """Puts a value among the greatest ones, in falling order, of equals the earlier one; how many are kept then."""
    if kept == values.size:
        if value <= values[kept - 1]:
            return kept
        kept -= 1
    at = kept
    while at > 0 and values[at - 1] < value:
        values[at], names[at] = values[at - 1], names[at - 1]
        at -= 1
    values[at], names[at] = value, name
    return kept + 1


@compiled
def descend(names: Ints, values: Floats, groups: Ints, sums: NDArray[np.float64]) -> int:
    """Down the tree: of the likeliest group of labels at the first level the likeliest at the second, and so on, of
    equals the first; the likeliest label of the last. `names`: labels in falling order of `values`, their
    probabilities; `groups`: the group of each label at each level; `sums`: zeros, and so again in the end.
    """
    alive = np.ones(names.size, np.bool_)
    for level in range(len(groups)):
        best = groups[level, names[np.argmax(alive)]]
        for place in range(names.size):
            if alive[place]:
                sums[groups[level, names[place]]] += values[place]
        for place in range(names.size):
            group = groups[level, names[place]]
            if alive[place] and (sums[group] > sums[best] or (sums[group] == sums[best] and group < best)):
                best = group
        for place in range(names.size):
            group = groups[level, names[place]]
            alive[place] &= group == best
        for place in range(names.size):
            sums[groups[level, names[place]]] = 0
    return int(names[np.argmax(alive)])


@compiled
def reaching(values: Floats, least: float, fewest: int) -> int:
    """How many of the falling values are at least so much; `fewest` in any case, if there are as many."""
    count = min(fewest, values.size)
    while count < values.size and values[count] >= least:
        count += 1
    return count


@compiled
def likeliest(
    margins: Floats, first: int, end: int, sharpness: float, offset: float, odds: bool, groups: Ints, most: int,
    fewest: int, likely: float, asked: float,
) -> tuple[Indices, Floats, Indices, Indices, Indices]:  # fmt: skip
    """Of each text the likeliest labels of a head, whose margins are the columns `first` to `end`: their places and
    probabilities, one text behind the other, and how many are listed, of the `most` likeliest those from `asked` on, at
    least `fewest`; the first two; where `descend` leads among those from `likely` on.
    """
    texts, labels, at = len(margins), end - first, 0
    width = min(most, labels)
    listed, chances = np.empty(texts * width, np.int64), np.empty(texts * width, np.float32)
    counts, ends, leaves = np.empty(texts, np.int64), np.zeros((texts, 2), np.int64), np.empty(texts, np.int64)
    names, values = np.zeros(width, np.int64), np.zeros(width, np.float32)
    row, sums = np.empty(labels, np.float32), np.zeros(labels, np.float64)
    for text in range(texts):
        shares(margins[text, first:end], sharpness, offset, odds, row)
        kept = 0
        for label in range(labels):
            if kept < fewest or row[label] >= asked or row[label] > values[fewest - 1]:
                kept = keep(row[label], label, values, names, kept)
        values[kept:] = 0
        counts[text] = count = reaching(values, asked, fewest)
        listed[at : at + count], chances[at : at + count] = names[:count], values[:count]
        at += count
        ends[text, : min(2, width)] = names[: min(2, width)]
        count = reaching(values, likely, 1)
        leaves[text] = descend(names[:count], values[:count], groups, sums)
    return listed[:at], chances[:at], counts, ends, leaves


@compiled
def telling(
    starts: Ints, columns: Ints, values: Floats, weights: Floats, ends: Ints, most: int
) -> tuple[Ints, Floats, Ints]:
    """Of each text the `most` features that pull most from a rival to a winner (`ends`, the winner first: columns of
    `weights`): their columns and pulls, one text behind the other, and how many each has.
    """
    texts, last = starts.size - 1, 0
    told, strengths = np.empty(texts * most, np.int64), np.empty(texts * most, np.float32)
    names, pulls, counts = np.zeros(most, np.int64), np.zeros(most, np.float32), np.zeros(texts, np.int64)
    for text in range(texts):
        winner, rival, kept = ends[text, 0], ends[text, 1], 0
        for at in range(starts[text], starts[text + 1]):
            pull = (weights[columns[at], winner] - weights[columns[at], rival]) * values[at]
            if pull > 0:
                kept = keep(pull, columns[at], pulls, names, kept)
        told[last : last + kept], strengths[last : last + kept] = names[:kept], pulls[:kept]
        counts[text] = kept
        last += kept
    return told[:last], strengths[:last], counts

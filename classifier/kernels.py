"""Loops that predict, text by text; where they cannot be compiled, NumPy does the same step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.counting import rows
from classifier.head import Floats
from rules.compiled import calling, compiled
from rules.points import Ints

SHARPNESS, OFFSET, ODDS, ASKED = range(4)
"""Of a head's curve: see `classifier.head.shares`; whether it has an offset; the least probability that it lists."""
LEAD, PLACES, RANKED, FEWEST, TOLD = range(5)
"""Of limits: characters of a lead; numbers of cells of rules; labels of a head that are listed at most, and at least;
words that are told.
"""
FIRST, EACH = 2, 3
"""Figures of a text: so many first, so many for each head (see `said`)."""
Reals = NDArray[np.float64]


@compiled
def margins(
    starts: Ints, columns: Ints, values: Floats, weights: Floats, bias: Floats,
    edges: Ints, cells: Ints, given: Reals, steps: Ints, rule_weights: Floats, places: int,
) -> Floats:  # fmt: skip
    """What words and rules say of each text; of the rules, text i has points `given` in `cells` from `edges[i]` on; a
    cell is below `places`.
    """
    texts, width = starts.size - 1, weights.shape[1]
    total = np.zeros((texts, width), np.float32)
    worth = np.zeros(places, np.float32)
    for text in range(texts):
        for at in range(starts[text], starts[text + 1]):
            column, value = columns[at], values[at]
            for label in range(width):
                total[text, label] += value * weights[column, label]
        for label in range(width):
            total[text, label] += bias[label]
        for at in range(edges[text], edges[text + 1]):
            worth[cells[at]] = np.log1p(given[at])
        for level in range(len(steps)):
            for label in range(width):
                total[text, label] += worth[steps[level, label]] * rule_weights[label]
        for at in range(edges[text], edges[text + 1]):
            worth[cells[at]] = 0
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
def descend(names: Ints, values: Floats, groups: Ints, sums: Reals) -> int:
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
    margins: Floats, head: Ints, curve: Reals, groups: Ints, limits: Ints, likely: float,
    listed: Ints, chances: Floats, at: int, counts: Ints, leaves: Ints, ends: Ints,
) -> int:  # fmt: skip
    """Of each text the likeliest labels of a head, all as columns of `margins`: puts them and their probabilities into
    `listed` and `chances`, from place `at` on, one text behind the other, and tells where they end. Listed are, of the
    `limits[RANKED]` likeliest, those from `likely` or from what the curve asks on, at least `limits[FEWEST]`.

    Into `counts` goes how many each text has, into `leaves` where `descend` leads among those from `likely` on, into
    `ends` the first two.
    """
    first, end = head[0], head[1]
    labels, fewest, asked = end - first, limits[FEWEST], min(likely, curve[ASKED])
    most = min(limits[RANKED], labels)
    names, values = np.zeros(most, np.int64), np.zeros(most, np.float32)
    row, sums = np.empty(labels, np.float32), np.zeros(labels, np.float64)
    for text in range(len(margins)):
        shares(margins[text, first:end], curve[SHARPNESS], curve[OFFSET], curve[ODDS] != 0, row)
        kept = 0
        for label in range(labels):
            if kept < fewest or row[label] >= asked or row[label] > values[fewest - 1]:
                kept = keep(row[label], label, values, names, kept)
        values[kept:] = 0
        counts[text] = count = reaching(values, asked, fewest)
        for place in range(count):
            listed[at + place], chances[at + place] = first + names[place], values[place]
        ends[text, 0], ends[text, 1] = first + names[0], first + names[min(1, most - 1)]
        count, at = reaching(values, likely, 1), at + count
        leaves[text] = first + descend(names[:count], values[:count], groups[:, first:end], sums)
    return at


@compiled
def telling(
    starts: Ints, columns: Ints, values: Floats, weights: Floats, ends: Ints, most: int,
    told: Ints, strengths: Floats, at: int, counts: Ints,
) -> int:  # fmt: skip
    """Of the first texts, as many as there are `counts`, the `most` features that pull most from a rival to a winner
    (`ends`, the winner first: columns of `weights`): puts their columns and pulls into `told` and `strengths`, from
    place `at` on, one text behind the other, and how many each has into `counts`; where they end.
    """
    names, pulls = np.zeros(most, np.int64), np.zeros(most, np.float32)
    for text in range(counts.size):
        winner, rival, kept = ends[text, 0], ends[text, 1], 0
        for place in range(starts[text], starts[text + 1]):
            pull = (weights[columns[place], winner] - weights[columns[place], rival]) * values[place]
            if pull > 0:
                kept = keep(pull, columns[place], pulls, names, kept)
        for place in range(kept):
            told[at + place], strengths[at + place] = names[place], pulls[place]
        counts[text], at = kept, at + kept
    return at


@calling(rows)
def said(
    alphabet: Ints, nodes: Ints, looks: Ints, edges: Ints, damped: Floats, idf: Floats, block_weights: Floats,
    weights: Floats, bias: Floats, steps: Ints, rule_weights: Floats,
    heads: Ints, curves: Reals, groups: Ints, limits: Ints,
    points: Ints, about: Ints, given: Reals, count: int, likely: float, explained: int, shown: int,
) -> tuple[Ints, Floats]:  # fmt: skip
    """All that is said of so many texts in one call, as each costs as much as a loop over a text. `about`, one behind
    the other: where the characters of each text begin, how long its title is, where its cells of rules begin, each with
    one more that ends the last; the cells, in which are the points `given`. `explained`: a bit for each head of which
    telling words are wanted, of the first texts, those `shown`. A row of `heads`: its first column and its end; of
    `curves`: see SHARPNESS and so on; `groups`: for each column the group of its label at each level.

    For each text its characters, for each its known pairs; for each head: for each text how many labels it has, where
    the tree leads, how many words tell; then the likeliest labels of all heads, one head behind the other, and behind
    them telling words, likewise. And the probabilities and pulls of these. (Few arrays, as numba takes longer to hand
    one over than to fill it.)
    """
    most, step = limits[TOLD], count + 1
    begins, titles = about[:step], about[step : 2 * step]
    bounds, cells = about[2 * step : 3 * step], about[3 * step :]
    starts, columns, values, sizes, known = rows(
        points, begins, titles, alphabet, nodes, looks, edges, damped, idf, block_weights, limits[LEAD]
    )
    total = margins(starts, columns, values, weights, bias, bounds, cells, given, steps, rule_weights, limits[PLACES])
    answers, ends = count * len(heads), np.empty((count, 2), np.int64)
    room = answers * (limits[RANKED] + most)
    listed, chances = np.empty(room, np.int64), np.empty(room, np.float32)
    told, pulls = np.empty(answers * most, np.int64), np.empty(answers * most, np.float32)
    table, row, at, last = np.zeros((FIRST + EACH * len(heads), count), np.int64), FIRST, 0, 0
    table[0], table[1] = sizes, known
    for head in range(len(heads)):
        at = likeliest(
            total, heads[head], curves[head], groups, limits, likely, listed, chances, at, table[row], table[row + 1],
            ends,
        )  # fmt: skip
        if (explained >> head) & 1:
            last = telling(starts, columns, values, weights, ends, most, told, pulls, last, table[row + 2, :shown])
        row += EACH
    listed[at : at + last], chances[at : at + last] = told[:last], pulls[:last]
    return np.concatenate((table.ravel(), listed[: at + last])), chances[: at + last]

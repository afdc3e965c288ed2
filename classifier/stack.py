"""All heads side by side, as deciding uses them: one matrix for the words, one small one for the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np

from classifier.features import Rows
from classifier.head import Floats, Head, Indices
from rules.tally import Points
from rules.taxonomy import LEVELS, at_level


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules' points add to each column: `weights` times log(1 + points) of its category and of those above it.

    `places`: a number for each category code; one more is for all others, and the last for none. `steps`: those that
    count for each column, one row for each level.
    """

    places: Mapping[str, int]
    steps: Indices
    weights: Floats

    @property
    def size(self) -> int:
        """Numbers are below this."""
        return len(self.places) + 2

    def said(self, points: Sequence[Points]) -> tuple[list[int], list[int], list[float]]:
        """Of how many categories each petition has points, the place of each, and the points."""
        places = list(map(self.places.get, chain.from_iterable(points), repeat(len(self.places))))
        given = [worth for own in points for worth in own.values()]
        return list(map(len, points)), places, given

    def add(self, total: Floats, points: Sequence[Points]) -> None:
        """To each row of margins what its points say, the first level first."""
        counts, cells, given = self.said(points)
        logs = np.zeros((len(points), self.size), dtype=np.float32)
        logs[np.arange(len(points)).repeat(counts), cells] = np.log1p(given)
        said = logs.take(self.steps, axis=1)
        said *= self.weights
        for level in range(len(self.steps)):
            total += said[:, level]


@dataclass(frozen=True, slots=True)
class Stack:
    """Head `name` has the columns `spans[name]`, one for each label: its parts are summed here.

    Shapes: weights (features, columns), bias (columns).
    """

    weights: Floats
    bias: Floats
    spans: Mapping[str, slice]
    ruled: Ruled

    def margins(self, rows: Rows, points: Sequence[Points]) -> Floats:
        """What words and rules say, as `Head.margins` does. Shape (petitions, columns)."""
        total = rows.times(self.weights)
        total += self.bias
        self.ruled.add(total, points)
        return np.asarray(total, dtype=np.float32)


def spans(widths: Mapping[str, int]) -> dict[str, slice]:
    """The columns of each head, in order."""
    result, start = {}, 0
    for name, width in widths.items():
        result[name] = slice(start, start + width)
        start += width
    return result


def stacked(heads: Mapping[str, Head], features: int) -> Stack:
    """The parts of every head summed, all heads side by side."""
    columns = spans({name: len(head.labels) for name, head in heads.items()})
    width = sum(len(head.labels) for head in heads.values())
    weights = np.zeros((features, width), dtype=np.float32)
    bias = np.zeros(width, dtype=np.float32)
    for name, head in heads.items():
        for part in head.parts:
            weights[:, columns[name]] += part.weights[:, part.of]
            bias[columns[name]] += part.bias[part.of]
    return Stack(weights, bias, columns, ruled(heads))


def ruled(heads: Mapping[str, Head]) -> Ruled:
    """What a point of each category adds to each column."""
    labels = [(label, head.rule_weight) for head in heads.values() for label in head.labels]
    above = [dict.fromkeys(at_level(label, level) for level in LEVELS) if weight else {} for label, weight in labels]
    places = {code: place for place, code in enumerate(dict.fromkeys(chain.from_iterable(above)))}
    steps = np.full((len(LEVELS), len(labels)), len(places) + 1, dtype=np.int64)
    for column, codes in enumerate(above):
        steps[: len(codes), column] = [places[code] for code in codes]
    return Ruled(places, steps, np.array([weight for _, weight in labels], dtype=np.float32))

"""All heads side by side, as deciding uses them: one matrix for the words, one small one for the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np

from classifier.features import Rows
from classifier.head import Floats, Head
from rules.verdict import Levels


@dataclass(frozen=True, slots=True)
class Stack:
    """Head `name` has the columns `spans[name]`, one for each label: its parts are summed here.

    Shapes: weights (features, columns), bias (columns). `ruled`: by category code what log(1 + points) counts for in
    each column.
    """

    weights: Floats
    bias: Floats
    spans: Mapping[str, slice]
    ruled: Mapping[str, Floats]

    def margins(self, rows: Rows, points: Sequence[Levels]) -> Floats:
        """What words and rules say, as `Head.margins` does. Shape (petitions, columns)."""
        total = rows.matrix(self.weights.shape[0]) @ self.weights
        total += self.bias
        if self.ruled:
            self._add_rules(total, points)
        return np.asarray(total, dtype=np.float32)

    def _add_rules(self, total: Floats, points: Sequence[Levels]) -> None:
        get = self.ruled.get
        for row, levels in zip(total, points, strict=True):
            for table in levels:
                for code, value in table.items():
                    if (unit := get(code)) is not None:
                        row += unit * np.float32(log1p(value))


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


def ruled(heads: Mapping[str, Head]) -> dict[str, Floats]:
    """For each category code what a unit of its points adds to each column."""
    columns = spans({name: len(head.labels) for name, head in heads.items()})
    units: dict[str, Floats] = {}
    for name, head in heads.items():
        for code, labels in head.below.items() if head.rule_weight else ():
            row = units.setdefault(code, np.zeros(sum(len(h.labels) for h in heads.values()), dtype=np.float32))
            row[columns[name].start + labels] = head.rule_weight
    return units

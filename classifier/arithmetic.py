"""What predicting computes of some texts, in two ways equal but for rounding: arrays of NumPy, or compiled loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import Protocol

import numpy as np

from classifier.features import FeatureSpace, Rows
from classifier.grams import Strange
from classifier.head import Floats, Head, best
from classifier.prediction import FEWEST, HeadPrediction, TellingWord, Wanted
from classifier.stack import Stack
from classifier.telling import pulls, telling_words
from rules.compiled import can_compile
from rules.reading import Reading
from rules.spread import leading
from rules.tally import Points

RANKED = 24
"""Labels listed of a head with many."""
Said = tuple[Sequence[list[HeadPrediction]], Sequence[Strange]]
"""For each head what it says of each text; and how strange each of those shown is."""


class Arithmetic(Protocol):
    """One pass over texts."""

    def said(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted) -> Said:
        """What is said of 1 to BATCH texts."""


class Arrays:
    """NumPy and SciPy alone: for machines without numba, and for few texts where no loops are ready."""

    def __init__(self, features: FeatureSpace, stack: Stack, heads: Sequence[Head]) -> None:
        self._features, self._stack, self._heads = features, stack, heads
        self._grams = features.grams

    def said(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted) -> Said:
        rows = self._features.rows(readings)
        margins = self._stack.margins(rows, points)
        return [self._head(head, rows, margins, wanted) for head in self._heads], rows.strange[: wanted.shown]

    def _head(self, head: Head, rows: Rows, margins: Floats, wanted: Wanted) -> list[HeadPrediction]:
        """What one head says."""
        span = self._stack.spans[head.name]
        places, probabilities = best(head.probabilities(margins[:, span]), RANKED)
        listed = (probabilities >= min(wanted.least, head.asked)).sum(axis=1)
        counts = np.clip(listed, FEWEST, probabilities.shape[1]).tolist()
        rankings = head.rankings(leading(places, counts), leading(probabilities, counts), counts)
        told = list[tuple[TellingWord, ...]]()
        if head.name in wanted.explained:
            shown = rows.first(wanted.shown)
            ends = places[: shown.size, :2] + span.start
            pulled = pulls(shown, self._stack.weights, ends[:, 0], ends[:, -1])
            told = telling_words(shown, pulled, self._grams)
        return head.predictions(rankings, chain(told, repeat(())), repeat(None))


def arithmetic(features: FeatureSpace, stack: Stack, heads: Sequence[Head]) -> Arithmetic:
    """The faster one that this machine has. Words are cut by others, so features of words are left to the arrays."""
    if not features.of_characters or not can_compile():
        return Arrays(features, stack, heads)
    from classifier.loops import Loops

    return Loops(features, stack, heads)

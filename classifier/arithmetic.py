"""What predicting computes of some texts, in two ways equal but for rounding: arrays of NumPy, or compiled loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Protocol

import numpy as np

from classifier.features import FeatureSpace, Rows
from classifier.head import Floats, Head, Indices, best
from classifier.prediction import FEWEST, TellingWord
from classifier.stack import Stack
from classifier.telling import pulls, telling_words
from rules.compiled import can_compile
from rules.reading import Reading
from rules.spread import leading
from rules.tally import Points
from rules.value import value

RANKED = 24
"""Labels listed of a head with many."""
Told = list[tuple[TellingWord, ...]]
"""The telling words of each row."""


@value
class Likeliest:
    """The likeliest labels of a head, at most RANKED: their places and probabilities, the greatest first, of equals the
    earlier one, one row behind the other. `counts`: how many each row has: those from the probability asked for on, or
    from that of the head's gate if it is less, though FEWEST in any case. `ends`: columns of the margins of the first
    two, shape (rows, 2). `leaves`: where it comes at no cost, the label to which the tree leads (HeadPrediction.leaf).
    """

    places: Indices
    probabilities: Floats
    counts: Sequence[int]
    ends: Indices
    leaves: Iterable[str | None]


class Arithmetic(Protocol):
    """All steps of one pass; 1 to BATCH texts."""

    def rows(self, readings: Sequence[Reading]) -> Rows:
        """Their features."""

    def margins(self, rows: Rows, points: Sequence[Points]) -> Floats:
        """What words and rules say. Shape (texts, labels of all heads)."""

    def likeliest(self, head: Head, margins: Floats, least: float) -> Likeliest:
        """The likeliest labels of each row."""

    def telling(self, rows: Rows, ends: Indices) -> Told:
        """The features that pull most from a rival to a winner: of each row two columns of the margins, the winner
        first.
        """


class Arrays:
    """NumPy and SciPy alone: for machines without numba, and for few texts where no loops are ready."""

    def __init__(self, features: FeatureSpace, stack: Stack) -> None:
        self._features, self._stack = features, stack
        self._grams = features.grams

    def rows(self, readings: Sequence[Reading]) -> Rows:
        return self._features.rows(readings)

    def margins(self, rows: Rows, points: Sequence[Points]) -> Floats:
        return self._stack.margins(rows, points)

    def likeliest(self, head: Head, margins: Floats, least: float) -> Likeliest:
        span = self._stack.spans[head.name]
        places, probabilities = best(head.probabilities(margins[:, span]), RANKED)
        listed = (probabilities >= min(least, head.asked)).sum(axis=1)
        counts = np.clip(listed, FEWEST, probabilities.shape[1]).tolist()
        listed = leading(places, counts), leading(probabilities, counts)
        return Likeliest(*listed, counts, places[:, :2] + span.start, repeat(None))

    def telling(self, rows: Rows, ends: Indices) -> Told:
        return telling_words(rows, pulls(rows, self._stack.weights, ends[:, 0], ends[:, -1]), self._grams)


def arithmetic(features: FeatureSpace, stack: Stack) -> Arithmetic:
    """The faster one that this machine has. Words are cut by others, so features of words are left to the arrays."""
    if not features.of_characters or not can_compile():
        return Arrays(features, stack)
    from classifier.loops import Loops

    return Loops(features, stack)

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
from rules.tally import Points
from rules.value import value

RANKED = 24
"""Labels listed of a head with many."""
Told = list[tuple[TellingWord, ...]]
"""The telling words of each row."""


@value
class Likeliest:
    """Places and probabilities of RANKED labels of a head, the greatest first, of equals the earlier one; shape (rows,
    labels). `counts`: how many of each row are to be listed: those from the probability asked for on, or from that of
    the head's gate if it is less, though FEWEST in any case. `leaves`: where it comes at no cost, the label of each row
    to which the tree leads (HeadPrediction.leaf).
    """

    places: Indices
    probabilities: Floats
    counts: Sequence[int]
    leaves: Iterable[str | None]


class Arithmetic(Protocol):
    """All steps of one pass; 1 to BATCH texts."""

    def rows(self, readings: Sequence[Reading]) -> Rows:
        """Their features."""

    def margins(self, rows: Rows, points: Sequence[Points]) -> Floats:
        """What words and rules say. Shape (texts, labels of all heads)."""

    def likeliest(self, head: Head, margins: Floats, least: float) -> Likeliest:
        """The likeliest labels of each row."""

    def telling(self, rows: Rows, winners: Indices, rivals: Indices) -> Told:
        """The features that pull most from a rival to a winner, for each row a column of the margins."""


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
        places, probabilities = best(head.probabilities(margins[:, self._stack.spans[head.name]]), RANKED)
        listed = (probabilities >= min(least, head.asked)).sum(axis=1)
        counts = np.clip(listed, FEWEST, probabilities.shape[1]).tolist()
        return Likeliest(places, probabilities, counts, repeat(None))

    def telling(self, rows: Rows, winners: Indices, rivals: Indices) -> Told:
        return telling_words(rows, pulls(rows, self._stack.weights, winners, rivals), self._grams)


def arithmetic(features: FeatureSpace, stack: Stack) -> Arithmetic:
    """The faster one that this machine has. Words are cut by others, so features of words are left to the arrays."""
    if not features.of_characters or not can_compile():
        return Arrays(features, stack)
    from classifier.loops import Loops

    return Loops(features, stack)

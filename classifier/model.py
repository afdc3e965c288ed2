"""The trained classifier: one pass over a text gives the probabilities of every head, and the words that told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from classifier.features import BATCH, FeatureSpace, Rows
from classifier.head import Floats, Head, best
from classifier.prediction import HeadPrediction, Prediction
from classifier.stack import Stack, stacked
from classifier.telling import pulls, telling_words
from rules.reading import Reading
from rules.verdict import Levels

RANKED = 24
"""Labels listed of a head with many."""
EXPLAINED = ("category",)
"""Heads whose telling words a decision shows."""


class Predictor(Protocol):
    """What the main flow asks of a classifier."""

    @property
    def version(self) -> str: ...

    def predict(self, readings: Sequence[Reading], points: Sequence[Levels]) -> list[Prediction]: ...


class Classifier:
    """All heads over one feature space. `unseen_limit`: a text is unfamiliar with a greater share of unknown pairs."""

    def __init__(
        self,
        version: str,
        features: FeatureSpace,
        heads: Mapping[str, Head],
        unseen_limit: float = 1.0,
        stack: Stack | None = None,
    ) -> None:
        """`stack`: of these heads, if it is there already."""
        self.version = version
        self.features = features
        self.heads = dict(heads)
        self.unseen_limit = unseen_limit
        self._given = stack

    @cached_property
    def stack(self) -> Stack:
        """The heads as deciding uses them."""
        return self._given or stacked(self.heads, self.features.size)

    @cached_property
    def _grams(self) -> tuple[str, ...]:
        return self.features.grams

    def predict(
        self, readings: Sequence[Reading], points: Sequence[Levels], explained: Collection[str] = EXPLAINED
    ) -> list[Prediction]:
        """One prediction for each petition, in order; `points` are what the rules give each of them.

        `explained`: heads whose telling words are wanted.
        """
        result: list[Prediction] = []
        for start in range(0, len(readings), BATCH):
            batch = slice(start, start + BATCH)
            result += self._predict(self.features.rows(readings[batch]), points[batch], explained)
        return result

    def _predict(self, rows: Rows, points: Sequence[Levels], explained: Collection[str]) -> list[Prediction]:
        margins = self.stack.margins(rows, points)
        said = {name: self._said(name, rows, margins, name in explained) for name in self.heads}
        limit = self.unseen_limit
        return [
            Prediction(dict(zip(said, heads, strict=True)), strange.share, strange.beyond(limit))
            for heads, strange in zip(zip(*said.values(), strict=True), rows.strange, strict=True)
        ]

    def _said(self, name: str, rows: Rows, margins: Floats, explained: bool) -> list[HeadPrediction]:
        head, span = self.heads[name], self.stack.spans[name]
        places, probabilities = best(head.probabilities(margins[:, span]), RANKED)
        rankings = head.rankings(places, probabilities)
        if not explained:
            return [head.prediction(ranked) for ranked in rankings]
        pulled = pulls(rows, self.stack.weights, places[:, 0] + span.start, places[:, 1] + span.start)
        told = telling_words(rows, pulled, self._grams)
        return [head.prediction(ranked, words) for ranked, words in zip(rankings, told, strict=True)]

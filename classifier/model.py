"""The trained classifier: one pass over a text gives the probabilities of every head, and the words that told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import Protocol

from classifier.arithmetic import Arithmetic, Arrays, arithmetic
from classifier.features import BATCH, FeatureSpace
from classifier.head import Head
from classifier.prediction import ALL, Prediction, Wanted
from classifier.stack import Stack, stacked
from rules.compiled import FEW
from rules.reading import Reading
from rules.tally import Points
from rules.value import replace


class Predictor(Protocol):
    """What the main flow asks of a classifier."""

    @property
    def version(self) -> str: ...

    def predict(
        self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted = ALL
    ) -> list[Prediction]: ...


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
    def _arrays(self) -> Arithmetic:
        return Arrays(self.features, self.stack, tuple(self.heads.values()))

    @cached_property
    def _fast(self) -> Arithmetic:
        """Made when first wanted."""
        return arithmetic(self.features, self.stack, tuple(self.heads.values()))

    def predict(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted = ALL) -> list[Prediction]:
        """One prediction for each petition, in order; `points` are what the rules give each of them."""
        way = self._fast if len(readings) >= FEW or "_fast" in self.__dict__ else self._arrays
        if len(readings) <= BATCH:
            return self._predict(way, readings, points, wanted) if readings else []
        shown = len(readings) if wanted.shown is None else wanted.shown
        result: list[Prediction] = []
        for start in range(0, len(readings), BATCH):
            batch = slice(start, start + BATCH)
            result += self._predict(way, readings[batch], points[batch], replace(wanted, shown=max(0, shown - start)))
        return result

    def _predict(
        self, way: Arithmetic, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted
    ) -> list[Prediction]:
        said, found = way.said(readings, points, wanted)
        names, limit = tuple(self.heads), self.unseen_limit
        heads = [dict(zip(names, own, strict=True)) for own in zip(*said, strict=True)]
        unseen = chain([one.share for one in found], repeat(0.0))
        unfamiliar = chain([one.beyond(limit) for one in found], repeat(False))
        return list(map(Prediction, heads, unseen, unfamiliar))

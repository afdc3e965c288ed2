"""Predicting by compiled loops: one text after the other, with little to do before the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, repeat
from operator import sub

import numpy as np

from classifier import kernels
from classifier.arithmetic import RANKED, Said
from classifier.features import DAMPED, FeatureSpace
from classifier.grams import PAIR, Strange
from classifier.head import Head
from classifier.prediction import FEWEST, HeadPrediction, Wanted
from classifier.stack import Stack
from classifier.telling import MOST, word
from classifier.texts import LEAD_LENGTH
from rules.compiled import Straight
from rules.points import code_units
from rules.reading import Reading
from rules.spread import cut, grouped
from rules.tally import Points


class Loops:
    """All of one pass in one call, over features of characters alone."""

    def __init__(self, features: FeatureSpace, stack: Stack, heads: Sequence[Head]) -> None:
        known, ruled = features.known, stack.ruled
        self._heads, self._ruled, self._tells, self._grams = heads, ruled, known.tells, features.grams
        self._labels = [label for head in heads for label in head.labels]
        spans = [stack.spans[head.name] for head in heads]
        self._predict = Straight(
            kernels.said,
            *(*known, features.edges, DAMPED, features.idf, features.block_weights),
            *(stack.weights, stack.bias, ruled.steps, ruled.weights),
            np.array([(span.start, span.stop) for span in spans]),
            np.array([(head.sharpness, head.offset or 0.0, head.offset is not None, head.asked) for head in heads]),
            np.concatenate([head.groups for head in heads], axis=1),
            np.array([LEAD_LENGTH, ruled.size, RANKED, FEWEST, MOST]),
        )

    def said(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted) -> Said:
        texts, size, explained = [reading.text for reading in readings], len(readings), 0
        counts, cells, given = self._ruled.said(points)
        titles = [reading.body_start for reading in readings]
        about = [0, *accumulate(map(len, texts)), *titles, 0, 0, *accumulate(counts), *cells]
        shown = size if wanted.shown is None else wanted.shown
        for place, head in enumerate(self._heads):
            explained |= (head.name in wanted.explained) << place
        told, values = self._predict.call(
            code_units("".join(texts)), np.array(about), np.array(given), size, wanted.least, explained, shown
        )
        columns, edge = told.tolist(), size * (kernels.FIRST + kernels.EACH * len(self._heads))
        sizes, known, *figures = [columns[at : at + size] for at in range(0, edge, size)]
        strange = self._strange(sizes[:shown], known[:shown])
        return self._heads_of(columns[edge:], values.tolist(), figures, shown), strange

    def _heads_of(
        self, columns: Sequence[int], values: Sequence[float], figures: Sequence[Sequence[int]], shown: int
    ) -> list[list[HeadPrediction]]:
        """What each head says of each text: see `kernels.said`."""
        at, labels, grams = 0, self._labels.__getitem__, self._grams.__getitem__
        of_heads = list(grouped(figures, kernels.EACH))
        last = sum([sum(counts) for counts, _, _ in of_heads])
        result = []
        for head, (counts, leaves, told) in zip(self._heads, of_heads, strict=True):
            end = at + sum(counts)
            ranked = list(cut(list(zip(map(labels, columns[at:end]), values[at:end], strict=True)), counts))
            at, first, last = end, last, last + sum(told)
            words = zip(map(grams, columns[first:last]), values[first:last], strict=True)
            telling = cut(list(map(word, words)), told[:shown]) if last > first else ()
            result.append(head.predictions(ranked, chain(telling, repeat(())), map(labels, leaves)))
        return result

    def _strange(self, sizes: Sequence[int], known: Sequence[int]) -> list[Strange]:
        """How strange the texts are, of so many characters and known pairs of these."""
        if not self._tells:
            return [Strange(0, 0)] * len(sizes)
        pairs = [max(size - (PAIR - 1), 0) for size in sizes]
        return list(map(Strange, pairs, map(sub, pairs, known)))

"""Predicting by compiled loops: one text after the other, with little to do before the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, islice
from operator import sub

import numpy as np

from classifier import kernels
from classifier.arithmetic import RANKED, Said
from classifier.features import DAMPED, FeatureSpace
from classifier.grams import PAIR, Strange
from classifier.head import Head
from classifier.prediction import FEWEST, Wanted
from classifier.stack import Stack
from classifier.telling import MOST, word
from classifier.texts import LEAD_LENGTH
from rules.points import code_units
from rules.reading import Reading
from rules.spread import cut
from rules.tally import Points


class Loops:
    """All of one pass in one call, over features of characters alone."""

    def __init__(self, features: FeatureSpace, stack: Stack, heads: Sequence[Head]) -> None:
        known, ruled = features.known, stack.ruled
        self._heads, self._ruled, self._tells, self._grams = heads, ruled, known.tells, features.grams
        self._labels = [label for head in heads for label in head.labels]
        spans = [stack.spans[head.name] for head in heads]
        self._space = *known, features.edges, DAMPED, features.idf, features.block_weights
        self._stack = stack.weights, stack.bias, ruled.steps, ruled.weights
        self._said = (
            np.array([(span.start, span.stop) for span in spans]),
            np.array([(head.sharpness, head.offset or 0.0, head.offset is not None, head.asked) for head in heads]),
            np.concatenate([head.groups for head in heads], axis=1),
            np.array([LEAD_LENGTH, ruled.size, RANKED, FEWEST, MOST]),
        )

    def said(self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted) -> Said:
        texts, size = [reading.text for reading in readings], len(readings)
        counts, cells, given = self._ruled.said(points)
        titles = [reading.body_start for reading in readings]
        about = [0, *accumulate(map(len, texts)), *titles, 0, 0, *accumulate(counts)]
        explained = sum([1 << place for place, head in enumerate(self._heads) if head.name in wanted.explained])
        columns, values, table = kernels.said(
            code_units("".join(texts)), np.array(about).reshape(3, size + 1), np.array(cells, np.int64),
            np.array(given, np.float64), wanted.least, explained, size if wanted.shown is None else wanted.shown,
            *self._space, *self._stack, *self._said,
        )  # fmt: skip
        sizes, known, *figures = table.tolist()
        names, numbers, labels = columns.tolist(), values.tolist(), self._labels.__getitem__
        listed = sum(map(sum, figures[0::3]))
        named = list(zip(map(labels, names[:listed]), numbers[:listed], strict=True))
        words = zip(map(self._grams.__getitem__, names[listed:]), numbers[listed:], strict=True)
        ranked = cut(named, chain.from_iterable(figures[0::3]))
        told = cut(list(map(word, words)), chain.from_iterable(figures[2::3]))
        return [
            head.predictions(list(islice(ranked, size)), islice(told, size), map(labels, leaves))
            for head, leaves in zip(self._heads, figures[1::3], strict=True)
        ], self._strange(sizes, known)

    def _strange(self, sizes: Sequence[int], known: Sequence[int]) -> list[Strange]:
        """How strange the texts are, of so many characters and known pairs of these."""
        if not self._tells:
            return [Strange(0, 0)] * len(sizes)
        pairs = [max(size - (PAIR - 1), 0) for size in sizes]
        return list(map(Strange, pairs, map(sub, pairs, known)))

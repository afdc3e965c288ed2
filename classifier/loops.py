"""Predicting by compiled loops: one text after the other, with little to do before the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from classifier import kernels
from classifier.arithmetic import RANKED, Likeliest, Told
from classifier.features import DAMPED, FeatureSpace, Rows
from classifier.grams import PAIR, Strange
from classifier.head import Floats, Head, Indices
from classifier.prediction import FEWEST
from classifier.stack import Stack
from classifier.telling import MOST, word
from classifier.texts import LEAD_LENGTH
from rules.points import code_units
from rules.reading import Reading
from rules.spread import cut
from rules.tally import Points


class Loops:
    """All steps of one pass (see Arithmetic), over features of characters alone."""

    def __init__(self, features: FeatureSpace, stack: Stack) -> None:
        self._stack, self._grams = stack, features.grams
        self._known, self._tells = features.known, features.known.tells
        self._edges, self._idf, self._weights = features.edges, features.idf, features.block_weights

    def rows(self, readings: Sequence[Reading]) -> Rows:
        texts = [reading.text for reading in readings]
        begins = np.array(list(accumulate(map(len, texts), initial=0)))
        titles = np.array([reading.body_start for reading in readings])
        starts, columns, values, sizes, known = kernels.rows(
            code_units("".join(texts)), begins, titles, *self._known, self._edges, DAMPED, self._idf, self._weights,
            LEAD_LENGTH,
        )  # fmt: skip
        if not self._tells:
            return Rows(starts, columns, values, [Strange(0, 0)] * len(texts))
        pairs = np.maximum(sizes - (PAIR - 1), 0)
        return Rows(starts, columns, values, list(map(Strange, pairs.tolist(), (pairs - known).tolist())))

    def margins(self, rows: Rows, points: Sequence[Points]) -> Floats:
        stack, ruled = self._stack, self._stack.ruled
        counts, cells, given = ruled.said(points)
        edges = np.array(list(accumulate(counts, initial=0)))
        rules = edges, cells, given, ruled.steps, ruled.weights, ruled.size
        return kernels.margins(rows.starts, rows.columns, rows.values, stack.weights, stack.bias, *rules)

    def likeliest(self, head: Head, margins: Floats, least: float) -> Likeliest:
        span, odds = self._stack.spans[head.name], head.offset is not None
        curve = float(head.sharpness), float(head.offset or 0.0), odds
        listed = FEWEST, least, min(least, head.asked)
        places, probabilities, counts, ends, leaves = kernels.likeliest(
            margins, span.start, span.stop, *curve, head.groups, RANKED, *listed
        )
        led = [head.labels[leaf] for leaf in leaves.tolist()]
        return Likeliest(places, probabilities, counts.tolist(), ends + span.start, led)

    def telling(self, rows: Rows, ends: Indices) -> Told:
        columns, pulled, counts = kernels.telling(
            rows.starts, rows.columns, rows.values, self._stack.weights, ends, MOST
        )
        names = map(self._grams.__getitem__, columns.tolist())
        return list(cut(list(map(word, zip(names, pulled.tolist(), strict=True))), counts.tolist()))

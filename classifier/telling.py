"""Which n-grams pulled towards the best label and away from the second: exact, since the model is linear."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from classifier.features import Rows
from classifier.head import Floats, Indices
from classifier.prediction import TellingWord
from rules.spread import cut, ranges

MOST = 8
"""Words told of one prediction."""
_PLACE, _PULL = 24, 31
"""Bits of a sorting key: lowest the place of a feature among all rows', then its pull, highest the row."""

word = partial(tuple.__new__, TellingWord)
"""The word of a pair: what NamedTuple itself does, without a call of Python for each."""


def pulls(rows: Rows, weights: Floats, winners: Indices, rivals: Indices) -> Floats:
    """What each feature adds to the word margin of its row's winner over the rival, the bias apart.

    `winners`, `rivals`: for each row a column of `weights`.
    """
    flat, cells = weights.ravel(), rows.columns * np.int64(weights.shape[1])
    total = flat.take(cells + rows.spread(winners))
    total -= flat.take(cells + rows.spread(rivals))
    total *= rows.values
    return total


def telling_words(rows: Rows, pulled: Floats, grams: Sequence[str]) -> list[tuple[TellingWord, ...]]:
    """The features of each row that pull most, strongest first, of equals the earlier one; only such as do pull."""
    places = (pulled > 0).nonzero()[0]
    strength = pulled[places].view(np.int32).astype(np.int64)  # bits of positive floats: in the order of the floats
    keys = ((2**_PULL - 1 - strength) << _PLACE) + places
    edges = places.searchsorted(rows.starts)
    counts = edges[1:] - edges[:-1]
    shown = np.minimum(counts, MOST)
    if counts.size > 1:
        keys += np.arange(counts.size).repeat(counts) << (_PULL + _PLACE)
        keys.sort()
        keys = keys[ranges(edges[:-1], shown)]
    else:
        keys.sort()
        keys = keys[:MOST]
    best = keys & (2**_PLACE - 1)
    pairs = zip([grams[i] for i in rows.columns[best].tolist()], pulled[best].tolist(), strict=True)
    told = list(map(word, pairs))
    return list(cut(told, shown.tolist()))

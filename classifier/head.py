"""One question that a model answers: its labels, what words and rules say of them, and how probable each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from math import log1p

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.gate import Gate
from classifier.prediction import HeadPrediction, Ranked, TellingWord, Trust
from rules.spread import cut
from rules.tally import Points
from rules.taxonomy import LEVELS, at_level

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One linear layer of a head: column `of[i]` of `weights` speaks for the head's label i.

    A flat head has one part and `of` counts 0, 1, 2…; in a head over a tree of categories the parts of the
    upper levels speak for all labels below. Shapes: weights (features, columns), bias (columns), of (labels).
    """

    weights: Floats
    bias: Floats
    of: Indices


@dataclass(frozen=True)
class Head:
    """One question the model answers. Its probabilities are `shares` of its margins, by its `sharpness` and `offset`.

    The margin is what the words say plus `rule_weight` times what the rules say (`rule_margins`).
    """

    name: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    rule_weight: float = 0.0
    sharpness: float = 1.0
    gate: Gate | None = None
    offset: float | None = None

    def predictions(
        self, rankings: Sequence[Ranked], telling: Iterable[tuple[TellingWord, ...]], leaves: Iterable[str | None]
    ) -> list[HeadPrediction]:
        """One for each ranking: labels with their probabilities, best first, and what the gate makes of them."""
        plausible: Iterable[tuple[str, ...]] = repeat(())
        trust: Iterable[Trust | None] = repeat(None)
        if self.gate:
            plausible, trust = map(self.gate.plausible, rankings), map(self.gate.trust, rankings)
        return list(map(HeadPrediction, rankings, telling, plausible, trust, leaves))

    @cached_property
    def groups(self) -> Indices:
        """For each label the number of its category at each level, in order of the codes. Shape (levels, labels)."""
        by_level = [[at_level(label, level) for label in self.labels] for level in LEVELS]
        return np.array([np.unique(codes, return_inverse=True)[1] for codes in by_level])

    def rankings(self, places: Indices, probabilities: Floats, counts: Sequence[int]) -> list[Ranked]:
        """The likeliest places as labels, so many for each row."""
        names = map(self.labels.__getitem__, places.tolist())
        return list(cut(list(zip(names, probabilities.tolist(), strict=True)), counts))

    @cached_property
    def asked(self) -> float:
        """The least probability that the gate asks for."""
        return min(self.gate.include.values()) if self.gate else 1.0

    def margins(self, features: csr_matrix, points: Sequence[Points]) -> Floats:
        """Shape (petitions, labels)."""
        total = self.word_margins(features)
        return total + np.float32(self.rule_weight) * self.rule_margins(points) if self.rule_weight else total

    def word_margins(self, features: csr_matrix) -> Floats:
        """What the features say, summed over parts. Shape (petitions, labels)."""
        total = np.zeros((features.shape[0], len(self.labels)), dtype=np.float32)
        for part in self.parts:
            total += (features @ part.weights + part.bias)[:, part.of]
        return total

    def rule_margins(self, points: Sequence[Points]) -> Floats:
        """log(1 + points) of each label and of the categories above it, summed. Shape (petitions, labels)."""
        total = np.zeros((len(points), len(self.labels)), dtype=np.float32)
        for row, own in enumerate(points):
            for code, value in own.items():
                if code in self.below:
                    total[row, self.below[code]] += np.float32(log1p(value))
        return total

    @cached_property
    def below(self) -> dict[str, Indices]:
        """For each category code: which labels are it or lie below it."""
        below: dict[str, list[int]] = {}
        for index, label in enumerate(self.labels):
            for code in {at_level(label, level) for level in LEVELS}:
                below.setdefault(code, []).append(index)
        return {code: np.array(indices, dtype=np.int64) for code, indices in below.items()}

    def probabilities(self, margins: Floats) -> Floats:
        """Of each row of margins; every row sums to one. Shape (petitions, labels)."""
        return shares(margins, self.sharpness, self.offset)


def best(probabilities: Floats, most: int) -> tuple[Indices, Floats]:
    """Places and values of the `most` greatest of each row, greatest first, of equals the earlier one."""
    last = probabilities.shape[1] - 1
    # the bits of floats from 0 on stand in the order of the floats: one sort of integers gives places and values
    keys = (probabilities.view(np.int32).astype(np.int64) << 32) | np.arange(last, -1, -1)
    keys.sort(axis=1)
    found = keys[:, : -most - 1 : -1]
    return last - (found & 0xFFFFFFFF), (found >> 32).astype(np.int32).view(np.float32)


def shares(margins: Floats, sharpness: float, offset: float | None = None) -> Floats:
    """Margins as probabilities. With an offset p of label i is in proportion to σ(sharpness · margin i + offset).

    Without one it is the softmax of sharpness · margin, to which the former tends as the offset falls.
    """
    sharpened = margins * np.float32(sharpness)
    if offset is None:
        return softmax(sharpened)
    sharpened += np.float32(offset)
    below = np.minimum(sharpened, np.float32(0))
    raised = np.exp(below - below.max(axis=1, keepdims=True)) / (1 + np.exp(-np.abs(sharpened)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def softmax(margins: Floats) -> Floats:
    """Row by row, safe for large margins."""
    raised = margins - np.maximum.reduce(margins, axis=1, keepdims=True)
    np.exp(raised, out=raised)
    raised /= np.add.reduce(raised, axis=1, keepdims=True)
    return np.asarray(raised, dtype=np.float32)

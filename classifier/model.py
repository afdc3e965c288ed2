"""The trained classifier: one pass over a text gives the probabilities of every head, and the words that told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log1p
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.features import FeatureSpace
from classifier.gate import Gate
from classifier.prediction import HeadPrediction, Prediction, TellingWord
from rules.petition import Petition
from rules.taxonomy import at_level
from rules.verdict import Levels

BATCH = 256
TELLING = 8
RANKED = 24
"""Labels listed of a head with many."""
Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Features = tuple[NDArray[np.int32], Floats]
"""Columns of one petition and their values."""


class Predictor(Protocol):
    """What the main flow asks of a classifier."""

    @property
    def version(self) -> str: ...

    def predict(self, petitions: Sequence[Petition], points: Sequence[Levels]) -> list[Prediction]: ...


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
    """One question the model answers. Probability of label i: softmax of `sharpness` times its margin.

    The margin is what the words say plus `rule_weight` times what the rules say (`rule_margins`).
    """

    name: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    rule_weight: float = 0.0
    sharpness: float = 1.0
    gate: Gate | None = None

    def prediction(
        self, probabilities: Floats, order: Indices, telling: tuple[TellingWord, ...] = ()
    ) -> HeadPrediction:
        """The labels in this order with their probabilities, and what the gate makes of them."""
        ranked = tuple((self.labels[i], float(probabilities[i])) for i in order)
        return self.gate.admit(ranked, telling) if self.gate else HeadPrediction(ranked, telling)

    def margins(self, features: csr_matrix, points: Sequence[Levels]) -> Floats:
        """Shape (petitions, labels)."""
        total = self.word_margins(features)
        return total + np.float32(self.rule_weight) * self.rule_margins(points) if self.rule_weight else total

    def word_margins(self, features: csr_matrix) -> Floats:
        """What the features say, summed over parts. Shape (petitions, labels)."""
        total = np.zeros((features.shape[0], len(self.labels)), dtype=np.float32)
        for part in self.parts:
            total += (features @ part.weights + part.bias)[:, part.of]
        return total

    def rule_margins(self, points: Sequence[Levels]) -> Floats:
        """log(1 + points) of each label and of the categories above it, summed. Shape (petitions, labels)."""
        total = np.zeros((len(points), len(self.labels)), dtype=np.float32)
        for row, levels in enumerate(points):
            for table in levels:
                for code, value in table.items():
                    if code in self._below:
                        total[row, self._below[code]] += np.float32(log1p(value))
        return total

    @cached_property
    def _below(self) -> dict[str, Indices]:
        """For each category code: which labels are it or lie below it."""
        below: dict[str, list[int]] = {}
        for index, label in enumerate(self.labels):
            for code in {at_level(label, level) for level in (1, 2, 3)}:
                below.setdefault(code, []).append(index)
        return {code: np.array(indices, dtype=np.int64) for code, indices in below.items()}

    def probabilities(self, margins: Floats) -> Floats:
        return softmax(margins * np.float32(self.sharpness))

    def pulls(self, features: Features, winner: int, rival: int) -> Floats:
        """What each feature of one petition adds to the word margin of `winner` over `rival`, the bias apart."""
        columns, values = features
        total = np.zeros(columns.size, dtype=np.float32)
        for part in self.parts:
            total += part.weights[columns, part.of[winner]] - part.weights[columns, part.of[rival]]
        return np.asarray(total * values, dtype=np.float32)


class Classifier:
    """All heads over one feature space."""

    def __init__(self, version: str, features: FeatureSpace, heads: Mapping[str, Head]) -> None:
        self.version = version
        self.features = features
        self.heads = dict(heads)
        self._grams = features.grams

    def predict(self, petitions: Sequence[Petition], points: Sequence[Levels]) -> list[Prediction]:
        """One prediction for each petition, in order; `points` are what the rules give each of them."""
        result: list[Prediction] = []
        for start in range(0, len(petitions), BATCH):
            batch = slice(start, start + BATCH)
            result += self._predict(petitions[batch], points[batch])
        return result

    def _predict(self, petitions: Sequence[Petition], points: Sequence[Levels]) -> list[Prediction]:
        rows = self.features.transform(petitions)
        by_head = {name: self._answers(head, rows, points) for name, head in self.heads.items()}
        return [
            Prediction({name: answers[index] for name, answers in by_head.items()})
            for index in range(len(petitions))
        ]  # fmt: skip

    def _answers(self, head: Head, rows: csr_matrix, points: Sequence[Levels]) -> list[HeadPrediction]:
        probabilities = head.probabilities(head.margins(rows, points))
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :RANKED]
        return [
            head.prediction(probabilities[row], order[row], self._telling(head, _features(rows, row), order[row]))
            for row in range(rows.shape[0])
        ]

    def _telling(self, head: Head, features: Features, order: Indices) -> tuple[TellingWord, ...]:
        columns, _ = features
        if len(order) < 2 or not columns.size:
            return ()
        pulls = head.pulls(features, int(order[0]), int(order[1]))
        best = np.argsort(-pulls, kind="stable")[:TELLING]
        return tuple(TellingWord(self._grams[columns[i]], float(pulls[i])) for i in best if pulls[i] > 0)


def _features(rows: csr_matrix, row: int) -> Features:
    inside = slice(rows.indptr[row], rows.indptr[row + 1])
    return rows.indices[inside], rows.data[inside]


def softmax(margins: Floats) -> Floats:
    """Row by row, safe for large margins."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)

"""What the classifier says of a petition: labels with probabilities, and the words that told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Trust = Literal["auto", "suggest", "review"]
HEADS = ("category", "kind", "department")


@dataclass(frozen=True, slots=True)
class TellingWord:
    """`pull`: what this n-gram adds to the margin of the best label over the second."""

    gram: str
    pull: float


@dataclass(frozen=True, slots=True)
class HeadPrediction:
    """`ranked`: (label, probability), best first, summing to 1; `telling`: strongest pull first.

    `plausible`: the prediction set; `trust`: what may happen with the first label. A head without a gate gives neither.
    """

    ranked: tuple[tuple[str, float], ...]
    telling: tuple[TellingWord, ...] = ()
    plausible: tuple[str, ...] = ()
    trust: Trust | None = None

    @property
    def label(self) -> str:
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        return self.ranked[0][1]

    @property
    def lead(self) -> float:
        """The first label's share of what it and the second have, 0.5 to 1: tells right from wrong best."""
        return lead(self.ranked)


def lead(ranked: tuple[tuple[str, float], ...]) -> float:
    """p1 / (p1 + p2); 1 where there is no second."""
    first, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0.0
    return first / (first + second) if first > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """One head prediction for each head the model has."""

    heads: Mapping[str, HeadPrediction]

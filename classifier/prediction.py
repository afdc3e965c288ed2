"""What the classifier says of a petition: labels with probabilities, and the words that told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Trust = Literal["auto", "suggest", "review"]
HEADS = ("category", "kind", "department")


class TellingWord(NamedTuple):
    """`pull`: what this n-gram adds to the margin of the best label over the second."""

    gram: str
    pull: float


class HeadPrediction(NamedTuple):
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


class Prediction(NamedTuple):
    """One head prediction for each head the model has.

    `unseen`: the share of the text's pairs of characters that the model does not know, 0 for a very short text;
    `unfamiliar`: whether it is greater than among the texts the model was trained on, so that it may know nothing.
    """

    heads: Mapping[str, HeadPrediction]
    unseen: float = 0.0
    unfamiliar: bool = False

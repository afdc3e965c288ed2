"""What the classifier says of a petition: labels with probabilities, and the words that told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from rules.value import value

Trust = Literal["auto", "suggest", "review"]
HEADS = ("category", "kind", "department")
EXPLAINED = ("category",)
"""Heads whose telling words a decision shows."""
FEWEST = 5
"""Labels listed however improbable they are."""


Ranked = tuple[tuple[str, float], ...]
"""Labels with their probabilities, best first."""


class TellingWord(NamedTuple):
    """`pull`: what this n-gram adds to the margin of the best label over the second."""

    gram: str
    pull: float


@value
class HeadPrediction:
    """`ranked`: (label, probability), best first, summing to 1; `telling`: strongest pull first.

    `plausible`: the prediction set; `trust`: what may happen with the first label. A head without a gate gives neither.
    `leaf`: down the tree the likeliest label of the likeliest branch, where that is known already.
    """

    ranked: Ranked
    telling: tuple[TellingWord, ...] = ()
    plausible: tuple[str, ...] = ()
    trust: Trust | None = None
    leaf: str | None = None

    @property
    def label(self) -> str:
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        return self.ranked[0][1]


@value
class Wanted:
    """How much of predictions is wanted: of the first `shown` texts (None: of all) how strange they are and the telling
    words of the `explained` heads; labels from probability `least` on, though FEWEST in any case.
    """

    explained: Collection[str] = EXPLAINED
    shown: int | None = None
    least: float = 0.0


ALL = Wanted()
"""What is wanted where nothing is said."""


@value
class Prediction:
    """One head prediction for each head the model has.

    `unseen`: the share of the text's pairs of characters that the model does not know, 0 for a very short text;
    `unfamiliar`: whether it is greater than among the texts the model was trained on, so that it may know nothing.
    """

    heads: Mapping[str, HeadPrediction]
    unseen: float = 0.0
    unfamiliar: bool = False

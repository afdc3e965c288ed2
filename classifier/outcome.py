"""What came of asking a head about labelled petitions, row by row: everything an evaluation is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.dataset import Example
from classifier.prediction import HeadPrediction


@dataclass(frozen=True, slots=True)
class Outcome:
    """Row i of each belongs together: a petition, its right label, and what was said of it without having seen it."""

    examples: tuple[Example, ...]
    truth: tuple[str, ...]
    predictions: tuple[HeadPrediction, ...]

    def __post_init__(self) -> None:
        if not len(self.examples) == len(self.truth) == len(self.predictions):
            raise ValueError("an outcome needs one truth and one prediction for each example")

    @property
    def guessed(self) -> list[str]:
        """The label said of each row."""
        return [prediction.label for prediction in self.predictions]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether it is the right one."""
        return np.array([a == b for a, b in zip(self.truth, self.guessed, strict=True)], dtype=np.bool_)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The probability given to the label said: the order in which rows are handed over to the machine."""
        return np.array([prediction.probability for prediction in self.predictions], dtype=np.float32)


def probability_of(prediction: HeadPrediction, label: str) -> float:
    """The probability given to `label`; 0 for one that is not among those ranked."""
    return dict(prediction.ranked).get(label, 0.0)

"""What a gate does with rows it has not seen: who decides how many of them, and how large the prediction sets are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier.outcome import Outcome
from classifier.prediction import Trust

ORDER: tuple[Trust, ...] = ("auto", "suggest", "review")
LARGEST = 6
"""Sets of this many labels and more are counted together."""


@dataclass(frozen=True, slots=True)
class BandReport:
    """Rows of one band; `accuracy` of their first label, 0 where there is none."""

    trust: Trust
    rows: int
    share: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class SetSize:
    """Rows whose prediction set has `size` labels (`LARGEST`: or more); `held`: how many hold the right one."""

    size: int
    rows: int
    share: float
    held: int


def bands(outcome: Outcome) -> tuple[BandReport, ...]:
    """All bands in their order; nothing where the head has no gate."""
    if not _gated(outcome):
        return ()
    trusts = np.array([prediction.trust for prediction in outcome.predictions])
    return tuple(_band(trust, trusts == trust, outcome) for trust in ORDER)


def _band(trust: Trust, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], outcome: Outcome) -> BandReport:
    right = outcome.right[inside]
    return BandReport(trust, right.size, float(inside.mean()), float(right.mean()) if right.size else 0.0)


def set_sizes(outcome: Outcome) -> tuple[SetSize, ...]:
    """All sizes from 0 to LARGEST; nothing where the head has no gate."""
    if not _gated(outcome):
        return ()
    pairs = list(zip(outcome.truth, outcome.predictions, strict=True))
    held: dict[int, list[bool]] = {size: [] for size in range(LARGEST + 1)}
    for label, prediction in pairs:
        held[min(len(prediction.plausible), LARGEST)].append(label in prediction.plausible)
    return tuple(SetSize(size, len(rows), len(rows) / len(pairs), sum(rows)) for size, rows in held.items())


def _gated(outcome: Outcome) -> bool:
    return all(prediction.trust is not None for prediction in outcome.predictions)

"""What is taken for what: counts of rows by right label and label said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from classifier.outcome import Outcome

MOST_LABELS = 40


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[i][j]`: rows of `labels[i]` taken for `labels[j]`; the last column counts all labels not shown.

    `hidden`: how many labels of the truth are not shown.
    """

    labels: tuple[str, ...]
    hidden: int
    counts: tuple[tuple[int, ...], ...]

    @property
    def has_others(self) -> bool:
        """Whether some row was taken for a label not shown."""
        return any(row[-1] for row in self.counts)


def confusion(outcome: Outcome, most: int = MOST_LABELS) -> Confusion:
    """Of the `most` labels with the most rows, the largest first."""
    by_rows = sorted(Counter(outcome.truth).items(), key=lambda item: (-item[1], item[0]))
    labels = tuple(label for label, _ in by_rows[:most])
    pairs = Counter(zip(outcome.truth, outcome.guessed, strict=True))
    counts = tuple(_row(own, labels, pairs) for own in labels)
    return Confusion(labels, len(by_rows) - len(labels), counts)


def _row(own: str, labels: tuple[str, ...], pairs: Counter[tuple[str, str]]) -> tuple[int, ...]:
    shown = [pairs[own, label] for label in labels]
    rows = sum(count for (truth, _), count in pairs.items() if truth == own)
    return (*shown, rows - sum(shown))

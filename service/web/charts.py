"""Geometry of the charts: where a value stands in a drawing, and which values an axis names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between the marks of an axis, the finest that gives no more than MOST_TICKS is taken."""
MOST_TICKS = 6
HIGHEST_FLOOR = 0.98
"""An axis that ends at 1 begins no higher."""
NARROW, WIDE = 620, 1240
FEW_LABELS = 8
"""Up to so many labels a heat map is drawn narrow, with its labels written across."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values from `low` to `high` to places from `start` to `end`; what lies outside is put on the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[float]:
        """Round values from `low` to `high`."""
        span = self.high - self.low
        step = next((step for step in STEPS if span / step <= MOST_TICKS + 1e-9), STEPS[-1])
        first = ceil(self.low / step - 1e-9)
        return [round(number * step, 2) for number in range(first, int(self.high / step + 1e-9) + 1)]


def line(points: Iterable[tuple[float, float]], x: Scale, y: Scale) -> str:
    """The `points` attribute of a polyline."""
    return " ".join(f"{x(across)},{y(up)}" for across, up in points)


def floor_of(values: Sequence[float]) -> float:
    """Where an axis of shares that ends at 1 begins, so that `values` fill it."""
    least = min([*values, HIGHEST_FLOOR]) if values else 0.0
    step = 0.1 if least < 0.8 else 0.05 if least < 0.95 else 0.01
    return max(0.0, round(int(least / step + 1e-9) * step, 2))


@dataclass(frozen=True, slots=True)
class Grid:
    """Measures of a heat map with `columns` columns and `rows` rows, in units of the drawing."""

    rows: int
    columns: int

    @property
    def across(self) -> bool:
        """Whether column heads are written across, not downwards."""
        return self.columns <= FEW_LABELS + 1

    @property
    def width(self) -> int:
        return NARROW if self.across else WIDE

    @property
    def left(self) -> int:
        """Room for the names of the rows."""
        return 98 if self.across else 150

    @property
    def top(self) -> int:
        """Room for the names of the columns."""
        return 44 if self.across else 124

    @property
    def cell(self) -> float:
        return (self.width - self.left - 2) / self.columns

    @property
    def line(self) -> float:
        """Height of a row."""
        return min(46.0, max(25.0, self.cell * 0.8))

    @property
    def height(self) -> float:
        return round(self.top + self.rows * self.line + 2, 1)


def depth(share: float) -> float:
    """Opacity of a cell: by the root, so that rare confusions are seen beside the diagonal."""
    return round(sqrt(share), 3)

"""What an evaluation yields: figures for each head, ready for a table or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Figures of one label."""

    rows: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate lets through: share and accuracy of the auto band; how often prediction sets hold the truth."""

    auto_share: float
    auto_accuracy: float
    set_coverage: float
    mean_set_size: float


@dataclass(frozen=True, slots=True)
class HeadReport:
    """Figures of one head. Coverage: share of rows, surest first, right at 98 % and 95 %. Brier: 0 to 2."""

    rows: int
    accuracy: float
    macro_f1: float
    macro_f1_common: float
    top3: float
    ece: float
    brier: float
    coverage_at_98: float
    coverage_at_95: float
    gate: GateReport | None
    per_class: Mapping[str, ClassReport]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by head."""

    heads: Mapping[str, HeadReport]

    def as_json(self) -> dict[str, object]:
        return {"heads": {name: asdict(head) for name, head in self.heads.items()}}

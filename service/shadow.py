"""Shadow mode: a challenger decides beside the model in force, nobody acts on it, and only disagreement is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from service.decision import Decision

Said = str | None
"""What a decision says of one question; None: nothing."""
ASKED: Mapping[str, Callable[[Decision], Said]] = {
    "category": lambda decision: decision.category.code if decision.category else None,
    "kind": lambda decision: decision.kind.code if decision.kind else None,
    "lead": lambda decision: decision.assignment.lead.code if decision.assignment.lead else None,
}
"""The questions on which two decisions are compared."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where two models part over one petition. `asked`: one of ASKED; `said`, `shadow_said`: codes.

    `model`, `shadow`: versions of both; None: rules alone decided.
    """

    petition_id: str
    asked: str
    said: Said
    shadow_said: Said
    model: str | None
    shadow: str | None


def disagreements(decisions: Sequence[Decision], shadowed: Sequence[Decision]) -> list[Disagreement]:
    """One for each question on which the decisions of a petition differ, in order; both lists in the same order."""
    pairs = zip(decisions, shadowed, strict=True)
    return [found for one, other in pairs for found in _of(one, other)]


def _of(one: Decision, other: Decision) -> list[Disagreement]:
    if one.petition_id != other.petition_id:
        raise ValueError("decisions of two petitions cannot be compared")
    said = {asked: (ask(one), ask(other)) for asked, ask in ASKED.items()}
    return [
        Disagreement(one.petition_id, asked, *both, one.versions.model, other.versions.model)
        for asked, both in said.items()
        if both[0] != both[1]
    ]

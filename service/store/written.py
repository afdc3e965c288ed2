"""A decision as the store writes it: what the queue looks at, its recipients, its JSON, the rules that spoke."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rules.policy import Agreement
from rules.verdict import URGENCY_ORDER
from service.decision import Decision, DepartmentName, Reason, Withheld
from service.json_form import as_json
from service.review import State
from service.store.queue import ASSIGNED, WITHHELD
from service.store.records import Origin
from service.store.schema import DecisionRow, RecipientRow


def current(decision: Decision, state: State, at: datetime) -> dict[str, Any]:
    """What a petition's row repeats of the decision in force; `assigned_at` only where it goes out with it."""
    return {
        "state": state,
        "band": decision.band,
        **_answer(decision),
        "pressing": URGENCY_ORDER.index(decision.urgency.level),
        "disagreement": decision.verdicts.agreement is Agreement.DISAGREE,
        "assigned_at": None if state is State.WAITING else at,
    }


def _answer(decision: Decision) -> dict[str, Any]:
    category, kind, lead = decision.category, decision.kind, decision.assignment.lead
    return {
        "category": category.code if category else None,
        "kind": kind.code if kind else None,
        "lead": lead.code if lead else None,
        "certainty": (category.confidence or 0.0) if category else 0.0,
    }


def decision_row(decision: Decision, petition_id: int, number: int, made: tuple[Origin, datetime, str]) -> DecisionRow:
    """The row of a decision. `made`: for what, when, by whom."""
    origin, made_at, made_by = made
    return DecisionRow(
        petition_id=petition_id,
        number=number,
        origin=origin,
        made_at=made_at,
        made_by=made_by,
        band=decision.band,
        **_answer(decision),
        agreement=decision.verdicts.agreement,
        unfamiliar=Reason.UNFAMILIAR in decision.review_reasons,
        unseen=decision.verdicts.unseen,
        code=decision.versions.code,
        rulebook=decision.versions.rulebook,
        model=decision.versions.model,
    )


def recipients(decision: Decision, petition_id: int) -> list[RecipientRow]:
    """Who gets the petition, or a matter of it, and from whom it is withheld; withheld goes before all else."""
    assignments = [decision.assignment, *(matter.assignment for matter in decision.matters)]
    parts: dict[str, str] = {}
    for part, departments in (
        (WITHHELD, [one for assignment in assignments for one in assignment.withheld]),
        (ASSIGNED[0], [one for assignment in assignments if (one := assignment.lead)]),
        (ASSIGNED[1], [one for assignment in assignments for one in assignment.supporting]),
    ):
        _take(parts, part, departments)
    return [RecipientRow(petition_id=petition_id, department=code, part=part) for code, part in parts.items()]


def _take(parts: dict[str, str], part: str, departments: Sequence[DepartmentName | Withheld]) -> None:
    for one in departments:
        if one.code:
            parts.setdefault(one.code, part)


def written(decision: Decision) -> dict[str, Any]:
    """The whole decision as JSON."""
    return as_json(decision)


def spoken_rules(decision: Decision) -> list[str]:
    """The rules that speak in the evidence, each once."""
    return list(dict.fromkeys(one.rule for one in decision.evidence if one.rule))

"""From a matter to its handling path: the procedure, who is competent, what to tell the petitioner, which clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from rules.departments import Departments
from rules.match import Match
from rules.procedure import Lead, Procedure, Procedures, Situation
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.value import replace, value
from service.decision import (
    Assignment,
    CategoryAnswer,
    DepartmentName,
    KindAnswer,
    ProcedureAnswer,
    Reason,
)
from service.route import By, Routed, cited

KEEP = Lead.KEEP
KINDS: Mapping[str, Kind] = {kind.value: kind for kind in Kind}


@value
class Matter:
    """What is known of a matter before its path is chosen: its kind, its national category, and the paths of the duty
    row for that very category (`Duties.below`): they follow from the matter, not from the office.
    """

    kind: Kind | None
    category: str | None
    paths: tuple[str, ...] = ()


@value
class Handling:
    """The path of a matter. `lead` says what becomes of the duty table's department, `competent` (a code) who is meant
    by it; `reasons` for a person to look; `clocks` by the codes of clocks.yaml.
    """

    procedure: ProcedureAnswer | None = None
    notice: str | None = None
    lead: Lead = KEEP
    competent: str | None = None
    reasons: tuple[Reason, ...] = ()
    clocks: tuple[str, ...] = ()


UNKNOWN = Handling()
"""Where the rulebook has no procedures."""


def handle(match: Match, matter: Matter, day: date, rulebook: Rulebook) -> Handling:
    """The first procedure that fits; only articles in force on `day`, the day of receipt, are cited."""
    found = rulebook.procedures.choose(Situation(matter.kind, matter.category, matter.paths, match.held))
    return _handling(found.code, day, rulebook.procedures, rulebook.departments) if found else UNKNOWN


@lru_cache(maxsize=4096)
def _handling(code: str, day: date, procedures: Procedures, departments: Departments) -> Handling:
    found = procedures.by_code[code]
    return Handling(
        procedure=_answer(found, day, departments),
        notice=found.notice,
        lead=found.lead,
        competent=found.competent,
        reasons=_reasons(found),
        clocks=found.clocks,
    )


def matter_of(category: CategoryAnswer | None, kind: KindAnswer | None, paths: tuple[str, ...]) -> Matter:
    """The matter of an answer in national terms; an office's own kinds say nothing of the path."""
    return Matter(KINDS.get(kind.code) if kind else None, category.code if category else None, paths)


def led(routed: Routed, handling: Handling, rulebook: Rulebook) -> Assignment:
    """The assignment with the lead that the procedure asks for (诉访分离: courts and police never beside departments).

    With `Lead.COMPETENT` the lead so far supports; but where the office itself says who leads, by its own table or its
    history, that stays (nobody, where its table leaves it open) and the competent body supports. With `Lead.NONE` and
    `Lead.ALONE` nobody else is named but the lead of the office's own table, which keeps in touch.
    """
    assignment, lead = routed.assignment, routed.assignment.lead
    if handling.lead is KEEP:
        return assignment
    code = None if handling.lead is Lead.NONE else handling.competent
    name = DepartmentName(code, rulebook.departments[code].name) if code else None
    if handling.lead is not Lead.COMPETENT:
        liaison = (lead,) if lead and routed.by is By.OFFICE and handling.lead is Lead.ALONE else ()
        return replace(assignment, lead=name, supporting=liaison, candidates=(), basis=())
    first, other = (name, lead) if routed.by is By.TABLE else (lead, name)
    others = dict.fromkeys([one for one in (other, *assignment.supporting) if one and one != first])
    return replace(assignment, lead=first, supporting=tuple(others))


def _answer(found: Procedure, day: date, departments: Departments) -> ProcedureAnswer:
    competent = found.channel or (departments[found.competent].name if found.competent else None)
    return ProcedureAnswer(found.code, found.name, found.steps, cited(found.basis, day), competent)


def _reasons(found: Procedure) -> tuple[Reason, ...]:
    checks = {Reason.PROCEDURE_UNCLEAR: found.unclear, Reason.OUT_OF_SCOPE: found.outside}
    return tuple(reason for reason, holds in checks.items() if holds)

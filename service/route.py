"""From a category to the departments that answer for it: the duty table, or what the office's own history taught."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from functools import lru_cache

from classifier.prediction import HeadPrediction
from rules.departments import Departments
from rules.duties import Basis, Circumstances, Duties
from rules.kept import Kept
from rules.match import Match
from rules.places import LEXICON, NO_TERRITORY, Territory
from rules.rulebook import Rulebook
from rules.value import replace, value
from service.answer import Answer
from service.decision import Assignment, BasisText, DepartmentCandidate, DepartmentName
from service.leads import CANDIDATES, NO_CIRCUMSTANCES, Asked, asked_of, candidates_by_duties, duty_of
from service.succession import departments_in_force


@value
class Routing:
    """What routing looks at besides the category. `day`: of receipt."""

    match: Match
    day: date
    learnt: HeadPrediction | None
    accusation: bool = False


class By(Enum):
    """Who says who leads: the common table, the office's own, or its history."""

    TABLE = "table"
    OFFICE = "office"
    HISTORY = "history"


@value
class Routed:
    """The assignment, who says so, and the paths that the matter itself may take (`Duty.paths`)."""

    assignment: Assignment
    by: By = By.TABLE
    paths: tuple[str, ...] = ()


@value
class _Row:
    """What the table says of a category on a day. `local`: a territory is among the departments."""

    assignment: Assignment
    paths: tuple[str, ...]
    local: bool


NO_ROW = _Row(Assignment(lead=None), (), local=False)
"""Of no category."""


def route(answer: Answer, routing: Routing, rulebook: Rulebook) -> Routed:
    """One lead and its supporting departments; a lead learnt from the office's history goes before the table's.

    An accusation goes to the discipline side alone, never to the departments of the matter it tells of (条例 art. 30).
    """
    circumstances, accusation_duty = _circumstances(routing, rulebook), rulebook.policy.accusation_duty
    if routing.accusation and accusation_duty:
        return Routed(_placed(_row_of(accusation_duty, circumstances, routing.day, rulebook), (), routing, rulebook))
    code = answer.category.code if answer.category else None
    row = _row_of(code, circumstances, routing.day, rulebook) if code else NO_ROW
    if routing.learnt is not None:
        assignment = _placed(row, (), routing, rulebook)
        return Routed(_led_by_history(assignment, routing.learnt, rulebook), By.HISTORY, row.paths)
    lead, candidates = row.assignment.lead, candidates_by_duties(answer, circumstances, rulebook)
    if lead is not None and candidates and candidates[0].code != lead.code:
        candidates = tuple(sorted(candidates, key=lambda candidate: candidate.code != lead.code))
    assignment = _placed(row, candidates, routing, rulebook)
    if code in rulebook.taxonomy.covering:
        return Routed(assignment, By.OFFICE, row.paths)
    return Routed(assignment, paths=row.paths)


def _circumstances(routing: Routing, rulebook: Rulebook) -> Circumstances:
    match = routing.match
    named = match.reading.petition.respondents
    if not named:
        return Circumstances(match.worded, match.place_kind)
    find = rulebook.respondents.department_of
    return Circumstances(match.worded, match.place_kind, frozenset([find(name) or name for name in named]))


def _led_by_history(assignment: Assignment, learnt: HeadPrediction, rulebook: Rulebook) -> Assignment:
    candidates, departments = _learnt(learnt, rulebook), rulebook.departments
    if departments.gone:
        first, candidates = candidates[0].code, departments_in_force(candidates, departments)
        if first in departments.gone:
            return replace(assignment, lead=None, candidates=candidates, unclear=True)
    lead = DepartmentName(candidates[0].code, candidates[0].name)
    supporting = tuple(name for name in assignment.supporting if name.code != lead.code)
    return replace(assignment, lead=lead, supporting=supporting, candidates=candidates)


def _row_of(code: str, circumstances: Circumstances, day: date, rulebook: Rulebook) -> _Row:
    row, asked = _rows(day, rulebook.duties, rulebook.departments)[code]
    return _row(code, asked.of(circumstances), day, rulebook.duties, rulebook.departments) if asked else row


@lru_cache(maxsize=64)
def _rows(day: date, duties: Duties, departments: Departments) -> Kept[tuple[_Row, Asked | None]]:
    """What the table says of each category on a day where circumstances have no say, and which may."""
    return Kept(lambda code: (_row(code, NO_CIRCUMSTANCES, day, duties, departments), asked_of(code, duties)))


@lru_cache(maxsize=16384)
def _row(code: str, circumstances: Circumstances, day: date, duties: Duties, departments: Departments) -> _Row:
    """Without a territory; where a row names departments side by side, none leads and a clerk decides."""
    national = duties.below(code, circumstances)
    paths = national.paths if national else ()
    duty = duty_of(code, circumstances, duties)
    if duty is None:
        return _Row(Assignment(lead=None), paths, local=False)
    assignment = Assignment(
        lead=_name(duty.lead, departments) if duty.lead else None,
        supporting=tuple(_name(code, departments) for code in (*duty.joint, *duty.supporting)),
        basis=cited(duty.basis, day),
        unclear=duty.review or duty.lead is None,
    )
    return _Row(assignment, paths, not departments.territorial.isdisjoint(duty.departments))


def cited(basis: Iterable[Basis], day: date) -> tuple[BasisText, ...]:
    """The articles that may be cited on `day`."""
    return tuple([BasisText(one.cite, one.source) for one in basis if one.in_force(day)])


def _placed(row: _Row, candidates: tuple[DepartmentCandidate, ...], routing: Routing, rulebook: Rulebook) -> Assignment:
    """The row's assignment with its candidates and the territory of the matter."""
    own, territory = row.assignment, _territory(routing, rulebook)
    return Assignment(
        lead=own.lead,
        supporting=own.supporting,
        candidates=candidates,
        territory=territory.name,
        basis=own.basis,
        unclear=own.unclear,
        territories=territory.candidates,
        place_unclear=territory.asked and row.local,
    )


def _territory(routing: Routing, rulebook: Rulebook) -> Territory:
    """Of the places that the text or the caller's region names."""
    places = rulebook.places
    if not places.places:
        return NO_TERRITORY
    found = places.named(routing.match.text, routing.match.marked(LEXICON))
    return places.territory(found | places.read(routing.match.reading.petition.region))


def _learnt(head: HeadPrediction, rulebook: Rulebook) -> tuple[DepartmentCandidate, ...]:
    found = []
    for label, probability in head.ranked[:CANDIDATES]:
        code = rulebook.departments.find(label)
        found.append(
            DepartmentCandidate(code or label, rulebook.departments[code].name if code else label, probability)
        )
    return tuple(found)


def _name(code: str, departments: Departments) -> DepartmentName:
    return DepartmentName(code, departments[code].name)

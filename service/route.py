"""From a category to the departments that answer for it: the duty table, or what the office's own history taught."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import lru_cache

from classifier.prediction import HeadPrediction
from rules.duties import Circumstances, Duties, Duty
from rules.engine import Match
from rules.petition import Petition
from rules.places import LEXICON, NO_TERRITORY, Territory
from rules.rulebook import Rulebook
from rules.taxonomy import at_level
from service.answer import Answer
from service.decision import Assignment, BasisText, DepartmentCandidate, DepartmentName

CANDIDATES = 5
CONSIDERED = 12
"""Categories whose duties are looked up for candidates."""


@dataclass(frozen=True, slots=True)
class LikelyLeads:
    """Offices differ: how often the lead is the table's own, the broader row's, or a supporting department."""

    own: float
    broad: float
    supporting: float


LIKELY_LEADS = LikelyLeads(own=0.5, broad=0.25, supporting=0.25)
"""Round figures in line with the development rows (benchmarks/day_one.py)."""
NO_CIRCUMSTANCES = Circumstances()


@dataclass(frozen=True, slots=True)
class Routing:
    """What routing looks at besides the category. `day`: of receipt."""

    petition: Petition
    match: Match
    day: date
    learnt: HeadPrediction | None
    accusation: bool = False


class By(Enum):
    """Who says who leads: the common table, the office's own, or its history."""

    TABLE = "table"
    OFFICE = "office"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Routed:
    """The assignment, who says so, and the paths that the matter itself may take (`Duty.paths`)."""

    assignment: Assignment
    by: By = By.TABLE
    paths: tuple[str, ...] = ()


def route(answer: Answer, routing: Routing, rulebook: Rulebook) -> Routed:
    """One lead and its supporting departments; a lead learnt from the office's history goes before the table's.

    An accusation goes to the discipline side alone, never to the departments of the matter it tells of (条例 art. 30).
    """
    find = rulebook.respondents.department_of
    respondents = frozenset([find(name) or name for name in routing.petition.respondents])
    circumstances = Circumstances(routing.match.worded, routing.match.place_kind, respondents)
    if routing.accusation and rulebook.policy.accusation_duty:
        duty = _duty(rulebook.policy.accusation_duty, circumstances, rulebook.duties)
        return Routed(_by_table(duty, routing, rulebook))
    code = answer.category.code if answer.category else None
    assignment = _by_table(_duty(code, circumstances, rulebook.duties) if code else None, routing, rulebook)
    national = rulebook.duties.below(code, circumstances) if code else None
    paths = national.paths if national else ()
    if routing.learnt is not None:
        return Routed(_led_by_history(assignment, routing.learnt, rulebook), By.HISTORY, paths)
    lead, candidates = assignment.lead, _by_duties(answer, circumstances, rulebook)
    if lead is not None and candidates and candidates[0].code != lead.code:
        candidates = tuple(sorted(candidates, key=lambda candidate: candidate.code != lead.code))
    by = By.OFFICE if code in rulebook.taxonomy.covering else By.TABLE
    return Routed(replace(assignment, candidates=candidates), by, paths)


def _led_by_history(assignment: Assignment, learnt: HeadPrediction, rulebook: Rulebook) -> Assignment:
    candidates = _learnt(learnt, rulebook)
    lead = DepartmentName(candidates[0].code, candidates[0].name)
    supporting = tuple(name for name in assignment.supporting if name.code != lead.code)
    return replace(assignment, lead=lead, supporting=supporting, candidates=candidates)


def _duty(code: str, circumstances: Circumstances, duties: Duties) -> Duty | None:
    """The row for a category; a first level without a row of its own falls to its 其他."""
    return duties.find(code, circumstances) or duties.find(f"{code}.99", circumstances)


def _by_table(duty: Duty | None, routing: Routing, rulebook: Rulebook) -> Assignment:
    """By the row; where it names departments side by side, none leads and a clerk decides."""
    territory = _territory(routing, rulebook)
    if duty is None:
        return Assignment(lead=None, territory=territory.name, territories=territory.candidates)
    return Assignment(
        lead=_name(duty.lead, rulebook) if duty.lead else None,
        supporting=tuple(_name(code, rulebook) for code in (*duty.joint, *duty.supporting)),
        territory=territory.name,
        basis=tuple(BasisText(basis.cite, basis.source) for basis in duty.basis if basis.in_force(routing.day)),
        unclear=duty.review or duty.lead is None,
        territories=territory.candidates,
        place_unclear=territory.asked and any(rulebook.departments[code].territorial for code in duty.departments),
    )


def _territory(routing: Routing, rulebook: Rulebook) -> Territory:
    """Of the places that the text or the caller's region names."""
    places = rulebook.places
    if not places.places:
        return NO_TERRITORY
    found = places.named(routing.match.text, routing.match.marks.get(LEXICON, ()))
    return places.territory(found | places.read(routing.petition.region))


def _learnt(head: HeadPrediction, rulebook: Rulebook) -> tuple[DepartmentCandidate, ...]:
    found = []
    for label, probability in head.ranked[:CANDIDATES]:
        code = rulebook.departments.find(label)
        found.append(
            DepartmentCandidate(code or label, rulebook.departments[code].name if code else label, probability)
        )
    return tuple(found)


def _by_duties(answer: Answer, circumstances: Circumstances, rulebook: Rulebook) -> tuple[DepartmentCandidate, ...]:
    """Each category's probability goes to the departments that may lead it, by LIKELY_LEADS."""
    sums: dict[str, float] = {}
    duties = rulebook.duties
    ranked = sorted(answer.shares.items(), key=lambda item: (-item[1], item[0]))[:CONSIDERED]
    for code, share in ranked:
        for department, part in _likely_leads(
            code, circumstances if duties.depends(code) else NO_CIRCUMSTANCES, duties
        ):
            sums[department] = sums.get(department, 0.0) + share * part
    spoken = answer.category is not None and answer.category.confidence is not None
    best = sorted(sums, key=lambda code: (-sums[code], code))[:CANDIDATES]
    names = rulebook.departments
    return tuple(
        [DepartmentCandidate(code, names[code].name, min(1.0, sums[code]) if spoken else None) for code in best]
    )


@lru_cache(maxsize=16384)
def _likely_leads(code: str, circumstances: Circumstances, duties: Duties) -> tuple[tuple[str, float], ...]:
    """Departments that may lead a category, and how likely each is."""
    duty, broad = _duty(code, circumstances, duties), _duty(at_level(code, 2), NO_CIRCUMSTANCES, duties)
    sums: dict[str, float] = {}
    shares = [(duty.leads, LIKELY_LEADS.own), (duty.supporting or duty.leads, LIKELY_LEADS.supporting)] if duty else []
    shares += [(broad.leads, LIKELY_LEADS.broad)] if broad else []
    for departments, part in shares:
        for department in departments:
            sums[department] = sums.get(department, 0.0) + part / len(departments)
    return tuple(sums.items())


def _name(code: str, rulebook: Rulebook) -> DepartmentName:
    return DepartmentName(code, rulebook.departments[code].name)

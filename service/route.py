"""From a category to the departments that answer for it: the duty table, or what the office's own history taught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from classifier.prediction import HeadPrediction
from rules.duties import Circumstances, Duty
from rules.engine import Match
from rules.petition import Petition
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
    """What routing looks at besides the category."""

    petition: Petition
    match: Match
    today: date
    learnt: HeadPrediction | None
    accusation: bool = False


def route(answer: Answer, routing: Routing, rulebook: Rulebook) -> Assignment:
    """One lead and its supporting departments; a lead learnt from the office's history goes before the table's.

    An accusation goes to the discipline side alone, never to the departments of the matter it tells of (条例 art. 30).
    """
    respondents = frozenset(rulebook.departments.find(name) or name for name in routing.petition.respondents)
    circumstances = Circumstances(routing.match.worded, routing.match.place_kind, respondents)
    if routing.accusation and rulebook.policy.accusation_duty:
        return _by_table(_duty(rulebook.policy.accusation_duty, circumstances, rulebook), routing, rulebook)
    duty = _duty(answer.category.code, circumstances, rulebook) if answer.category else None
    assignment = _by_table(duty, routing, rulebook)
    candidates = _learnt(routing.learnt, rulebook) or _by_duties(answer, circumstances, rulebook)
    lead = assignment.lead
    if routing.learnt is not None and candidates:
        lead = DepartmentName(candidates[0].code, candidates[0].name)
    supporting = tuple(name for name in assignment.supporting if lead is None or name.code != lead.code)
    candidates = tuple(sorted(candidates, key=lambda candidate: lead is None or candidate.code != lead.code))
    return replace(assignment, lead=lead, supporting=supporting, candidates=candidates)


def _duty(code: str, circumstances: Circumstances, rulebook: Rulebook) -> Duty | None:
    """The row for a category; a first level without a row of its own falls to its 其他."""
    return rulebook.duties.find(code, circumstances) or rulebook.duties.find(f"{code}.99", circumstances)


def _by_table(duty: Duty | None, routing: Routing, rulebook: Rulebook) -> Assignment:
    territory = rulebook.places.territory(set(routing.match.places))
    if duty is None:
        return Assignment(lead=None, territory=territory)
    day = routing.petition.received_at or routing.today
    return Assignment(
        lead=_name(duty.lead, rulebook),
        supporting=tuple(_name(code, rulebook) for code in duty.supporting),
        territory=territory,
        basis=tuple(BasisText(basis.cite, basis.source) for basis in duty.basis if basis.in_force(day)),
        unclear=duty.review,
    )


def _learnt(head: HeadPrediction | None, rulebook: Rulebook) -> tuple[DepartmentCandidate, ...]:
    if head is None:
        return ()
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
    ranked = sorted(answer.shares.items(), key=lambda item: (-item[1], item[0]))[:CONSIDERED]
    for code, share in ranked:
        for department, part in _likely_leads(code, circumstances, rulebook):
            sums[department] = sums.get(department, 0.0) + share * part
    spoken = answer.category is not None and answer.category.confidence is not None
    best = sorted(sums, key=lambda code: (-sums[code], code))[:CANDIDATES]
    return tuple(
        DepartmentCandidate(code, rulebook.departments[code].name, min(1.0, sums[code]) if spoken else None)
        for code in best
    )


def _likely_leads(code: str, circumstances: Circumstances, rulebook: Rulebook) -> Iterator[tuple[str, float]]:
    """Departments that may lead a category, and how likely each is."""
    duty = _duty(code, circumstances, rulebook)
    broad = _duty(at_level(code, 2), NO_CIRCUMSTANCES, rulebook)
    if duty is not None:
        yield duty.lead, LIKELY_LEADS.own
        for department in duty.supporting or (duty.lead,):
            yield department, LIKELY_LEADS.supporting / max(1, len(duty.supporting))
    if broad is not None:
        yield broad.lead, LIKELY_LEADS.broad


def _name(code: str, rulebook: Rulebook) -> DepartmentName:
    return DepartmentName(code, rulebook.departments[code].name)

"""Who may lead a matter by the duty table, and how likely: the offices do not all follow it, so each may."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from operator import neg
from typing import NamedTuple

from rules.duties import Circumstances, Duties, Duty, PlaceKind
from rules.kept import Kept
from rules.rulebook import Rulebook
from rules.taxonomy import at_level
from rules.value import value
from service.answer import Answer
from service.decision import DepartmentCandidate

CANDIDATES = 5
CONSIDERED = 4
"""Likeliest categories whose duties are looked up for candidates: departments of broad duties gather what little the
others have (benchmarks/day_one.py: of 12, the right one is among the first three for 2 to 3 % fewer rows).
"""
NO_CIRCUMSTANCES = Circumstances()
Parts = tuple[tuple[str, float], ...]
"""Departments, and the part of a category's probability that each gets."""


@value
class LikelyLeads:
    """Offices differ: how often the lead is the table's own, the broader row's, or a supporting department."""

    own: float
    broad: float
    supporting: float


LIKELY_LEADS = LikelyLeads(own=0.5, broad=0.25, supporting=0.25)
"""Round figures in line with the development rows (benchmarks/day_one.py)."""


class Asked(NamedTuple):
    """What the rows for a category ask for: words of some rows, the kind of place, respondents."""

    rows: frozenset[int]
    places: bool
    respondents: frozenset[str]

    def of(self, circumstances: Circumstances) -> Circumstances:
        """What has a say."""
        return Circumstances(
            circumstances.worded & self.rows,
            circumstances.place if self.places else None,
            circumstances.respondents & self.respondents,
        )


@lru_cache(maxsize=64)
def _usual(place: PlaceKind | None, duties: Duties) -> Kept[tuple[Parts, Asked | None]]:
    """The likely leads of each category where place alone has a say, and what else may."""

    def usual(code: str) -> tuple[Parts, Asked | None]:
        asked = asked_of(code, duties)
        bearing = asked.of(Circumstances(place=place)) if asked else NO_CIRCUMSTANCES
        return _likely_leads(code, bearing, duties), asked

    return Kept(usual)


def candidates_by_duties(
    answer: Answer, circumstances: Circumstances, rulebook: Rulebook
) -> tuple[DepartmentCandidate, ...]:
    """Each category's probability goes to the departments that may lead it, by LIKELY_LEADS."""
    sums: dict[str, float] = {}
    duties, worded, named = rulebook.duties, circumstances.worded, circumstances.respondents
    usual = _usual(circumstances.place, duties)
    for code, share in islice(answer.shares.items(), CONSIDERED):
        parts, asked = usual[code]
        if asked and not (asked.rows.isdisjoint(worded) and asked.respondents.isdisjoint(named)):
            parts = _likely_leads(code, asked.of(circumstances), duties)
        for department, part in parts:
            own = share * part
            sums[department] = sums[department] + own if department in sums else own
    likely, titles = sorted(zip(map(neg, sums.values()), sums, strict=True))[:CANDIDATES], rulebook.departments.titles
    if answer.category is None or answer.category.confidence is None:
        return tuple([DepartmentCandidate(code, titles[code], None) for _, code in likely])
    return tuple([DepartmentCandidate(code, titles[code], -own if own > -1.0 else 1.0) for own, code in likely])


def duty_of(code: str, circumstances: Circumstances, duties: Duties) -> Duty | None:
    """The row for a category; a first level without a row of its own falls to its 其他."""
    return duties.find(code, circumstances) or duties.find(f"{code}.99", circumstances)


@lru_cache(maxsize=16384)
def asked_of(code: str, duties: Duties) -> Asked | None:
    """What the rows that `duty_of` looks at ask for, little enough to be kept by; None: circumstances have no say."""
    if not duties.depends(code):
        return None
    rows = {**duties.conditional(code), **duties.conditional(f"{code}.99")}
    return Asked(
        frozenset(index for index, row in rows.items() if row.when),
        any(row.place for row in rows.values()),
        frozenset(row.respondent for row in rows.values() if row.respondent),
    )


@lru_cache(maxsize=16384)
def _likely_leads(code: str, circumstances: Circumstances, duties: Duties) -> Parts:
    """Departments that may lead a category, and how likely each is."""
    duty, broad = duty_of(code, circumstances, duties), duty_of(at_level(code, 2), NO_CIRCUMSTANCES, duties)
    sums: dict[str, float] = {}
    shares = [(duty.leads, LIKELY_LEADS.own), (duty.supporting or duty.leads, LIKELY_LEADS.supporting)] if duty else []
    shares += [(broad.leads, LIKELY_LEADS.broad)] if broad else []
    for departments, part in shares:
        for department in departments:
            sums[department] = sums.get(department, 0.0) + part / len(departments)
    return tuple(sums.items())

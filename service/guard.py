"""The guards: an accusation never reaches the accused, and nobody answers for its own conduct. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain

from rules.departments import Departments
from rules.duties import Circumstances
from rules.match import Match
from rules.respondent_file import Sort
from rules.respondents import NO_ORGAN, Respondent
from rules.rulebook import Rulebook
from rules.value import replace, value
from service.decision import (
    ACCUSATION,
    Assignment,
    DepartmentCandidate,
    DepartmentName,
    KindAnswer,
    Reason,
    Withheld,
    accuses,
)

NO_CODE = ""
"""Code of a withheld body that is no department of the tree (a school)."""


@value
class Guarded:
    """An assignment that may be shown, and why a person must look at it."""

    assignment: Assignment
    reasons: tuple[Reason, ...] = ()


def all_respondents(match: Match, kind: KindAnswer | None, rulebook: Rulebook) -> tuple[Respondent, ...]:
    """Those the text complains of, and those that the caller gives by code or name: these are certain, of the sort that
    the kind of the petition says. A name that only holds that of a department (住建局燃气科) is not: a person looks.
    """
    found = rulebook.respondents.find(match.reading.text, match.marked)
    given = match.reading.petition.respondents
    if not given:
        return found
    sort = Sort.ACCUSATION if accuses(kind) else Sort.CONDUCT
    return (*found, *(_given(name, sort, rulebook) for name in given))


def accusing_respondents(match: Match, kind: KindAnswer | None, rulebook: Rulebook) -> tuple[Respondent, ...]:
    """The same of a text that may accuse someone; nobody of another, of which no more is asked yet."""
    given, finder = match.reading.petition.respondents, rulebook.respondents
    return all_respondents(match, kind, rulebook) if given or finder.may_accuse(match.text, match.marked) else ()


def _given(name: str, sort: Sort, rulebook: Rulebook) -> Respondent:
    code = rulebook.respondents.department_of(name)
    near = rulebook.respondents.department_within(name) if code is None else None
    return Respondent(0, 0, name, code or near, sort, certain=near is None)


def is_accusation(respondents: Sequence[Respondent], kind: str | None) -> bool:
    """Whether 条例 art. 30 applies: the petition accuses, or plainly says that a body is corrupt or abuses office."""
    return kind == ACCUSATION or (
        bool(respondents) and any(one.certain and one.sort is Sort.ACCUSATION for one in respondents)
    )


def guard(
    assignment: Assignment,
    respondents: Sequence[Respondent],
    kind: str | None,
    rulebook: Rulebook,
    settled: bool = False,
) -> Guarded:
    """The assignment without the departments that must not see the petition; they stand in `withheld`, with all below.

    Accusation (条例 art. 30): the discipline body alone leads, or its superior where it, or a body beyond its reach, is
    accused; nobody supports, nobody is a candidate, no territory. Every respondent is withheld, the unclear ones too.

    Certain conduct of an organ: its superior leads (of several: their common one), nobody where none is known; who led
    before supports, if it is no respondent. `settled`: law names the lead, which stays unless it is a respondent. A
    body that is no organ (a school, a company) is only withheld.

    Unclear: a person decides before anything is sent. What may be an accusation is withheld from the body, and if it
    led, nobody leads; what may be conduct leaves the assignment as a suggestion to the clerk.
    """
    if is_accusation(respondents, kind):
        return _Guard(assignment, tuple(respondents), rulebook).against_disclosure()
    if not respondents:
        return Guarded(assignment)
    return _Guard(assignment, tuple(respondents), rulebook).against_interest(settled)


@value
class _Guard:
    """One assignment and its respondents."""

    assignment: Assignment
    respondents: tuple[Respondent, ...]
    rulebook: Rulebook

    def against_disclosure(self) -> Guarded:
        """An accusation."""
        withheld = self._withheld(self.respondents)
        code = self._competent(frozenset(one.code for one in withheld))
        former = self.assignment.lead
        same = former is not None and former.code == code
        guarded = Assignment(
            lead=self._name(code) if code else None,
            basis=self.assignment.basis if same else (),
            withheld=withheld,
            unclear=self.assignment.unclear and same,
        )
        return Guarded(guarded, (Reason.ACCUSATION,))

    def against_interest(self, settled: bool) -> Guarded:
        """A complaint of a body's own work, or an unclear one."""
        kept_out = [one for one in self.respondents if one.certain or one.sort is Sort.ACCUSATION]
        organs, doubtful = self._organs(), self._doubtful()
        guarded = self._without(self._withheld(kept_out)) if kept_out else self.assignment
        if organs and not (settled and guarded.lead):
            guarded = self._led_from_above(guarded, self._superior(organs, doubtful.union(_codes(guarded.withheld))))
        reasons = (Reason.CONDUCT,) if organs else ()
        if not doubtful.isdisjoint(_recipients(self.assignment)):
            reasons = (*reasons, Reason.RESPONDENT_UNCLEAR)
        return Guarded(guarded, reasons)

    def _organs(self) -> list[str]:
        """Codes of the departments whose own conduct is plainly complained of; of companies only those that led."""
        lead = self.assignment.lead
        certain = [one.department for one in self.respondents if one.certain and one.department]
        by_code = self.rulebook.departments
        return [code for code in certain if by_code[code].level != NO_ORGAN or (lead is not None and lead.code == code)]

    def _doubtful(self) -> frozenset[str]:
        """Codes of unclear respondents and of all below them."""
        unclear = [one.department for one in self.respondents if one.department and not one.certain]
        return frozenset(unclear).union(*[_below(code, self.rulebook.departments) for code in unclear])

    def _withheld(self, respondents: Sequence[Respondent]) -> tuple[Withheld, ...]:
        """Each respondent, then what is below any of them; certain reasons before doubtful ones."""
        ranked = sorted(respondents, key=lambda one: not one.certain)
        found = [*map(self._self, ranked), *chain.from_iterable(map(self._parts, ranked))]
        if len(ranked) < 2:
            return tuple(found)
        first: dict[str, Withheld] = {}
        for one in found:
            first.setdefault(one.code or one.name, one)
        return tuple(first.values())

    def _self(self, one: Respondent) -> Withheld:
        name = self.rulebook.departments[one.department].name if one.department else one.name
        return Withheld(one.department or NO_CODE, name, self._reason(one))

    def _parts(self, one: Respondent) -> tuple[Withheld, ...]:
        if one.department is None:
            return ()
        return _subordinates(one.department, self._reason(one, below=True), self.rulebook.departments)

    def _reason(self, one: Respondent, below: bool = False) -> str:
        reasons = self.rulebook.respondents.words.reasons
        if reasons is None:
            return ""
        if not one.certain:
            return reasons.unclear
        if one.sort is Sort.ACCUSATION:
            return reasons.accusation_below if below else reasons.accusation
        return reasons.conduct_below if below else reasons.conduct

    def _without(self, withheld: tuple[Withheld, ...]) -> Assignment:
        """The assignment when none of these may see it; a territory is one of its recipients."""
        assignment, out = self.assignment, {one.code or one.name for one in withheld}
        local = not self.rulebook.departments.territorial.isdisjoint(_codes(withheld))
        return replace(
            assignment,
            lead=None if assignment.lead and _hit(assignment.lead, out) else assignment.lead,
            supporting=tuple([name for name in assignment.supporting if not _hit(name, out)]),
            candidates=tuple([candidate for candidate in assignment.candidates if not _hit(candidate, out)]),
            withheld=withheld,
            territory=None if local else assignment.territory,
            territories=() if local else assignment.territories,
            place_unclear=assignment.place_unclear and not local,
        )

    def _led_from_above(self, assignment: Assignment, code: str | None) -> Assignment:
        """The superior of this code leads; who led before supports."""
        former, lead = assignment.lead, self._name(code) if code else None
        others = ((former,) if former else ()) + assignment.supporting
        supporting = tuple([name for name in others if name.code != code])
        return replace(assignment, lead=lead, supporting=supporting, unclear=assignment.unclear or lead is None)

    def _superior(self, organs: Iterable[str], out: Collection[str]) -> str | None:
        """The nearest department above all the organs that is not among `out`."""
        first, *others = [self._above(code) for code in organs]
        return next((code for code in first if code not in out and all(code in other for other in others)), None)

    def _above(self, code: str) -> list[str]:
        """Who supervises `code` and who it belongs to, and so on upwards, nearest first."""
        departments, above = self.rulebook.departments, [code]
        for lower in above:
            steps = (departments.superior(lower), departments[lower].parent)
            above += [step for step in dict.fromkeys(steps) if step is not None and step not in above]
        return above[1:]

    def _competent(self, out: frozenset[str]) -> str | None:
        """The discipline body that may receive the accusation; None where the rulebook knows none."""
        policy, beyond = self.rulebook.policy, self.rulebook.respondents.words.beyond
        duty = self.rulebook.duties.find(policy.accusation_duty, Circumstances()) if policy.accusation_duty else None
        code = duty.lead if duty else None
        bodies = {code, *beyond}
        accused = {one.department for one in self.respondents if one.certain}
        while code is not None and (code in out or accused & set(beyond.get(code, ()))):
            above = self.rulebook.departments.superior(code)
            code, bodies = (above if above in bodies else None), bodies - {code}
        return code

    def _name(self, code: str) -> DepartmentName:
        return DepartmentName(code, self.rulebook.departments[code].name)


@lru_cache(maxsize=4096)
def _subordinates(code: str, reason: str, departments: Departments) -> tuple[Withheld, ...]:
    """All below a department, and why; kept, as there may be many."""
    told = reason.replace("{name}", departments[code].name)
    return tuple(Withheld(below, departments[below].name, told) for below in departments.subordinates(code))


@lru_cache(maxsize=4096)
def _below(code: str, departments: Departments) -> frozenset[str]:
    """Codes of all below a department."""
    return frozenset(departments.subordinates(code))


def _codes(withheld: Iterable[Withheld]) -> list[str]:
    return [one.code for one in withheld]


def _hit(recipient: DepartmentName | DepartmentCandidate, out: set[str]) -> bool:
    return recipient.code in out or recipient.name in out


def _recipients(assignment: Assignment) -> set[str]:
    """Codes of the departments to which the assignment would send the matter."""
    return {name.code for name in (assignment.lead, *assignment.supporting) if name is not None}

"""What follows from a clerk's correction: the category, kind or department named, and all that hangs on it, anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.errors import InputError
from rules.departments import Departments
from rules.respondent_file import Sort
from rules.respondents import Respondent
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy
from rules.value import replace
from service.answer import Answer
from service.decision import Assignment, CategoryAnswer, CategoryName, Decision, DepartmentName, KindAnswer


@dataclass(frozen=True, slots=True)
class Correction:
    """What a clerk says instead; None: that stays. The codes are those of the office's rulebook."""

    category: str | None = None
    kind: Kind | None = None
    department: str | None = None


def check(correction: Correction, rulebook: Rulebook) -> None:
    """Raises InputError for a correction that says nothing, or names a code that is not in use.

    `rulebook`: as it stands on the day of the petition.
    """
    if correction == Correction():
        raise InputError("a correction names a category, a kind or a department")
    named: dict[str, tuple[str | None, Taxonomy | Departments]] = {
        "category": (correction.category, rulebook.taxonomy),
        "department": (correction.department, rulebook.departments),
    }
    for field, (code, known) in named.items():
        if code is not None and not in_use(code, known):
            raise InputError(f"{field}: no such {field} is in use")


def in_use(code: str | None, known: Taxonomy | Departments) -> bool:
    """Whether a code stands in this tree and is in force."""
    return code is not None and code in known and code not in known.gone


def answered(answer: Answer, code: str | None, rulebook: Rulebook) -> Answer:
    """The answer in national terms with the category that a clerk names; one that is an office's own stands for the
    likeliest of those it covers, or the first of them. No confidence: a person said it.
    """
    if code is None:
        return answer
    covering, path = rulebook.taxonomy.covering, rulebook.taxonomy.path
    covered = next((one for one in (*answer.shares, *covering) if covering.get(one) == code), code)
    return replace(answer, category=CategoryAnswer(covered, path(covered), None), shares={covered: 1.0})


def named(answer: Answer, code: str | None, rulebook: Rulebook) -> Answer:
    """The same in the office's own terms."""
    if code is None or answer.category is None:
        return answer
    path = rulebook.taxonomy.path
    national = answer.category.code
    behind = CategoryName(national, path(national)) if national != code else None
    return replace(answer, category=CategoryAnswer(code, path(code), None, behind))


def judged(respondents: Sequence[Respondent], kind: KindAnswer | None) -> tuple[Respondent, ...]:
    """Who is complained of, once a clerk has said what kind of petition it is: where it is no accusation, what may
    have been one is none, and what plainly sounded like one is a complaint of the body's conduct.
    """
    if kind is None or kind.code == Kind.ACCUSATION:
        return tuple(respondents)
    kept = [one for one in respondents if one.certain or one.sort is not Sort.ACCUSATION]
    return tuple(replace(one, sort=Sort.CONDUCT) for one in kept)


def within(own: Decision, whole: Decision, kind: Kind | None) -> Decision:
    """The corrected decision as that of the whole petition: why a person had to look stays on record, several matters
    stay, and what was withheld stays withheld unless the clerk said that the one matter is no accusation.
    """
    several = len(whole.matters) > 1
    kept = replace(own, band=whole.band, review_reasons=whole.review_reasons, notice=own.notice or whole.notice)
    if several:
        kept = replace(kept, matters=whole.matters)
    if not several and kind is not None:
        return kept
    return assigned(kept, _withheld_too(kept.assignment, whole.assignment))


def assigned(decision: Decision, assignment: Assignment) -> Decision:
    """The decision with this assignment, and its matter too where there is one only."""
    matters = decision.matters
    if len(matters) == 1:
        matters = (replace(matters[0], assignment=assignment),)
    return replace(decision, assignment=assignment, matters=matters)


def _withheld_too(own: Assignment, before: Assignment) -> Assignment:
    withheld = tuple({(one.code, one.name): one for one in (*own.withheld, *before.withheld)}.values())
    out = {one.code or one.name for one in withheld}
    return replace(
        own,
        lead=None if own.lead and own.lead.code in out else own.lead,
        supporting=tuple(one for one in own.supporting if one.code not in out),
        candidates=tuple(one for one in own.candidates if out.isdisjoint((one.code, one.name))),
        withheld=withheld,
    )


def led_by(decision: Decision, code: str | None, rulebook: Rulebook) -> Decision:
    """The decision with the department that a clerk names in the lead. Raises InputError for one that must not see the
    petition (条例 art. 30).
    """
    own = decision.assignment
    if code is None or (own.lead and own.lead.code == code):
        return decision
    if code in {one.code for one in own.withheld}:
        raise InputError(f"department: the petition must not be sent to '{code}'")
    lead = DepartmentName(code, rulebook.departments[code].name)
    supporting = tuple(one for one in own.supporting if one.code != code)
    assignment = replace(own, lead=lead, supporting=supporting, basis=(), unclear=False, place_unclear=False)
    return assigned(decision, assignment)

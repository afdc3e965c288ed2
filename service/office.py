"""An answer in the office's own terms: the categories of its pack instead of the national ones that they cover."""

from __future__ import annotations

from collections.abc import Iterator

from rules.rulebook import Rulebook
from rules.taxonomy import at_level
from rules.value import replace, value
from service.answer import Answer, Shares
from service.decision import Assignment, Candidate, CategoryAnswer, CategoryName, Reason
from service.guard import Guarded


def in_office_terms(answer: Answer, rulebook: Rulebook) -> Answer:
    """The same answer, each covered category told as the office's own, its probability that of all it covers.

    What no category covers stays national; a pack without covers gets the answer back as it is. `shares` stay
    national: duties are looked up by them.
    """
    if answer.category is None or not rulebook.taxonomy.covering:
        return answer
    totals = _totals(answer.shares, rulebook)
    category = _told(answer.category, totals, rulebook)
    first = Candidate(category.code, category.path, category.confidence)
    others = sorted(
        _merged(answer.candidates, totals, rulebook),
        key=lambda other: -1.0 if other.probability is None else other.probability,
        reverse=True,
    )
    return replace(
        answer, category=category, candidates=(first, *(other for other in others if other.code != first.code))
    )


@value
class Placed:
    """An assignment as this office can make it, why a person must look, and what to tell the petitioner."""

    assignment: Assignment
    reasons: tuple[Reason, ...]
    notice: str | None = None


def within_office(answer: Answer, guarded: Guarded, notice: str, rulebook: Rulebook) -> Placed:
    """For a category for which the office has no department, nobody is assigned: the competent bodies stay as
    candidates, the likeliest first, and the petitioner is told of it (条例 art. 23). `notice` holds `{name}`.
    """
    taxonomy, assignment = rulebook.taxonomy, guarded.assignment
    covered = answer.category is None or answer.category.code in taxonomy.covering
    if taxonomy.uncovered != "name" or covered or Reason.ACCUSATION in guarded.reasons:
        return Placed(assignment, guarded.reasons)
    body = assignment.lead or next(iter(assignment.candidates), None)
    only_named = replace(assignment, lead=None, supporting=(), place_unclear=False)
    told = notice.format(name=body.name) if body and notice else None
    return Placed(only_named, (*guarded.reasons, Reason.OUT_OF_SCOPE), told)


def _group(code: str, rulebook: Rulebook) -> str:
    """The office's own category, else the national branch at the policy's level."""
    return rulebook.taxonomy.covering.get(code) or at_level(code, rulebook.policy.confidence_level)


def _totals(shares: Shares, rulebook: Rulebook) -> dict[str, float]:
    totals: dict[str, float] = {}
    for code, share in shares.items():
        group = _group(code, rulebook)
        totals[group] = totals.get(group, 0.0) + share
    return {group: min(1.0, total) for group, total in totals.items()}


def _told(said: CategoryAnswer, totals: Shares, rulebook: Rulebook) -> CategoryAnswer:
    """The answer itself; one that rules alone gave keeps no confidence."""
    confidence = None if said.confidence is None else totals.get(_group(said.code, rulebook), said.confidence)
    own = rulebook.taxonomy.covering.get(said.code)
    if own is None:
        return replace(said, confidence=confidence)
    return CategoryAnswer(own, rulebook.taxonomy.path(own), confidence, CategoryName(said.code, said.path))


def _merged(candidates: tuple[Candidate, ...], totals: Shares, rulebook: Rulebook) -> Iterator[Candidate]:
    """Candidates that the office calls by one name become one."""
    taken: set[str] = set()
    for candidate in candidates:
        group = _group(candidate.code, rulebook)
        own = rulebook.taxonomy.covering.get(candidate.code)
        if group not in taken:
            taken.add(group)
            code, path = (own, rulebook.taxonomy.path(own)) if own else (candidate.code, candidate.path)
            yield Candidate(code, path, totals.get(group))

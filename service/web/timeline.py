"""The history of a petition as a clerk reads it: who did what, when, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from classifier.manifest import HeadName
from service.store.records import DecisionRecord, Origin, PetitionRecord, ReviewRecord

PARTS: Mapping[HeadName, str] = {"category": "category", "kind": "kind", "department": "lead"}
"""Head -> the field of a decision's record that answers it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was answered before and after, as codes; None: no answer."""

    head: HeadName
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history. `did`: an origin or an action; `decision`: number of what is in force since."""

    at: datetime
    who: str
    did: str
    decision: int
    changes: tuple[Change, ...]
    review: ReviewRecord | None = None


def timeline(record: PetitionRecord) -> list[Step]:
    """All steps, the first one first; a correction and the decision that came of it are one step."""
    decisions = {one.number: one for one in record.decisions}
    made = [
        _made(one, decisions.get(one.number - 1)) for one in record.decisions if one.origin is not Origin.CORRECTION
    ]
    reviewed = [_reviewed(review, decisions) for review in record.reviews]
    return sorted([*made, *reviewed], key=attrgetter("at"))


def _made(one: DecisionRecord, before: DecisionRecord | None) -> Step:
    return Step(one.made_at, one.made_by, one.origin.value, one.number, _changes(before, one))


def _reviewed(review: ReviewRecord, decisions: Mapping[int, DecisionRecord]) -> Step:
    changes = _changes(decisions[review.decision], decisions[review.outcome])
    return Step(review.at, review.clerk, review.action.value, review.outcome, changes, review)


def _changes(before: DecisionRecord | None, after: DecisionRecord) -> tuple[Change, ...]:
    pairs = [
        Change(head, getattr(before, part) if before else None, getattr(after, part)) for head, part in PARTS.items()
    ]
    return tuple(change for change in pairs if change.before != change.after)

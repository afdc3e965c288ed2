"""The desk: petitions are handed in, decided, kept, reviewed; the main flow and the store, put together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from classifier.errors import InputError
from rules.petition import Petition
from rules.rule import Kind
from rules.rulebook import Rulebook
from service.access import Actor
from service.correction import Correction, check, in_use
from service.decision import Decision
from service.due import UnpublishedCalendarError, working_day_after
from service.errors import ConflictError
from service.json_form import Json, as_json
from service.review import ALLOWED, RETURN_WITHIN, Action, Review, State
from service.store.petitions import Change
from service.store.records import PetitionRecord, ReviewRecord, Taken
from service.store.store import Store
from service.triage import Triage

log = logging.getLogger("fenban")
Watcher = Callable[[Petition, Decision, int], None]
"""Told of every first decision: the petition, its decision, its number in the store."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What clerks and other programs do with petitions. `triage` gives the main flow in force at this moment."""

    store: Store
    triage: Callable[[], Triage]
    now: Callable[[], datetime]
    watchers: Sequence[Watcher] = ()

    def submit(self, petition: Petition, actor: Actor) -> tuple[Taken, Json]:
        """Decide and keep a petition: what became of it, and its decision. One that was handed in before is not decided
        again. Raises ConflictError.
        """
        taken = self.store.petitions.known(petition)
        if taken is None:
            (decision,) = self.triage().decide([petition], self._today)
            taken = self.store.petitions.add(petition, decision, actor)
            if taken.new:
                self._tell(petition, decision, taken.id)
                return taken, as_json(decision)
        return taken, self.store.petitions.read(taken.id, actor).in_force.decision or {}

    def _tell(self, petition: Petition, decision: Decision, petition_id: int) -> None:
        """The petition is kept and decided: no fault of whoever only watches may cost it its answer."""
        for told in self.watchers:
            try:
                told(petition, decision, petition_id)
            except Exception as error:
                log.error("a watcher failed on petition %s: %s", petition_id, type(error).__name__)

    def review(self, petition_id: int, version: int, review: Review, actor: Actor) -> PetitionRecord:
        """Confirm, correct or return. `version`: of what the clerk has seen. Raises InputError for a review that makes
        no sense, ConflictError where another came before or the state does not allow it, NotFoundError.
        """
        triage = self.triage()
        record = self.store.petitions.read(petition_id, actor)
        _check(review, triage.rulebook.on(record.item.received))
        state = self._next(record, version, review)
        late = review.action is Action.RETURN and self._is_late(record, triage.rulebook, actor)
        decision = self._corrected(record, review, triage) if review.action is Action.CORRECT else None
        return self.store.petitions.change(Change(petition_id, version, review, state, decision, late), actor)

    def redecide(self, petition_id: int, version: int, actor: Actor) -> PetitionRecord:
        """Ask the rules and the model of today again. Raises ConflictError, NotFoundError."""
        record = self.store.petitions.read(petition_id, actor)
        (decision,) = self.triage().decide([_text_of(record)], record.item.received)
        return self.store.petitions.redecide(petition_id, version, decision, actor)

    @property
    def _today(self) -> date:
        """The day at this place, which clocks count from where a petition names none."""
        return self.now().astimezone().date()

    @staticmethod
    def _next(record: PetitionRecord, version: int, review: Review) -> State:
        item = record.item
        state = ALLOWED[item.state, review.action]
        if state is None and item.version == version:
            raise ConflictError(f"petition {item.id} is {item.state}: {review.action} is not possible now")
        return state or item.state

    def _is_late(self, record: PetitionRecord, rulebook: Rulebook, actor: Actor) -> bool:
        """Whether the five working days of article 23 are over; a department itself may not return it then."""
        if record.assigned_at is None:
            return False
        try:
            last = working_day_after(record.assigned_at.astimezone().date(), RETURN_WITHIN, rulebook.clocks)
        except UnpublishedCalendarError:
            return False
        late = self._today > last
        if late and actor.department:
            raise ConflictError(f"the {RETURN_WITHIN} working days for a return ended on {last.isoformat()}")
        return late

    def _corrected(self, record: PetitionRecord, review: Review, triage: Triage) -> Decision:
        """The petition decided anew around what the clerk says; what earlier reviews said stays unless named again."""
        said = Correction()
        for past in record.reviews:
            if past.action is Action.CORRECT:
                said = _added(said, _correction(past))
        said = _added(said, _correction(review))
        return triage.correct(
            _text_of(record), _in_use(said, triage.rulebook.on(record.item.received)), record.item.received
        )


def _correction(said: Review | ReviewRecord) -> Correction:
    return Correction(said.category, Kind(said.kind) if said.kind else None, said.department)


def _added(said: Correction, later: Correction) -> Correction:
    """A later correction adds to the one before. A category always routes anew, and so does a change of what is an
    accusation, since that changes who may see the petition: a department that was named before does not outlive them.
    """
    moved = later.category is not None
    accusing = later.kind is not None and Kind.ACCUSATION in (later.kind, said.kind)
    kept = None if moved or accusing else said.department
    return Correction(later.category or said.category, later.kind or said.kind, later.department or kept)


def _in_use(said: Correction, rulebook: Rulebook) -> Correction:
    """Without what an earlier correction named and this rulebook does not know any more."""
    category = said.category if in_use(said.category, rulebook.taxonomy) else None
    department = said.department if in_use(said.department, rulebook.departments) else None
    return Correction(category, said.kind, department)


def _check(review: Review, rulebook: Rulebook) -> None:
    """Raises InputError, naming the field."""
    correction = Correction(review.category, _kind(review), review.department)
    if review.action is Action.CORRECT:
        check(correction, rulebook)
    if review.action is Action.RETURN:
        if review.reason is None:
            raise InputError("reason: a return says why (article 23)")
        if review.department is not None:
            check(Correction(department=review.department), rulebook)
    elif review.reason is not None:
        raise InputError(f"reason: belongs to a return, not to {review.action}")
    given = {"category": review.category, "kind": review.kind, "department": review.department}
    allowed = {Action.CONFIRM: (), Action.CORRECT: tuple(given), Action.RETURN: ("department",)}[review.action]
    for field, value in given.items():
        if value is not None and field not in allowed:
            raise InputError(f"{field}: cannot be given with {review.action}")


def _kind(review: Review) -> Kind | None:
    try:
        return Kind(review.kind) if review.kind else None
    except ValueError:
        raise InputError(f"kind: one of {', '.join(Kind)}") from None


def _text_of(record: PetitionRecord) -> Petition:
    if record.petition is None:
        raise ConflictError(f"the text of petition {record.item.id} was purged")
    return record.petition

"""Petitions and their decisions: each method is one transaction, and each read of a text is in the trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rules.petition import Petition
from rules.policy import Band
from service.access import Actor
from service.decision import Decision
from service.errors import ConflictError, NotFoundError
from service.review import Review, State
from service.store.audit import Did, note
from service.store.database import Database, insert_into
from service.store.history import check_storable, content_digest, decisions_of, petition_of, reviews_of
from service.store.queue import Question, item, page, selected, visible_to
from service.store.records import Origin, PetitionRecord, QueuePage, Taken
from service.store.schema import HIGHEST, DecisionRow, DecisionText, PetitionRow, PetitionText, RecipientRow, ReviewRow
from service.store.uses import count_uses
from service.store.written import current, decision_row, recipients, spoken_rules, written

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Change:
    """A review that is to be kept: of which version of which petition, what it says, where the petition stands then,
    and the decision that comes of a correction. `late`: a return after the days of article 23.
    """

    petition_id: int
    version: int
    review: Review
    state: State
    decision: Decision | None = None
    late: bool = False


class Petitions:
    """Petitions, their decisions and their reviews."""

    def __init__(self, database: Database, now: Clock) -> None:
        self._database = database
        self._now = now

    def known(self, petition: Petition) -> Taken | None:
        """The petition that was handed in under this id; raises ConflictError where its content is another."""
        check_storable(petition)
        with self._database.reading() as session:
            return _known(session, petition)

    def add(self, petition: Petition, decision: Decision, actor: Actor) -> Taken:
        """Keep a petition with its first decision; one that is there already stays as it is (see `known`). Raises
        InputError for characters that no database keeps.
        """
        check_storable(petition)
        at, state = self._now(), State.SENT if decision.band is Band.AUTO else State.WAITING
        with self._database.writing() as session:
            values = _petition_values(petition, decision, at) | current(decision, state, at)
            added = insert_into(session, PetitionRow).values(values).on_conflict_do_nothing().returning(PetitionRow)
            row = session.scalar(added)
            if row is None:
                return _there(session, petition)
            session.add(_text_row(row.id, petition))
            _decide(session, row, decision, (Origin.TRIAGE, at, actor.name))
            note(session, at, actor, Did.SUBMIT, (row.id, ""))
            return Taken(row.id, True)

    def queue(self, question: Question, actor: Actor) -> QueuePage:
        """A page of the queue, without texts; a department's actor sees what is assigned to it."""
        with self._database.reading() as session:
            return page(list(session.scalars(selected(question, actor.department))), question, actor.department)

    def read(self, petition_id: int, actor: Actor) -> PetitionRecord:
        """A petition with its history; the read is kept in the trail, and so is one that was denied.

        Raises NotFoundError where there is none, or none for this actor.
        """
        if not 0 < petition_id <= HIGHEST:
            raise NotFoundError(f"no petition {petition_id}")
        with self._database.witnessing() as session:
            row = session.scalar(select(PetitionRow).where(PetitionRow.id == petition_id, *_for(actor)))
            found = row is not None
            there = found or session.get(PetitionRow, petition_id) is not None
            if there:
                note(session, self._now(), actor, Did.READ if found else Did.DENIED, (petition_id, ""))
            record = _record(session, row) if row else None
        if record is None:
            raise NotFoundError(f"no petition {petition_id}")
        return record

    def change(self, change: Change, actor: Actor) -> PetitionRecord:
        """Keep a review. Raises ConflictError, with what happened, when another review came before."""
        at = self._now()
        with self._database.writing() as session:
            row = _locked(session, change.petition_id, change.version)
            before = _in_force(session, row)
            was, row.version, row.state = row.state, row.version + 1, change.state
            if change.decision is not None:
                _apply(row, current(change.decision, change.state, at))
                _decide(session, row, change.decision, (Origin.CORRECTION, at, actor.name))
            _settle(row, State(was), at)
            session.add(_review_row(change, (before.id, _in_force(session, row).id), actor, at))
            note(session, at, actor, Did.REVIEW, (row.id, change.review.action))
            session.flush()
            return _record(session, row)

    def redecide(self, petition_id: int, version: int, decision: Decision, actor: Actor) -> PetitionRecord:
        """Put a later decision in force. What a clerk has settled stays so. Raises ConflictError as `change` does."""
        at = self._now()
        with self._database.writing() as session:
            row = _locked(session, petition_id, version)
            if row.state in (State.SETTLED, State.RETURNED):
                raise ConflictError(f"petition {petition_id} was reviewed by a clerk; correct it instead")
            row.version += 1
            _apply(row, current(decision, State.SENT if decision.band is Band.AUTO else State.WAITING, at))
            _decide(session, row, decision, (Origin.REDECIDE, at, actor.name))
            note(session, at, actor, Did.REDECIDE, (row.id, ""))
            session.flush()
            return _record(session, row)


def _there(session: Session, petition: Petition) -> Taken:
    """The petition that somebody else handed in a moment ago."""
    found = _known(session, petition)
    if found is None:
        raise ConflictError("id: the petition was there a moment ago; try again")
    return found


def _known(session: Session, petition: Petition) -> Taken | None:
    asked = select(PetitionRow.id, PetitionRow.digest).where(PetitionRow.external_id == petition.id)
    found = session.execute(asked).one_or_none()
    if found is None:
        return None
    if found.digest != content_digest(petition):
        raise ConflictError("id: another petition was handed in under it", {"id": found.id})
    return Taken(found.id, False)


def _petition_values(petition: Petition, decision: Decision, at: datetime) -> dict[str, object]:
    counted = date.fromisoformat(decision.received.date) if decision.received else at.date()
    return {
        "external_id": petition.id,
        "digest": content_digest(petition),
        "received": petition.received_at or counted,
        "created_at": at,
        "version": 1,
        "suspect": False,
        "returns": 0,
    }


def _text_row(petition_id: int, petition: Petition) -> PetitionText:
    return PetitionText(
        petition_id=petition_id,
        title=petition.title,
        body=petition.body,
        channel=petition.channel,
        region=petition.region,
        received_at=petition.received_at,
        respondents=list(petition.respondents),
    )


def _decide(session: Session, row: PetitionRow, decision: Decision, made: tuple[Origin, datetime, str]) -> None:
    """Put a decision in force: its row, its text, its recipients, and the uses of its rules."""
    count = session.scalar(select(func.count()).where(DecisionRow.petition_id == row.id)) or 0
    kept = decision_row(decision, row.id, count + 1, made)
    session.add(kept)
    for old in session.scalars(select(RecipientRow).where(RecipientRow.petition_id == row.id)):
        session.delete(old)
    session.flush()
    session.add(DecisionText(decision_id=kept.id, decision=written(decision)))
    session.add_all(recipients(decision, row.id))
    if made[0] is Origin.TRIAGE:
        count_uses(session, spoken_rules(decision), made[1])


def _locked(session: Session, petition_id: int, version: int) -> PetitionRow:
    """The row, held until the transaction ends. Raises NotFoundError, ConflictError."""
    row = session.scalar(select(PetitionRow).where(PetitionRow.id == petition_id).with_for_update())
    if row is None:
        raise NotFoundError(f"no petition {petition_id}")
    if row.version != version:
        raise ConflictError(f"petition {petition_id} has changed since version {version}", _happened(session, row))
    return row


def _happened(session: Session, row: PetitionRow) -> dict[str, object]:
    """What came before, for whoever was second."""
    last = session.scalar(
        select(ReviewRow).where(ReviewRow.petition_id == row.id).order_by(ReviewRow.version.desc()).limit(1)
    )
    told: dict[str, object] = {"version": row.version, "state": row.state}
    if last is not None:
        told |= {"action": last.action, "clerk": last.clerk, "at": last.at.isoformat(), "category": row.category}
        told |= {"department": row.lead}
    return told


def _in_force(session: Session, row: PetitionRow) -> DecisionRow:
    asked = select(DecisionRow).where(DecisionRow.petition_id == row.id).order_by(DecisionRow.number.desc()).limit(1)
    return session.scalars(asked).one()


def _apply(row: PetitionRow, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _settle(row: PetitionRow, was: State, at: datetime) -> None:
    """What a clerk confirms goes out now, unless it is out already: the days for a return do not begin again."""
    if row.state == State.SETTLED:
        row.settled_at = at
        row.assigned_at = row.assigned_at if was is State.SENT else at
    elif row.state == State.RETURNED:
        row.returns += 1


def _review_row(change: Change, decided: tuple[int, int], actor: Actor, at: datetime) -> ReviewRow:
    review = change.review
    return ReviewRow(
        petition_id=change.petition_id,
        version=change.version + 1,
        decision_id=decided[0],
        outcome_id=decided[1],
        action=review.action,
        state=change.state,
        category=review.category,
        kind=review.kind,
        department=review.department,
        reason=review.reason,
        late=change.late,
        clerk=actor.name,
        at=at,
    )


def _for(actor: Actor) -> Sequence[ColumnElement[bool]]:
    return (visible_to(actor.department),) if actor.department else ()


def _record(session: Session, row: PetitionRow) -> PetitionRecord:
    text = session.get(PetitionText, row.id)
    return PetitionRecord(
        item=item(row),
        petition=petition_of(row, text) if text else None,
        assigned_at=row.assigned_at,
        decisions=decisions_of(session, row.id),
        reviews=reviews_of(session, row.id),
    )

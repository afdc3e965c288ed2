"""What the store knows of one petition, read back: its text, its decisions, its reviews."""

from __future__ import annotations

import hashlib
import json
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifier.errors import InputError
from rules.petition import Petition
from service.review import Action, ReasonCode, State
from service.store.records import DecisionRecord, Origin, ReviewRecord
from service.store.schema import DecisionRow, DecisionText, PetitionRow, PetitionText, ReviewRow

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL keeps no NUL, and halves of surrogate pairs cannot be written as UTF-8."""


def content_digest(petition: Petition) -> str:
    """SHA-256 over all that was handed in, so that a petition handed in twice is known again."""
    day = petition.received_at.isoformat() if petition.received_at else None
    content = [petition.title, petition.body, petition.channel, petition.region, day, list(petition.respondents)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def check_storable(petition: Petition) -> None:
    """Raises InputError for a petition that holds what a database cannot keep."""
    for value in (petition.id, petition.title, petition.body, petition.channel, petition.region, *petition.respondents):
        if UNSTORABLE.search(value):
            raise InputError("the petition holds a character that cannot be kept (NUL, or half a surrogate pair)")


def petition_of(row: PetitionRow, text: PetitionText) -> Petition:
    """The petition as it was handed in."""
    return Petition(
        id=row.external_id,
        body=text.body,
        title=text.title,
        channel=text.channel,
        region=text.region,
        received_at=text.received_at,
        respondents=tuple(text.respondents),
    )


def decisions_of(session: Session, petition_id: int) -> tuple[DecisionRecord, ...]:
    """All decisions, the first one first."""
    asked = (
        select(DecisionRow, DecisionText.decision)
        .outerjoin(DecisionText, DecisionText.decision_id == DecisionRow.id)
        .where(DecisionRow.petition_id == petition_id)
        .order_by(DecisionRow.number)
    )
    return tuple(
        DecisionRecord(
            number=row.number,
            origin=Origin(row.origin),
            made_at=row.made_at,
            made_by=row.made_by,
            category=row.category,
            kind=row.kind,
            lead=row.lead,
            model=row.model,
            rulebook=row.rulebook,
            code=row.code,
            decision=decision,
        )
        for row, decision in session.execute(asked)
    )


def reviews_of(session: Session, petition_id: int) -> tuple[ReviewRecord, ...]:
    """All reviews, the first one first."""
    made = select(DecisionRow.id, DecisionRow.number).where(DecisionRow.petition_id == petition_id)
    numbers = dict(session.execute(made).all())
    asked = select(ReviewRow).where(ReviewRow.petition_id == petition_id).order_by(ReviewRow.version)
    return tuple(
        ReviewRecord(
            version=row.version,
            action=Action(row.action),
            state=State(row.state),
            decision=numbers[row.decision_id],
            outcome=numbers[row.outcome_id],
            category=row.category,
            kind=row.kind,
            department=row.department,
            reason=ReasonCode(row.reason) if row.reason else None,
            late=row.late,
            clerk=row.clerk,
            at=row.at,
        )
        for row in session.scalars(asked)
    )

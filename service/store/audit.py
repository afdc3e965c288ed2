"""The audit trail: every read of a petition's text and every change, written in the transaction it tells of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Actor
from service.store.database import Database
from service.store.records import AuditRecord
from service.store.schema import AuditRow

MOST_ROWS = 1000


class Did(StrEnum):
    """What is kept in the trail."""

    SUBMIT = "submit"
    READ = "read"
    DENIED = "denied"
    REVIEW = "review"
    REDECIDE = "redecide"
    EXPORT = "export"
    PURGE = "purge"
    MARK = "mark"
    LOGIN = "login"
    LOGIN_TRIED = "login_tried"
    LOGIN_THROTTLED = "login_throttled"
    LOGOUT = "logout"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105
    RULEBOOK = "rulebook"
    MODEL = "model"


def note(session: Session, at: datetime, actor: Actor, did: Did, about: tuple[int | None, str]) -> None:
    """Add one line. `about`: the petition, if any, and what it was: codes and names of accounts, never text."""
    petition_id, what = about
    row = AuditRow(
        at=at, who=actor.name, did=did, petition_id=petition_id, what=what[:200], address=actor.address[:200]
    )
    session.add(row)


class Trail:
    """Reads the trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, most: int = 100, petition_id: int | None = None) -> list[AuditRecord]:
        """The latest lines, the newest first; of one petition where it is named."""
        asked = select(AuditRow).order_by(AuditRow.id.desc()).limit(min(most, MOST_ROWS))
        if petition_id is not None:
            asked = asked.where(AuditRow.petition_id == petition_id)
        with self._database.reading() as session:
            return [_record(row) for row in session.scalars(asked)]


def _record(row: AuditRow) -> AuditRecord:
    return AuditRecord(row.id, row.at, row.who, row.did, row.petition_id, row.what, row.address)

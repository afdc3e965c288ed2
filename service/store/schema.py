"""The tables. What is append-only is kept so by triggers; texts stand apart, so that they can be purged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

HIGHEST = 2**31 - 1
"""The highest number that a row can have."""
CODE, NAME = String(80), String(200)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, on every database alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Without its zone; raises ValueError for a moment that has none."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Table(DeclarativeBase):
    """All tables of the store."""

    type_annotation_map: ClassVar = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PetitionRow(Table):
    """A petition without its text, and where it stands; what the queue looks at repeats the decision in force.

    `version` counts changes; `pressing`: 0 is the most urgent level; `certainty`: the confidence, 0 without any.
    """

    __tablename__ = "petitions"
    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(NAME, unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    received: Mapped[date]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(CODE)
    version: Mapped[int]
    band: Mapped[str] = mapped_column(CODE)
    category: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[str | None] = mapped_column(CODE)
    lead: Mapped[str | None] = mapped_column(CODE)
    pressing: Mapped[int]
    certainty: Mapped[float]
    disagreement: Mapped[bool]
    suspect: Mapped[bool]
    returns: Mapped[int]
    assigned_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "state", "certainty", "id"),
        Index(None, "state", "received", "id"),
        Index(None, "state", "pressing", "received", "id"),
        Index(None, "received"),
        Index(None, "settled_at", "id"),
    )


class PetitionText(Table):
    """What purging takes away: the text, the place it names, the organisations complained of."""

    __tablename__ = "petition_texts"
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(NAME)
    region: Mapped[str] = mapped_column(NAME)
    received_at: Mapped[date | None]
    respondents: Mapped[list[str]]


class RecipientRow(Table):
    """Which departments the decision in force assigns a petition to (`lead`, `supporting`) or withholds it from."""

    __tablename__ = "recipients"
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    department: Mapped[str] = mapped_column(CODE, primary_key=True)
    part: Mapped[str] = mapped_column(CODE)
    __table_args__ = (Index(None, "department", "part", "petition_id"),)


class DecisionRow(Table):
    """One decision, never changed. `number` counts from 1 in each petition; `origin`: what it was made for."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    number: Mapped[int]
    origin: Mapped[str] = mapped_column(CODE)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(NAME)
    band: Mapped[str] = mapped_column(CODE)
    category: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[str | None] = mapped_column(CODE)
    lead: Mapped[str | None] = mapped_column(CODE)
    certainty: Mapped[float]
    agreement: Mapped[str] = mapped_column(CODE)
    unfamiliar: Mapped[bool]
    unseen: Mapped[float]
    code: Mapped[str] = mapped_column(CODE)
    rulebook: Mapped[str] = mapped_column(CODE)
    model: Mapped[str | None] = mapped_column(CODE)
    __table_args__ = (UniqueConstraint("petition_id", "number"), Index(None, "made_at", "origin"))


class DecisionText(Table):
    """The whole decision as JSON; its evidence quotes the petition, so purging takes it away too."""

    __tablename__ = "decision_texts"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    decision: Mapped[dict[str, Any]]


class ReviewRow(Table):
    """One review, never changed: what was done to which decision, by whom, and which decision came of it."""

    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    version: Mapped[int]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    outcome_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    action: Mapped[str] = mapped_column(CODE)
    state: Mapped[str] = mapped_column(CODE)
    category: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[str | None] = mapped_column(CODE)
    department: Mapped[str | None] = mapped_column(CODE)
    reason: Mapped[str | None] = mapped_column(CODE)
    late: Mapped[bool]
    clerk: Mapped[str] = mapped_column(NAME)
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("petition_id", "version"), Index(None, "at"))


class DisagreementRow(Table):
    """Where a shadow model would have decided otherwise; never changed. `asked`: category, kind or lead."""

    __tablename__ = "disagreements"
    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    at: Mapped[datetime]
    model: Mapped[str | None] = mapped_column(CODE)
    shadow: Mapped[str | None] = mapped_column(CODE)
    asked: Mapped[str] = mapped_column(CODE)
    said: Mapped[str | None] = mapped_column(CODE)
    shadow_said: Mapped[str | None] = mapped_column(CODE)
    __table_args__ = (Index(None, "shadow", "at"),)


class RulebookRow(Table):
    """A rulebook that was taken into use, and when; the latest is the active one. Never changed."""

    __tablename__ = "rulebooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(NAME)
    code: Mapped[str] = mapped_column(CODE)
    activated_at: Mapped[datetime]
    activated_by: Mapped[str] = mapped_column(NAME)


class RuleUseRow(Table):
    """How often a rule has hit a petition of the store, and when last."""

    __tablename__ = "rule_uses"
    rule: Mapped[str] = mapped_column(CODE, primary_key=True)
    hits: Mapped[int]
    last_hit: Mapped[datetime]


class ModelRow(Table):
    """What happened to a model (trained, promoted, rolled back), with its figures. Never changed."""

    __tablename__ = "models"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(CODE)
    event: Mapped[str] = mapped_column(CODE)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(NAME)
    reason: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any]]


class AccountRow(Table):
    """Who may log in. `epoch` grows when all sessions of the account are to end."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(NAME, unique=True)
    role: Mapped[str] = mapped_column(CODE)
    password: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]
    epoch: Mapped[int]
    created_at: Mapped[datetime]


class TokenRow(Table):
    """A key for another program: only its digest is kept."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    department: Mapped[str | None] = mapped_column(CODE)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditRow(Table):
    """Who did or read what, when, from which address; no text. Never changed."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(NAME)
    did: Mapped[str] = mapped_column(CODE)
    petition_id: Mapped[int | None]
    what: Mapped[str] = mapped_column(NAME)
    address: Mapped[str] = mapped_column(NAME)
    __table_args__ = (Index(None, "did", "at"), Index(None, "petition_id"))


APPEND_ONLY = ("decisions", "reviews", "disagreements", "rulebooks", "models", "audit")
"""Tables whose rows are never changed and never deleted."""

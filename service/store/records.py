"""What the store answers with: plain values, no rows, no sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from rules.petition import Petition
from service.access import Role
from service.review import Action, ReasonCode, State


class Origin(StrEnum):
    """What a decision was made for."""

    TRIAGE = "triage"
    """The first one, when the petition came in."""
    REDECIDE = "redecide"
    """Rules and model of a later day were asked again."""
    CORRECTION = "correction"
    """A clerk corrected something, and everything that follows from it was decided anew."""


class Order(StrEnum):
    """In which order the queue is shown."""

    URGENT = "urgent"
    """The most urgent first, of equal ones the oldest."""
    UNCERTAIN = "uncertain"
    """The least certain first."""
    OLDEST = "oldest"
    """By day of receipt."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A petition in the queue, without its text."""

    id: int
    external_id: str
    received: date
    state: State
    version: int
    band: str
    category: str | None
    kind: str | None
    lead: str | None
    urgency: str
    certainty: float
    disagreement: bool
    suspect: bool
    returns: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some of the queue; `next` asks for what comes after, None at the end."""

    items: tuple[QueueItem, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision of the history; `decision` is None once its text was purged."""

    number: int
    origin: Origin
    made_at: datetime
    made_by: str
    category: str | None
    kind: str | None
    lead: str | None
    model: str | None
    rulebook: str
    code: str
    decision: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One review of the history. `decision`: number of what was reviewed; `outcome`: number of what is in force since.

    `late`: a return after the five working days of article 23.
    """

    version: int
    action: Action
    state: State
    decision: int
    outcome: int
    category: str | None
    kind: str | None
    department: str | None
    reason: ReasonCode | None
    late: bool
    clerk: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PetitionRecord:
    """A petition with its whole history; `petition` is None once its text was purged."""

    item: QueueItem
    petition: Petition | None
    assigned_at: datetime | None
    decisions: tuple[DecisionRecord, ...]
    reviews: tuple[ReviewRecord, ...]

    @property
    def in_force(self) -> DecisionRecord:
        """The latest decision."""
        return self.decisions[-1]


@dataclass(frozen=True, slots=True)
class Taken:
    """A petition that was handed in; `new` is false where it was there already."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account, without its password."""

    id: int
    name: str
    role: Role
    active: bool
    epoch: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token, without the key itself."""

    id: int
    name: str
    scopes: tuple[str, ...]
    department: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did or read what, when, from where."""

    id: int
    at: datetime
    who: str
    did: str
    petition_id: int | None
    what: str
    address: str


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule has hit, and when last."""

    hits: int
    last_hit: datetime

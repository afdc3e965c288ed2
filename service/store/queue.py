"""The queue: which petitions are shown to whom, in which order, page by page without skipping or repeating any."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from classifier.errors import InputError
from rules.rule import Kind, Urgency
from rules.verdict import URGENCY_ORDER
from service.review import TO_REVIEW, State
from service.store.records import Order, QueueItem, QueuePage
from service.store.schema import HIGHEST, PetitionRow, RecipientRow

MOST_ITEMS = 200
ASSIGNED = ("lead", "supporting")
WITHHELD = "withheld"
OUT = (State.SENT, State.SETTLED, State.RETURNED)
"""States in which a department may see what is assigned to it; before, nobody has sent it there."""
KEYS: Mapping[Order, tuple[InstrumentedAttribute[Any], ...]] = {
    Order.URGENT: (PetitionRow.pressing, PetitionRow.received, PetitionRow.id),
    Order.UNCERTAIN: (PetitionRow.certainty, PetitionRow.id),
    Order.OLDEST: (PetitionRow.received, PetitionRow.id),
}
"""What each order sorts by; the id makes it one order and no other."""


@dataclass(frozen=True, slots=True)
class Question:
    """What of the queue is asked for; None: whatever it is. `category`: it or anything below it.

    `department`: leads or supports. `after`: the `next` of the page before.
    """

    states: tuple[State, ...] = ()
    band: str | None = None
    category: str | None = None
    department: str | None = None
    kind: str | None = None
    urgency: Urgency | None = None
    disagreement: bool | None = None
    suspect: bool | None = None
    order: Order = Order.URGENT
    limit: int = 50
    after: str | None = None


def selected(question: Question, only_for: str | None) -> Select[PetitionRow]:
    """The rows of one page and one more. `only_for`: what this department may see."""
    keys = KEYS[question.order]
    asked = select(PetitionRow).where(can_be_done(), *_filters(question)).order_by(*keys).limit(question.limit + 1)
    if question.after is not None:
        asked = asked.where(
            tuple_(*keys) > tuple_(*(literal(value) for value in _read(question.after, question.order)))
        )
    if only_for is None:
        return asked
    told = question.category or question.kind or question.department
    return asked.where(visible_to(only_for), *([open_to(only_for)] if told else []))


def can_be_done() -> ColumnElement[bool]:
    """A petition that waits without its text, since it was purged, waits for nobody any more."""
    return PetitionRow.purged_at.is_(None) | PetitionRow.state.not_in(TO_REVIEW)


def _filters(question: Question) -> list[ColumnElement[bool]]:
    equal = {
        PetitionRow.band: question.band,
        PetitionRow.kind: question.kind,
        PetitionRow.disagreement: question.disagreement,
        PetitionRow.suspect: question.suspect,
        PetitionRow.pressing: URGENCY_ORDER.index(question.urgency) if question.urgency else None,
    }
    filters: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if question.states:
        filters.append(PetitionRow.state.in_(question.states))
    if question.category:
        below = PetitionRow.category.startswith(f"{question.category}.", autoescape=True)
        filters.append(or_(PetitionRow.category == question.category, below))
    if question.department:
        filters.append(_stands(question.department, ASSIGNED))
    return filters


def visible_to(department: str) -> ColumnElement[bool]:
    """What is assigned to a department, has been sent out, and is not withheld from it."""
    return (
        PetitionRow.state.in_(OUT)
        & _stands(department, ASSIGNED)
        & ~_stands(department, (WITHHELD,))
    )  # fmt: skip


def open_to(department: str) -> ColumnElement[bool]:
    """Whether a department that sees a petition may know what the whole of it is about: who has another matter of a
    petition that accuses somebody learns nothing of the accusation, nor of who deals with it.
    """
    return (PetitionRow.kind.is_(None)) | (PetitionRow.kind != Kind.ACCUSATION) | (PetitionRow.lead == department)


def _stands(department: str, parts: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(
        RecipientRow.petition_id == PetitionRow.id,
        RecipientRow.department == department,
        RecipientRow.part.in_(parts),
    )


def page(rows: list[PetitionRow], question: Question, only_for: str | None = None) -> QueuePage:
    """The rows that were asked for, as `only_for` may see them, and where the next page begins."""
    shown = tuple(item(row) for row in rows[: question.limit])
    more = len(rows) > question.limit
    return QueuePage(
        tuple(_as_seen(one, only_for) for one in shown), cursor(shown[-1], question.order) if more else None
    )


def _as_seen(one: QueueItem, department: str | None) -> QueueItem:
    """As `open_to` has it."""
    if department is None or one.kind != Kind.ACCUSATION or one.lead == department:
        return one
    return replace(one, category=None, kind=None, lead=None)


def item(row: PetitionRow) -> QueueItem:
    return QueueItem(
        id=row.id,
        external_id=row.external_id,
        received=row.received,
        state=State(row.state),
        version=row.version,
        band=row.band,
        category=row.category,
        kind=row.kind,
        lead=row.lead,
        urgency=URGENCY_ORDER[row.pressing],
        certainty=row.certainty,
        disagreement=row.disagreement,
        suspect=row.suspect,
        returns=row.returns,
    )


def cursor(item: QueueItem, order: Order) -> str:
    """Where a petition stands in this order: as `after` it asks for what comes behind it."""
    stands = {
        "pressing": URGENCY_ORDER.index(item.urgency),
        "certainty": item.certainty,
        "received": item.received.isoformat(),
        "id": item.id,
    }
    told = [order, *(stands[key.key] for key in KEYS[order])]
    return urlsafe_b64encode(json.dumps(told).encode()).decode()


def _read(cursor: str, order: Order) -> list[Any]:
    """Where a page begins; raises InputError for a cursor that is none, or is of another order."""
    try:
        written, *told = json.loads(urlsafe_b64decode(cursor.encode()))
        keys = KEYS[Order(written)]
        values = [_value(key.type.python_type, value) for key, value in zip(keys, told, strict=True)]
    except (ValueError, TypeError):
        raise InputError("after: not a value that `next` of a page gave") from None
    if written != order:
        raise InputError(f"after: comes from a page in the order '{written}'")
    return values


def _value(kind: type, value: Any) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= HIGHEST:
        raise TypeError
    return kind(value)

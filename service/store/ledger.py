"""What the store knows beyond single petitions: rulebooks and models in use, what was settled, what may be purged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import aliased

from service.access import COMMAND, Actor
from service.review import Settled, State, Stored
from service.shadow import Disagreement
from service.store.audit import Did, note
from service.store.database import Database
from service.store.history import petition_of
from service.store.records import Origin, RuleUse
from service.store.schema import (
    DecisionRow,
    DecisionText,
    DisagreementRow,
    ModelRow,
    PetitionRow,
    PetitionText,
    RecipientRow,
    ReviewRow,
    RulebookRow,
    TokenRow,
)
from service.store.uses import count_uses, uses


@dataclass(frozen=True, slots=True)
class RulebookInUse:
    """A rulebook that was taken into use."""

    name: str
    digest: str
    code: str
    activated_at: datetime
    activated_by: str


@dataclass(frozen=True, slots=True)
class ModelEvent:
    """What happened to a model: `event` is trained, promoted, rolled back or the like; `figures`: plain data."""

    version: str
    event: str
    at: datetime
    by: str
    reason: str | None
    figures: Mapping[str, Any]


class Ledger:
    """Rulebooks, models, rules' uses, settled petitions, and purging."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def rulebook(self) -> RulebookInUse | None:
        """The rulebook that was taken into use last; None before the first."""
        with self._database.reading() as session:
            row = session.scalar(select(RulebookRow).order_by(RulebookRow.id.desc()).limit(1))
            return _rulebook(row) if row else None

    def activate_rulebook(self, name: str, digest: str, code: str, actor: Actor) -> None:
        """Take a rulebook into use; whoever calls has looked for dangling references."""
        at = self._now()
        with self._database.writing() as session:
            row = RulebookRow(name=name, digest=digest, code=code, activated_at=at, activated_by=actor.name)
            session.add(row)
            note(session, at, actor, Did.RULEBOOK, (None, digest[:12]))

    def model_event(self, version: str, event: str, actor: Actor, told: tuple[str | None, Mapping[str, Any]]) -> None:
        """Keep what happened to a model. `told`: the reason, where one was asked for, and figures as plain data."""
        reason, figures = told
        at = self._now()
        with self._database.writing() as session:
            kept = ModelRow(
                version=version, event=event, at=at, by=actor.name, reason=reason, figures=dict(figures)
            )  # fmt: skip
            session.add(kept)
            note(session, at, actor, Did.MODEL, (None, f"{event} {version}"))

    def model_events(self) -> list[ModelEvent]:
        """Everything that happened to models, in order."""
        with self._database.reading() as session:
            rows = session.scalars(select(ModelRow).order_by(ModelRow.id))
            return [ModelEvent(row.version, row.event, row.at, row.by, row.reason, row.figures) for row in rows]

    def disagree(self, petition_id: int, found: Iterable[Disagreement]) -> None:
        """Keep where a shadow model would have decided a petition otherwise."""
        at = self._now()
        with self._database.writing() as session:
            for one in found:
                told = {name: getattr(one, name) for name in ("asked", "said", "shadow_said", "model", "shadow")}
                session.add(DisagreementRow(petition_id=petition_id, at=at, **told))

    def rule_uses(self) -> dict[str, RuleUse]:
        """By rule id, how often it has hit and when last."""
        with self._database.reading() as session:
            return uses(session)

    def count_rules(self, rules: Iterable[str]) -> None:
        """One more hit for each of these rules: for rules that run beside the decisions."""
        with self._database.writing() as session:
            count_uses(session, sorted(set(rules)), self._now())

    def settled(self, actor: Actor = COMMAND) -> list[Settled]:
        """What clerks confirmed or corrected, in order of time; purged texts cannot teach and are left out. All these
        texts are read, and the trail says so.
        """
        decisions, reviews = aliased(DecisionRow), aliased(ReviewRow)
        said = (
            select(func.max(decisions.number))
            .where(decisions.petition_id == PetitionRow.id, decisions.origin != Origin.CORRECTION)
            .correlate(PetitionRow)
            .scalar_subquery()
        )
        last = (
            select(func.max(reviews.version))
            .where(reviews.petition_id == PetitionRow.id)
            .correlate(PetitionRow)
            .scalar_subquery()
        )
        asked = (
            select(PetitionRow, PetitionText, DecisionRow, ReviewRow.clerk)
            .join(PetitionText, PetitionText.petition_id == PetitionRow.id)
            .join(DecisionRow, and_(DecisionRow.petition_id == PetitionRow.id, DecisionRow.number == said))
            .join(ReviewRow, and_(ReviewRow.petition_id == PetitionRow.id, ReviewRow.version == last))
            .where(PetitionRow.state == State.SETTLED)
            .order_by(PetitionRow.settled_at, PetitionRow.id)
        )
        with self._database.writing() as session:
            found = [_settled(*row) for row in session.execute(asked)]
            note(session, self._now(), actor, Did.EXPORT, (None, f"settled {len(found)}"))
        return found

    def stored(self) -> Stored:
        """How often each category and department stands in the store: in decisions, reviews and tokens."""
        columns = {
            "categories": (DecisionRow.category, ReviewRow.category),
            "departments": (DecisionRow.lead, RecipientRow.department, ReviewRow.department, TokenRow.department),
        }
        counts: dict[str, Counter[str]] = {name: Counter() for name in columns}
        with self._database.reading() as session:
            for name, places in columns.items():
                for column in places:
                    asked = select(column, func.count()).where(column.is_not(None)).group_by(column)
                    counts[name].update({code: count for code, count in session.execute(asked) if code})
        return Stored(**counts)

    def mark_suspects(self, external_ids: Collection[str], actor: Actor) -> int:
        """Mark exactly these petitions as having a suspect label, for the queue; how many there are."""
        with self._database.writing() as session:
            session.execute(update(PetitionRow).where(PetitionRow.suspect).values(suspect=False))
            marked = update(PetitionRow).where(PetitionRow.external_id.in_(sorted(external_ids))).values(suspect=True)
            count = session.execute(marked.returning(PetitionRow.id)).all() if external_ids else []
            note(session, self._now(), actor, Did.MARK, (None, f"suspects {len(count)}"))
            return len(count)

    def purge(self, before: date, actor: Actor) -> int:
        """Take away the texts of petitions received before this day; codes and counts stay. How many there were."""
        old = select(PetitionRow.id).where(PetitionRow.received < before, PetitionRow.purged_at.is_(None))
        of_old = select(DecisionRow.id).where(DecisionRow.petition_id.in_(old))
        at = self._now()
        with self._database.writing() as session:
            session.execute(delete(DecisionText).where(DecisionText.decision_id.in_(of_old)))
            session.execute(delete(PetitionText).where(PetitionText.petition_id.in_(old)))
            purged = update(PetitionRow).where(PetitionRow.id.in_(old)).values(purged_at=at)
            count = len(session.execute(purged.returning(PetitionRow.id)).all())
            note(session, at, actor, Did.PURGE, (None, f"before {before.isoformat()}: {count}"))
        self._database.forget_deleted()
        return count


def _rulebook(row: RulebookRow) -> RulebookInUse:
    return RulebookInUse(row.name, row.digest, row.code, row.activated_at, row.activated_by)


def _settled(row: PetitionRow, text: PetitionText, said: DecisionRow, clerk: str) -> Settled:
    assert row.settled_at is not None
    return Settled(
        petition=petition_of(row, text),
        labels=_labels(row),
        clerk=clerk,
        at=row.settled_at,
        said=_labels(said),
        model=said.model,
        returned=row.returns > 0,
    )


def _labels(row: PetitionRow | DecisionRow) -> dict[str, str]:
    told = {"category": row.category, "kind": row.kind, "department": row.lead}
    return {head: label for head, label in told.items() if label}

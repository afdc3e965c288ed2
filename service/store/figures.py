"""Counts for monitoring: how long the queue is and how old, how often clerks overrule, how the bands shift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import add

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from rules.taxonomy import at_level
from service.review import Action
from service.store.database import Database
from service.store.queue import can_be_done
from service.store.records import Origin
from service.store.schema import DecisionRow, DisagreementRow, PetitionRow, ReviewRow

RECENT, BEFORE = timedelta(days=7), timedelta(days=35)
"""The last week is compared with the four weeks before it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Petitions of one state and band: how many, and for how many seconds the oldest has been there."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Overruled:
    """Reviews of decisions of one category: how many confirmed it, how many corrected it or sent it back."""

    confirmed: int
    corrected: int
    returned: int


@dataclass(frozen=True, slots=True)
class Period:
    """First decisions of a period: how many, their shares by band, the share of texts with too many unknown words, and
    the mean share of unknown pairs of characters.
    """

    decisions: int
    bands: Mapping[str, float]
    unfamiliar: float
    unseen: float


class Figures:
    """Reads counts; no text is touched."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def queue(self) -> dict[tuple[str, str], Waiting]:
        """By state and band."""
        at = self._now()
        asked = (
            select(PetitionRow.state, PetitionRow.band, func.count(), func.min(PetitionRow.created_at))
            .where(can_be_done())
            .group_by(PetitionRow.state, PetitionRow.band)
        )
        with self._database.reading() as session:
            rows = session.execute(asked).all()
        return {(state, band): Waiting(count, (at - oldest).total_seconds()) for state, band, count, oldest in rows}

    def overruled(self) -> dict[str, Overruled]:
        """By first-level category of the decision that was reviewed; "" where it had none."""
        asked = (
            select(DecisionRow.category, *map(_times, Action))
            .join(ReviewRow, ReviewRow.decision_id == DecisionRow.id)
            .group_by(DecisionRow.category)
            .order_by(DecisionRow.category)
        )
        found: dict[str, list[int]] = {}
        with self._database.reading() as session:
            for category, *counts in session.execute(asked):
                sums = found.setdefault(at_level(category or "", 1), [0] * len(Action))
                sums[:] = map(add, sums, map(int, counts))
        return {category: Overruled(*counts) for category, counts in found.items()}

    def disagreements(self) -> dict[tuple[str, str], int]:
        """By shadow model and what was asked, how many first decisions it disagreed with."""
        place = (DisagreementRow.shadow, DisagreementRow.asked)
        asked = select(*place, func.count()).group_by(*place)
        with self._database.reading() as session:
            return {(shadow or "", what): count for shadow, what, count in session.execute(asked)}

    def periods(self) -> tuple[Period, Period]:
        """The last week, and the four weeks before it."""
        at = self._now()
        return self._period(at - RECENT, at), self._period(at - BEFORE, at - RECENT)

    def _period(self, since: datetime, until: datetime) -> Period:
        asked = (
            select(
                DecisionRow.band,
                func.count(),
                func.sum(_one_if(DecisionRow.unfamiliar)),
                func.sum(DecisionRow.unseen),
            )
            .where(DecisionRow.made_at > since, DecisionRow.made_at <= until, DecisionRow.origin == Origin.TRIAGE)
            .group_by(DecisionRow.band)
        )
        with self._database.reading() as session:
            rows = session.execute(asked).all()
        total = sum(count for _, count, *_ in rows)
        if not total:
            return Period(0, {}, 0.0, 0.0)
        unfamiliar = sum(int(number or 0) for _, _, number, _ in rows)
        unseen = sum(float(number or 0.0) for *_, number in rows)
        return Period(total, {band: count / total for band, count, *_ in rows}, unfamiliar / total, unseen / total)


def _times(action: Action) -> ColumnElement[int]:
    return func.sum(_one_if(ReviewRow.action == action))


def _one_if(condition: ColumnElement[bool] | InstrumentedAttribute[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)

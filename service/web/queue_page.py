"""The queue as a page: what is asked for (codes only, they stand in the address), and the figures above the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlencode

from rules.policy import Band
from rules.rule import Kind, Urgency
from rules.rulebook import Rulebook
from service.review import TO_REVIEW, State
from service.store.figures import Waiting
from service.store.queue import Question
from service.store.records import Order

ROWS = 50
ALL, YES = "all", "1"
DEEPEST_BRANCH = 2
"""Categories of more levels are not offered as a filter: 500 of them are no choice."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue a clerk looks at; "" where anything goes, for `state` whatever needs a clerk."""

    state: str = ""
    band: str = ""
    category: str = ""
    department: str = ""
    kind: str = ""
    urgency: str = ""
    disagreement: str = ""
    suspect: str = ""
    order: str = Order.URGENT.value

    @classmethod
    def read(cls, query: Mapping[str, str], rulebook: Rulebook) -> Filters:
        """Of an address; what it may not say is passed over."""
        allowed = _allowed(rulebook)
        return cls(**{name: query[name] for name, values in allowed.items() if query.get(name, "") in values})

    @property
    def query(self) -> str:
        """As the address says it; what goes without saying is left out."""
        usual = asdict(Filters())
        return urlencode({name: value for name, value in asdict(self).items() if value != usual[name]})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was chosen."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "order")

    def question(self, after: str | None = None, limit: int = ROWS) -> Question:
        """As the store is asked."""
        states = {"": TO_REVIEW, ALL: ()}.get(self.state) if self.state in ("", ALL) else (State(self.state),)
        return Question(
            states=states or (),
            band=self.band or None,
            category=self.category or None,
            department=self.department or None,
            kind=self.kind or None,
            urgency=Urgency(self.urgency) if self.urgency else None,
            disagreement=True if self.disagreement else None,
            suspect=True if self.suspect else None,
            order=Order(self.order),
            limit=limit,
            after=after,
        )


def _allowed(rulebook: Rulebook) -> Mapping[str, Collection[str]]:
    """By field, the values that it may have."""
    return {
        "state": {ALL, *State},
        "band": set(Band),
        "category": rulebook.taxonomy.by_code,
        "department": rulebook.departments.by_code,
        "kind": set(Kind),
        "urgency": set(Urgency),
        "disagreement": {YES},
        "suspect": {YES},
        "order": set(Order),
    }


def branches(rulebook: Rulebook) -> list[tuple[str, str, int]]:
    """Code, name and level of the categories that the queue may be narrowed to, parents before children."""
    known, gone = rulebook.taxonomy.by_code.values(), rulebook.taxonomy.gone
    return [(one.code, one.name, one.level) for one in known if one.level <= DEEPEST_BRANCH and one.code not in gone]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the figures: a group of petitions that wait, and the address that shows them."""

    group: str
    query: str
    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures above the queue. `sent`: went out by themselves; `settled`: a clerk has looked."""

    bars: tuple[Bar, ...]
    sent: int
    settled: int

    @property
    def waiting(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def oldest_seconds(self) -> float:
        return max(bar.oldest_seconds for bar in self.bars)

    @property
    def most(self) -> int:
        """The longest bar."""
        return max(bar.count for bar in self.bars) or 1


def figures(queue: Mapping[tuple[str, str], Waiting]) -> Figures:
    """Of what the store counts by state and band."""
    waiting = State.WAITING.value
    groups = {
        Band.REVIEW.value: (Filters(state=waiting, band=Band.REVIEW.value), {(waiting, Band.REVIEW.value)}),
        Band.SUGGEST.value: (Filters(state=waiting, band=Band.SUGGEST.value), {(waiting, Band.SUGGEST.value)}),
        State.RETURNED.value: (
            Filters(state=State.RETURNED.value),
            {(State.RETURNED.value, band.value) for band in Band},
        ),
    }
    bars = tuple(
        _bar(group, filters, [queue[key] for key in keys if key in queue]) for group, (filters, keys) in groups.items()
    )
    return Figures(bars, _count(queue, State.SENT), _count(queue, State.SETTLED))


def _bar(group: str, filters: Filters, counted: Collection[Waiting]) -> Bar:
    oldest = max((one.oldest_seconds for one in counted), default=0.0)
    return Bar(group, filters.query, sum(one.count for one in counted), oldest)


def _count(queue: Mapping[tuple[str, str], Waiting], state: State) -> int:
    return sum(one.count for (stands, _), one in queue.items() if stands == state)

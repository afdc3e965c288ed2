"""All that an office's service has beyond deciding: its desk, its gate, its monitor; put together once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.api.gate import Gate
from service.api.monitoring import Monitor
from service.credentials import Sessions
from service.desk import Desk, Watcher
from service.store.store import Store, utc_now
from service.triage import Triage


def no_problem() -> None:
    """Where no model can be promoted while the service runs."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides: `triage` gives the main flow in force; `watchers` hear of every first decision; see Reception."""

    triage: Callable[[], Triage]
    watchers: tuple[Watcher, ...] = ()
    problem: Callable[[], str | None] = no_problem


@dataclass(frozen=True, slots=True)
class Reception:
    """Handed to `build_app` where petitions are kept; without it the service decides and forgets.

    `problem`: why a model that was promoted is not in use; None when all is well.
    """

    desk: Desk
    gate: Gate
    monitor: Monitor
    problem: Callable[[], str | None]


def build_reception(store: Store, deciding: Deciding, secret: str, open_house: bool) -> Reception:
    """`open_house`: nobody logs in, everybody may (a trial)."""
    monitor = Monitor(store.figures, lambda: deciding.triage().versions)
    counted: Watcher = lambda _, decision, __: monitor.decided([decision])  # noqa: E731
    desk = Desk(store, deciding.triage, utc_now, (counted, *deciding.watchers))
    return Reception(desk, Gate.of(store.accounts, Sessions(secret), open_house), monitor, deciding.problem)

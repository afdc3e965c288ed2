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


@dataclass(frozen=True, slots=True)
class Reception:
    """Handed to `build_app` where petitions are kept; without it the service decides and forgets."""

    desk: Desk
    gate: Gate
    monitor: Monitor


def build_reception(
    store: Store, triage: Callable[[], Triage], secret: str, open_house: bool, watchers: tuple[Watcher, ...] = ()
) -> Reception:
    """`triage` gives the main flow in force; `open_house`: nobody logs in, everybody may (a trial)."""
    monitor = Monitor(store.figures, lambda: triage().versions)
    desk = Desk(store, triage, utc_now, (lambda _, decision, __: monitor.decided([decision]), *watchers))
    return Reception(desk, Gate.of(store.accounts, Sessions(secret), open_house), monitor)

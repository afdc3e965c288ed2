"""Who works in the small office, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.access import OF_DEPARTMENTS, PERMITTED, Actor, Role


@dataclass
class Clock:
    """The time that a store is told; tests move it."""

    moment: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **later: float) -> None:
        """Some time later: `on(days=1)`."""
        self.moment += timedelta(**later)


SUPERVISOR = Actor("主管", PERMITTED[Role.SUPERVISOR], "10.0.0.1")
CLERK = Actor("张三", PERMITTED[Role.CLERK], "10.0.0.2")


def department(code: str) -> Actor:
    """Whoever holds a token of this department."""
    return Actor(f"token {code}", OF_DEPARTMENTS, "10.0.0.3", code)

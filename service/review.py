"""What a clerk can do with a decision: one table of allowed changes, and what a review says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rules.petition import Petition


class State(StrEnum):
    """Where a petition stands."""

    WAITING = "waiting"
    """A clerk must look: the band is suggest or review."""
    SENT = "sent"
    """The band was auto: it went out, and nobody had to look."""
    SETTLED = "settled"
    """A clerk confirmed or corrected the decision."""
    RETURNED = "returned"
    """A department returned it (条例 art. 23): a clerk must look again."""


TO_REVIEW = (State.WAITING, State.RETURNED)
"""States in which a clerk must look; what the queue shows when no state is asked for."""


class Action(StrEnum):
    """What is done in a review."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    RETURN = "return"


class ReasonCode(StrEnum):
    """Why a department returns a petition; article 23 of the 条例 asks for a reason."""

    NOT_OUR_DUTY = "not_our_duty"
    OTHER_TERRITORY = "other_territory"
    SEVERAL_MATTERS = "several_matters"
    FACTS_MISSING = "facts_missing"
    OTHER = "other"


ALLOWED: Mapping[tuple[State, Action], State | None] = {
    (State.WAITING, Action.CONFIRM): State.SETTLED,
    (State.WAITING, Action.CORRECT): State.SETTLED,
    (State.WAITING, Action.RETURN): None,
    (State.SENT, Action.CONFIRM): State.SETTLED,
    (State.SENT, Action.CORRECT): State.SETTLED,
    (State.SENT, Action.RETURN): State.RETURNED,
    (State.SETTLED, Action.CONFIRM): None,
    (State.SETTLED, Action.CORRECT): State.SETTLED,
    (State.SETTLED, Action.RETURN): State.RETURNED,
    (State.RETURNED, Action.CONFIRM): State.SETTLED,
    (State.RETURNED, Action.CORRECT): State.SETTLED,
    (State.RETURNED, Action.RETURN): None,
}
"""The state after an action; None: it is not allowed there. Nothing goes out to a department before a clerk or the
auto band sends it, so nothing that waits can be returned.
"""
RETURN_WITHIN = 5
"""Working days in which a department may object to a transfer (条例 art. 23)."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one clerk says of the decision in force. `category`, `kind`, `department`: only of a correction, and only
    what is corrected; in a return `department` is whom the department thinks competent. `reason`: of a return.
    """

    action: Action
    category: str | None = None
    kind: str | None = None
    department: str | None = None
    reason: ReasonCode | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A petition whose answer a clerk confirmed or corrected: the learning loop's raw material.

    `labels` and `said`: label by head (category code, kind, code of the lead), as settled and as fenban had said.
    `model`: the version that said so. `returned`: a department had sent it back before.
    """

    petition: Petition
    labels: Mapping[str, str]
    clerk: str
    at: datetime
    said: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    returned: bool = False

    @property
    def corrected(self) -> bool:
        """Whether the clerk changed anything that fenban had said."""
        return any(self.said.get(head) != label for head, label in self.labels.items())


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store refers to: how often each category and department code stands in it."""

    categories: Mapping[str, int]
    departments: Mapping[str, int]

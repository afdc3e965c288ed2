"""Who may do what: roles of accounts, scopes of tokens, and one table of permissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.review import Action


class Permission(StrEnum):
    """One thing that may be done; also the scopes of a token."""

    DECIDE = "decide"
    """Have a text decided that is not kept."""
    SUBMIT = "submit"
    """Hand in petitions."""
    READ = "read"
    """See the queue, petitions and their decisions."""
    REVIEW = "review"
    """Confirm and correct."""
    RETURN = "return"
    """Return a petition to the office, with a reason."""
    REDECIDE = "redecide"
    """Have a petition decided anew by the rules and the model of today."""
    METRICS = "metrics"
    """Read counts and times for monitoring."""
    OVERSEE = "oversee"
    """Read the audit trail and set the suspect mark."""
    ADMINISTER = "administer"
    """Accounts and tokens."""


class Role(StrEnum):
    """What an account is for."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


_CLERK = frozenset({Permission.DECIDE, Permission.SUBMIT, Permission.READ, Permission.REVIEW, Permission.RETURN})
_SUPERVISOR = _CLERK | {Permission.REDECIDE, Permission.METRICS, Permission.OVERSEE}
PERMITTED: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: _CLERK,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: frozenset({Permission.METRICS, Permission.ADMINISTER}),
}
"""An admin runs the service and reads no petitions: least privilege."""
OF_DEPARTMENTS = frozenset({Permission.READ, Permission.RETURN})
"""All that a department's token may be given."""
SCOPES = frozenset(Permission) - {Permission.ADMINISTER, Permission.OVERSEE}
"""All that any token may be given."""
NEEDED: Mapping[Action, Permission] = {
    Action.CONFIRM: Permission.REVIEW,
    Action.CORRECT: Permission.REVIEW,
    Action.RETURN: Permission.RETURN,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from which address. `department`: sees only what is assigned to it."""

    name: str
    permissions: frozenset[Permission] = frozenset()
    address: str = ""
    department: str | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


COMMAND = Actor("command", frozenset(Permission))
"""Somebody at the command line of the machine itself."""
TRIAL = Actor("trial", frozenset(Permission) - {Permission.ADMINISTER})
"""Everybody, where the service runs without accounts (`--open`)."""

"""Which error ends with which exit code and HTTP status: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.errors import ArtifactError, InputError, TooFewRowsError
from rules.errors import RulebookError
from service.settings import SettingsError


class OutputError(Exception):
    """A result that cannot be written; nothing half-written is left."""


class RefusedError(Exception):
    """A promotion that the comparison speaks against; the message says what does, and how to promote all the same."""


class StoreError(Exception):
    """A database that is away, damaged, or of another version."""


class NotFoundError(Exception):
    """What is asked for is not there, or not for the one who asks: both are told alike."""


class ConflictError(Exception):
    """Somebody else was first, or the change is not allowed now. `happened`: what came before, as plain data."""

    def __init__(self, message: str, happened: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.happened = happened


@dataclass(frozen=True, slots=True)
class Ending:
    """How an error ends a command or a request."""

    exit_code: int
    status: int
    title: str


ENDINGS: dict[type[Exception], Ending] = {
    InputError: Ending(3, 422, "unreadable input"),
    RulebookError: Ending(4, 500, "faulty rulebook"),
    ArtifactError: Ending(5, 500, "unusable model"),
    TooFewRowsError: Ending(6, 422, "too little to learn from"),
    OutputError: Ending(7, 500, "cannot write"),
    SettingsError: Ending(8, 500, "faulty setting"),
    StoreError: Ending(10, 503, "the store cannot be used"),
    NotFoundError: Ending(11, 404, "not found"),
    ConflictError: Ending(12, 409, "conflict"),
    RefusedError: Ending(13, 409, "refused"),
}

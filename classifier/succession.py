"""active.json: which model is in force, which decides beside it unheard, and how that came to be."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifier.errors import ArtifactError
from classifier.manifest import NAME

ACTIVE = "active.json"
Version = Annotated[str, Field(pattern=NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(_Strict):
    """One step of the succession. `before`, `version`: None stands for what is active in the folder of shipped models.

    `objections`: what spoke against it; `why`: in a promotion the comparison in one line, or the reason given to
    accept the objections.
    """

    action: Literal["promote", "rollback"]
    at: datetime
    before: Version | None
    version: Version | None
    why: str = ""
    objections: tuple[str, ...] = ()


class Active(_Strict):
    """The file as a value; every change gives a new one."""

    version: Version | None = None
    shadow: Version | None = None
    history: tuple[Change, ...] = ()

    def promoted(self, version: str, at: datetime, why: str, objections: tuple[str, ...] = ()) -> Active:
        """`version` in force; it need not decide beside itself."""
        change = Change(
            action="promote", at=at, before=self.version, version=version, why=why, objections=objections
        )  # fmt: skip
        shadow = None if self.shadow == version else self.shadow
        return Active(version=version, shadow=shadow, history=(*self.history, change))

    def rolled_back(self, at: datetime, why: str = "") -> Active:
        """The model before in force again. Raises ArtifactError when there was none."""
        line = self.line
        if len(line) < 2:
            raise ArtifactError("no model was in force before this one: nothing to return to")
        change = Change(action="rollback", at=at, before=self.version, version=line[-2], why=why)
        return self.model_copy(update={"version": line[-2], "history": (*self.history, change)})

    @property
    def line(self) -> tuple[str | None, ...]:
        """Models that were in force, each with the one it replaced before it, up to the one in force."""
        stack: list[str | None] = []
        for change in self.history:
            stack = _ending(stack, change.before)
            stack = stack[:-1] if change.action == "rollback" else [*stack, change.version]
        return tuple(_ending(stack, self.version))


def _ending(stack: list[str | None], version: str | None) -> list[str | None]:
    """The stack with `version` on top: it may have been written by hand between two changes."""
    return stack if stack and stack[-1] == version else [*stack, version]


def read_active(models: Path) -> Active | None:
    """None when there is no such file; raises ArtifactError for one that is not of this form."""
    path = models / ACTIVE
    if not path.is_file():
        return None
    try:
        return Active.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise ArtifactError(f'{path}: not of the form {{"version": "…"}}') from None


def write_active(models: Path, active: Active) -> None:
    """Write it whole or not at all: a reader sees the old file or the new one. Raises ArtifactError when it cannot."""
    path = models / ACTIVE
    try:
        models.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".active-", dir=models)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(active.model_dump_json(indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be written: {error.strerror}") from None

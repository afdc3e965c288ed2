"""Settings from the environment, read once and checked strictly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "FENBAN_"


class SettingsError(Exception):
    """An environment variable that is unknown or has no valid value; the message names it."""


class Settings(BaseModel):
    """Each field is the variable FENBAN_<NAME>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: str = Field("national", description="rulebook: name of a shipped pack, or a folder")
    models_dir: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "fenban" / "models",
        description="where trained models are written and looked for first; the shipped ones come after",
    )
    model: str | None = Field(None, description="version to use; default: the one active.json names")
    shadow_model: str | None = Field(None, description="version that decides beside the one in use, unheard")
    database_url: str = Field(
        default_factory=lambda: f"sqlite:///{Path.home() / '.local' / 'share' / 'fenban' / 'fenban.db'}",
        description="where petitions, decisions and reviews are kept: sqlite:///FILE or postgresql://…",
    )
    secret_file: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "fenban" / "secret",
        description="key that sessions are signed with; made on first use",
    )
    host: str = Field("127.0.0.1", description="address `fenban serve` listens on")
    port: int = Field(8000, ge=1, le=65535, description="port `fenban serve` listens on")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process; raises SettingsError naming the variable."""
    source = os.environ if environment is None else environment
    given = {name[len(PREFIX) :].lower(): value for name, value in source.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}") from None

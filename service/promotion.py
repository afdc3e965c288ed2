"""Which model comes into force: a challenger is promoted on its comparison, or on a reason; a rollback undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from classifier.artifact import load, manifest_digest
from classifier.challenge import Challenge, objections, read_challenge, summary
from classifier.errors import ArtifactError
from classifier.succession import Active, Change, read_active, write_active
from service.assemble import shadow_version, shelf
from service.errors import RefusedError
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands: in force, deciding beside it, and the changes of active.json that name it."""

    active: bool
    shadow: bool
    changes: tuple[Change, ...]


def standing(version: str, settings: Settings) -> Standing:
    """Of a model by its version."""
    kept, found = _kept(settings), shelf(settings).find(settings.model)
    changes = tuple(one for one in kept.history if version in (one.version, one.before))
    return Standing(found is not None and found.name == version, shadow_version(settings) == version, changes)


def promote(version: str, accept: str | None, settings: Settings) -> Change:
    """Put a model into force. Raises RefusedError when something speaks against it and no reason to accept is given."""
    folder = _whole(version, settings)
    found = read_challenge(folder)
    against = tuple(_against(folder, found, settings))
    if against and not accept:
        lines = "\n".join(f"  {one}" for one in against)
        raise RefusedError(f'{version} is not promoted:\n{lines}\nTo promote it all the same: --accept "REASON"')
    why = accept or (summary(found) if found else "")
    return _write(_kept(settings).promoted(version, _now(), why, against), settings)


def rollback(settings: Settings, why: str = "") -> Change:
    """Return to the model before. Raises ArtifactError when there was none, or it is no longer whole."""
    active = _kept(settings).rolled_back(_now(), why)
    if active.version is not None:
        _whole(active.version, settings)
    return _write(active, settings)


def set_shadow(version: str | None, settings: Settings) -> None:
    """Let a model decide beside the one in force; None: nobody does."""
    if version is not None:
        _whole(version, settings)
    write_active(settings.models_dir, _kept(settings).model_copy(update={"shadow": version}))


def _against(folder: Path, found: Challenge | None, settings: Settings) -> list[str]:
    """What speaks against promoting it now."""
    if found is None:
        return ["it was not compared with the model in force (fenban train --from-store or --by-time does that)"]
    if found.challenger_digest != manifest_digest(folder):
        return ["its comparison is of another model of this name"]
    champion = shelf(settings).find(settings.model)
    if found.champion_digest != (manifest_digest(champion) if champion else None):
        now = champion.name if champion else "none"
        return [f"it was compared with {found.champion or 'none'}, and now {now} is in force"]
    return objections(found)


def _whole(version: str, settings: Settings) -> Path:
    """Its folder, every file of it checked. Raises ArtifactError."""
    folder = shelf(settings).find(version)
    if folder is None:
        raise ArtifactError(f"no model '{version}'")
    load(folder)
    return folder


def _kept(settings: Settings) -> Active:
    return read_active(settings.models_dir) or Active()


def _write(active: Active, settings: Settings) -> Change:
    write_active(settings.models_dir, active)
    return active.history[-1]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)

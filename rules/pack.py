"""A pack as a folder: where it is, what pack.yaml says, and the packs it extends."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import Field

from rules.errors import Problem, RulebookError
from rules.rule import Slug, Strict
from rules.yaml_source import read

MAX_DEPTH = 5
"""Longest chain of packs that extend one another."""


class PackFile(Strict):
    """pack.yaml: what the pack is called, which pack it extends, which of its rules it drops."""

    name: Slug
    title: str = ""
    extends: str | None = None
    drop_rules: tuple[Slug, ...] = Field(default=())


def packs() -> list[str]:
    """Names of the packs that come with fenban."""
    return sorted(path.name for path in _shipped().iterdir() if (path / "pack.yaml").is_file())


def pack_file(folder: Path) -> PackFile:
    """pack.yaml of a folder; raises RulebookError."""
    return read(folder / "pack.yaml", f"{folder.name}/pack.yaml").parse(PackFile)


def chain(pack: str | Path) -> list[Path]:
    """The folder of a pack, by name or path, then that of the pack it extends, and so on; raises RulebookError."""
    folder, found = _folder(pack), list[Path]()
    while True:
        if folder in found or len(found) == MAX_DEPTH:
            raise RulebookError([Problem(f"{folder.name}/pack.yaml", 0, "packs extend one another in a circle")])
        found.append(folder)
        base = pack_file(folder).extends
        if base is None:
            return found
        folder = _folder(folder.parent / base) if (folder.parent / base).is_dir() else _folder(base)


def _shipped() -> Path:
    return Path(str(files("rules"))) / "packs"


def _folder(pack: str | Path) -> Path:
    """The folder of a pack: a shipped name first, then a path."""
    if isinstance(pack, str) and pack in packs():
        return _shipped() / pack
    folder = Path(pack)
    if not (folder / "pack.yaml").is_file():
        known = ", ".join(packs())
        raise RulebookError([Problem(str(pack), 0, f"no such pack (no pack.yaml); shipped packs: {known}")])
    return folder

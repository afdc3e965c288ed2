"""The tree of departments (承办单位): names, aliases, who is part of whom, who supervises whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from rules.rule import Slug, Strict, Term
from rules.text import fold

Level = Literal[
    "central", "provincial", "municipal", "county", "town", "village",
    "vertical", "court", "enterprise", "party", "military", "social",
]  # fmt: skip


class Department(Strict):
    """One department. `parent` is what it belongs to; `superior` who supervises it, when not the parent.

    `territorial`: it stands for whichever town, village or zone the place of the matter points to.
    """

    code: Slug
    name: Term
    level: Level = "county"
    parent: Slug | None = None
    superior: Slug | None = None
    aliases: tuple[Term, ...] = ()
    active: bool = True
    successor: Slug | None = None
    territorial: bool = False
    note: str = ""


class DepartmentFile(Strict):
    """departments.yaml."""

    departments: tuple[Department, ...]


def overlaid(below: Mapping[str, Department], own: Sequence[Department]) -> dict[str, Department]:
    """A pack's departments over those of the packs below: a code replaces, and an alias is taken over."""
    taken = {fold(name) for department in own for name in (department.name, *department.aliases)}
    left = {
        code: department.model_copy(
            update={"aliases": tuple(alias for alias in department.aliases if fold(alias) not in taken)}
        )
        for code, department in below.items()
    }
    return {**left, **{department.code: department for department in own}}


@dataclass(frozen=True, eq=False)
class Departments:
    """All departments of a rulebook, by code. Compared by identity, as Duties are."""

    by_code: dict[str, Department] = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Department:
        return self.by_code[code]

    def find(self, name: str) -> str | None:
        """The code of the department with this code, name or alias; None when there is none."""
        return name if name in self.by_code else self._by_name.get(fold(name.strip()))

    def superior(self, code: str) -> str | None:
        """Who supervises `code`: its named superior, else its parent."""
        department = self.by_code[code]
        return department.superior or department.parent

    def subordinates(self, code: str) -> Iterator[str]:
        """`code`'s descendants in the tree, nearest first."""
        for child in self._children.get(code, ()):
            yield child
            yield from self.subordinates(child)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for department in self.by_code.values():
            if department.parent:
                children.setdefault(department.parent, []).append(department.code)
        return children

    @cached_property
    def _by_name(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for department in self.by_code.values():
            for name in (department.name, *department.aliases):
                names.setdefault(fold(name), department.code)
        return names

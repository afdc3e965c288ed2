"""The tree of departments (承办单位): names, aliases, who is part of whom, who supervises whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from rules.rule import Slug, Strict, Term
from rules.succession import Heirs, Lasting, Succession, name_on, stands_for
from rules.text import fold

Level = Literal[
    "central", "provincial", "municipal", "county", "town", "village",
    "vertical", "court", "enterprise", "party", "military", "social",
]  # fmt: skip


class Department(Lasting):
    """One department. `parent` is what it belongs to; `superior` who supervises it, when not the parent.

    `territorial`: it stands for whichever town, village or zone the place of the matter points to.
    """

    code: Slug
    name: Term
    level: Level = "county"
    parent: Slug | None = None
    superior: Slug | None = None
    aliases: tuple[Term, ...] = ()
    territorial: bool = False
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called today."""
        return (self.name, *self.aliases)

    @property
    def former_names(self) -> tuple[str, ...]:
        """What it was called."""
        return tuple(former.name for former in self.formerly)

    def name_on(self, day: date) -> str:
        """What it was called on `day`."""
        return name_on(day, self.name, self.formerly)


class DepartmentFile(Strict):
    """departments.yaml."""

    departments: tuple[Department, ...]


def overlaid(below: Mapping[str, Department], own: Sequence[Department]) -> dict[str, Department]:
    """A pack's departments over those of the packs below: a code replaces, and an alias is taken over."""
    taken = {fold(name) for department in own for name in department.names}
    left = {
        code: department.model_copy(
            update={"aliases": tuple(alias for alias in department.aliases if fold(alias) not in taken)}
        )
        for code, department in below.items()
    }
    return {**left, **{department.code: department for department in own}}


@dataclass(frozen=True, eq=False)
class Departments:
    """All departments of a rulebook, by code. Compared by identity, as Duties are.

    `gone`: those out of force on the day for which it is made. They are part of nothing then; below them stands what
    stands in for them, so that what must not reach one that was split reaches none of its successors.
    """

    by_code: dict[str, Department] = field(default_factory=dict)
    gone: Heirs = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Department:
        return self.by_code[code]

    def find(self, name: str) -> str | None:
        """The code of the department with this code, name or alias, or that stands in for it; None when there is none.

        A name of today goes before a former one.
        """
        code = name if name in self.by_code else self._by_name.get(fold(name.strip()))
        return stands_for(code, self.gone) if code is not None else None

    def is_former(self, name: str) -> bool:
        """Whether a department was called so and none is today."""
        code = self.find(name)
        return code is not None and name != code and fold(name.strip()) not in map(fold, self.by_code[code].names)

    @cached_property
    def succession(self) -> Succession:
        """Every end."""
        return Succession({code: one.end for code, one in self.by_code.items() if one.end is not None})

    def as_of(self, day: date) -> Departments:
        """The same departments on `day`, under those that stand in for what is gone."""
        gone = self.succession.gone(day)
        return Departments({code: _under(one, gone) for code, one in self.by_code.items()}, gone)

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
    def titles(self) -> dict[str, str]:
        """The name of each, by code."""
        return {code: department.name for code, department in self.by_code.items()}

    @cached_property
    def territorial(self) -> frozenset[str]:
        """Codes of those that stand for a territory."""
        return frozenset(code for code, department in self.by_code.items() if department.territorial)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for department in self.by_code.values():
            if department.parent and department.code not in self.gone:
                children.setdefault(department.parent, []).append(department.code)
        return children | {code: list(heirs) for code, heirs in self.gone.items()}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for name, code in (*self._named(former=False), *self._named(former=True)):
            names.setdefault(fold(name), code)
        return names

    def _named(self, former: bool) -> Iterator[tuple[str, str]]:
        for department in self.by_code.values():
            for name in department.former_names if former else department.names:
                yield name, department.code


def _under(department: Department, gone: Heirs) -> Department:
    """The department below what stands in for its parent and superior."""
    above = {"parent": department.parent, "superior": department.superior}
    changed = {name: stands_for(code, gone) for name, code in above.items() if code and code in gone}
    return department.model_copy(update=changed) if changed else department

"""The tree of categories (内容分类): codes, names, paths, and what became of retired ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Literal

from pydantic import Field

from rules.kept import Kept
from rules.rule import Code, Strict, Term
from rules.rule import ancestors as ancestors
from rules.succession import End, FormerName, Heirs, Lasting, Succession, all_stand_for, name_on, stands_for

SEPARATORS = ("/", "_")
DAY = timedelta(days=1)
LEVELS = (1, 2, 3)
_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}){0,2}")


Uncovered = Literal["assign", "name"]
"""What becomes of a matter that no category of an office covers: assigned by the table of the pack below, or the
competent body is only named, because the office has no department for it (条例 art. 23)."""


class CategoryText(Lasting):
    """A category as written in taxonomy.yaml, its children inside; they end with it, unless they say otherwise."""

    code: Code
    name: Term
    children: tuple[CategoryText, ...] = ()
    covers: tuple[Code, ...] = ()


class TaxonomyFile(Strict):
    """taxonomy.yaml. `uncovered` not given: as the pack below has it."""

    categories: tuple[CategoryText, ...] = Field(min_length=1)
    uncovered: Uncovered | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One category; `covers` lists categories of the packs below that it stands for; `end`: its own, if any."""

    code: str
    name: str
    parent: str | None = None
    covers: tuple[str, ...] = ()
    end: End | None = None
    formerly: tuple[FormerName, ...] = ()

    @property
    def level(self) -> int:
        """1, 2 or 3."""
        return self.code.count(".") + 1


@dataclass(frozen=True)
class Taxonomy:
    """All categories of a rulebook, by code. `gone`: those out of force on the day for which it is made."""

    by_code: dict[str, Category] = field(default_factory=dict)
    uncovered: Uncovered = "assign"
    gone: Heirs = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Category:
        return self.by_code[code]

    def path(self, code: str) -> tuple[str, ...]:
        """Names from the first level down to `code`; raises KeyError for an unknown code."""
        return self.paths[code]

    def path_on(self, code: str, day: date) -> tuple[str, ...]:
        """Names from the first level down as they were on `day`; raises KeyError for an unknown code."""
        steps = [self.by_code[step] for step in ancestors(code) if step in self.by_code or step == code]
        return tuple(name_on(day, step.name, step.formerly) for step in steps)

    def find(self, label: str) -> str | None:
        """The code meant by a code, a name, or a path (一级/二级/三级 or 一级_二级_三级); None if unclear.

        A name of today goes before a former one.
        """
        label = label.strip()
        if label in self.by_code:
            return label
        for separator in SEPARATORS:
            label = label.replace(separator, "/")
        return self._by_path.get(label) or self._by_name.get(label) or self._by_former.get(label)

    @cached_property
    def succession(self) -> Succession:
        """Every end, a category's own or that of a category above it, whichever comes first."""
        ends = {code: _first([self.by_code[step].end for step in self._steps(code)]) for code in self.by_code}
        return Succession({code: end for code, end in ends.items() if end is not None})

    def as_of(self, day: date) -> Taxonomy:
        """The same tree on `day`."""
        return Taxonomy(self.by_code, self.uncovered, self.succession.gone(day))

    def _steps(self, code: str) -> list[str]:
        """From `code` up to the first level."""
        return [step for step in reversed(ancestors(code)) if step in self.by_code]

    def children(self, code: str | None) -> list[Category]:
        """Direct children, in file order; of None: the first level."""
        return [category for category in self.by_code.values() if category.parent == code]

    @cached_property
    def covering(self) -> Mapping[str, str]:
        """For each covered category the office's own that stands for it, by the nearest cover; empty without covers.

        An own category that was retired covers nothing any more.
        """
        own = [category for category in self.by_code.values() if self.gone.get(category.code) != ()]
        covers = {
            code: stands_for(category.code, self.gone)
            for category in own
            for code in all_stand_for(category.covers, self.gone)
        }
        near = {code: [covers[step] for step in ancestors(code) if step in covers] for code in self.by_code}
        return {code: steps[-1] for code, steps in near.items() if steps}

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """`path` of every category, by code."""
        return {
            code: tuple(self.by_code[step].name for step in ancestors(code) if step in self.by_code)
            for code in self.by_code
        }

    @cached_property
    def _by_path(self) -> dict[str, str]:
        return {"/".join(self.path(code)): code for code in self.by_code}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """Names that mean one category only; the higher level wins over the lower."""
        found: dict[str, list[Category]] = {}
        for category in self.by_code.values():
            found.setdefault(category.name, []).append(category)
        return {name: best for name, same in found.items() if (best := _highest(same))}

    @cached_property
    def _by_former(self) -> dict[str, str]:
        """Former names, and paths that hold one, where they mean one category only."""
        meant: dict[str, set[str]] = {}
        for category in self.by_code.values():
            days = [former.until for step in self._steps(category.code) for former in self.by_code[step].formerly]
            paths = {self.path_on(category.code, day - DAY) for day in days}
            for name in (*map("/".join, paths), *(former.name for former in category.formerly)):
                meant.setdefault(name, set()).add(category.code)
        return {name: min(codes) for name, codes in meant.items() if len(codes) == 1}


def is_code(label: str) -> bool:
    """Whether a label is a category code; else it is an office's own class."""
    return _CODE.fullmatch(label) is not None


def _branch(level: int, code: str) -> str:
    return ".".join(code.split(".")[:level]) if is_code(code) else code


BRANCHES = {level: Kept(partial(_branch, level)) for level in LEVELS}
"""For each level the category there that is above a code, or the code itself: see `at_level`."""


def at_level(code: str, level: int) -> str:
    """The ancestor of `code` at `level`; `code` itself when not that deep, or when it is an office's own class."""
    return BRANCHES[level][code]


def flatten(categories: Iterable[CategoryText], parent: str | None = None) -> list[Category]:
    """The tree as a list, parents before children."""
    result: list[Category] = []
    for text in categories:
        own = Category(text.code, text.name, parent, text.covers, text.end, text.formerly)
        result += [own, *flatten(text.children, text.code)]
    return result


def places(
    categories: Iterable[CategoryText], place: tuple[str | int, ...] = ("categories",)
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Each code with its place in the file."""
    for index, text in enumerate(categories):
        yield text.code, (*place, index)
        yield from places(text.children, (*place, index, "children"))


def faults(categories: Mapping[str, Category]) -> Iterator[tuple[str, str]]:
    """What is wrong with the tree: the code of a category and a message."""
    covered: dict[str, str] = {}
    for category in categories.values():
        code, parent = category.code, category.parent
        for other in (parent, *(category.end.successors if category.end else ()), *category.covers):
            if other is not None and other not in categories:
                yield code, f"{code}: no category '{other}'"
        if parent is not None and not code.startswith(f"{parent}."):
            yield code, f"{code}: its code does not begin with {parent}"
        for other in category.covers:
            first = covered.setdefault(other, code)
            if first != code:
                yield code, f"{code}: covers '{other}', which {first} covers already"
            if other in categories and (other == code or categories[other].covers):
                yield code, f"{code}: covers '{other}', which is an office's own category"


def endings(taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    """What is wrong with the ends of a tree without other faults: the code of a category and a message."""
    yield from taxonomy.succession.faults()
    for code, end in taxonomy.succession.ends.items():
        own = taxonomy[code].end
        if own is not None and own.until > end.until:
            yield code, f"{code}: ends after what it is part of"
        for successor in end.successors:
            if bool(taxonomy[code].covers) != bool(taxonomy[successor].covers) and own is end:
                yield code, f"{code}: of it and its successor '{successor}' only one is an office's own category"


def _first(ends: Iterable[End | None]) -> End | None:
    """The earliest; of equal ones the first given, so a category's own."""
    return min((end for end in ends if end is not None), key=lambda end: end.until, default=None)


def _highest(same: list[Category]) -> str | None:
    top = min(category.level for category in same)
    best = [category.code for category in same if category.level == top]
    return best[0] if len(best) == 1 else None

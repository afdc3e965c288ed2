"""The tree of categories (内容分类): codes, names, paths, and what became of retired ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import Field

from rules.rule import Code, Strict, Term
from rules.rule import ancestors as ancestors

SEPARATORS = ("/", "_")
_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}){0,2}")


Uncovered = Literal["assign", "name"]
"""What becomes of a matter that no category of an office covers: assigned by the table of the pack below, or the
competent body is only named, because the office has no department for it (条例 art. 23)."""


class CategoryText(Strict):
    """A category as written in taxonomy.yaml, its children inside."""

    code: Code
    name: Term
    children: tuple[CategoryText, ...] = ()
    covers: tuple[Code, ...] = ()
    active: bool = True
    successor: Code | None = None


class TaxonomyFile(Strict):
    """taxonomy.yaml. `uncovered` not given: as the pack below has it."""

    categories: tuple[CategoryText, ...] = Field(min_length=1)
    uncovered: Uncovered | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One category; `covers` lists categories of the packs below that it stands for."""

    code: str
    name: str
    parent: str | None = None
    covers: tuple[str, ...] = ()
    active: bool = True
    successor: str | None = None

    @property
    def level(self) -> int:
        """1, 2 or 3."""
        return self.code.count(".") + 1


@dataclass(frozen=True)
class Taxonomy:
    """All categories of a rulebook, by code."""

    by_code: dict[str, Category] = field(default_factory=dict)
    uncovered: Uncovered = "assign"

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Category:
        return self.by_code[code]

    def path(self, code: str) -> tuple[str, ...]:
        """Names from the first level down to `code`; raises KeyError for an unknown code."""
        return self._paths[code]

    def find(self, label: str) -> str | None:
        """The code meant by a code, a name, or a path (一级/二级/三级 or 一级_二级_三级); None if unclear."""
        label = label.strip()
        if label in self.by_code:
            return label
        for separator in SEPARATORS:
            label = label.replace(separator, "/")
        return self._by_path.get(label) or self._by_name.get(label)

    def children(self, code: str | None) -> list[Category]:
        """Direct children, in file order; of None: the first level."""
        return [category for category in self.by_code.values() if category.parent == code]

    @cached_property
    def covering(self) -> Mapping[str, str]:
        """For each covered category the office's own that stands for it, by the nearest cover; empty without covers."""
        covers = {code: category.code for category in self.by_code.values() for code in category.covers}
        near = {code: [covers[step] for step in ancestors(code) if step in covers] for code in self.by_code}
        return {code: steps[-1] for code, steps in near.items() if steps}

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
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


@lru_cache(maxsize=16384)
def at_level(code: str, level: int) -> str:
    """The ancestor of `code` at `level`; `code` itself when not that deep, or when it is an office's own class."""
    return ".".join(code.split(".")[:level]) if _CODE.fullmatch(code) else code


def flatten(categories: Iterable[CategoryText], parent: str | None = None) -> list[Category]:
    """The tree as a list, parents before children."""
    result: list[Category] = []
    for text in categories:
        own = Category(text.code, text.name, parent, text.covers, text.active, text.successor)
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
        for other in (parent, category.successor, *category.covers):
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


def _highest(same: list[Category]) -> str | None:
    top = min(category.level for category in same)
    best = [category.code for category in same if category.level == top]
    return best[0] if len(best) == 1 else None

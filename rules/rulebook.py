"""All files of a pack, and of the pack it extends, checked together and made into one Rulebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import Field

from rules.departments import Department, DepartmentFile, Departments
from rules.duties import Duties, Duty, DutyFile, PlaceKind
from rules.errors import Problem, RulebookError
from rules.places import Place, PlaceFile, Places
from rules.policy import Policy
from rules.rule import Rule, RuleFile, Slug, Strict
from rules.taxonomy import Category, Taxonomy, TaxonomyFile, flatten
from rules.text import fold
from rules.yaml_source import Source, read

MAX_DEPTH = 5
"""Longest chain of packs that extend one another."""


class PackFile(Strict):
    """pack.yaml: what the pack is called, which pack it extends, which of its rules it drops."""

    name: Slug
    title: str = ""
    extends: str | None = None
    drop_rules: tuple[Slug, ...] = Field(default=())


@dataclass(frozen=True)
class Rulebook:
    """One checked whole: every reference resolves. `digest` changes when any content changes."""

    name: str
    digest: str
    taxonomy: Taxonomy
    departments: Departments
    duties: Duties
    places: Places
    policy: Policy
    rules: tuple[Rule, ...]
    where: dict[str, Problem] = field(default_factory=dict, repr=False)

    @cached_property
    def lexicons(self) -> Mapping[str, tuple[str, ...]]:
        """Terms that other parts than rules look for, by the name under which a match gives their places."""
        return {}

    def place_of(self, rule_id: str, message: str) -> Problem:
        """A problem at the line where rule `rule_id` stands."""
        spot = self.where[rule_id]
        return Problem(spot.path, spot.line, message)


def load(pack: str | Path = "national") -> Rulebook:
    """Read a pack by name (`national`) or folder; raises RulebookError with every problem found."""
    gathered = _Gathered()
    for folder in reversed(_chain(_folder(pack))):
        gathered.add_pack(folder)
    return gathered.rulebook()


def packs() -> list[str]:
    """Names of the packs that come with fenban."""
    return sorted(path.name for path in _shipped().iterdir() if (path / "pack.yaml").is_file())


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


def _chain(folder: Path) -> list[Path]:
    """`folder`, then the pack it extends, and so on."""
    chain: list[Path] = []
    while True:
        if folder in chain or len(chain) == MAX_DEPTH:
            raise RulebookError([Problem(f"{folder.name}/pack.yaml", 0, "packs extend one another in a circle")])
        chain.append(folder)
        base = _pack_file(folder).extends
        if base is None:
            return chain
        folder = _folder(folder.parent / base) if (folder.parent / base).is_dir() else _folder(base)


def _pack_file(folder: Path) -> PackFile:
    return read(folder / "pack.yaml", f"{folder.name}/pack.yaml").parse(PackFile)


@dataclass
class _Gathered:
    """What the packs say, base first; a later pack replaces by code or id, its duties go before."""

    name: str = ""
    content: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    categories: dict[str, Category] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    duties: list[tuple[Duty, Problem]] = field(default_factory=list)
    kinds: dict[PlaceKind, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    policy: Policy | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    where: dict[str, Problem] = field(default_factory=dict)

    def add_pack(self, folder: Path) -> None:
        pack = _pack_file(folder)
        self.name = pack.name
        self.content.append(pack.model_dump(mode="json"))
        for rule_id in pack.drop_rules:
            if self.rules.pop(rule_id, None) is None:
                self.problems.append(Problem(f"{folder.name}/pack.yaml", 0, f"drop_rules: no rule '{rule_id}'"))
        for name, take in self._readers():
            if (folder / name).is_file():
                self._attempt(folder, Path(name), take)
        own_ids: dict[str, Problem] = {}
        for path in sorted((folder / "keywords").glob("*.yaml")):
            self._attempt(folder, path.relative_to(folder), lambda source: self._take_rules(source, own_ids))

    def _readers(self) -> list[tuple[str, Callable[[Source], None]]]:
        return [
            ("taxonomy.yaml", self._take_taxonomy),
            ("departments.yaml", self._take_departments),
            ("duties.yaml", self._take_duties),
            ("places.yaml", self._take_places),
            ("policy.yaml", self._take_policy),
        ]

    def _attempt(self, folder: Path, path: Path, take: Callable[[Source], None]) -> None:
        try:
            source = read(folder / path, path.as_posix())
            self.content.append([path.as_posix(), source.data])
            take(source)
        except RulebookError as error:
            self.problems += error.problems

    def _take_taxonomy(self, source: Source) -> None:
        categories = flatten(source.parse(TaxonomyFile).categories)
        self.problems += _twice(source, "category", (category.code for category in categories))
        self.categories |= {category.code: category for category in categories}

    def _take_departments(self, source: Source) -> None:
        departments = source.parse(DepartmentFile).departments
        self.problems += _twice(source, "department", (department.code for department in departments))
        self.departments |= {department.code: department for department in departments}

    def _take_duties(self, source: Source) -> None:
        rows = source.parse(DutyFile).duties
        spots = [source.problem(("duties", index), "") for index in range(len(rows))]
        self.duties = [*zip(rows, spots, strict=True), *self.duties]

    def _take_places(self, source: Source) -> None:
        text = source.parse(PlaceFile)
        self.kinds |= text.place_kinds
        self.places |= {place.name: place for place in text.places}

    def _take_policy(self, source: Source) -> None:
        self.policy = source.parse(Policy)

    def _take_rules(self, source: Source, own_ids: dict[str, Problem]) -> None:
        for index, rule in enumerate(source.parse(RuleFile).rules):
            spot = source.problem(("rules", index, "id"), f"rule {rule.id}")
            if rule.id in own_ids:
                first = own_ids[rule.id]
                message = f"rule id '{rule.id}' is given twice (first at {first.path}:{first.line})"
                self.problems.append(Problem(spot.path, spot.line, message))
            own_ids[rule.id] = self.where[rule.id] = spot
            self.rules[rule.id] = rule

    def rulebook(self) -> Rulebook:
        self.problems += [
            *self._dangling_rules(),
            *self._dangling_duties(),
            *self._dangling_trees(),
            *self._shared_names(),
        ]
        if self.policy is None and not any(problem.path == "policy.yaml" for problem in self.problems):
            self.problems.append(Problem("policy.yaml", 0, "missing"))
        if self.problems or self.policy is None:
            raise RulebookError(self.problems)
        return Rulebook(
            name=self.name,
            digest=_digest(self.content),
            taxonomy=Taxonomy(self.categories),
            departments=Departments(self.departments),
            duties=Duties(tuple(row for row, _ in self.duties)),
            places=Places(self.kinds, tuple(self.places.values())),
            policy=self.policy,
            rules=tuple(self.rules.values()),
            where=self.where,
        )

    def _dangling_rules(self) -> Iterable[Problem]:
        for rule in self.rules.values():
            code = rule.then.category
            if code is not None and code not in self.categories:
                spot = self.where[rule.id]
                yield Problem(spot.path, spot.line, f"rule {rule.id}: no category '{code}'")

    def _dangling_duties(self) -> Iterable[Problem]:
        for row, spot in self.duties:
            if row.category not in self.categories:
                yield Problem(spot.path, spot.line, f"no category '{row.category}'")
            for code in (row.lead, *row.supporting, *([row.respondent] if row.respondent else [])):
                if code not in self.departments:
                    yield Problem(spot.path, spot.line, f"no department '{code}'")

    def _dangling_trees(self) -> Iterable[Problem]:
        for department in self.departments.values():
            for code in (department.parent, department.superior, department.successor):
                if code is not None and code not in self.departments:
                    yield Problem("departments.yaml", 0, f"{department.code}: no department '{code}'")
        for category in self.categories.values():
            for code in (category.parent, category.successor, *category.covers):
                if code is not None and code not in self.categories:
                    yield Problem("taxonomy.yaml", 0, f"{category.code}: no category '{code}'")
            if category.parent is not None and not category.code.startswith(f"{category.parent}."):
                yield Problem("taxonomy.yaml", 0, f"{category.code}: its code does not begin with {category.parent}")

    def _dangling_policy(self) -> Iterable[Problem]:
        code = self.policy.accusation_duty if self.policy else None
        if code is not None and not any(row.category == code for row, _ in self.duties):
            yield Problem("policy.yaml", 0, f"accusation_duty: no duty for '{code}'")

    def _shared_names(self) -> Iterable[Problem]:
        owners: dict[str, str] = {}
        for department in self.departments.values():
            for name in (department.name, *department.aliases):
                owner = owners.setdefault(fold(name), department.code)
                if owner != department.code:
                    yield Problem("departments.yaml", 0, f"{department.code}: '{name}' is a name of {owner} too")


def _twice(source: Source, noun: str, codes: Iterable[str]) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for code in codes:
        if code in seen:
            problems.append(Problem(source.name, 0, f"{noun} '{code}' is given twice"))
        seen.add(code)
    return problems


def _digest(content: list[Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()

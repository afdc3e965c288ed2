"""All files of a pack, and of the pack it extends, checked together and made into one Rulebook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rules.clocks import Clocks
from rules.clocks import extended as extended_clocks
from rules.departments import Department, DepartmentFile, Departments, overlaid
from rules.duties import Duties, Duty, DutyFile, PlaceKind
from rules.errors import Problem, RulebookError
from rules.matter_file import MatterFile, Matters
from rules.pack import chain, pack_file
from rules.pack import packs as packs
from rules.places import LEXICON as PLACE_LEXICON
from rules.places import Place, PlaceFile, Places
from rules.policy import Policy
from rules.procedure import Procedure, ProcedureFile, Procedures, dangling
from rules.respondents import RespondentFile, Respondents
from rules.rule import Condition, Rule, RuleFile
from rules.taxonomy import Category, Taxonomy, TaxonomyFile, Uncovered, faults, flatten, places
from rules.text import fold
from rules.yaml_source import Source, read


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
    respondents: Respondents = field(default_factory=Respondents)
    procedures: Procedures = field(default_factory=Procedures)

    matters: Matters = field(default_factory=Matters)
    clocks: Clocks = field(default_factory=Clocks)

    @cached_property
    def lexicons(self) -> Mapping[str, tuple[str, ...]]:
        """Terms that other parts than rules look for, by the name under which a match gives their places."""
        return {
            **self.matters.words.lexicons,
            PLACE_LEXICON: self.places.names,
            **self.respondents.lexicons,
        }

    @cached_property
    def watched(self) -> Mapping[str, Condition]:
        """Conditions of other parts than rules and duties, by the name under which a match says that they hold."""
        return dict(self.procedures.conditions())

    def place_of(self, rule_id: str, message: str) -> Problem:
        """A problem at the line where rule `rule_id` stands."""
        spot = self.where[rule_id]
        return Problem(spot.path, spot.line, message)


def load(pack: str | Path = "national") -> Rulebook:
    """Read a pack by name (`national`) or folder; raises RulebookError with every problem found."""
    gathered = _Gathered()
    for folder in reversed(chain(pack)):
        gathered.add_pack(folder)
    return gathered.rulebook()


@dataclass
class _Gathered:
    """What the packs say, base first; a later pack replaces by code or id, its duties go before."""

    name: str = ""
    content: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    categories: dict[str, Category] = field(default_factory=dict)
    where_category: dict[str, Problem] = field(default_factory=dict)
    uncovered: Uncovered = "assign"
    departments: dict[str, Department] = field(default_factory=dict)
    duties: list[tuple[Duty, Problem]] = field(default_factory=list)
    kinds: dict[PlaceKind, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    policy: Policy | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    procedures: dict[str, tuple[Procedure, Problem]] = field(default_factory=dict)
    respondents: RespondentFile = field(default_factory=RespondentFile)
    clocks: Clocks = field(default_factory=Clocks)
    where: dict[str, Problem] = field(default_factory=dict)
    matters: Matters = field(default_factory=Matters)

    def add_pack(self, folder: Path) -> None:
        pack = pack_file(folder)
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
            ("matters.yaml", self._take_matters),
            ("policy.yaml", self._take_policy),
            ("procedure.yaml", self._take_procedures),
            ("respondents.yaml", self._take_respondents),
            ("clocks.yaml", self._take_clocks),
        ]

    def _attempt(self, folder: Path, path: Path, take: Callable[[Source], None]) -> None:
        try:
            source = read(folder / path, path.as_posix())
            self.content.append([path.as_posix(), source.data])
            take(source)
        except RulebookError as error:
            self.problems += error.problems

    def _take_taxonomy(self, source: Source) -> None:
        text = source.parse(TaxonomyFile)
        categories = flatten(text.categories)
        self.problems += _twice(source, "category", (category.code for category in categories))
        self.categories |= {category.code: category for category in categories}
        self.where_category |= {code: source.problem(place, "") for code, place in places(text.categories)}
        self.uncovered = text.uncovered or self.uncovered

    def _take_departments(self, source: Source) -> None:
        departments = source.parse(DepartmentFile).departments
        self.problems += _twice(source, "department", (department.code for department in departments))
        self.departments = overlaid(self.departments, departments)

    def _take_duties(self, source: Source) -> None:
        rows = source.parse(DutyFile).duties
        spots = [source.problem(("duties", index), "") for index in range(len(rows))]
        self.duties = [*zip(rows, spots, strict=True), *self.duties]

    def _take_places(self, source: Source) -> None:
        text = source.parse(PlaceFile)
        self.problems += _twice(source, "place", (place.name for place in text.places))
        self.kinds |= text.place_kinds
        if text.places:
            self.places = {place.name: place for place in text.places}

    def _take_matters(self, source: Source) -> None:
        self.matters = Matters(source.parse(MatterFile))

    def _take_policy(self, source: Source) -> None:
        self.policy = source.parse(Policy)

    def _take_procedures(self, source: Source) -> None:
        entries = source.parse(ProcedureFile).procedures
        self.problems += _twice(source, "procedure", (entry.code for entry in entries))
        own = {e.code: (e, source.problem(("procedures", i), f"procedure {e.code}")) for i, e in enumerate(entries)}
        new = {code: entry for code, entry in own.items() if code not in self.procedures}
        self.procedures = {**new, **self.procedures, **own}
        self.where |= {spot.message: spot for _, spot in own.values()}

    def _take_clocks(self, source: Source) -> None:
        self.clocks, problems = extended_clocks(self.clocks, source)
        self.problems += problems

    def _take_respondents(self, source: Source) -> None:
        words = source.parse(RespondentFile)
        unknown = ((spot, code) for spot, code in words.codes() if code not in self.departments)
        self.problems += [source.problem(spot, f"no department '{code}'") for spot, code in unknown]
        self.respondents = words.over(self.respondents)

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
            *self._dangling_matters(),
            *self._dangling_procedures(),
            *self._dangling_policy(),
            *self._shared_names(),
        ]
        if self.policy is None and not any(problem.path == "policy.yaml" for problem in self.problems):
            self.problems.append(Problem("policy.yaml", 0, "missing"))
        if self.problems or self.policy is None:
            raise RulebookError(self.problems)
        taxonomy = Taxonomy(self.categories, self.uncovered)
        return Rulebook(
            name=self.name,
            digest=_digest(self.content),
            taxonomy=taxonomy,
            departments=Departments(self.departments),
            duties=Duties(tuple(row for row, _ in self.duties), taxonomy.covering),
            places=Places(self.kinds, tuple(self.places.values())),
            policy=self.policy,
            rules=tuple(self.rules.values()),
            where=self.where,
            matters=self.matters,
            clocks=self.clocks,
            procedures=Procedures(tuple(entry for entry, _ in self.procedures.values())),
            respondents=Respondents(self.respondents, Departments(self.departments)),
        )

    def _dangling_rules(self) -> Iterable[Problem]:
        for rule in self.rules.values():
            code = rule.then.category
            spot = self.where[rule.id]
            if code is not None and code not in self.categories:
                yield Problem(spot.path, spot.line, f"rule {rule.id}: no category '{code}'")
            elif code is not None and self.categories[code].covers:
                yield Problem(spot.path, spot.line, f"rule {rule.id}: conclude a category that '{code}' covers")

    def _dangling_duties(self) -> Iterable[Problem]:
        for row, spot in self.duties:
            if row.category not in self.categories:
                yield Problem(spot.path, spot.line, f"no category '{row.category}'")
            for code in (*row.departments, *([row.respondent] if row.respondent else [])):
                if code not in self.departments:
                    yield Problem(spot.path, spot.line, f"no department '{code}'")

    def _dangling_procedures(self) -> Iterable[Problem]:
        paths = {path for row, _ in self.duties for path in row.paths}
        for entry, spot in self.procedures.values():
            wrong = dangling(entry, self.categories, self.departments, paths)
            for message in (*wrong, *self.clocks.missing(entry.clocks)):
                yield Problem(spot.path, spot.line, f"{spot.message}: {message}")

    def _dangling_matters(self) -> Iterable[Problem]:
        for code in self.matters.codes():
            if code not in self.categories:
                yield Problem("matters.yaml", 0, f"no category '{code}'")

    def _dangling_trees(self) -> Iterable[Problem]:
        for department in self.departments.values():
            for code in (department.parent, department.superior, department.successor):
                if code is not None and code not in self.departments:
                    yield Problem("departments.yaml", 0, f"{department.code}: no department '{code}'")
        for code, message in faults(self.categories):
            spot = self.where_category[code]
            yield Problem(spot.path, spot.line, message)

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

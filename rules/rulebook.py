"""All files of a pack, and of the pack it extends, checked together and made into one Rulebook."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from rules.clocks import Clocks
from rules.clocks import extended as extended_clocks
from rules.departments import DepartmentFile, Departments, overlaid
from rules.duties import Duties, DutyFile
from rules.errors import Problem, RulebookError
from rules.matter_file import MatterFile, Matters
from rules.pack import chain, pack_file
from rules.pack import packs as packs
from rules.places import LEXICON as PLACE_LEXICON
from rules.places import PlaceFile, Places
from rules.policy import Policy
from rules.procedure import ProcedureFile, Procedures
from rules.references import problems
from rules.respondent_file import RespondentFile
from rules.respondents import Respondents
from rules.rule import Condition, Rule, RuleFile, RuleState
from rules.succession import stands_for
from rules.taxonomy import Taxonomy, TaxonomyFile, flatten, places
from rules.written import Written
from rules.yaml_source import Source, read


@dataclass(frozen=True)
class Rulebook:
    """One checked whole: every reference resolves. `digest` changes when any content changes.

    `rules`: those that decide; `others`: those in every other state.
    """

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
    others: tuple[Rule, ...] = ()

    @property
    def every(self) -> tuple[Rule, ...]:
        """All rules, whatever their state."""
        return (*self.rules, *self.others)

    def in_state(self, *states: RuleState) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.every if rule.state in states)

    @property
    def shadow(self) -> tuple[Rule, ...]:
        """Rules that are matched and counted beside the decisions."""
        return self.in_state(RuleState.SHADOW)

    @property
    def resting(self) -> tuple[Rule, ...]:
        """Rules that no petition meets: drafts and retired ones."""
        return self.in_state(RuleState.DRAFT, RuleState.RETIRED)

    @property
    def tried(self) -> Rulebook:
        """The rulebook as if drafts and shadows decided too: what proof and a dry run match with."""
        waiting = self.in_state(RuleState.DRAFT, RuleState.SHADOW)
        return (
            replace(self, rules=(*self.rules, *waiting), others=self.in_state(RuleState.RETIRED)) if waiting else self
        )

    def only(self, rules: tuple[Rule, ...]) -> Rulebook:
        """Nothing but these rules: a small engine can be made of it."""
        return Rulebook(
            self.name, self.digest, self.taxonomy, self.departments, Duties(), Places(), self.policy, rules, self.where
        )

    def on(self, day: date) -> Rulebook:
        """The rulebook as it stands on `day`: successors in the place of all categories and departments that are out of
        force by then. Its rows and conditions keep their order, so that a match made with this one is understood.
        """
        past = bisect_right(self._turns, day)
        return self._eras[past - 1] if past else self

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules that decide, by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _turns(self) -> tuple[date, ...]:
        """The days from which on something is out of force."""
        return tuple(sorted({*self.taxonomy.succession.days(), *self.departments.succession.days()}))

    @cached_property
    def _eras(self) -> tuple[Rulebook, ...]:
        """For each turn the rulebook from that day on."""
        return tuple(self._as_of(day) for day in self._turns)

    def _as_of(self, day: date) -> Rulebook:
        taxonomy, departments = self.taxonomy.as_of(day), self.departments.as_of(day)
        duty = self.policy.accusation_duty
        return replace(
            self,
            taxonomy=taxonomy,
            departments=departments,
            duties=self.duties.as_of(departments.gone, taxonomy.covering),
            policy=self.policy.model_copy(update={"accusation_duty": duty and stands_for(duty, taxonomy.gone)}),
            rules=tuple(self._rule_as_of(rule, taxonomy) for rule in self.rules),
            respondents=self.respondents.as_of(departments),
            procedures=self.procedures.as_of(taxonomy.gone, departments.gone),
            matters=self.matters.as_of(taxonomy.gone),
        )

    @staticmethod
    def _rule_as_of(rule: Rule, taxonomy: Taxonomy) -> Rule:
        code = rule.then.category
        return rule.concluding(stands_for(code, taxonomy.gone)) if code and code in taxonomy.gone else rule

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


class _Gathered(Written):
    """Reads the packs, base first; a later pack replaces by code or id, its duties go before."""

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
        spots = {one.code: source.problem(("departments", index), "") for index, one in enumerate(departments)}
        self.where_department |= spots
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
        self.where_respondent += [(code, source.problem(spot, "")) for spot, code in words.codes()]
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
        self.problems += problems(self)
        if self.problems or self.policy is None:
            raise RulebookError(self.problems)
        taxonomy, departments = Taxonomy(self.categories, self.uncovered), Departments(self.departments)
        return Rulebook(
            name=self.name,
            digest=_digest(self.content),
            taxonomy=taxonomy,
            departments=departments,
            duties=Duties(tuple(row for row, _ in self.duties), taxonomy.covering),
            places=Places(self.kinds, tuple(self.places.values())),
            policy=self.policy,
            rules=tuple(rule for rule in self.rules.values() if rule.state is RuleState.ACTIVE),
            others=tuple(rule for rule in self.rules.values() if rule.state is not RuleState.ACTIVE),
            where=self.where,
            matters=self.matters,
            clocks=self.clocks,
            procedures=Procedures(tuple(entry for entry, _ in self.procedures.values())),
            respondents=Respondents(self.respondents, departments),
        )


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

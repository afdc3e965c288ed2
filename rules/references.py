"""Whether everything that the files of a rulebook name is there, and will have a successor when it ends."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from rules.departments import Departments
from rules.errors import Problem
from rules.procedure import dangling
from rules.rule import Rule, RuleState
from rules.succession import Succession
from rules.taxonomy import Taxonomy, endings, faults
from rules.text import fold
from rules.written import Written


class Reference(NamedTuple):
    """A code that is named, and where; the message of `spot` says by whom. `one`: it must never mean several."""

    code: str
    spot: Problem
    one: bool = False


def problems(written: Written) -> list[Problem]:
    """Every reference that leads nowhere, now or on the day when what it names ends."""
    return list(_References(written).problems())


class _References:
    def __init__(self, written: Written) -> None:
        self.written = written

    def problems(self) -> Iterator[Problem]:
        concluded = self._concluded(self.written.rules.values())
        yield from _unknown((*concluded, *self._categories()), "category", self.written.categories)
        yield from _unknown(self._departments(), "department", self.written.departments)
        yield from self._rules()
        yield from self._procedures()
        yield from self._trees()
        yield from self._policy()
        yield from self._shared_names()
        yield from self._ends()

    def _concluded(self, rules: Iterable[Rule]) -> Iterator[Reference]:
        """Categories that rules conclude."""
        for rule in rules:
            if rule.then.category is not None:
                yield Reference(rule.then.category, _named(self.written.where[rule.id], f"rule {rule.id}"))

    def _categories(self) -> Iterator[Reference]:
        """Categories that duties and matters name; procedures tell their own."""
        for row, spot in self.written.duties:
            yield Reference(row.category, spot)
        for code in self.written.matters.codes():
            yield Reference(code, Problem("matters.yaml", 0, ""))

    def _departments(self) -> Iterator[Reference]:
        written = self.written
        for row, spot in written.duties:
            alone = row.category == (written.policy.accusation_duty if written.policy else None)
            for code in row.departments:
                yield Reference(code, spot, alone and code == row.lead)
            if row.respondent:
                yield Reference(row.respondent, spot)
        for code, spot in written.where_respondent:
            yield Reference(code, spot)

    def _rules(self) -> Iterator[Problem]:
        for rule in self.written.rules.values():
            category = self.written.categories.get(rule.then.category or "")
            if category is not None and category.covers:
                spot = _named(self.written.where[rule.id], f"rule {rule.id}")
                yield _told(spot, f"conclude a category that '{category.code}' covers")

    def _procedures(self) -> Iterator[Problem]:
        written = self.written
        paths = {path for row, _ in written.duties for path in row.paths}
        for entry, spot in written.procedures.values():
            wrong = dangling(entry, written.categories, written.departments, paths)
            for message in (*wrong, *written.clocks.missing(entry.clocks)):
                yield _told(spot, message)

    def _trees(self) -> Iterator[Problem]:
        for department in self.written.departments.values():
            for code in (department.parent, department.superior, *department.successors):
                if code is not None and code not in self.written.departments:
                    yield Problem("departments.yaml", 0, f"{department.code}: no department '{code}'")
        for code, message in faults(self.written.categories):
            yield _told(self.written.where_category[code], message)

    def _policy(self) -> Iterator[Problem]:
        written = self.written
        if written.policy is None and not any(problem.path == "policy.yaml" for problem in written.problems):
            yield Problem("policy.yaml", 0, "missing")
        code = written.policy.accusation_duty if written.policy else None
        if code is not None and not any(row.category == code for row, _ in written.duties):
            yield Problem("policy.yaml", 0, f"accusation_duty: no duty for '{code}'")

    def _shared_names(self) -> Iterator[Problem]:
        """A name of today belongs to one department, and so does a former one."""
        today, former = dict[str, str](), dict[str, str]()
        for department in self.written.departments.values():
            for owners, names in ((today, department.names), (former, department.former_names)):
                for name in names:
                    owner = owners.setdefault(fold(name), department.code)
                    if owner != department.code:
                        yield Problem("departments.yaml", 0, f"{department.code}: '{name}' is a name of {owner} too")

    # ── what ends

    def _ends(self) -> Iterator[Problem]:
        """Looked for where all codes are known and no end is in a circle; else these come first."""
        if any(True for _ in self._trees()):
            return
        own = [_told(self.written.where_category[code], message) for code, message in endings(self._taxonomy)]
        own += [_told(self.written.where_department[code], text) for code, text in self._tree.succession.faults()]
        yield from own
        if not own:
            yield from self._without_heirs()

    def _without_heirs(self) -> Iterator[Problem]:
        """Retired rules may name what has gone."""
        used = [rule for rule in self.written.rules.values() if rule.state is not RuleState.RETIRED]
        categories = (*self._concluded(used), *self._categories(), *self._of_categories())
        yield from _lacking(categories, self._taxonomy.succession)
        yield from _lacking((*self._departments(), *self._of_departments()), self._tree.succession)

    def _of_categories(self) -> Iterator[Reference]:
        """Categories that other parts name."""
        written = self.written
        for category in written.categories.values():
            for code in category.covers:
                yield Reference(code, _named(written.where_category[category.code], category.code))
        for entry, spot in written.procedures.values():
            for code in dict.fromkeys(code for case in entry.cases for code in case.categories):
                yield Reference(code, spot)
        if written.policy and written.policy.accusation_duty:
            yield Reference(written.policy.accusation_duty, Problem("policy.yaml", 0, "accusation_duty"), one=True)

    def _of_departments(self) -> Iterator[Reference]:
        """Departments that other parts name: who is above and who is competent can be one only."""
        written = self.written
        for department in written.departments.values():
            spot = _named(written.where_department[department.code], department.code)
            above = dict.fromkeys([department.parent, department.superior])
            yield from (Reference(code, spot, one=True) for code in above if code is not None)
        for entry, spot in written.procedures.values():
            if entry.competent is not None:
                yield Reference(entry.competent, spot, one=True)

    @cached_property
    def _taxonomy(self) -> Taxonomy:
        return Taxonomy(self.written.categories)

    @cached_property
    def _tree(self) -> Departments:
        return Departments(self.written.departments)


def _unknown(references: Iterable[Reference], noun: str, known: Container[str]) -> Iterator[Problem]:
    return (_told(one.spot, f"no {noun} '{one.code}'") for one in references if one.code not in known)


def _lacking(references: Iterable[Reference], succession: Succession) -> Iterator[Problem]:
    told = ((one.spot, succession.lacking(one.code, one.one)) for one in references)
    return (_told(spot, message) for spot, message in told if message is not None)


def _named(spot: Problem, name: str) -> Problem:
    return Problem(spot.path, spot.line, name)


def _told(spot: Problem, message: str) -> Problem:
    return Problem(spot.path, spot.line, f"{spot.message}: {message}" if spot.message else message)

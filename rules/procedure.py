"""The handling path (办理途径) of a matter, 信访工作条例 arts. 29-31: an ordered table; the first that fits counts."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from pydantic import Field, model_validator

from rules.duties import Basis
from rules.rule import Code, Condition, Kind, Sentence, Slug, Strict
from rules.succession import Heirs, all_stand_for, stands_for
from rules.value import value


class Lead(StrEnum):
    """What becomes of the department that the duty table names."""

    KEEP = "keep"
    """It leads."""
    NONE = "none"
    """No department leads: the petitioner is told where to go."""
    COMPETENT = "competent"
    """The procedure's `competent` department leads instead, the table's supports."""
    ALONE = "alone"
    """The procedure's `competent` department leads, nobody supports."""


class Case(Strict):
    """One way into a procedure; all parts that are given must hold.

    `categories`: the category is one of these or below; `paths`: the duty row names one of them.
    """

    when: Condition | None = None
    categories: tuple[Code, ...] = ()
    paths: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Case:
        if not (self.when or self.categories or self.paths):
            raise ValueError("needs one of when, categories, paths")
        return self


class Sample(Strict):
    """A text that proves a procedure: written as a sentence, or with the category (and kind) it is read under."""

    text: Sentence
    category: Code | None = None
    kind: Kind | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_sentence(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value


class Samples(Strict):
    """`hits` take this procedure, `misses` another one (or none)."""

    hits: tuple[Sample, ...] = Field(min_length=1)
    misses: tuple[Sample, ...] = Field(min_length=1)


class Procedure(Strict):
    """One entry of procedure.yaml. It fits when the kind is among `kinds` (none given: any) and one of `cases` holds
    (none given: always).

    `competent` is the code of a department, `channel` a named body or line that is none; `clocks` names entries of
    clocks.yaml; `unclear`: how far the matter has come must be asked; `outside`: not for the departments of this
    office (courts, military, elsewhere, between private persons). Who has no kind is read as an appeal (art. 31).
    """

    code: Slug
    name: Sentence
    kinds: tuple[Kind, ...] = ()
    cases: tuple[Case, ...] = ()
    lead: Lead = Lead.KEEP
    competent: Slug | None = None
    channel: str | None = None
    steps: tuple[Sentence, ...] = Field(min_length=1)
    notice: Sentence | None = None
    clocks: tuple[Slug, ...] = ()
    basis: tuple[Basis, ...] = ()
    unclear: bool = False
    outside: bool = False
    examples: Samples

    @model_validator(mode="after")
    def _names_the_lead(self) -> Procedure:
        if self.lead in (Lead.COMPETENT, Lead.ALONE) and self.competent is None:
            raise ValueError(f"lead: {self.lead.value} needs competent")
        return self

    def as_of(self, categories: Heirs, departments: Heirs) -> Procedure:
        """The entry with what stands in for the categories and departments that are gone."""
        cases = tuple(
            case.model_copy(update={"categories": all_stand_for(case.categories, categories)}) for case in self.cases
        )
        competent = self.competent and stands_for(self.competent, departments)
        return self.model_copy(update={"cases": cases, "competent": competent})

    def case_id(self, index: int) -> str:
        """By this name `Match.held` tells that the words of a case hold."""
        return f"{self.code}#{index}"


class ProcedureFile(Strict):
    """procedure.yaml."""

    procedures: tuple[Procedure, ...]


@value
class Situation:
    """What choosing looks at: `paths` of the duty row, `held` as the engine's Match says."""

    kind: Kind | None
    category: str | None
    paths: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()


@value
class _Way:
    """A case of an entry (or an entry without cases, which asks for nothing), and its place in the order."""

    rank: int
    entry: Procedure
    categories: tuple[str, ...]
    paths: frozenset[str]

    def open_to(self, situation: Situation) -> bool:
        """Whether category and paths are right."""
        if self.categories and not (situation.category or "").startswith(self.categories):
            return False
        return not self.paths or not self.paths.isdisjoint(situation.paths)


@dataclass(frozen=True, eq=False)
class Procedures:
    """The table, in order of precedence. Compared by identity, as Duties are."""

    entries: tuple[Procedure, ...] = ()

    def choose(self, situation: Situation) -> Procedure | None:
        """The first entry that fits; None when none does."""
        kind = situation.kind or Kind.APPEAL
        worded, first = self._worded[kind], None
        for name in situation.held:
            way = worded.get(name)
            if way is not None and (first is None or way.rank < first.rank) and way.open_to(situation):
                first = way
        plain = _plain(self, kind, situation.category, situation.paths)
        if first is None or (plain is not None and plain.rank < first.rank):
            first = plain
        return first.entry if first is not None else None

    def as_of(self, categories: Heirs, departments: Heirs) -> Procedures:
        """The same entries in the same order, with the categories and departments of a day."""
        return Procedures(tuple(entry.as_of(categories, departments) for entry in self.entries))

    @cached_property
    def by_code(self) -> dict[str, Procedure]:
        """Every entry by its code."""
        return {entry.code: entry for entry in self.entries}

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition over words, with the name by which `Match.held` tells that it holds."""
        for entry in self.entries:
            for index, case in enumerate(entry.cases):
                if case.when is not None:
                    yield entry.case_id(index), case.when

    @cached_property
    def _worded(self) -> dict[Kind, dict[str, _Way]]:
        """For each kind the ways that ask for words, by the name of their condition."""
        return {
            kind: {
                entry.case_id(index): _way(rank, entry, case)
                for rank, entry in self._meant_for(kind)
                for index, case in enumerate(entry.cases)
                if case.when is not None
            }
            for kind in Kind
        }

    @cached_property
    def wordless(self) -> dict[Kind, tuple[_Way, ...]]:
        """For each kind the ways that ask for no words, in order."""
        return {
            kind: tuple(
                _way(rank, entry, case)
                for rank, entry in self._meant_for(kind)
                for case in entry.cases or (None,)
                if case is None or case.when is None
            )
            for kind in Kind
        }

    def _meant_for(self, kind: Kind) -> list[tuple[int, Procedure]]:
        return [(rank, entry) for rank, entry in enumerate(self.entries) if not entry.kinds or kind in entry.kinds]


@lru_cache(maxsize=16384)
def _plain(procedures: Procedures, kind: Kind, category: str | None, paths: tuple[str, ...]) -> _Way | None:
    """The first way that is open without asking for words."""
    situation = Situation(kind, category, paths)
    return next((way for way in procedures.wordless[kind] if way.open_to(situation)), None)


def _way(rank: int, entry: Procedure, case: Case | None) -> _Way:
    return _Way(rank, entry, case.categories if case else (), frozenset(case.paths if case else ()))


def dangling(
    entry: Procedure, categories: Container[str], departments: Container[str], paths: Container[str]
) -> Iterator[str]:
    """What the entry names that is nowhere: categories, departments, paths of duty rows."""
    for case in entry.cases:
        yield from (f"no category '{code}'" for code in case.categories if code not in categories)
        yield from (f"no duty names the path '{path}'" for path in case.paths if path not in paths)
    if entry.competent is not None and entry.competent not in departments:
        yield f"no department '{entry.competent}'"

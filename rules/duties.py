"""The responsibility table (责任清单): category and circumstances -> lead, supporting departments, legal basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from rules.rule import Code, Condition, Slug, Strict
from rules.succession import Heirs, all_stand_for, stands_for
from rules.taxonomy import ancestors
from rules.value import value

PlaceKind = Literal["urban", "rural"]


class Certainty(StrEnum):
    """How a legal basis was checked: full text read, retold by a second hand, or own knowledge."""

    VERIFIED = "verified"
    SECOND_HAND = "second-hand"
    OWN_KNOWLEDGE = "own-knowledge"


class Basis(Strict):
    """A cited article, in force from `from_` up to and without `until` where these are known."""

    cite: str
    source: Certainty
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day < self.until)


class Duty(Strict):
    """One row of the table. The condition parts that are given must all hold.

    `joint` instead of `lead`: departments that the office's table names side by side, or a body that must first
    decide who leads; a clerk settles it.
    """

    category: Code
    when: Condition | None = None
    place: PlaceKind | None = None
    respondent: Slug | None = None
    lead: Slug | None = None
    joint: tuple[Slug, ...] = ()
    supporting: tuple[Slug, ...] = ()
    paths: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    note: str = ""
    review: bool = False

    @model_validator(mode="after")
    def _has_one_lead_or_none(self) -> Duty:
        if (self.lead is None) == (not self.joint):
            raise ValueError("needs either lead or joint")
        return self

    @property
    def leads(self) -> tuple[str, ...]:
        """Who may lead by this row: its lead, or those it names side by side."""
        return (self.lead,) if self.lead is not None else self.joint

    @property
    def departments(self) -> tuple[str, ...]:
        """Who handles the matter by this row, those who may lead first."""
        return (*self.leads, *self.supporting)

    @property
    def conditional(self) -> bool:
        return any(part is not None for part in (self.when, self.place, self.respondent))

    def as_of(self, gone: Heirs) -> Duty:
        """The row with the departments that stand in for those that are gone; a lead that was split is `joint`."""
        if gone.keys().isdisjoint((*self.departments, self.respondent or "")):
            return self
        leads = all_stand_for(self.leads, gone)
        changed = {
            "lead": leads[0] if len(leads) == 1 else None,
            "joint": leads if len(leads) > 1 else (),
            "supporting": tuple(code for code in all_stand_for(self.supporting, gone) if code not in leads),
            "respondent": self.respondent and stands_for(self.respondent, gone),
        }
        return self.model_copy(update=changed)


class DutyFile(Strict):
    """duties.yaml."""

    duties: tuple[Duty, ...]


@value
class Circumstances:
    """What of a petition the conditions of duties look at: rows whose words hold, place kind, respondents."""

    worded: frozenset[int] = frozenset()
    place: PlaceKind | None = None
    respondents: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Duties:
    """The table, in order of precedence: rows of an overlay pack stand before those of the pack it extends.

    Compared by identity, so that what is looked up often can be kept per table. `covering` leads from a category to the
    office's own that stands for it (Taxonomy.covering).
    """

    rows: tuple[Duty, ...] = ()
    covering: Mapping[str, str] = field(default_factory=dict)

    def as_of(self, gone: Heirs, covering: Mapping[str, str]) -> Duties:
        """The same rows in the same order, with the departments of a day."""
        return Duties(tuple(row.as_of(gone) for row in self.rows), covering)

    def find(self, category: str, circumstances: Circumstances) -> Duty | None:
        """The row for `category`: that of the office's own category, where one covers it, else `below`."""
        own = self.covering.get(category)
        row = self.below(own, circumstances) if own is not None else None
        return row or self.below(category, circumstances)

    def below(self, category: str, circumstances: Circumstances) -> Duty | None:
        """The row for this very category: the most specific first, then rows with a condition, then order.

        What follows from the matter and not from the office (`paths`) is found here.
        """
        for code in reversed(ancestors(category)):
            for index in self._by_category.get(code, ()):
                if self._holds(index, circumstances):
                    return self.rows[index]
        return None

    def depends(self, category: str) -> bool:
        """Whether circumstances have a say in which row is found for `category`."""
        return bool(self.conditional(category))

    def conditional(self, category: str) -> dict[int, Duty]:
        """The rows with a condition among those that are looked at for `category`, by their place in the table."""
        names = (category, self.covering.get(category))
        looked_at = [i for name in names if name for code in ancestors(name) for i in self._by_category.get(code, ())]
        return {index: self.rows[index] for index in looked_at if self.rows[index].conditional}

    def _holds(self, index: int, circumstances: Circumstances) -> bool:
        row = self.rows[index]
        return (
            (row.when is None or index in circumstances.worded)
            and (row.place is None or row.place == circumstances.place)
            and (row.respondent is None or row.respondent in circumstances.respondents)
        )

    @cached_property
    def _by_category(self) -> dict[str, list[int]]:
        return _grouped(self.rows)


def _grouped(rows: Iterable[Duty]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        groups.setdefault(row.category, []).append(index)
    order = list(rows)
    return {code: sorted(group, key=lambda i: not order[i].conditional) for code, group in groups.items()}

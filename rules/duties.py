"""The responsibility table (责任清单): category and circumstances -> lead, supporting departments, legal basis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field

from rules.rule import Code, Condition, Slug, Strict
from rules.taxonomy import ancestors

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
    """One row of the table. The condition parts that are given must all hold."""

    category: Code
    when: Condition | None = None
    place: PlaceKind | None = None
    respondent: Slug | None = None
    lead: Slug
    supporting: tuple[Slug, ...] = ()
    paths: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    note: str = ""
    review: bool = False

    @property
    def conditional(self) -> bool:
        return any(part is not None for part in (self.when, self.place, self.respondent))


class DutyFile(Strict):
    """duties.yaml."""

    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a petition the conditions of duties look at: rows whose words hold, place kind, respondents."""

    worded: frozenset[int] = frozenset()
    place: PlaceKind | None = None
    respondents: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Duties:
    """The table, in order of precedence: rows of an overlay pack stand before those of the pack it extends."""

    rows: tuple[Duty, ...] = ()

    def find(self, category: str, circumstances: Circumstances) -> Duty | None:
        """The row for `category`: the most specific category first, then rows with a condition, then order."""
        for code in reversed(ancestors(category)):
            for index in self._by_category.get(code, ()):
                if self._holds(index, circumstances):
                    return self.rows[index]
        return None

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

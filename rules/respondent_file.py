"""respondents.yaml: names of bodies, what is said of whoever is complained of, and why a body must not see that."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from rules.context import ContextWords
from rules.rule import Slug, Strict, Terms


class Sort(StrEnum):
    """Corruption or abuse of office (条例 art. 30), or how a body does its own work."""

    ACCUSATION = "accusation"
    CONDUCT = "conduct"


class BodyNames(Strict):
    """Names of bodies or of persons in office. No `department`: the body named directly before, or one that is no
    department of the tree. `subject_only`: names of places too, or lines to call; they count only directly before what
    is said of them.
    """

    names: Terms
    department: Slug | None = None
    subject_only: bool = False


class SaidTerms(Strict):
    """What is said of a respondent. Not `certain`: also said of matters in general, so never more than a doubt.
    `office`: the sort when it is said of a person in office, where that differs.
    """

    sort: Sort
    terms: Terms
    certain: bool = True
    office: Sort | None = None


class WithheldReasons(Strict):
    """Why a department must not see the petition, told to clerks; `{name}` is its superior, the respondent."""

    accusation: str
    accusation_below: str
    conduct: str
    conduct_below: str
    unclear: str


class RespondentFile(Strict):
    """respondents.yaml. `beyond`: a discipline body -> respondents whose cases go to its superior."""

    reasons: WithheldReasons | None = None
    beyond: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    bodies: tuple[BodyNames, ...] = ()
    offices: tuple[BodyNames, ...] = ()
    said: tuple[SaidTerms, ...] = ()
    verbs: tuple[SaidTerms, ...] = ()
    context: ContextWords | None = None

    def over(self, base: RespondentFile) -> RespondentFile:
        """This file on top of that of the pack it extends: lists are added, the rest replaces what it gives anew."""
        lists = {name: getattr(base, name) + getattr(self, name) for name in ("bodies", "offices", "said", "verbs")}
        return RespondentFile(
            reasons=self.reasons or base.reasons,
            beyond={**base.beyond, **self.beyond},
            context=self.context or base.context,
            **lists,
        )

    def codes(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Department codes that the file uses, and the place of each."""
        for part, entries in (("bodies", self.bodies), ("offices", self.offices)):
            for index, entry in enumerate(entries):
                if entry.department is not None:
                    yield (part, index, "department"), entry.department
        for code, respondents in self.beyond.items():
            for name in (code, *respondents):
                yield ("beyond", code), name

"""The table of due dates (期限): which clock runs how long, in which days, from which day, on what ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import Field, model_validator

from rules.duties import Basis
from rules.errors import Problem
from rules.rule import Sentence, Slug, Strict
from rules.yaml_source import Source


class Unit(StrEnum):
    """Natural days, or working days by the Chinese holiday calendar."""

    DAY = "日"
    WORKING_DAY = "工作日"


class Start(StrEnum):
    """The day from which a clock counts."""

    RECEIPT = "receipt"
    """The day of receipt."""
    ACCEPTANCE = "acceptance"
    """The day of acceptance; triage does not know it, so the day of receipt stands in and `what` says so."""
    LATER = "later"
    """A day that has not come, or that the office cannot know: the clock is shown without a date."""


class DayOff(StrEnum):
    """What becomes of a period of natural days whose last day is a day off."""

    KEEP = "keep"
    """It ends that day all the same."""
    NEXT_WORKING_DAY = "next_working_day"
    """It ends on the next working day."""


class Clock(Strict):
    """One entry of clocks.yaml. It counts from `starts`, or from the last day of the clock named by `after`."""

    code: Slug
    what: Sentence
    days: int = Field(ge=1, le=3660)
    unit: Unit
    starts: Start | None = None
    after: Slug | None = None
    basis: tuple[Basis, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _starts_once(self) -> Clock:
        if (self.starts is None) == (self.after is None):
            raise ValueError("needs exactly one of starts, after")
        return self

    def in_force(self, day: date) -> tuple[Basis, ...]:
        """The articles that set this period on `day`; none: the clock did not run then."""
        return tuple(basis for basis in self.basis if basis.in_force(day))


class Holidays(Strict):
    """Days off and make-up working days of a `year` that an office adds to, or sets against, the holiday library.

    A year that is given here counts as known. The notice for a year may also move days of the December before it.
    """

    year: int = Field(ge=2004, le=2100)
    off: tuple[date, ...] = ()
    work: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_mind(self) -> Holidays:
        both = sorted(set(self.off) & set(self.work))
        if both:
            raise ValueError(f"{both[0]} stands in off and in work")
        stray = [day for day in (*self.off, *self.work) if (day.year, day.month) not in self._months]
        if stray:
            raise ValueError(f"{stray[0]} is not of {self.year}")
        return self

    @property
    def _months(self) -> set[tuple[int, int]]:
        return {(self.year - 1, 12), *((self.year, month) for month in range(1, 13))}


class ClockFile(Strict):
    """clocks.yaml."""

    last_day_off: DayOff | None = None
    unpublished: str | None = Field(default=None, pattern=r"\{year\}")
    calendar: tuple[Holidays, ...] = ()
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True, eq=False)
class Clocks:
    """The checked table, by code. Compared by identity, so that results can be kept per table.

    `last_day_off` is a policy of the project, not law. `unpublished` (with `{year}`) is added to the text of a clock
    whose date needs a calendar that is not published yet.
    """

    by_code: Mapping[str, Clock] = field(default_factory=dict)
    calendar: tuple[Holidays, ...] = ()
    last_day_off: DayOff = DayOff.KEEP
    unpublished: str = "{year}"

    def __getitem__(self, code: str) -> Clock:
        return self.by_code[code]

    def over(self, file: ClockFile) -> Clocks:
        """This table with what an overlay pack says: clocks replaced by code, years of the calendar by year."""
        years = {holidays.year: holidays for holidays in (*self.calendar, *file.calendar)}
        return Clocks(
            by_code={**self.by_code, **{clock.code: clock for clock in file.clocks}},
            calendar=tuple(years.values()),
            last_day_off=file.last_day_off or self.last_day_off,
            unpublished=file.unpublished or self.unpublished,
        )

    def missing(self, codes: Iterable[str]) -> Iterator[str]:
        """What is wrong with a procedure that names clocks which are not there."""
        return (f"no clock '{code}'" for code in codes if code not in self.by_code)

    def trouble(self, code: str) -> str | None:
        """Why clock `code` cannot be counted: it, or what it counts after, is missing, or it counts after itself."""
        seen: set[str] = set()
        following: str | None = code
        while following is not None:
            if following not in self.by_code:
                return f"no clock '{following}'"
            if following in seen:
                return f"clock '{code}' counts after itself"
            seen.add(following)
            following = self.by_code[following].after
        return None


def extended(table: Clocks, source: Source) -> tuple[Clocks, list[Problem]]:
    """`table` with a pack's clocks.yaml over it, and what is wrong with the clocks of that file."""
    file = source.parse(ClockFile)
    whole = table.over(file)
    codes = [clock.code for clock in file.clocks]
    found = []
    for index, code in enumerate(codes):
        trouble = f"clock '{code}' is given twice" if code in codes[:index] else whole.trouble(code)
        if trouble:
            found.append(source.problem(("clocks", index, "code"), trouble))
    return whole, found

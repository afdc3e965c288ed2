"""By when (期限): the due dates of a procedure's clocks, counted from the day of receipt.

How days are counted:
- The day from which a period counts is not counted itself; its first day is the next (民法典 art. 201, own knowledge).
- 日 are natural days. A period of natural days that ends on a day off ends there all the same, or on the next working
  day (as 民法典 art. 203 has it, own knowledge): `last_day_off` of clocks.yaml, a policy of the project; the regulation
  is silent.
- 工作日 are days on which people work by the State Council's notice of the year, make-up Saturdays and Sundays among
  them. The notices come from the `chinese_calendar` library and from `calendar` of clocks.yaml. For a day whose notice
  neither knows, no date is guessed: it is None, and the text says which year is missing.
- Only the day of receipt is known when a petition is triaged. A period that counts from acceptance is counted as if the
  petition were accepted on that day, and its text says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from rules.clocks import Clock, Clocks, DayOff, Start, Unit
from rules.rulebook import Rulebook
from service.decision import DueDate

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LAST_FIXED_DAY = (12, 28)
"""Month and day. What comes after it in December may be moved by the notice for the next year, as in 2007 and 2018."""


class UnpublishedCalendarError(Exception):
    """Whether people work on a day hangs on the notice for `year`, which is not known."""

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


def due_dates(codes: Iterable[str], received: date, rulebook: Rulebook) -> tuple[DueDate, ...]:
    """One due date for each clock of `codes`, in order; clocks without an article in force on `received` are left out.

    `codes` are those of `Procedure.clocks`, which the rulebook has checked; a code of no clock is a KeyError.
    """
    return _due_dates(tuple(codes), received, rulebook.clocks)


@lru_cache(maxsize=4096)
def _due_dates(codes: tuple[str, ...], received: date, clocks: Clocks) -> tuple[DueDate, ...]:
    running = (clocks[code] for code in codes)
    return tuple(_due(clock, received, clocks) for clock in running if clock.in_force(received))


def _due(clock: Clock, received: date, clocks: Clocks) -> DueDate:
    what, last = clock.what, None
    try:
        last = _last_day(clock, received, clocks)
    except UnpublishedCalendarError as error:
        what += clocks.unpublished.replace("{year}", str(error.year))
    except OverflowError:
        """A day of receipt that stands for none, such as 9999-12-31: no date."""
    return DueDate(
        what=what,
        days=clock.days,
        unit=clock.unit.value,
        date=last.isoformat() if last else None,
        basis="；".join(basis.cite for basis in clock.in_force(received)),
    )


def _last_day(clock: Clock, received: date, clocks: Clocks) -> date | None:
    """The last day on which the clock runs; None while the day from which it counts has not come."""
    last = _end(clock, received, clocks)
    if last is not None and clocks.last_day_off is DayOff.NEXT_WORKING_DAY:
        calendar = _calendar(clocks)
        while not calendar.works(last):
            last += ONE_DAY
    return last


def _end(clock: Clock, received: date, clocks: Clocks) -> date | None:
    """`_last_day` before a day off moves it; a clock that counts after another counts on from here."""
    start = _end(clocks[clock.after], received, clocks) if clock.after else received
    if start is None or clock.starts is Start.LATER:
        return None
    if clock.unit is Unit.DAY:
        return start + timedelta(days=clock.days)
    return _calendar(clocks).after(start, clock.days)


def working_day_after(start: date, days: int, clocks: Clocks) -> date:
    """The `days`-th working day after `start`; raises UnpublishedCalendarError."""
    return _calendar(clocks).after(start, days)


@dataclass(frozen=True)
class Calendar:
    """Working days and days off of the `years` whose notices are known."""

    years: frozenset[int]
    off: frozenset[date]
    work: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether `day` is a working day; raises UnpublishedCalendarError where the notice is not known."""
        year = day.year if (day.month, day.day) <= LAST_FIXED_DAY else day.year + 1
        for needed in (day.year, year):
            if needed not in self.years:
                raise UnpublishedCalendarError(needed)
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def after(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`."""
        day = start
        while days:
            day += ONE_DAY
            days -= self.works(day)
        return day


@lru_cache(maxsize=16)
def _calendar(clocks: Clocks) -> Calendar:
    """The library's notices, and over them what the rulebook says of single days. The import costs about 6 ms."""
    import chinese_calendar as library

    off = {day for holidays in clocks.calendar for day in holidays.off}
    work = {day for holidays in clocks.calendar for day in holidays.work}
    years = {day.year for day in library.holidays} | {holidays.year for holidays in clocks.calendar}
    return Calendar(
        years=frozenset(years),
        off=frozenset(library.holidays) - work | off,
        work=frozenset(library.workdays) - off | work,
    )

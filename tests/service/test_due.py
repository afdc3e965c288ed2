"""Due dates: natural days, working days by the Chinese calendar, and what is not known."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from rules.clocks import ClockFile, Clocks
from rules.rulebook import Rulebook
from rules.value import replace
from service.decision import DueDate
from service.due import _due_dates, due_dates


def due(code: str, received: str, rulebook: Rulebook) -> DueDate:
    (found,) = due_dates([code], date.fromisoformat(received), rulebook)
    return found


def with_clocks(national: Rulebook, text: dict[str, object]) -> Rulebook:
    """The national rulebook with what an office's own clocks.yaml says."""
    return replace(national, clocks=national.clocks.over(ClockFile.model_validate(text)))


# ── natural days ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-03-02", "2026-03-17"),
        ("2026-01-31", "2026-02-15"),
        ("2024-02-14", "2024-02-29"),
        ("2024-02-29", "2024-03-15"),
        ("2026-02-14", "2026-03-01"),
        ("2026-12-20", "2027-01-04"),
    ],
)
def test_fifteen_days_count_from_the_day_after_receipt(national: Rulebook, received: str, last: str) -> None:
    assert due("forward", received, national) == DueDate(
        "信访部门登记并转送、交办", 15, "日", last, "信访工作条例第22条"
    )


def test_a_period_of_natural_days_ends_on_a_day_off_all_the_same(national: Rulebook) -> None:
    """Policy of the project: 2026-10-01 is a holiday, and the last day still."""
    assert due("forward", "2026-09-16", national).date == "2026-10-01"


def test_an_office_may_let_the_next_working_day_be_the_last(national: Rulebook) -> None:
    office = with_clocks(national, {"last_day_off": "next_working_day"})
    assert due("forward", "2026-09-16", office).date == "2026-10-08"
    assert due("forward", "2026-09-25", office).date == "2026-10-10", "a Saturday on which people work"
    assert due("forward", "2026-03-02", office).date == "2026-03-17"


def test_sixty_days_are_counted_as_if_accepted_on_receipt_and_say_so(national: Rulebook) -> None:
    found = due("handling", "2026-09-28", national)
    assert (found.days, found.unit, found.date) == (60, "日", "2026-11-27")
    assert "按收件当日受理计算" in found.what


def test_an_extension_is_thirty_days_after_the_sixty(national: Rulebook) -> None:
    found = due("extension", "2026-09-28", national)
    assert (found.days, found.date) == (30, "2026-12-27")
    assert "负责人批准" in found.what
    assert "理由" in found.what


def test_an_extension_counts_on_from_the_sixtieth_day_even_where_a_day_off_moves_it(national: Rulebook) -> None:
    office = with_clocks(national, {"last_day_off": "next_working_day"})
    assert due("handling", "2026-08-02", office).date == "2026-10-08"
    assert due("extension", "2026-08-02", office).date == "2026-11-02", "day 90 is Saturday 31 October"


@pytest.mark.parametrize("code", ["review-request", "review", "reexamination-request", "reexamination"])
def test_what_counts_from_a_reply_has_no_date_before_it(national: Rulebook, code: str) -> None:
    found = due(code, "2026-09-28", national)
    assert (found.days, found.unit, found.date) == (30, "日", None)


def test_a_clock_after_one_that_has_not_begun_has_no_date(national: Rulebook) -> None:
    clock = {"code": "then", "what": "随后办理", "days": 3, "unit": "日", "after": "review"}
    office = with_clocks(national, {"clocks": [clock | {"basis": [{"cite": "某办法", "source": "own-knowledge"}]}]})
    assert due("then", "2026-09-28", office).date is None


# ── working days ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-03-02", "2026-03-09"),  # Monday: one weekend between
        ("2026-09-16", "2026-09-22"),  # Sunday 20 September is worked
        ("2026-09-28", "2026-10-10"),  # 29, 30, then 8, 9 and Saturday 10 October
        ("2026-10-01", "2026-10-13"),  # received on the holiday: 8, 9, 10, 12, 13
        ("2026-10-03", "2026-10-13"),  # and on another day of the same holiday
        ("2026-02-13", "2026-02-27"),  # Spring Festival: Saturday 14 worked, then 24, 25, 26, 27
        ("2026-02-23", "2026-02-28"),  # Saturday 28 February is worked
        ("2024-02-26", "2024-03-04"),  # over a leap day
        ("2026-04-30", "2026-05-11"),  # 6, 7, 8, Saturday 9, 11 May
        ("2025-12-26", "2026-01-05"),  # 29, 30, 31 December, 1-3 January off, Sunday 4 worked
    ],
)
def test_five_working_days_follow_the_chinese_calendar(national: Rulebook, received: str, last: str) -> None:
    found = due("objection", received, national)
    assert (found.days, found.unit, found.date, found.basis) == (5, "工作日", last, "信访工作条例第23条第3款")


def test_consumers_are_answered_in_seven_working_days(national: Rulebook) -> None:
    found = due("consumer-complaint", "2026-09-28", national)
    assert (found.date, found.basis) == ("2026-10-13", "消费者权益保护法第46条")


def test_no_day_of_an_unpublished_year_is_guessed(national: Rulebook) -> None:
    found = due("objection", "2031-03-03", national)
    assert found.date is None
    assert "2031年放假安排" in found.what


def test_the_last_days_of_december_hang_on_the_notice_for_the_next_year(national: Rulebook) -> None:
    last_known = max(holidays_years())
    assert due("objection", f"{last_known}-12-10", national).date is not None
    found = due("objection", f"{last_known}-12-25", national)
    assert found.date is None
    assert f"{last_known + 1}年放假安排" in found.what


def holidays_years() -> set[int]:
    import chinese_calendar

    return {day.year for day in chinese_calendar.holidays}


def test_natural_days_need_no_calendar(national: Rulebook) -> None:
    assert due("forward", "2031-03-03", national).date == "2031-03-18"


def test_an_office_adds_a_year_when_its_notice_is_out(national: Rulebook) -> None:
    """Made-up notice: 2031-01-01 and the Friday before the working Saturday 4 January."""
    years = [
        {"year": year, "off": [f"{year}-01-01", f"{year}-01-03"], "work": [f"{year}-01-04"]}
        for year in range(max(holidays_years()) + 1, 2032)
    ]
    office = with_clocks(national, {"calendar": years})
    assert due("objection", "2030-12-31", office).date == "2031-01-08"


def test_an_office_adds_a_day_off_of_its_region(national: Rulebook) -> None:
    office = with_clocks(national, {"calendar": [{"year": 2026, "off": ["2026-03-05"], "work": ["2026-03-08"]}]})
    assert due("objection", "2026-03-02", office).date == "2026-03-09"
    assert due("objection", "2026-03-04", office).date == "2026-03-11"
    assert due("objection", "2026-03-02", national).date == "2026-03-09"


# ── which clocks are shown ──────────────────────────────────────────────────────────────────────────────────────────


def test_clocks_come_in_the_order_asked_for(national: Rulebook) -> None:
    found = due_dates(("handling", "forward"), date(2026, 3, 2), national)
    assert [entry.days for entry in found] == [60, 15]


def test_a_clock_is_not_shown_before_its_article_is_in_force(national: Rulebook) -> None:
    assert due_dates(["forward", "handling"], date(2022, 4, 30), national) == ()
    assert len(due_dates(["forward", "handling"], date(2022, 5, 1), national)) == 2


def test_a_procedure_without_clocks_has_no_due_dates(national: Rulebook) -> None:
    assert due_dates((), date(2026, 3, 2), national) == ()


def test_a_day_that_stands_for_none_gives_no_date(national: Rulebook) -> None:
    assert due("forward", "9999-12-31", national).date is None
    assert due("objection", "9999-12-31", national).date is None


def test_a_clock_that_is_not_there_is_an_error(national: Rulebook) -> None:
    with pytest.raises(KeyError):
        due_dates(["never"], date(2026, 3, 2), national)


# ── what it costs ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_clocks_and_day_are_counted_once(national: Rulebook) -> None:
    codes, day = ("forward", "objection"), date(2026, 3, 3)
    assert due_dates(codes, day, national) is due_dates(codes, day, national)
    assert _due_dates.cache_parameters()["maxsize"] is not None


def test_two_rulebooks_do_not_share_what_was_counted(national: Rulebook) -> None:
    empty = replace(national, clocks=Clocks())
    due_dates(["forward"], date(2026, 3, 3), national)
    with pytest.raises(KeyError):
        due_dates(["forward"], date(2026, 3, 3), empty)


def test_the_calendar_is_read_when_working_days_are_counted_and_not_before() -> None:
    program = """
import sys
from datetime import date
from rules.rulebook import load
from service.due import due_dates
rulebook = load()
due_dates(["forward", "handling", "review"], date(2026, 3, 3), rulebook)
print("chinese_calendar" in sys.modules)
due_dates(["objection"], date(2026, 3, 3), rulebook)
print("chinese_calendar" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split() == ["False", "True"]

"""Every `must` of cases.yaml holds; how many of the other wishes hold may not fall."""

import pytest

from tests.spec.cases import CHECKS, NAMES, PAGE, Case, page, sections, wishes

LEAST_CASES = 250
LEAST_SHARE = 0.8
"""Of the wishes that are not musts."""
ALL = [case for section in sections() for case in section.cases]


def test_there_are_enough_cases_and_each_has_its_own_id() -> None:
    ids = [case.id for case in ALL]
    assert len(ids) == len(set(ids)) >= LEAST_CASES


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_every_must_holds(case: Case) -> None:
    broken = [f"{wish.strength} {wish.name}: {wish.asked}" for wish in wishes(case) if not wish.true]
    assert not [wish for wish in broken if wish.startswith("must")], case.says


def test_most_of_the_other_wishes_hold() -> None:
    others = [wish.true for case in ALL for wish in wishes(case) if wish.strength in ("should", "may")]
    assert sum(others) >= LEAST_SHARE * len(others)


def test_the_page_of_the_manual_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_check_has_a_name_for_clerks() -> None:
    assert set(NAMES) == set(CHECKS)

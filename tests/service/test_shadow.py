"""Shadow mode: where two decisions of one petition part."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.petition import Petition
from service.decision import Decision
from service.shadow import ASKED, Disagreement, disagreements

Decide = Callable[..., Decision]


def test_equal_decisions_tell_nothing(decide: Decide) -> None:
    assert disagreements([decide("家里停水三天")], [decide("家里停水三天")]) == []


def test_another_category_and_lead_are_told_with_both_sides(decide: Decide) -> None:
    one = decide("楼下的问题", category={"01.02": 0.9})
    other = decide("楼下的问题", category={"02.01": 0.9})
    assert disagreements([one], [other]) == [
        Disagreement("1", "category", "01.02", "02.01", "told-1", "told-1"),
        Disagreement("1", "lead", "urban", "transport", "told-1", "told-1"),
    ]


def test_a_question_that_one_leaves_open_is_a_disagreement(decide: Decide) -> None:
    (found,) = disagreements([decide("楼下的问题")], [decide("楼下的问题", kind={"appeal": 0.9})])
    assert (found.asked, found.said, found.shadow_said, found.model) == ("kind", None, "appeal", None)


def test_decisions_of_two_petitions_are_never_compared(decide: Decide) -> None:
    other = decide("", Petition("2", "家里停水三天"))
    with pytest.raises(ValueError, match="two petitions"):
        disagreements([decide("家里停水三天")], [other])


def test_category_kind_and_lead_are_asked() -> None:
    assert set(ASKED) == {"category", "kind", "lead"}

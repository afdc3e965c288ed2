"""Points of rules: what follows from them, and that a loop over many texts gives the same as Python of one."""

from __future__ import annotations

import random

import pytest

from rules.compiled import can_compile
from rules.rule import Kind, Rule, Saying
from rules.rulebook import Rulebook
from rules.tally import Tally, tallied

NO_NUMBA = pytest.mark.skipif(not can_compile(), reason="numba has no wheel for this machine")


def rule(number: int, then: str, weight: int = 2) -> Saying:
    said = {"category": then} if then[0].isdigit() else {"kind": then} if then in set(Kind) else {"urgency": then}
    return Rule.model_validate(
        {
            "id": f"rule-{number}",
            "when": {"any": ["停水"]},
            "then": said,
            "weight": weight,
            "why": "只为这个测试。",
            "examples": {"hits": ["家里停水了"], "misses": ["家里停电了"]},
        }
    ).saying


def of(*then: str) -> Tally:
    return tallied([(rule(number, one), 1) for number, one in enumerate(then)])


def test_points_count_for_all_categories_above() -> None:
    assert of("01.02.03", "01.02").points == {"01": 4.0, "01.02": 4.0, "01.02.03": 2.0}


def test_many_terms_of_one_rule_count_less_and_less() -> None:
    one, two, four = (tallied([(rule(1, "01"), distinct)]).points["01"] for distinct in (1, 2, 4))
    assert (one, two, four) == (2.0, 4.0, 6.0)


def test_the_category_is_found_down_the_tree() -> None:
    told = of("01.01", "01.02", "01.02.05", "02.01")
    assert told.deeper == {"01": "01.02", "01.02": "01.02.05", "02": "02.01"}
    assert told.category == "01.02.05"


def test_of_equal_points_the_smaller_code_counts() -> None:
    assert of("02", "01").category == "01"
    assert of("01.03", "01.02").category == "01.02"
    assert of("01.03", "01.02").lead == 0


def test_a_first_level_leads_only_where_nothing_lies_below_it() -> None:
    assert of("01", "02.01", "02.01").lead == 2.0
    assert of("01", "01.01").lead == 2.0
    assert of("01").lead == 2.0


def test_kind_and_urgency_give_no_points() -> None:
    told = of("inquiry", "appeal", "appeal", "特急")
    assert (told.points, told.category, told.lead, told.kind, told.pressing) == ({}, None, 0, Kind.APPEAL, True)
    assert tallied([]) == Tally({}, {}, None, 0, None, False)


@NO_NUMBA
@pytest.mark.parametrize("few", [True, False], ids=["a few equal rules", "all national rules"])
def test_a_loop_over_many_texts_gives_the_same(few: bool, national: Rulebook) -> None:
    import numpy as np

    from rules.adding import add
    from rules.summing import Sums

    codes = ("01", "02", "01.01", "01.02", "02.01", "01.02.01", "01.02.02", "appeal", "inquiry", "特急")
    some = [rule(number, one) for number, one in enumerate(codes)]
    sayings = some if few else [one.saying for one in national.rules]
    draw = random.Random(0)
    texts = [sorted(draw.sample(range(len(sayings)), draw.randrange(min(40, len(sayings))))) for _ in range(300)]
    counts = [[draw.choice((1, 1, 1, 2, 3, 9)) for _ in rules] for rules in texts]
    edges = np.cumsum([0, *map(len, texts)])
    holding = [
        np.array([one for rules in texts for one in rules]),
        np.array([one for own in counts for one in own]),
        np.stack([edges[:-1], edges[1:]], axis=1),
    ]
    one_by_one = [
        tallied([(sayings[one], count) for one, count in zip(rules, own, strict=True)])
        for rules, own in zip(texts, counts, strict=True)
    ]
    sums = Sums(sayings, 9)
    assert sums.tallies(*[one.tolist() for one in add(*holding, *sums.worth)]) == one_by_one


@NO_NUMBA
def test_without_rules_there_is_nothing_to_add() -> None:
    import numpy as np

    from rules.adding import add
    from rules.summing import Sums

    nothing, sums = np.zeros(0, np.int64), Sums([], 1)
    added = add(nothing, nothing, np.zeros((5, 2), np.int64), *sums.worth)
    assert sums.tallies(*[one.tolist() for one in added]) == [tallied([])] * 5

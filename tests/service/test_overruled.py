"""Rules that clerks keep overruling, on the rulebook of the small office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.overruled import RuleRecord, overruled_rules
from rules.engine import Engine
from rules.petition import Petition
from rules.rulebook import Rulebook


def found(rulebook: Rulebook, rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[RuleRecord]:
    engine = Engine(rulebook)
    matches = [engine.match(Petition(str(number), text)) for number, (text, _) in enumerate(rows)]
    labels = [given for _, given in rows]
    return overruled_rules(matches, labels, rulebook.taxonomy, rulebook.policy.clear_margin)


def test_a_rule_that_clerks_keep_overruling_is_told_with_what_they_say_instead(small: Rulebook) -> None:
    rows = [("公交太少了", {"category": "02.02"})] * 6 + [("公交太少了", {"category": "02.01"})] * 4
    assert found(small, rows) == [RuleRecord("bus", "02.01", confirmed=4, overruled=6, instead="02.02")]
    assert found(small, rows)[0].share == 0.6


def test_a_rule_that_is_seldom_overruled_is_not_told(small: Rulebook) -> None:
    assert found(small, [("公交太少了", {"category": "02.02"})] * 4) == []
    rows = [("公交太少了", {"category": "02.02"})] * 5 + [("公交太少了", {"category": "02.01"})] * 20
    assert found(small, rows) == []


def test_a_label_above_or_below_the_conclusion_confirms_it(small: Rulebook) -> None:
    rows = [("家里停水三天", {"category": "01.01"})] * 5 + [("自来水的问题", {"category": "01.01.02"})] * 5
    assert found(small, rows) == []


def test_a_rule_that_the_verdict_did_not_follow_was_not_overruled(small: Rulebook) -> None:
    assert found(small, [("公交站台噪音很大，音响噪音扰民，广场舞噪音", {"category": "02.01"})] * 8)[0].rule == "noise"
    assert "bus" not in [one.rule for one in found(small, [("公交噪音广场舞", {"category": "01.02"})] * 8)]


def test_a_kind_is_overruled_too(small: Rulebook) -> None:
    (record,) = found(small, [("请问怎么办理", {"kind": "appeal"})] * 7)
    assert (record.rule, record.conclusion, record.overruled) == ("question", "inquiry", 7)


def test_a_class_that_is_none_of_the_taxonomy_says_nothing_of_rules(small: Rulebook) -> None:
    assert found(small, [("公交太少了", {"category": "我们自己的类"})] * 9) == []

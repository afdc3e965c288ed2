"""The national pack: complete, proved, and rich enough to decide on the first day."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from rules import kept, taxonomy
from rules.engine import Engine
from rules.lint import contradictions, prove
from rules.petition import Petition
from rules.rule import Kind, Urgency
from rules.rulebook import Rulebook
from rules.taxonomy import at_level
from rules.text import fold
from rules.verdict import judge

LEAST_TERMS = 8_000
LEAST_TERMS_OF_A_SECOND_LEVEL = 8


def test_the_taxonomy_is_whole(national: Rulebook) -> None:
    levels = Counter(category.level for category in national.taxonomy.by_code.values())
    assert levels == {1: 17, 2: 118, 3: 517}


def test_every_second_level_has_a_duty_of_its_own(national: Rulebook) -> None:
    having = {row.category for row in national.duties.rows if not row.conditional}
    assert [c.code for c in national.taxonomy.by_code.values() if c.level == 2 and c.code not in having] == []


def test_the_third_level_exceptions_are_there(national: Rulebook) -> None:
    deep = [row for row in national.duties.rows if row.category.count(".") == 2]
    assert len(deep) >= 70


def test_accusations_are_led_by_the_discipline_side_without_support(national: Rulebook) -> None:
    rows = [row for row in national.duties.rows if at_level(row.category, 1) == "05"]
    assert {row.lead for row in rows} == {"discipline"}
    assert {row.supporting for row in rows} == {()}


def test_every_rule_proves_itself(national: Rulebook, engine: Engine) -> None:
    assert [str(problem) for problem in [*contradictions(national), *prove(national, engine)]] == []


def test_the_lexicon_is_rich(national: Rulebook) -> None:
    terms = {fold(term) for rule in national.rules if rule.then.category for term in rule.when.terms()}
    assert len(terms) >= LEAST_TERMS


def test_every_category_has_words(national: Rulebook) -> None:
    terms: dict[str, set[str]] = defaultdict(set)
    for rule in national.rules:
        if rule.then.category:
            for level in (1, 2, 3):
                terms[at_level(rule.then.category, level)] |= {*rule.when.any, *rule.when.all} | (
                    {*rule.when.near.these} if rule.when.near else set()
                )
    poor = [c.code for c in national.taxonomy.by_code.values() if len(terms[c.code]) < LEAST_TERMS_OF_A_SECOND_LEVEL]
    assert poor == []


def test_departments_hang_together(national: Rulebook) -> None:
    departments = national.departments
    for code in departments.by_code:
        assert code not in set(departments.subordinates(code))
    names = [fold(name) for d in departments.by_code.values() for name in (d.name, *d.aliases)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("楼道里煤气味很重，现在还在漏，快派人来", Urgency.CRITICAL),
        ("单元楼道里有很浓的燃气味，不敢开灯", Urgency.CRITICAL),
        ("厂房着火了，里面还有人", Urgency.CRITICAL),
        ("路上井盖不见了，晚上有人差点掉进去", Urgency.URGENT),
        ("去年我们这里发生过火灾，希望加强宣传", Urgency.ORDINARY),
        ("小区还没有通天然气，什么时候能通", Urgency.ORDINARY),
    ],
)
def test_present_danger_is_told_from_past_and_everyday_matters(engine: Engine, text: str, level: Urgency) -> None:
    assert judge(engine.match(Petition("1", text)), 2).urgency is level


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问新生儿医保怎么办理，需要什么材料？", Kind.INQUIRY),
        ("建议在路口增设红绿灯", Kind.SUGGESTION),
        ("举报村支书贪污修路款，私分补偿金", Kind.ACCUSATION),
        ("投诉开发商，要求尽快解决退还定金问题", Kind.APPEAL),
    ],
)
def test_the_four_kinds_are_heard(engine: Engine, text: str, kind: Kind) -> None:
    assert judge(engine.match(Petition("1", text)), 2).kind is kind


def test_what_is_above_a_label_is_told_of_more_labels_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 0)
    labels = ["88", "88.01", "88.01.02", "道路 88"]
    assert [[at_level(label, level) for label in labels] for level in (1, 2, 3)] == [
        ["88", "88", "88", "道路 88"],
        ["88", "88.01", "88.01", "道路 88"],
        ["88", "88.01", "88.01.02", "道路 88"],
    ]
    assert not {*labels} & {*taxonomy.BRANCHES[1], *taxonomy.BRANCHES[2], *taxonomy.BRANCHES[3]}

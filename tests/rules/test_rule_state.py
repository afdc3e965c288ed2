"""What a rule is used for: drafted, shadowed, active, retired."""

from pathlib import Path

import pytest

from rules.engine import Engine
from rules.errors import RulebookError
from rules.lint import contradictions, prove
from rules.petition import Petition
from rules.rule import RuleState
from rules.rulebook import Rulebook, load
from rules.shadow import Shadow
from service.assemble import build_shadow

RULE = """\
  - id: {id}
    when: {{any: [{term}]}}
    then: {{category: "01.02"}}
    weight: 3
    why: 这样的声音归城管。
    examples: {{hits: [{hit}], misses: [家里停水三天]}}
    state: {state}
"""
TERMS = {"draft": "打桩", "shadow": "电钻", "active": "喇叭", "retired": "锣鼓"}


def rules(**hits: str) -> str:
    """One rule of each state; a keyword gives another hit for the rule of that state."""
    texts = [
        RULE.format(id=f"own-{state}", term=term, hit=hits.get(state, f"楼下{term}吵人"), state=state)
        for state, term in TERMS.items()
    ]
    return "rules:\n" + "".join(texts)


@pytest.fixture
def book(pack) -> Rulebook:
    return load(pack(keywords_water=rules()))


@pytest.mark.parametrize("state", RuleState)
def test_only_an_active_rule_decides(book: Rulebook, state: RuleState) -> None:
    hits = Engine(book).match(Petition("1", f"楼下{TERMS[state.value]}吵人")).hits
    assert [hit.rule.id for hit in hits] == (["own-active"] if state is RuleState.ACTIVE else [])


def test_a_rule_is_active_unless_it_says_otherwise(pack) -> None:
    assert [rule.state for rule in load(pack()).every] == [RuleState.ACTIVE]


def test_rules_of_every_state_can_be_read(book: Rulebook) -> None:
    assert {rule.id for rule in book.every} == {"own-draft", "own-shadow", "own-active", "own-retired"}
    assert [rule.id for rule in book.shadow] == ["own-shadow"]
    assert [rule.id for rule in book.resting] == ["own-draft", "own-retired"]


def test_the_digest_follows_the_state(pack) -> None:
    other = pack("other", keywords_water=rules().replace("state: draft", "state: shadow"))
    assert load(other).digest != load(pack(keywords_water=rules())).digest


@pytest.mark.parametrize("state", ["draft", "shadow", "active"])
def test_a_rule_that_is_not_retired_must_prove_itself(pack, state: str) -> None:
    tried = load(pack(keywords_water=rules(**{state: "公园里很安静"}))).tried
    told = [problem.message for problem in prove(tried, Engine(tried))]
    assert told == [f"rule own-{state}: does not hit its example '公园里很安静'"]


def test_a_retired_rule_need_not_prove_itself(pack) -> None:
    tried = load(pack(keywords_water=rules(retired="公园里很安静"))).tried
    assert prove(tried, Engine(tried)) == []


def test_a_draft_that_can_never_hold_is_told_with_its_line(pack) -> None:
    text = rules().replace("{any: [打桩]}", "{all: [打桩], none: [桩]}")
    (problem,) = contradictions(load(pack(keywords_water=text)).tried)
    assert str(problem) == "keywords/water.yaml:2: rule own-draft: can never hold, '打桩' is needed and excluded"


def test_an_unknown_state_is_told(pack) -> None:
    with pytest.raises(RulebookError, match="'draft', 'shadow', 'active' or 'retired'"):
        load(pack(keywords_water=rules().replace("state: draft", "state: resting")))


def test_a_later_pack_puts_a_rule_into_the_shadow(pack, tmp_path: Path) -> None:
    pack(keywords_water=rules())
    overlay = tmp_path / "office"
    (overlay / "keywords").mkdir(parents=True)
    (overlay / "pack.yaml").write_text("name: office\nextends: small\n", encoding="utf-8")
    shadowed = rules().replace("state: active", "state: shadow")
    (overlay / "keywords" / "own.yaml").write_text(shadowed, encoding="utf-8")
    assert [rule.id for rule in load(overlay).shadow] == ["own-shadow", "own-active"]


def test_shadow_rules_tell_what_they_would_hit(book: Rulebook) -> None:
    assert build_shadow(book).hits(Petition("1", "楼下电钻和喇叭吵人")) == ("own-shadow",)


def test_without_shadow_rules_nothing_is_matched(pack) -> None:
    book = load(pack())
    assert build_shadow(book) == Shadow(None)
    assert Shadow(None).hits(Petition("1", "家里停水三天")) == ()

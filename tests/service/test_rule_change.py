"""A dry run of changed rules: what they would catch, mend, break and dispute, on real objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from classifier.dataset import Example
from rules.petition import Petition
from rules.rule import RuleState
from rules.rulebook import Rulebook, load
from service.assemble import build_engine
from service.rule_change import Edit, Effect, Flip, RuleChange, Side, compare

TODAY = date(2026, 11, 20)
OWN = """\
rules:
  - id: {id}
    when: {{any: [{term}]}}
    then: {then}
    weight: {weight}
    why: 试一试这条规则。
    examples: {{hits: [这里有{term}的事], misses: [完全是别的事]}}
    state: {state}
"""


@pytest.fixture
def overlay(pack_folder: Path, tmp_path: Path) -> Callable[..., Rulebook]:
    """The small office's pack with one rule more, or changed, and with other files over it."""

    def overlay(drop: str = "", **rule: str) -> Rulebook:
        folder = tmp_path / "own"
        (folder / "keywords").mkdir(parents=True)
        text = f"name: own\nextends: {pack_folder}\ndrop_rules: [{drop}]\n"
        (folder / "pack.yaml").write_text(text, encoding="utf-8")
        given = {"id": "own", "term": "井盖", "then": '{category: "02.02"}', "weight": "3", "state": "active"} | rule
        (folder / "keywords" / "own.yaml").write_text(OWN.format(**given), encoding="utf-8")
        return load(folder)

    return overlay


def tried(old: Rulebook, new: Rulebook, *texts: str | tuple[str, dict[str, str]]) -> RuleChange:
    """The change on these texts, some with labels."""
    examples = [
        Example(Petition(str(number), text), labels)
        for number, (text, labels) in enumerate((one, {}) if isinstance(one, str) else one for one in texts)
    ]
    sides = [Side(book, build_engine(book.tried)) for book in (old, new)]
    return compare(sides[0], sides[1], examples, TODAY)


def test_the_same_rulebook_changes_nothing(small: Rulebook) -> None:
    change = tried(small, small, "家里停水三天", "公交太少了", "没有词的一句话")
    assert (change.changed, change.rules) == ((), ())


def test_a_petition_that_a_new_rule_catches_is_told(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    change = tried(small, overlay(), "路上的井盖不见了", "家里停水三天")
    (row,) = change.changed
    assert (row.petition.id, row.gained, row.lost) == ("0", ["own"], [])
    assert row.answered(before=False, after=True)
    assert row.after.answers["category"] == "02.02"


def test_a_petition_that_nothing_catches_any_more_is_told(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    (row,) = tried(small, overlay(drop="bus"), "公交太少了").changed
    assert (row.gained, row.lost) == ([], ["bus"])
    assert row.answered(before=True, after=False)


def test_answers_that_move_are_counted_from_where_to_where(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    change = tried(small, overlay(id="lamp", term="路灯"), "路灯不亮了", "这条街的路灯太暗", "家里停水三天")
    assert change.moves("category") == {("01.03", "02.02"): 2}
    assert change.moves("department") == {("urban", None): 2}
    assert change.moves("kind") == {}


def test_a_change_of_urgency_is_told(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    (row,) = tried(small, overlay(then="{urgency: 加急}"), "路上的井盖不见了").changed
    assert row.differs("urgency") and not row.differs("category")


def test_a_change_of_kind_is_told(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    change = tried(small, overlay(then="{kind: accusation}"), "路灯边的井盖不见了")
    assert change.moves("kind") == {(None, "accusation"): 1}


@pytest.mark.parametrize(
    ("label", "flip"), [("02.02", Flip.MENDED), ("02", Flip.MENDED), ("01.03", Flip.BROKEN), ("03", None)]
)
def test_a_change_mends_or_breaks_a_confirmed_answer(
    small: Rulebook, overlay: Callable[..., Rulebook], label: str, flip: Flip | None
) -> None:
    change = tried(small, overlay(id="lamp", term="路灯"), ("路灯不亮了", {"category": label}))
    assert [row.flip("category") for row in change.rows] == [flip]
    assert change.flips("category").total() == (flip is not None)


def test_without_a_confirmed_answer_nothing_flips(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    change = tried(small, overlay(id="lamp", term="路灯"), "路灯不亮了")
    assert [row.flip("category") for row in change.rows] == [None]


def test_precision_and_coverage_of_a_rule_are_of_labelled_rows(
    small: Rulebook, overlay: Callable[..., Rulebook]
) -> None:
    rows = ("井盖不见了", {"category": "02.02"}), ("井盖太吵", {"category": "01.02"}), ("公交少", {"category": "02.01"})
    (own,) = tried(small, overlay(), *rows, "又一个井盖", ("灯", {"kind": "inquiry"})).rules
    assert own.after == Effect(hits=3, labelled=2, right=1, share=pytest.approx(2 / 3))
    assert (own.after.precision, own.before.precision, own.edit) == (0.5, None, Edit.ADDED)


def test_removed_and_edited_rules_are_told(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    change = tried(small, overlay(drop="bus", id="lamp", term="路灯"), "公交太少了", "路灯不亮了")
    assert {one.id: one.edit for one in change.rules} == {"bus": Edit.REMOVED, "lamp": Edit.EDITED}


@pytest.mark.parametrize("state", ["draft", "shadow"])
def test_a_rule_that_waits_is_counted_and_changes_nothing(
    small: Rulebook, overlay: Callable[..., Rulebook], state: str
) -> None:
    change = tried(small, overlay(state=state), "井盖不见了")
    assert change.changed == ()
    (own,) = change.rules
    assert (own.after.hits, own.states) == (1, (None, RuleState(state)))


def test_equally_strong_rules_that_conclude_differently_are_in_conflict(
    small: Rulebook, overlay: Callable[..., Rulebook]
) -> None:
    change = tried(small, overlay(), "井盖松了噪音很大", "家里停水三天")
    assert change.disputed == (0, 1)
    assert change.conflicts[1] == {("noise", "own"): 1}


@pytest.mark.parametrize("rule", [{"weight": "2"}, {"then": '{category: "01.02"}'}])
def test_a_weaker_rule_and_one_of_the_same_conclusion_are_in_no_conflict(
    small: Rulebook, overlay: Callable[..., Rulebook], rule: dict[str, str]
) -> None:
    assert tried(small, overlay(**rule), "井盖松了噪音很大").disputed == (0, 0)


def test_rules_that_only_support_are_in_no_conflict(small: Rulebook, overlay: Callable[..., Rulebook]) -> None:
    assert tried(small, overlay(weight="1", then='{category: "01.02"}'), "站台的井盖").disputed == (0, 0)


def test_every_petition_is_tried_as_if_it_had_come_in_today(small: Rulebook, pack_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "split"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: split\nextends: {pack_folder}\n", encoding="utf-8")
    (folder / "departments.yaml").write_text(
        "departments: [{code: water, name: 水务局, until: 2026-01-01, successors: [urban, transport]}]",
        encoding="utf-8",
    )
    old = Example(Petition("1", "家里停水三天", received_at=date(2020, 1, 1)), {})
    sides = [Side(book, build_engine(book)) for book in (small, load(folder))]
    assert compare(sides[0], sides[1], [old], TODAY).moves("department") == {("water", None): 1}


def test_an_old_answer_is_told_in_terms_of_the_new_rulebook(small: Rulebook, pack_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "merged"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: merged\nextends: {pack_folder}\n", encoding="utf-8")
    (folder / "taxonomy.yaml").write_text(
        'categories: [{code: "01", name: 城乡建设, children: [{code: "01.02", name: 噪音, until: 2026-01-01, '
        'successors: ["01.03"]}]}]',
        encoding="utf-8",
    )
    change = tried(small, load(folder), ("楼下噪音很大", {"category": "01.03"}))
    assert [row.flip("category") for row in change.rows] == [None]
    assert change.moves("category") == {}

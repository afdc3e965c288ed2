"""Rows of flat files: what a clerk reads in each cell, and that no recipient of a row is withheld from it."""

from __future__ import annotations

from collections.abc import Callable

from rules.value import replace
from service.decision import (
    Assignment,
    CategoryAnswer,
    CategoryName,
    Decision,
    DepartmentName,
    DueDate,
    KindAnswer,
    MatterAnswer,
    ProcedureAnswer,
    Received,
    Withheld,
)
from service.flat import flat
from service.json_form import as_json
from service.words import words

Decide = Callable[..., Decision]
WATER, URBAN, STATION = (DepartmentName(code, code) for code in ("水务局", "城管局", "派出所"))
ACCUSATION = KindAnswer("accusation", "检举控告", None)


def cells(decision: Decision) -> dict[str, str]:
    return flat(as_json(decision), words())


def matter(code: str, assignment: Assignment, kind: KindAnswer | None = None) -> MatterAnswer:
    return MatterAnswer(0, 2, CategoryAnswer(code, (code,), None), kind, assignment, None)


def test_every_column_has_a_cell(decide: Decide) -> None:
    assert set(cells(decide("家里停水"))) == set(words().columns)


def test_the_way_is_told_with_its_days(decide: Decide) -> None:
    due = (
        DueDate("登记并转送", 15, "日", "2026-12-05", "条例第22条"),
        DueDate("请求复查", 30, "日", None, "条例第35条"),
        DueDate("提出异议", 5, "工作日", None, "条例第23条"),
    )
    told = cells(replace(decide("停水"), procedure=ProcedureAnswer("31.6", "信访程序"), due=due, notice="请等候。"))
    assert (told["procedure"], told["notice"]) == ("信访程序", "请等候。")
    assert told["due"] == "登记并转送 2026-12-05；请求复查 起算日未到；提出异议 日期待定"


def test_an_assumed_day_of_receipt_says_so(decide: Decide) -> None:
    decision = decide("停水")
    assert cells(decision)["received"] == "2026-11-20（按当日）"
    assert cells(replace(decision, received=Received("2026-11-01", False)))["received"] == "2026-11-01"


def test_the_national_category_stands_beside_an_offices_own(decide: Decide) -> None:
    own = CategoryAnswer("61", ("城乡建设类",), 0.9, CategoryName("01.02", ("城乡建设", "市政")))
    assert cells(replace(decide("停水"), category=own))["national"] == "01.02 城乡建设/市政"


def test_those_who_must_not_receive_it_are_named_once(decide: Decide) -> None:
    withheld = (Withheld("a", "派出所", "被检举"), Withheld("", "某学校", "被检举"), Withheld("a", "派出所", "下属"))
    told = cells(replace(decide("停水"), assignment=Assignment(None, withheld=withheld)))
    assert told["withheld"] == "派出所；某学校"


def test_several_matters_are_told_in_order_in_one_row(decide: Decide) -> None:
    matters = (
        matter("01", Assignment(WATER, (STATION,))),
        matter("02", Assignment(None)),
        matter("03", Assignment(URBAN)),
    )
    told = cells(replace(decide("停水"), matters=matters, assignment=Assignment(WATER, (URBAN,))))
    assert (told["matters"], told["category"], told["code"]) == ("3", "01；02；03", "01；02；03")
    assert (told["lead"], told["supporting"]) == ("水务局；—；城管局", "派出所")


def test_nothing_known_of_any_matter_leaves_the_cell_empty(decide: Decide) -> None:
    told = cells(replace(decide("停水"), matters=(matter("01", Assignment(None)),) * 2))
    assert (told["lead"], told["procedure"], told["kind"]) == ("", "", "")


def test_no_recipient_of_a_row_is_withheld_from_any_matter_of_it(decide: Decide) -> None:
    withheld = (Withheld("派出所", "派出所", "反映其自身作为"),)
    matters = (matter("01", Assignment(WATER, withheld=withheld)), matter("02", Assignment(STATION, (STATION, URBAN))))
    told = cells(replace(decide("停水"), matters=matters, assignment=Assignment(WATER, (STATION,), withheld=withheld)))
    assert (told["lead"], told["supporting"], told["withheld"]) == ("水务局；—", "城管局", "派出所")


def test_a_row_with_an_accusation_goes_to_its_lead_alone(decide: Decide) -> None:
    discipline = Assignment(DepartmentName("discipline", "纪委监委"))
    matters = (matter("05", discipline, ACCUSATION), matter("01", Assignment(WATER, (URBAN,))))
    told = cells(replace(decide("停水"), matters=matters, assignment=discipline))
    assert (told["category"], told["lead"], told["supporting"]) == ("05；01", "纪委监委", "")

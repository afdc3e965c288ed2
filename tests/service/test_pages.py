"""The page for clerks: what it shows of a decision, in which order, and what it does with a form that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from starlette.testclient import TestClient

from rules.engine import Engine
from rules.petition import Petition
from rules.rulebook import load
from rules.value import replace
from service.api.app import build_app
from service.decision import Assignment, Decision, DepartmentName, DueDate, MatterAnswer, Reason, Withheld
from service.notices import Notices, notices
from service.triage import Triage
from service.web.marks import stretches
from service.web.pages import outsiders, show
from service.words import words

Decide = Callable[..., Decision]
NASTY = "<script>alert(1)</script>\"'&"
ACCUSATION = "实名举报青石镇派出所所长收受赌场老板贿赂，请查处。"
GAS = "我们楼道里现在有很浓的煤气味，怀疑燃气泄漏，请快来人。"
COURT = "我不服县法院的一审判决，请求再审。"
HELP = "工厂拖欠我半年工资，我活不下去了，想从楼上跳下去。"
MIXED = (
    "尊敬的领导：反映两件事。\n一、青石镇派出所所长收受赌场老板的贿赂，多次通风报信，请纪委查处。\n"
    "二、另外我们村的灌溉水渠堵了两年，地里浇不上水，请水利部门来清淤。"
)


@pytest.fixture(scope="module")
def triage() -> Triage:
    """The national rules, without a model."""
    rulebook = load("national")
    return Triage(rulebook, Engine(rulebook), None, "0.1", words().kind_names, words().notices["beyond"])


@pytest.fixture(scope="module")
def client(triage: Triage) -> Iterator[TestClient]:
    with TestClient(build_app(triage)) as client:
        yield client


@pytest.fixture(scope="module")
def page(client: TestClient) -> Callable[..., str]:
    """The page after a petition with this text was sent."""

    def page(body: str, **fields: str) -> str:
        answer = client.post("/", data={"body": body, **fields})
        assert answer.status_code == 200
        return answer.text

    return page


@pytest.fixture(scope="module")
def township() -> Iterator[TestClient]:
    rulebook = load("township")
    triage = Triage(rulebook, Engine(rulebook), None, "0.1", words().kind_names, words().notices["beyond"])
    with TestClient(build_app(triage)) as client:
        yield client


def in_order(page: str, *texts: str) -> bool:
    """Whether these texts stand on the page one after the other."""
    return re.search(".*".join(map(re.escape, texts)), page, re.S) is not None


# ── in the order a clerk needs ──────────────────────────────────────────────────────────────────────────────────────


def test_danger_comes_first_with_the_line_to_call(page: Callable[..., str]) -> None:
    assert in_order(
        page(GAS), "特急", "请立即拨打", "<b>119</b>", "人工研判", "险情或急事，先电话处置", "什么事", "谁来办"
    )


def test_the_help_notice_stands_before_the_band_and_is_not_told_to_the_petitioner(page: Callable[..., str]) -> None:
    shown = page(HELP)
    assert in_order(shown, '<div class="help"', "12356", '<div class="band', "告诉来信人", "12333")
    assert "12356" not in shown.split("告诉来信人")[1]


def test_what_who_which_way_and_by_when_follow_one_another(page: Callable[..., str]) -> None:
    parts = ("什么事", "谁来办", "不得转给、不得透露", "凭什么", "走哪条途径", "何时办到")
    assert in_order(page(ACCUSATION), *parts)


def test_the_way_is_a_numbered_list_with_its_ground(page: Callable[..., str]) -> None:
    shown = page(ACCUSATION)
    assert in_order(shown, '<ol class="steps"><li>', "信访工作条例第30条", "已核对原文", "何时办到")


def test_what_to_tell_the_petitioner_is_shown(page: Callable[..., str]) -> None:
    assert in_order(page(COURT), "有权机关", "人民法院", "告诉来信人", "12368")


def test_nothing_to_tell_shows_no_empty_box(page: Callable[..., str]) -> None:
    assert "告诉来信人" not in page(ACCUSATION)


# ── days ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_days_count_from_the_day_of_receipt(page: Callable[..., str]) -> None:
    shown = page("小区门口路灯不亮", received_at="2026-11-20")
    assert in_order(shown, "2026-11-20 收到", "2026-12-05", "信访部门登记并转送、交办")


def test_without_a_day_of_receipt_today_counts_and_is_told(page: Callable[..., str]) -> None:
    assert f"未给收到日期，按今天（{date.today().isoformat()}）算" in page("小区门口路灯不亮")


def test_the_earliest_day_comes_first_and_days_not_yet_known_last(decide: Decide) -> None:
    days = ("2026-12-05", None, "2026-11-27")
    due = tuple(DueDate(str(day), 5, "日", day, "条例") for day in days)
    assert [one.date for one in show(Petition("1", "停水"), replace(decide("停水"), due=due)).due] == [
        "2026-11-27",
        "2026-12-05",
        None,
    ]


def test_a_day_not_yet_known_says_so(page: Callable[..., str]) -> None:
    shown = page("镇里作出的信访事项处理意见书我不服，要求复查。", received_at="2026-11-20")
    assert "起算日未到" in shown


# ── who must not see it ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_accused_are_named_with_the_reason_and_marked_in_the_text(page: Callable[..., str]) -> None:
    shown = page(ACCUSATION)
    assert in_order(shown, '<span class="chip no">公安局(派出所)</span>', "不得透露或者转给")
    assert re.search(r'<mark class="respondent[^"]*"[^>]*>派出所', shown)
    assert "被反映的单位</mark>" in shown


def test_more_than_three_are_folded_behind_the_first(page: Callable[..., str]) -> None:
    shown = page("实名举报县政府领导收受贿赂，请上级查处。")
    assert re.search(r"<details><summary>[^<]+ 等 <b>\d+</b> 个单位</summary>", shown)


def test_neighbours_with_one_reason_are_told_together() -> None:
    withheld = [Withheld("a", "甲", "一"), Withheld("b", "乙", "一"), Withheld("c", "丙", "二")]
    assert [(group.names, group.reason) for group in outsiders(withheld)] == [(("甲", "乙"), "一"), (("丙",), "二")]


# ── territory and office categories ─────────────────────────────────────────────────────────────────────────────────


def test_a_place_that_is_not_told_is_asked_for(township: TestClient) -> None:
    shown = township.post("/", data={"body": "包工头拖欠我们工程款工资三个月，请帮忙讨要。"}).text
    assert "请向来信人询问事发地" in shown
    assert "对应国家分类" in shown


def test_the_region_of_the_form_tells_the_territory(township: TestClient) -> None:
    body = "包工头拖欠我们工程款工资三个月，请帮忙讨要。"
    shown = township.post("/", data={"body": body, "region": "青禾村"}).text
    assert "<dt>属地</dt><dd>青禾村</dd>" in shown


def test_territories_to_choose_from_are_listed(township: TestClient) -> None:
    body = "老街的包工头拖欠我们工程款工资三个月，请帮忙讨要。"
    shown = township.post("/", data={"body": body}).text
    assert in_order(shown, "请确认是哪里", '<span class="chip">')


# ── several matters ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_matter_has_its_card_and_its_colour_in_the_text(page: Callable[..., str]) -> None:
    shown = page(MIXED)
    assert in_order(
        shown, "这件信访件有 2 个事项", '<article class="m1">', "纪委监委", '<article class="m2">', "水利局"
    )
    assert in_order(shown, '<span class="matter m1"><i>1</i>', '<span class="matter m2"><i>2</i>')


def test_one_matter_has_no_card_and_no_colour(page: Callable[..., str]) -> None:
    assert not re.search('<article|class="matter', page(ACCUSATION))


def test_a_text_cut_to_stretches_is_the_text(triage: Triage) -> None:
    (decision,) = triage.decide([Petition("1", MIXED)], date(2026, 11, 20))
    cut = stretches(MIXED, decision.evidence, decision.matters)
    assert "".join(piece.text for stretch in cut for piece in stretch.pieces) == MIXED
    assert [stretch.matter for stretch in cut if stretch.matter] == [1, 2]


# ── the form ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("day", ["2026-13-40", "20261120", "2026-W01-1", "2026/11/20", "昨天", "2026-2-3", NASTY])
def test_a_day_that_is_none_is_told_and_the_text_kept(client: TestClient, day: str) -> None:
    answer = client.post("/", data={"title": "路灯", "body": "路灯不亮", "region": "青禾村", "received_at": day})
    assert answer.status_code == 422
    for shown in ("收到日期应写成", 'value="路灯"', ">路灯不亮</textarea>", 'value="青禾村"'):
        assert shown in answer.text
    assert "什么事、" in answer.text and 'class="what"' not in answer.text


def test_a_region_too_long_is_told(client: TestClient) -> None:
    answer = client.post("/", data={"body": "路灯不亮", "region": "村" * 201})
    assert (answer.status_code, "事发地过长" in answer.text) == (422, True)


@pytest.mark.parametrize("field", ["title", "body", "region", "received_at"])
def test_what_is_sent_back_is_text(client: TestClient, field: str) -> None:
    shown = client.post("/", data={"body": "路灯不亮", field: NASTY}).text
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_fields_are_kept_beside_the_answer(page: Callable[..., str]) -> None:
    shown = page("路灯不亮", received_at="2026-11-20", region="青禾村")
    assert 'type="date" value="2026-11-20"' in shown
    assert 'value="青禾村"' in shown


# ── safety ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [ACCUSATION, GAS, COURT, HELP, MIXED])
def test_no_script_no_style_and_no_outside_host_stand_on_the_page(page: Callable[..., str], body: str) -> None:
    shown = page(body)
    assert not re.search(r"<script|<style|style=|\son\w+=|https?://", shown)


def test_names_and_reasons_from_a_pack_are_text(decide: Decide, triage: Triage) -> None:
    nasty = Assignment(
        DepartmentName("a", NASTY), territories=(NASTY,), withheld=(Withheld("", NASTY, NASTY),), place_unclear=True
    )
    decision = replace(decide("停水"), assignment=nasty, notice=NASTY, due=(DueDate(NASTY, 5, "日", None, NASTY),))
    decision = replace(decision, matters=(MatterAnswer(0, 1, None, None, nasty, None),) * 2)
    with TestClient(build_app(_Saying(triage, decision))) as client:  # type: ignore[arg-type]
        shown = client.post("/", data={"body": "停水"}).text
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") >= 8


class _Saying:
    """A main flow that always gives one decision."""

    def __init__(self, triage: Triage, decision: Decision) -> None:
        self._triage, self._decision = triage, decision

    def __getattr__(self, name: str) -> object:
        return getattr(self._triage, name)

    def decide(self, petitions: object, today: date) -> list[Decision]:
        return [self._decision]


# ── notices ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notice_is_for_the_petitioner_unless_help_is_needed(decide: Decide) -> None:
    decision = replace(decide("停水"), notice="请等候。\n请找法院。")
    assert notices(decision) == Notices("", ("请等候。", "请找法院。"))
    assert notices(replace(decision, review_reasons=(Reason.HELP,))) == Notices("请等候。", ("请找法院。",))


def test_no_notice_is_none(decide: Decide) -> None:
    assert notices(decide("停水")) == Notices()
    assert notices(replace(decide("停水"), review_reasons=(Reason.HELP,))) == Notices()

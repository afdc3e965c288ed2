"""From a matter to its path: who leads, what the petitioner is told, which articles may be cited on that day."""

from __future__ import annotations

from datetime import date

import pytest

from rules.duties import Circumstances
from rules.engine import Engine
from rules.petition import Petition
from rules.procedure import Lead, Procedures
from rules.rule import Kind
from rules.rulebook import Rulebook
from service.decision import Assignment, BasisText, DepartmentCandidate, DepartmentName, Reason
from service.handling import UNKNOWN, Handling, Matter, handle, led
from service.route import By, Routed

TODAY = date(2026, 11, 20)
HOUSING = DepartmentName("housing", "住建局")
TOWN = DepartmentName("town", "乡镇街道")
ASSIGNED = Assignment(
    lead=HOUSING,
    supporting=(TOWN,),
    candidates=(DepartmentCandidate("housing", "住建局", 0.8),),
    territory="东街",
    basis=(BasisText("建筑法", "verified"),),
)


class Office:
    """The national rulebook, its engine, and what they say of a text."""

    def __init__(self, rulebook: Rulebook, engine: Engine) -> None:
        self.rulebook, self.engine = rulebook, engine

    def handle(
        self, text: str, category: str | None = None, kind: Kind | None = Kind.APPEAL, day: date = TODAY
    ) -> Handling:
        match = self.engine.match(Petition("1", text))
        circumstances = Circumstances(match.worded, match.place_kind)
        duty = self.rulebook.duties.below(category, circumstances) if category else None
        return handle(match, Matter(kind, category, duty.paths if duty else ()), day, self.rulebook)


@pytest.fixture(scope="session")
def office(national: Rulebook, engine: Engine) -> Office:
    return Office(national, engine)


def code(handling: Handling) -> str:
    assert handling.procedure is not None
    return handling.procedure.code


# ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_ordinary_request_goes_the_petition_way_and_keeps_its_lead(office: Office) -> None:
    handling = office.handle("小区的路灯坏了半个月没人修", "01.02.04")
    assert (code(handling), handling.lead, handling.reasons) == ("31.6", Lead.KEEP, ())
    assert {"handling", "extension"} <= set(handling.clocks)
    assert handling.procedure is not None
    assert all(handling.procedure.steps)
    assert "信访工作条例第31条第六项" in [basis.cite for basis in handling.procedure.basis]


def test_a_suggestion_an_accusation_and_an_inquiry_have_paths_of_their_own(office: Office) -> None:
    kinds = {Kind.SUGGESTION: "29", Kind.ACCUSATION: "30", Kind.INQUIRY: "inquiry"}
    assert {kind: code(office.handle("关于城南公园的事", "01.02.06", kind)) for kind in kinds} == kinds


def test_an_accusation_is_an_accusation_whatever_courts_it_names(office: Office) -> None:
    text = "举报某局长收钱，相关判决书已生效，法院已立案执行"
    assert code(office.handle(text, "05.05.04", Kind.ACCUSATION)) == "30"


def test_a_court_matter_is_led_by_the_court_and_looked_at(office: Office) -> None:
    handling = office.handle("官司打完了，判决已生效，开发商还是不交房", "01.09.05")
    assert (code(handling), handling.lead, handling.competent) == ("31.1-court", Lead.ALONE, "court")
    assert handling.reasons == (Reason.OUT_OF_SCOPE,)
    assert handling.notice is not None
    assert "12368" in handling.notice
    assert "handling" not in handling.clocks


def test_a_stage_that_nobody_knows_is_asked(office: Office) -> None:
    handling = office.handle("欠款的事正在打官司，门面租金也没人付", "01.08.03")
    assert code(handling) == "31.1-unclear"
    assert handling.reasons == (Reason.PROCEDURE_UNCLEAR,)
    assert handling.lead is Lead.KEEP


@pytest.mark.parametrize(
    "text",
    [
        "再不处理我要去法院告你们",
        "开发商让我们去起诉，我们哪有钱打官司",
        "如果法院判决下来才管，那还要政府干什么",
        "请问怎么向法院起诉",
        "法院门口的路口没有红绿灯",
    ],
)
def test_a_mere_mention_of_courts_is_not_litigation(office: Office, text: str) -> None:
    assert Reason.OUT_OF_SCOPE not in office.handle(text, "01.09.05").reasons
    assert code(office.handle(text, "01.09.05")) != "31.1-court"


def test_a_refusal_to_file_a_case_goes_to_the_political_legal_side(office: Office) -> None:
    handling = office.handle("被骗了两万，派出所说证据不足不予立案", "13.09.01")
    assert (code(handling), handling.competent, handling.lead) == ("31.1-not-filed", "political-legal", Lead.ALONE)


def test_wage_arrears_keep_labour_inspection_beside_arbitration(office: Office) -> None:
    handling = office.handle("工地上拖欠农民工工资，要求支付", "15.06.03")
    assert (code(handling), handling.competent, handling.lead) == ("31.2-wages", "labour-inspection", Lead.COMPETENT)
    assert handling.notice is not None
    assert "仲裁" in handling.notice


def test_land_taking_never_goes_to_rural_land_arbitration(office: Office) -> None:
    assert code(office.handle("承包地被征收，补偿款太少", "10.12.02")) == "31.4-expropriation"


def test_land_ownership_goes_to_the_government(office: Office) -> None:
    assert office.handle("两个村民小组的土地权属争议没人裁", "03.04.04").competent == "government"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("我家住的军产房漏水，部队房管不理", "23-military"),
        ("父亲在国外务工护照被扣，大使馆也联系不上", "23-foreign"),
        ("我在外省工地做了半年，老板跑了", "23-elsewhere"),
        ("弟弟为遗产纠纷把老屋的锁换了", "23-private"),
    ],
)
def test_what_is_no_departments_matter_names_the_channel_instead(office: Office, text: str, path: str) -> None:
    handling = office.handle(text, "99")
    assert (code(handling), handling.lead, handling.reasons) == (path, Lead.NONE, (Reason.OUT_OF_SCOPE,))
    assert handling.notice


@pytest.mark.parametrize(
    "text",
    ["退伍军人的安置费没发", "军民路的井盖响", "领事馆旁边的小区停车难", "外省的亲戚来住院，医院不给办手续"],
)
def test_what_only_sounds_like_it_stays_inside(office: Office, text: str) -> None:
    assert Reason.OUT_OF_SCOPE not in office.handle(text, "99").reasons


# ── the day ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def cites(handling: Handling) -> str:
    assert handling.procedure is not None
    return " ".join(basis.cite for basis in handling.procedure.basis)


def test_only_articles_in_force_on_the_day_of_receipt_are_cited(office: Office) -> None:
    text, category = "会员卡的钱商家不退", "14.07.03"
    before = office.handle(text, category, day=date(2026, 4, 14))
    after = office.handle(text, category, day=date(2026, 4, 15))
    assert "暂行办法第7条" in cites(before)
    assert "第121号" not in cites(before)
    assert "暂行办法第7条" not in cites(after)
    assert "第121号" in cites(after)


def test_before_the_regulation_it_is_not_cited(office: Office) -> None:
    assert "信访工作条例" not in cites(office.handle("路灯不亮", "01.02.04", day=date(2022, 4, 30)))


def test_without_a_kind_a_matter_is_read_as_a_request(office: Office) -> None:
    assert code(office.handle("路灯不亮", None, None)) == "31.6"


def test_a_rulebook_without_procedures_says_nothing(office: Office) -> None:
    class Empty:
        procedures = Procedures()

    match = office.engine.match(Petition("1", "路灯不亮"))
    assert handle(match, Matter(None, None), TODAY, Empty()) == UNKNOWN  # type: ignore[arg-type]


# ── who leads ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_keep_leaves_the_assignment_as_it_is(national: Rulebook) -> None:
    assert led(Routed(ASSIGNED), Handling(competent="court"), national) is ASSIGNED


def test_alone_leaves_nobody_beside_the_competent_body(national: Rulebook) -> None:
    told = led(Routed(ASSIGNED), Handling(lead=Lead.ALONE, competent="court"), national)
    assert told.lead == DepartmentName("court", national.departments["court"].name)
    assert (told.supporting, told.candidates, told.basis) == ((), (), ())
    assert told.territory == "东街"


def test_none_names_no_department_at_all(national: Rulebook) -> None:
    told = led(Routed(ASSIGNED), Handling(lead=Lead.NONE, competent="military"), national)
    assert (told.lead, told.supporting, told.candidates) == (None, (), ())


def test_competent_puts_the_lead_so_far_among_those_who_support(national: Rulebook) -> None:
    told = led(Routed(ASSIGNED), Handling(lead=Lead.COMPETENT, competent="labour-inspection"), national)
    assert told.lead is not None
    assert told.lead.code == "labour-inspection"
    assert told.supporting == (HOUSING, TOWN)


def test_a_competent_body_that_supported_is_not_named_twice(national: Rulebook) -> None:
    told = led(Routed(ASSIGNED), Handling(lead=Lead.COMPETENT, competent="town"), national)
    assert told.supporting == (HOUSING,)


def test_where_the_office_itself_says_who_leads_the_competent_body_supports(national: Rulebook) -> None:
    for by in (By.OFFICE, By.HISTORY):
        told = led(Routed(ASSIGNED, by), Handling(lead=Lead.COMPETENT, competent="labour-inspection"), national)
        assert told.lead == HOUSING
        assert [name.code for name in told.supporting] == ["labour-inspection", TOWN.code]


def test_the_lead_of_an_offices_own_table_keeps_in_touch_beside_a_court(national: Rulebook) -> None:
    told = led(Routed(ASSIGNED, By.OFFICE), Handling(lead=Lead.ALONE, competent="court"), national)
    assert told.lead is not None
    assert (told.lead.code, told.supporting) == ("court", (HOUSING,))


def test_a_path_that_leads_elsewhere_names_the_body_or_channel(office: Office, national: Rulebook) -> None:
    elsewhere = {entry.code: entry for entry in national.procedures.entries if entry.outside}
    channels = [entry for entry in elsewhere.values() if entry.channel]
    assert channels and all(entry.channel or entry.competent for entry in elsewhere.values())
    for entry in channels:
        sample = entry.examples.hits[0]
        told = office.handle(sample.text, sample.category, sample.kind).procedure
        assert told is not None and (told.code, told.competent) == (entry.code, entry.channel)

"""An answer in the office's own terms: merged, summed, the national category kept; and its routing by the packs."""

from __future__ import annotations

from datetime import date

import pytest

from rules.engine import Engine
from rules.petition import Petition
from rules.policy import Agreement
from rules.rulebook import Rulebook, load
from rules.verdict import judge
from service.answer import Answer, answer_category
from service.decision import Assignment, Candidate, CategoryAnswer, DepartmentName, Reason
from service.guard import Guarded
from service.office import in_office_terms, within_office
from service.route import Routing, route

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def enterprise() -> Rulebook:
    return load("enterprise")


@pytest.fixture(scope="module")
def company_engine(enterprise: Rulebook) -> Engine:
    return Engine(enterprise)


def answer(rulebook: Rulebook, chosen: str, shares: dict[str, float], spoken: bool = True) -> Answer:
    """An answer as the flow gives it: `chosen` first, then the other branches by probability, in national terms."""

    def candidate(code: str, probability: float | None) -> Candidate:
        return Candidate(code, rulebook.taxonomy.path(code), probability)

    confidence = shares.get(chosen) if spoken else None
    others = sorted((code for code in shares if code != chosen), key=lambda code: -shares[code])
    return Answer(
        CategoryAnswer(chosen, rulebook.taxonomy.path(chosen), confidence),
        (candidate(chosen, confidence), *(candidate(code, shares[code]) for code in others)),
        Agreement.AGREE,
        shares,
    )


def assigned(text: str, rulebook: Rulebook, engine: Engine, region: str = "") -> Assignment:
    """Who gets a petition of which the rules alone speak."""
    petition = Petition("1", text, region=region)
    match = engine.match(petition)
    said = answer_category(judge(match, rulebook.policy.clear_margin), None, rulebook)
    return route(said, Routing(match, TODAY, None), rulebook).assignment


def lead(assignment: Assignment) -> str | None:
    return assignment.lead.name if assignment.lead else None


# ── in the office's terms ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_national_pack_gets_its_answer_back(national: Rulebook) -> None:
    given = answer(national, "03.03.01", {"03.03.01": 0.6, "01.06": 0.3})
    assert in_office_terms(given, national) is given


def test_no_answer_stays_none(township: Rulebook) -> None:
    given = Answer(None, (), Agreement.NEITHER, {})
    assert in_office_terms(given, township) is given


def test_a_covered_category_is_told_in_the_words_of_the_office(township: Rulebook) -> None:
    told = in_office_terms(answer(township, "03.03.01", {"03.03.01": 0.9}), township).category
    assert told is not None and told.national is not None
    assert (told.code, told.path) == ("61", ("城乡建设类",))
    assert (told.national.code, told.national.path) == ("03.03.01", ("国土资源", "土地征收", "安置补偿"))


def test_candidates_that_fall_together_are_one_with_their_sum(township: Rulebook) -> None:
    shares = {"03.03.01": 0.4, "04.02.03": 0.2, "01.06": 0.15, "01.07": 0.1, "15.06.03": 0.05}
    told = in_office_terms(answer(township, "03.03.01", shares), township)
    assert [(one.code, one.probability) for one in told.candidates] == [
        ("61", pytest.approx(0.65)),
        ("04.02.03", 0.2),
        ("64", 0.05),
    ]
    assert told.category is not None and told.category.confidence == pytest.approx(0.65)


def test_the_probability_counts_what_the_list_of_candidates_left_out(township: Rulebook) -> None:
    given = answer(township, "03.03.01", {"03.03.01": 0.4})
    told = in_office_terms(
        Answer(given.category, given.candidates, given.agreement, {"03.03": 0.4, "01.05": 0.2}), township
    )
    assert told.category is not None and told.category.confidence == pytest.approx(0.6)


def test_what_no_category_covers_stays_national(township: Rulebook) -> None:
    told = in_office_terms(answer(township, "04.02.03", {"04.02.03": 0.5, "03.03": 0.3}), township)
    assert told.category is not None
    assert (told.category.code, told.category.national, told.category.confidence) == ("04.02.03", None, 0.5)
    assert [one.code for one in told.candidates] == ["04.02.03", "61"]


def test_a_branch_that_is_covered_in_part_counts_only_the_rest(township: Rulebook) -> None:
    told = in_office_terms(answer(township, "15.02.04", {"15.02.04": 0.5, "15.02.01": 0.3}), township)
    assert [(one.code, one.probability) for one in told.candidates] == [("15.02.04", 0.5), ("64", 0.3)]


def test_the_answer_stands_first_though_others_together_weigh_more(township: Rulebook) -> None:
    shares = {"04.02.03": 0.3, "03.03": 0.25, "01.06": 0.2}
    told = in_office_terms(answer(township, "04.02.03", shares), township)
    assert [one.code for one in told.candidates] == ["04.02.03", "61"]


def test_an_answer_of_rules_alone_keeps_no_confidence(township: Rulebook) -> None:
    told = in_office_terms(answer(township, "03.03.01", {"03.03.01": 1.0}, spoken=False), township)
    assert told.category is not None and told.category.confidence is None
    assert [one.probability for one in told.candidates] == [None]


def test_a_sum_is_still_a_probability(township: Rulebook) -> None:
    shares = {"03.03": 0.6, "01.06": 0.4000001}
    told = in_office_terms(answer(township, "03.03", shares), township)
    assert told.category is not None and told.category.confidence == 1.0


def test_a_class_that_a_model_of_the_office_speaks_stays_as_it_is(township: Rulebook) -> None:
    told = in_office_terms(answer(township, "61", {"61": 0.8, "03.03": 0.1}), township)
    assert told.category is not None
    assert (told.category.code, told.category.national) == ("61", None)
    assert [(one.code, one.probability) for one in told.candidates] == [("61", pytest.approx(0.9))]


def test_shares_stay_national_for_the_table_of_duties(township: Rulebook) -> None:
    given = answer(township, "03.03.01", {"03.03.01": 0.4})
    assert in_office_terms(given, township).shares == given.shares


NOTICE = "请向{name}提出"
NOISE_AT_LAW = Guarded(Assignment(DepartmentName("ecology", "生态环境局"), (DepartmentName("town", "乡镇"),)))


def test_only_a_company_is_beyond_its_own_matters(national: Rulebook, township: Rulebook, enterprise: Rulebook) -> None:
    for book in (national, township):
        placed = within_office(answer(book, "04.02", {"04.02": 0.9}), NOISE_AT_LAW, NOTICE, book)
        assert (placed.assignment, placed.reasons, placed.notice) == (NOISE_AT_LAW.assignment, (), None)
    beyond = within_office(answer(enterprise, "04.02", {"04.02": 0.9}), NOISE_AT_LAW, NOTICE, enterprise)
    assert (beyond.assignment.lead, beyond.assignment.supporting) == (None, ())
    assert (beyond.reasons, beyond.notice) == ((Reason.OUT_OF_SCOPE,), "请向生态环境局提出")
    own = within_office(answer(enterprise, "15.06.03", {"15.06.03": 0.9}), NOISE_AT_LAW, NOTICE, enterprise)
    assert own.assignment is NOISE_AT_LAW.assignment


def test_an_accusation_is_never_beyond_an_office(enterprise: Rulebook) -> None:
    accused = Guarded(NOISE_AT_LAW.assignment, (Reason.ACCUSATION,))
    placed = within_office(answer(enterprise, "04.02", {"04.02": 0.9}), accused, NOTICE, enterprise)
    assert placed.assignment is accused.assignment


# ── routed by the packs ─────────────────────────────────────────────────────────────────────────────────────────────


def test_territory_stands_beside_the_line(township: Rulebook, town_engine: Engine) -> None:
    found = assigned("青禾村征了我家两亩旱地，征地补偿款没有发", township, town_engine)
    assert (lead(found), found.territory, found.place_unclear) == ("镇建设和生态环境局", "青禾村", False)
    assert found.supporting[-1].name == "村居委会"


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("征了我家两亩旱地，征地补偿款没有发", ()),
        ("青禾村征了望山村的地，征地补偿款没有发", ("望山村", "青禾村")),
        ("老街征地，征地补偿款没有发", ("石桥村", "石桥社区")),
    ],
)
def test_an_unclear_place_is_asked_not_guessed(
    text: str, candidates: tuple[str, ...], township: Rulebook, town_engine: Engine
) -> None:
    found = assigned(text, township, town_engine)
    assert (found.territory, found.territories, found.place_unclear) == (None, candidates, True)
    assert lead(found) == "镇建设和生态环境局"


def test_the_region_of_the_caller_answers_the_question(township: Rulebook, town_engine: Engine) -> None:
    found = assigned("征了我家两亩旱地，征地补偿款没有发", township, town_engine, region="青禾镇柳河村")
    assert (found.territory, found.place_unclear) == ("柳河社区", False)


def test_where_no_village_takes_part_nobody_asks_for_the_place(township: Rulebook, town_engine: Engine) -> None:
    found = assigned("超市卖假冒商标的奶粉", township, town_engine)
    assert (lead(found), found.place_unclear) == ("市场监管局", False)


def test_the_national_pack_never_asks_for_a_place(national: Rulebook, engine: Engine) -> None:
    assert not assigned("村里征了我家两亩旱地，征地补偿款没有发", national, engine).place_unclear


def test_departments_side_by_side_have_no_lead_and_go_to_a_clerk(enterprise: Rulebook, company_engine: Engine) -> None:
    found = assigned("你们承建的教学楼外墙大片空鼓脱落", enterprise, company_engine)
    assert found.lead is None and found.unclear
    assert [name.name for name in found.supporting] == ["工程项目管理部门", "技术质量部门"]
    assert {one.name for one in found.candidates[:2]} == {"工程项目管理部门", "技术质量部门"}


def test_a_major_matter_has_no_lead_before_the_conference(township: Rulebook, town_engine: Engine) -> None:
    found = assigned("青禾村修路征了几百户的地，征地补偿款没有发", township, town_engine)
    assert found.lead is None and found.unclear
    assert found.supporting[0].name == "镇信访工作联席会议"


def test_outside_the_six_a_town_assigns_by_the_table_of_the_county(
    township: Rulebook, town_engine: Engine, national: Rulebook, engine: Engine
) -> None:
    text = "化工厂夜里偷排废气，气味刺鼻"
    own, county = assigned(text, township, town_engine), assigned(text, national, engine)
    assert (lead(own), own.basis) == (lead(county), county.basis)


def test_outside_the_six_a_company_only_names_the_competent_body(enterprise: Rulebook, company_engine: Engine) -> None:
    routed = Guarded(assigned("化工厂夜里偷排废气，气味刺鼻", enterprise, company_engine))
    found = within_office(answer(enterprise, "04.02", {"04.02": 0.9}), routed, NOTICE, enterprise).assignment
    assert (found.lead, found.supporting) == (None, ())
    assert found.candidates[0].name == "生态环境局"


@pytest.mark.parametrize("text", ["举报村支书贪污征地补偿款", "举报派出所所长收受贿赂"])
def test_an_accusation_goes_to_the_discipline_side_in_a_town_too(
    text: str, township: Rulebook, town_engine: Engine
) -> None:
    petition = Petition("1", text)
    match = town_engine.match(petition)
    said = answer_category(judge(match, 2), None, township)
    found = route(said, Routing(match, TODAY, None, accusation=True), township).assignment
    assert (lead(found), found.supporting, found.place_unclear) == ("纪委监委", (), False)

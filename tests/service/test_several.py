"""Several matters in one petition: which stay apart, who leads, and who may read what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.prediction import HeadPrediction
from rules.engine import Engine
from rules.matters import Part
from rules.petition import Petition
from rules.policy import Agreement, Band, Combination
from rules.rule import Urgency
from rules.rulebook import Rulebook
from rules.taxonomy import ancestors
from rules.value import replace
from rules.verdict import RuleVerdict
from service.answer import answer_category, category_of
from service.assemble import build_triage
from service.decision import CategoryAnswer, Decision, DepartmentName, Reason, Withheld
from service.joining import Judged, Told, look_at, may_differ
from service.parts import Whole, may_be_sure, too_few
from service.settings import Settings
from service.several import Matter, Several, combine, common_superior, parts, visible
from service.triage import Triage
from service.words import words

TODAY = date(2026, 11, 20)
DISCIPLINE = "discipline"
Decide = Callable[..., Several]
Said = tuple[str, float]


@pytest.fixture(scope="module")
def triage(national: Rulebook, engine: Engine) -> Triage:
    """The national office, by its rules alone."""
    return Triage(national, engine, None, "0.1", words().kind_names)


@pytest.fixture(scope="module")
def split_up(triage: Triage) -> Decide:
    """The matters of a petition; `said`: for each part what a classifier would say, a category and its confidence."""

    def split_up(body: str, title: str = "", said: Sequence[Said] = (), whole: Said | None = None) -> Several:
        petition = Petition("1", body, title)
        match = triage.engine.match(petition)
        cut = parts(match, triage.rulebook)
        first, *rest = triage.decide([petition, *(part.petition for part in cut)], TODAY)
        if said:
            rest = [_told(decision, *each) for decision, each in zip(rest, said, strict=True)]
        first = _told(first, *whole) if whole else first
        assert cut, "nothing is cut"
        return joined(Whole(match, first, cut, triage.rulebook.matters), rest, triage.rulebook)

    return split_up


def _told(decision: Decision, code: str, confidence: float) -> Decision:
    """The same decision with another category, sure of itself in every other way."""
    rules = replace(decision.verdicts.rules, clear=True, points=4.0)
    verdicts = replace(decision.verdicts, rules=rules, agreement=Agreement.AGREE)
    return replace(decision, category=CategoryAnswer(code, (), confidence), verdicts=verdicts)


def told_of(decision: Decision) -> Told:
    """What it says of a part."""
    rules = decision.verdicts.rules
    return Told(decision.category, decision.kind, decision.verdicts.agreement, rules.clear, rules.points)


def whole_of(triage: Triage, petition: Petition) -> Whole:
    """A petition and its parts."""
    match, (decision,) = triage.engine.match(petition), triage.decide([petition], TODAY)
    return Whole(match, decision, parts(match, triage.rulebook), triage.rulebook.matters)


def joined(whole: Whole, decisions: Sequence[Decision], book: Rulebook) -> Several:
    """The matters of a petition whose parts were decided so."""
    told = list(map(told_of, decisions))
    seen = look_at(whole, told)
    judged = [
        Judged(part, said, decision.assignment, decision.procedure, one.accusation, one.sure)
        for part, said, decision, one in zip(whole.cut, told, decisions, seen, strict=True)
    ]
    return combine(whole, judged, book)


def levels(several: Several) -> list[str]:
    """The first-level codes of its matters."""
    return [matter.answer.category.code[:2] if matter.answer.category else "" for matter in several.matters]


def shown(body: str, spans: Sequence[object]) -> str:
    return "".join(body[span.start : span.end] for span in spans)  # type: ignore[attr-defined]


APART = [
    ("1、工地夜间施工噪音很大。2、学校强制收补课费，乱收费。", ["04", "14"]),
    ("公司拖欠我们农民工工资。另外，工厂的废气污染很严重。", ["15", "04"]),
    ("一是村里的低保评定不公平，低保户都是关系户，二是孩子上小学学校乱收费。", ["09", "14"]),
    ("养猪场的污水污染了河道。此外，我的养老保险转移一直办不下来，社保局也不答复。", ["04", "15"]),
    ("第一，工厂废气污染严重；第二，公交车班次太少，等一个小时没有公交。", ["04", "01"]),
    ("①公交车班次太少；②小学乱收费，学校强制收补课费。", ["01", "14"]),
    ("工厂的废气污染很严重。\n学校强制收补课费，乱收费已经两年了。", ["04", "14"]),
    ("（一）工地夜间噪音污染；（二）公司拖欠工资半年，没有签劳动合同。", ["04", "15"]),
    ("首先，工地噪音污染没有人管。其次，学校强制收补课费，乱收费。", ["04", "14"]),
    ("工厂廢氣汙染嚴重。另外，學校強制收補課費，亂收費。", ["04", "14"]),
]
JOINED = [
    "小区物业：1、物业费收得太高。2、物业不打扫卫生。3、物业保安不管事。",
    "工厂污染：1、污水直接排进河道。2、废气臭味很大。3、没有环评手续。",
    "公司拖欠工资半年。另外，公司没有签劳动合同，也没有交社保。",
    "学校强制收补课费。此外，学校的老师乱收费。",
    "路灯坏了很久没有人修。另外，希望再多装几盏路灯。",
    "工地噪音太大，一是孩子没法写作业，二是老人没法睡觉。",
    "家里停水三天了。还有就是什么时候能够恢复供水？",
    "开发商虚假宣传：一、房屋质量有问题，漏水。二、迟迟不办房产证。",
    "工厂废气污染严重。另外，我打过很多次电话都没有人接。",
    "征地补偿没有到位。同时，房屋拆迁的安置房也没有分。",
]


@pytest.mark.parametrize(("body", "expected"), APART)
def test_different_matters_stay_apart(split_up: Decide, body: str, expected: list[str]) -> None:
    several = split_up(body)
    assert levels(several) == expected
    assert several.reasons == (Reason.SEVERAL_MATTERS,)


@pytest.mark.parametrize("body", JOINED)
def test_facets_of_one_matter_are_joined(split_up: Decide, body: str) -> None:
    several = split_up(body)
    assert len(several.matters) == 1
    assert (several.reasons, several.steps) == ((), ())
    answer = several.matters[0].answer
    assert (answer.start, answer.end) == (0, len(body))


BODY = "1、甲甲甲甲甲甲甲甲甲甲。2、乙乙乙乙乙乙乙乙乙乙。3、丙丙丙丙丙丙丙丙丙丙。"
LONG = f"{BODY}{'丁' * 150}"


def test_an_unsure_part_goes_with_the_one_before_it(split_up: Decide) -> None:
    several = split_up(LONG, said=[("04.02", 0.9), ("16", 0.2), ("14.03", 0.9)])
    assert [shown(LONG, matter.spans)[:2] for matter in several.matters] == ["1、", "3、"]
    assert "2、" in shown(LONG, several.matters[0].spans)


def test_equal_parts_apart_are_one_matter_of_two_places(split_up: Decide) -> None:
    several = split_up(LONG, said=[("04.02", 0.9), ("14.03", 0.9), ("04.02", 0.9)])
    assert [len(matter.spans) for matter in several.matters] == [2, 1]
    assert several.matters[0].answer.end == several.matters[1].answer.start


def test_a_list_of_unsure_items_is_one_matter(split_up: Decide) -> None:
    assert len(split_up(LONG, said=[("04.02", 0.9), ("16", 0.2), ("14.03", 0.3)]).matters) == 1


def test_little_confidence_is_not_enough_in_a_long_petition(split_up: Decide) -> None:
    said = [("04.02", 0.6), ("15.03", 0.6), ("14.03", 0.6)]
    assert len(split_up(LONG, said=said).matters) == 1
    assert len(split_up(BODY, said=said).matters) == 3


def test_it_is_enough_where_several_matters_are_announced(split_up: Decide) -> None:
    body = f"现反映三个问题：{LONG}"
    assert len(split_up(body, said=[("04.02", 0.6), ("15.03", 0.6), ("14.03", 0.6)]).matters) == 3


def test_conduct_beside_a_matter_is_part_of_it(split_up: Decide) -> None:
    several = split_up(LONG, said=[("04.02", 0.9), ("05.02", 0.9), ("04.02", 0.9)])
    assert len(several.matters) == 1


def test_without_the_whole_category_the_longest_matter_is_the_main_one(split_up: Decide) -> None:
    several = split_up(LONG, said=[("04.02", 0.9), ("15.03", 0.9), ("14.03", 0.9)], whole=("16", 0.3))
    assert several.lead == several.matters[2].answer.assignment.lead


# ── who leads (条例第24条) ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_main_matters_lead_is_proposed_and_the_steps_are_told(split_up: Decide, national: Rulebook) -> None:
    several = split_up("1、公交车班次太少，希望增加公交。2、小学乱收费，学校强制收补课费。")
    leads = [matter.answer.assignment.lead for matter in several.matters]
    assert several.lead in leads
    assert {several.lead, *several.supporting} == set(leads)
    government = national.departments["government"].name
    assert len(several.steps) == 3
    assert all(lead.name in several.steps[0] for lead in leads if lead)
    assert government in several.steps[1]


def test_one_lead_of_all_matters_is_simply_the_lead(triage: Triage) -> None:
    petition = Petition("1", APART[0][0])
    match = triage.engine.match(petition)
    cut = parts(match, triage.rulebook)
    town = DepartmentName("town", "乡镇街道")
    whole, *rest = [
        replace(each, assignment=replace(each.assignment, lead=town, supporting=()))
        for each in triage.decide([petition, *(part.petition for part in cut)], TODAY)
    ]
    several = joined(Whole(match, whole, cut, triage.rulebook.matters), rest, triage.rulebook)
    assert len(several.matters) == 2
    assert (several.lead, several.supporting) == (town, ())
    assert len(several.steps) == 1


@pytest.mark.parametrize(
    ("codes", "superior"),
    [
        (["education", "housing"], "government"),
        (["sanitation", "gardens"], "urban-management"),
        (["education", "ecology"], "municipal-government"),
        (["education", "court"], None),
        (["education", "no-such-code"], None),
        (["urban-management", "sanitation"], "government"),
    ],
)
def test_the_nearest_common_superior(national: Rulebook, codes: list[str], superior: str | None) -> None:
    assert common_superior(tuple(codes), national.departments) == superior


def test_without_a_common_superior_the_joint_conference_is_the_step(split_up: Decide, triage: Triage) -> None:
    petition = Petition("1", APART[0][0])
    match = triage.engine.match(petition)
    cut = parts(match, triage.rulebook)
    whole, *rest = triage.decide([petition, *(part.petition for part in cut)], TODAY)
    court = replace(rest[0].assignment, lead=DepartmentName("court", "法院"))
    several = joined(
        Whole(match, whole, cut, triage.rulebook.matters),
        [replace(rest[0], assignment=court), rest[1]],
        triage.rulebook,
    )
    assert several.steps[1:] == (triage.rulebook.matters.file.steps.alone,)  # type: ignore[union-attr]


# ── an accusation among other matters (条例第30条) ──────────────────────────────────────────────────────────────────

MIXED = "1、村里的公交班次太少，希望增加公交。2、村支书贪污低保款，请纪委查处。"


def test_an_accusation_is_cut_out_and_goes_to_the_discipline_side_alone(split_up: Decide) -> None:
    several = split_up(MIXED)
    plain, accusation = several.matters
    assert (plain.accusation, accusation.accusation) == (False, True)
    assert accusation.answer.assignment.lead is not None
    assert accusation.answer.assignment.lead.code == DISCIPLINE
    assert accusation.answer.assignment.supporting == ()
    assert plain.answer.assignment.lead is not None
    assert plain.answer.assignment.lead.code != DISCIPLINE
    assert several.lead == accusation.answer.assignment.lead
    assert several.supporting == ()
    assert several.accusation


def test_the_recipient_of_another_matter_reads_nothing_of_it(split_up: Decide) -> None:
    several = split_up(MIXED)
    lead = several.matters[0].answer.assignment.lead
    assert lead is not None
    assert shown(MIXED, visible(MIXED, several.matters, lead.code)) == MIXED[: MIXED.index("2、")]
    assert shown(MIXED, visible(MIXED, several.matters, DISCIPLINE)) == MIXED


def test_who_has_no_part_in_it_reads_nothing(split_up: Decide) -> None:
    assert visible(MIXED, split_up(MIXED).matters, "health") == ()


def test_a_list_under_a_title_that_accuses_is_one_accusation(split_up: Decide) -> None:
    assert len(split_up(MIXED, "村支书贪污和公交的问题").matters) == 1


def test_a_closing_that_accuses_is_cut_out_too(split_up: Decide) -> None:
    body = f"{MIXED}希望领导严查村支书贪污。"
    several = split_up(body)
    lead = several.matters[0].answer.assignment.lead
    assert lead is not None
    assert "严查" not in shown(body, visible(body, several.matters, lead.code))


def test_another_matter_may_follow_an_accusation(split_up: Decide) -> None:
    several = split_up("举报村支书贪污低保款。另外，村里的公交班次太少，希望增加公交。")
    assert [matter.accusation for matter in several.matters] == [True, False]


def test_a_list_of_what_an_official_did_is_one_accusation(split_up: Decide) -> None:
    several = split_up("举报村支书：1、贪污低保款。2、侵占集体土地修别墅。3、把路灯装到自家门口。")
    assert len(several.matters) == 1
    assert several.matters[0].accusation


def test_an_unclear_part_beside_an_accusation_stays_with_it(split_up: Decide) -> None:
    several = split_up("1、村支书贪污低保款，请纪委查处。2、大家的意见都很大，谁也不敢说。")
    assert len(several.matters) == 1
    assert several.accusation


def test_where_every_matter_holds_an_accusation_it_is_one_accusation(triage: Triage) -> None:
    body = "1、公司拖欠工资半年。2、举报镇长收受贿赂。3、举报局长收受贿赂，公司拖欠工资半年"
    (decision,) = triage.decide([Petition("1", body)], TODAY)
    assert decision.assignment.lead is not None
    assert decision.assignment.lead.code == DISCIPLINE
    assert decision.assignment.supporting == ()


def test_the_accused_gets_no_other_matter_of_the_petition_either(triage: Triage) -> None:
    petition = Petition("1", MIXED)
    match = triage.engine.match(petition)
    cut = parts(match, triage.rulebook)
    whole, plain, accusing = triage.decide([petition, *(part.petition for part in cut)], TODAY)
    lead = plain.assignment.lead
    assert lead is not None
    held = replace(accusing.assignment, withheld=(Withheld(lead.code, lead.name, "被反映单位"),))
    several = joined(
        Whole(match, whole, cut, triage.rulebook.matters), [plain, replace(accusing, assignment=held)], triage.rulebook
    )
    given = several.matters[0].answer.assignment
    assert given.lead is None
    assert given.unclear
    assert lead.code not in {name.code for name in (*given.supporting, *given.candidates)}
    assert visible(MIXED, several.matters, lead.code) == ()


PLAIN = st.sampled_from(
    [
        *["公交车班次太少，希望增加公交", "工地夜间施工噪音污染很大", "小学强制收补课费，乱收费"],
        *["公司拖欠工资半年", "养猪场的污水污染了河道", "大家都等着答复呢"],
    ]
)
ACCUSING = st.sampled_from(
    ["村支书贪污低保款，请纪委查处", "举报镇长收受贿赂", "村主任侵占征地补偿款，优亲厚友", "局长以权谋私，官商勾结"]
)
FORMS = st.sampled_from(["{}、", "({})", "另外，", "还有一个问题，"])
TITLES = st.sampled_from(["", "反映问题", "举报镇长受贿", "村里的公交"])


@given(items=st.lists(st.one_of(PLAIN, PLAIN, ACCUSING), min_size=2, max_size=6), title=TITLES, form=FORMS)
@settings(max_examples=150, deadline=None)
def test_no_character_of_an_accusation_reaches_another_recipient(
    triage: Triage, items: list[str], title: str, form: str
) -> None:
    petition = Petition("1", "。".join(form.format(number) + item for number, item in enumerate(items, 1)), title)
    match = triage.engine.match(petition)
    cut = parts(match, triage.rulebook)
    if not cut:
        return
    whole, *rest = triage.decide([petition, *(part.petition for part in cut)], TODAY)
    several = joined(Whole(match, whole, cut, triage.rulebook.matters), rest, triage.rulebook)
    text = petition.text
    assert_disjoint(several.matters)
    for code in recipients(several.matters) - accusing_leads(several.matters):
        read = {place for span in visible(text, several.matters, code) for place in range(span.start, span.end)}
        assert read.isdisjoint(places(several.matters))
        if len(several.matters) > 1:
            seen = "".join(text[place] for place in sorted(read))
            assert not any(word in seen for word in ("贪污", "贿", "纪委", "村支书", "镇长", "村主任", "局长"))


CODES = st.sampled_from(["04.02", "04.02.03", "04.05", "14.03", "15.03", "15.06", "05.02", "16", "16.99"])
SAID = st.tuples(CODES, st.sampled_from([0.3, 0.55, 0.9]))


@given(said=st.lists(SAID, min_size=3, max_size=3), accusing=st.integers(0, 3), long=st.booleans())
@settings(max_examples=150, deadline=None)
def test_parts_that_are_not_decided_are_of_one_matter(
    triage: Triage, said: list[Said], accusing: int, long: bool
) -> None:
    """`accusing`: so many parts from the end accuse."""
    petition = Petition("1", LONG if long else BODY)
    cut = parts(triage.engine.match(petition), triage.rulebook)
    first, accusation, *rest = triage.decide([petition, Petition("2", MIXED), *(part.petition for part in cut)], TODAY)
    assert accusation.kind is not None
    assert accusation.kind.code == "accusation"
    decisions = [
        replace(_told(decision, *each), kind=accusation.kind if len(cut) - at <= accusing else decision.kind)
        for at, (decision, each) in enumerate(zip(rest, said, strict=True))
    ]
    whole = Whole(triage.engine.match(petition), first, cut, triage.rulebook.matters)
    several = joined(whole, decisions, triage.rulebook)
    seen = look_at(whole, list(map(told_of, decisions)))
    if not may_differ(seen, triage.rulebook.matters):
        assert len(several.matters) == 1


RULED = st.one_of(st.none(), st.tuples(CODES, st.booleans(), st.sampled_from([2.0, 8.0])))
"""What the rules say of a part: a category, whether clearly, with so many points."""


@given(ruled=st.lists(RULED, min_size=3, max_size=3), said=st.lists(SAID, min_size=3, max_size=3), long=st.booleans())
@settings(max_examples=300, deadline=None)
def test_parts_of_which_too_few_can_be_sure_are_of_one_matter(
    triage: Triage, ruled: list[tuple[str, bool, float] | None], said: list[Said], long: bool
) -> None:
    petition, book = Petition("1", LONG if long else BODY), triage.rulebook
    whole = whole_of(triage, petition)
    verdicts = [_verdict(*one) if one else NO_VERDICT for one in ruled]
    heads = [
        HeadPrediction(((code, share), ("10", 1 - share)) if share > 0.5 else ((code, share),)) for code, share in said
    ]
    answers = [answer_category(*one, book) for one in zip(verdicts, heads, strict=True)]
    told = [
        Told(answer.category, None, answer.agreement, one.clear, one.points)
        for answer, one in zip(answers, verdicts, strict=True)
    ]
    maybe = may_be_sure(whole, verdicts, map(category_of, heads), book)
    seen = look_at(whole, told)
    assert all(one or not look.sure for one, look in zip(maybe, seen, strict=True))
    if not too_few(maybe, book.matters):
        return
    assert not may_differ(seen, book.matters)


def test_matters_beside_an_accusation_of_the_whole_petition_are_seen(triage: Triage) -> None:
    """No part accuses by its own kind: words of the introduction do."""
    body = "我要举报村支书贪污受贿。1、账目从来不公开。2、对群众态度恶劣。另外，小区停水三天了没人管。"
    (decision,) = triage.decide([Petition("1", body, "举报镇长受贿")], TODAY)
    leads = [one.assignment.lead.code for one in decision.matters if one.assignment.lead]
    assert Reason.SEVERAL_MATTERS in decision.review_reasons
    assert leads[0] == DISCIPLINE
    assert len(set(leads)) == 2


def test_where_the_rules_answer_counts_points_make_a_part_sure(triage: Triage) -> None:
    policy = triage.rulebook.policy
    combination = {**policy.combination, Agreement.DISAGREE: Combination(answer="rules", best_band=Band.REVIEW)}
    book = replace(triage.rulebook, policy=policy.model_copy(update={"combination": combination}))
    petition = Petition("1", LONG)
    whole = whole_of(triage, petition)
    said = [_verdict(code, False, 8.0) for code in ("04.02", "14.03", "16.99")], ["15.03"] * 3
    assert not too_few(may_be_sure(whole, *said, book), book.matters)
    assert too_few(may_be_sure(whole, *said, triage.rulebook), book.matters)


def test_a_petition_of_two_sure_parts_is_looked_at_more_closely(triage: Triage) -> None:
    petition, book = Petition("1", LONG), triage.rulebook
    whole = whole_of(triage, petition)
    rules = [_verdict("04.02", True, 8.0), _verdict("14.03", True, 8.0), NO_VERDICT]
    assert not too_few(may_be_sure(whole, rules, ["04.02.03", "14.03", "16"], book), book.matters)
    assert too_few(may_be_sure(whole, rules, ["04.02.03", "15.03", "16"], book), book.matters)


NO_VERDICT = RuleVerdict(None, False, {}, {}, None, Urgency.ORDINARY, (), None)


def _verdict(code: str, clear: bool, points: float) -> RuleVerdict:
    steps = ancestors(code)
    deeper = dict(pairwise(steps))
    return RuleVerdict(code, clear, dict.fromkeys(steps, points), deeper, None, Urgency.ORDINARY, (), None)


def assert_disjoint(matters: Sequence[Matter]) -> None:
    edges = sorted((span.start, span.end) for matter in matters for span in matter.spans)
    assert all(start >= end for (_, end), (start, _) in pairwise(edges))


def recipients(matters: Sequence[Matter]) -> set[str]:
    given_to = [matter.answer.assignment for matter in matters]
    return {name.code for each in given_to for name in (each.lead, *each.supporting) if name}


def accusing_leads(matters: Sequence[Matter]) -> set[str]:
    return recipients([matter for matter in matters if matter.accusation])


def places(matters: Sequence[Matter]) -> set[int]:
    return {place for each in matters if each.accusation for s in each.spans for place in range(s.start, s.end)}


def test_parts_keep_what_routing_needs_and_no_foreign_title(triage: Triage) -> None:
    petition = Petition("7", APART[0][0], "两件事", region="城东", received_at=TODAY, respondents=("housing",))
    cut: tuple[Part, ...] = parts(triage.engine.match(petition), triage.rulebook)
    assert [part.petition.title for part in cut] == ["", ""]
    assert {(part.petition.id, part.petition.region, part.petition.received_at) for part in cut} == {
        ("7", "城东", TODAY)
    }
    assert all(part.petition.respondents == ("housing",) for part in cut)
    assert all(part.petition.text == petition.text[part.span.start : part.span.end] for part in cut)


def test_a_petition_of_one_matter_has_no_parts(triage: Triage) -> None:
    assert parts(triage.engine.match(Petition("1", "家里停水三天。")), triage.rulebook) == ()


# ── what recipients may read ────────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_tells_each_matter_what_its_recipients_may_read() -> None:
    """An accusation beside another matter: nobody but the discipline side is shown a character of it."""
    text = "反映两件事：一是小区停水三天没有人管。二是村支书贪污低保款，请纪委查处。"
    (decision,) = build_triage(Settings()).decide([Petition("1", text)], date(2026, 11, 20))
    matters = {matter.kind.code if matter.kind else "": matter for matter in decision.matters}
    accusation, other = matters.pop("accusation"), matters.popitem()[1]
    shown = "".join(text[span.start : span.end] for span in other.visible)
    assert "停水" in shown and "贪污" not in shown
    assert "".join(text[span.start : span.end] for span in accusation.visible) == text
    assert decision.assignment.lead is not None and decision.assignment.lead.code == "discipline"

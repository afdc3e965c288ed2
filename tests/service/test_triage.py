"""The main flow: how two verdicts become one decision, who leads, and when a person must look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from classifier.model import Classifier
from classifier.prediction import ALL, HeadPrediction, Prediction, Wanted
from rules.engine import Engine
from rules.petition import Petition
from rules.policy import Agreement, Band
from rules.reading import Reading
from rules.rule import Kind, Urgency
from rules.rulebook import Rulebook
from rules.tally import Points
from rules.value import replace
from rules.verdict import RuleVerdict, judge
from service.answer import answer_kind
from service.decision import Decision, LabelSaid, Reason
from service.json_form import json_bytes
from service.leads import LIKELY_LEADS
from service.triage import Triage
from service.words import words

Decide = Callable[..., Decision]
Office = Callable[..., Triage]
TODAY = date(2026, 11, 20)
WATER_95 = {"01.01.01": 0.95, "02.01": 0.05}
SILENT_TEXT = "你们辛苦了"


def leads(decision: Decision) -> str | None:
    return decision.assignment.lead.code if decision.assignment.lead else None


# ── how the verdicts stand to each other ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said", "stand"),
    [
        ("家里停水", {"01.01.01": 0.95}, Agreement.AGREE),
        ("家里停水", {"01.01.02": 0.95}, Agreement.AGREE),
        ("家里停水", {"01.02": 0.95}, Agreement.SAME_BRANCH),
        ("家里停水", {"02.01": 0.95}, Agreement.DISAGREE),
        (SILENT_TEXT, {"02.01": 0.95}, Agreement.CLASSIFIER_ONLY),
        ("家里停水", {"我们的类": 0.95}, Agreement.CLASSIFIER_ONLY),
        ("家里停水", None, Agreement.RULES_ONLY),
        (SILENT_TEXT, None, Agreement.NEITHER),
    ],
)
def test_verdicts_stand_to_each_other_as_the_table_says(
    decide: Decide, text: str, said: dict[str, float] | None, stand: Agreement
) -> None:
    heads = {} if said is None else {"category": said}
    assert decide(text, **heads).verdicts.agreement is stand


def test_same_second_level_is_agreement_though_the_third_differs(decide: Decide) -> None:
    assert decide("家里停水", category={"01.01.02": 0.95}).category.code == "01.01.02"


def test_a_first_level_label_agrees_with_a_rule_below_it(decide: Decide) -> None:
    assert decide("家里停水", category={"01": 0.95}).verdicts.agreement is Agreement.AGREE


@pytest.mark.parametrize("said", ["01.01.01", "01.02", "02.01"])
def test_the_classifier_answers_wherever_it_speaks(decide: Decide, said: str) -> None:
    assert decide("家里停水", category={said: 0.95}).category.code == said


def test_rules_answer_when_no_classifier_speaks(decide: Decide) -> None:
    assert decide("家里停水").category.code == "01.01.01"


def test_an_answer_of_rules_alone_has_no_confidence(decide: Decide) -> None:
    assert decide("家里停水").category.confidence is None


def test_nobody_speaking_is_no_answer(decide: Decide) -> None:
    assert decide(SILENT_TEXT).category is None


def test_the_policy_may_let_rules_answer_in_a_disagreement(small: Rulebook, office: Office) -> None:
    table = small.policy.combination
    changed = {**table, Agreement.DISAGREE: table[Agreement.DISAGREE].model_copy(update={"answer": "rules"})}
    rulebook = replace(small, policy=small.policy.model_copy(update={"combination": changed}))
    (decision,) = office(rulebook, category={"02.01": 0.95}).decide([Petition("1", "家里停水")], TODAY)
    assert decision.category.code == "01.01.01"


def test_both_verdicts_stand_apart_in_the_decision(decide: Decide) -> None:
    verdicts = decide("家里停水", category={"02.01": 0.7, "01.01.01": 0.3}).verdicts
    assert (verdicts.rules.category, verdicts.classifier) == ("01.01.01", {"category": LabelSaid("02.01", 0.7)})


def test_a_missing_classifier_has_no_verdict(decide: Decide) -> None:
    assert decide("家里停水").verdicts.classifier is None


def test_the_classifier_is_handed_what_the_rules_give(office: Office) -> None:
    @dataclass
    class Listening:
        version: str = "listening"
        heard: Sequence[Points] = ()

        def predict(
            self, readings: Sequence[Reading], points: Sequence[Points], wanted: Wanted = ALL
        ) -> list[Prediction]:
            self.heard = points
            return [Prediction({})] * len(readings)

    listening = Listening()
    replace(office(), classifier=listening).decide([Petition("1", "家里停水"), Petition("2", SILENT_TEXT)], TODAY)
    assert listening.heard == [{"01": 4.0, "01.01": 4.0, "01.01.01": 4.0}, {}]


# ── two rules ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_rules_that_disagree_are_not_clear(decide: Decide) -> None:
    assert decide("停水，公交也不来").verdicts.rules.clear is False


def test_of_two_rules_that_disagree_with_equal_points_the_first_code_counts(decide: Decide) -> None:
    assert decide("公交不来，还停水").category.code == "01.01.01"


def test_of_two_rules_that_disagree_the_one_with_more_points_counts(decide: Decide) -> None:
    assert decide("自来水的站台，公交不来").category.code == "02.01"


def test_the_classifier_settles_what_two_rules_leave_open(decide: Decide) -> None:
    decision = decide("停水，公交也不来", category={"02.01": 0.95})
    assert (decision.category.code, decision.review_reasons) == ("02.01", ())


# ── bands ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("confidence", "band"),
    [
        (1.0, Band.AUTO),
        (0.9, Band.AUTO),
        (0.89, Band.SUGGEST),
        (0.5, Band.SUGGEST),
        (0.49, Band.REVIEW),
        (0.0, Band.REVIEW),
    ],
)
def test_the_band_follows_the_confidence_where_both_agree(decide: Decide, confidence: float, band: Band) -> None:
    assert decide("家里停水", category={"01.01.01": confidence}).band is band


@pytest.mark.parametrize(
    ("text", "said"),
    [("家里停水", {"01.02": 0.99}), (SILENT_TEXT, {"01.01.01": 0.99}), ("站台没有雨棚", {"01.01.01": 0.99})],
    ids=["same_branch", "classifier_only", "disagree"],
)
def test_a_sure_classifier_alone_is_never_sent_on(decide: Decide, text: str, said: dict[str, float]) -> None:
    assert decide(text, category=said).band is Band.SUGGEST


def test_rules_alone_suggest(decide: Decide) -> None:
    assert decide("家里停水").band is Band.SUGGEST


def test_no_answer_goes_to_a_clerk(decide: Decide) -> None:
    assert decide(SILENT_TEXT).band is Band.REVIEW


def test_confidence_is_of_the_branch_not_of_the_label(decide: Decide) -> None:
    said = {"01.01.01": 0.5, "01.01.02": 0.45, "02.01": 0.05}
    assert decide("家里停水", category=said).category.confidence == pytest.approx(0.95)


def test_shares_that_sum_to_a_little_over_one_are_still_a_probability(decide: Decide) -> None:
    assert decide("家里停水", category={"01.01.01": 0.6, "01.01.02": 0.4000001}).category.confidence == 1.0


# ── reasons for a person to look ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "heads", "reasons"),
    [
        ("家里停水", {"category": WATER_95}, ()),
        ("家里停水", {"category": {"01.01.01": 0.4}}, (Reason.LOW_CONFIDENCE,)),
        ("家里停水", {"category": {"02.01": 0.95}}, (Reason.DISAGREEMENT,)),
        ("站台没有雨棚", {"category": {"01.01.01": 0.95}}, ()),
        (SILENT_TEXT, {}, (Reason.NO_ANSWER,)),
        ("道路不平", {}, (Reason.NO_DEPARTMENT,)),
        (SILENT_TEXT, {"category": {"我们的类": 0.95}}, (Reason.NO_DEPARTMENT,)),
        ("停车没有地方", {}, (Reason.DUTY_UNCLEAR,)),
        ("停水是因为科长索贿", {"category": WATER_95}, (Reason.ACCUSATION, Reason.NO_DEPARTMENT)),
        (
            "家里停水",
            {"category": WATER_95, "kind": {"accusation": 0.6}},
            (Reason.ACCUSATION, Reason.NO_DEPARTMENT),
        ),
        ("停水，煤气泄漏", {"category": WATER_95}, (Reason.CRITICAL,)),
    ],
)
def test_a_person_looks_for_these_reasons(
    decide: Decide, text: str, heads: dict[str, dict[str, float]], reasons: tuple[Reason, ...]
) -> None:
    assert decide(text, **heads).review_reasons == reasons


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("家里停水", {"category": {"02.01": 0.99}}),
        ("停水是因为科长索贿", {"category": {"01.01.01": 0.99}}),
        ("停水，煤气泄漏", {"category": {"01.01.01": 0.99}}),
        ("停车没有地方", {"category": {"02.99": 0.99}}),
        (SILENT_TEXT, {"category": {"03.01": 0.99}}),
    ],
    ids=["disagreement", "accusation", "critical", "unclear duty", "no department"],
)
def test_any_reason_sends_even_a_sure_answer_to_a_clerk(
    decide: Decide, text: str, heads: dict[str, dict[str, float]]
) -> None:
    assert decide(text, **heads).band is Band.REVIEW


def test_the_most_pressing_reason_stands_first(decide: Decide) -> None:
    reasons = decide("煤气泄漏，科长索贿不修").review_reasons
    assert reasons == (Reason.CRITICAL, Reason.ACCUSATION, Reason.NO_ANSWER)


def test_every_reason_has_words_for_clerks() -> None:
    assert set(words().reasons) == set(Reason)


# ── candidates ──────────────────────────────────────────────────────────────────────────────────────────────────────


def codes(decision: Decision) -> list[str]:
    return [candidate.code for candidate in decision.candidates]


def test_the_chosen_category_is_the_first_candidate(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.01.01": 0.3, "01.01.02": 0.3, "02.01": 0.4})
    assert codes(decision)[0] == decision.category.code == "01.01.01"


def test_the_likeliest_branch_beats_the_likeliest_label(decide: Decide) -> None:
    said = {"02.01": 0.4, "01.01.02": 0.35, "01.02": 0.25}
    assert decide(SILENT_TEXT, category=said).category.code == "01.01.02"


def test_candidates_speak_for_whole_branches(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.01.01": 0.3, "01.01.02": 0.3, "02.01": 0.4})
    assert [candidate.probability for candidate in decision.candidates] == pytest.approx([0.6, 0.4])


def test_each_branch_stands_once_among_the_candidates(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.01.01": 0.4, "01.01.02": 0.3, "01.02": 0.2, "02.01": 0.1})
    assert codes(decision) == ["01.01.01", "01.02", "02.01"]


def test_candidates_are_as_many_as_the_policy_allows(decide: Decide) -> None:
    said = {"01.01": 0.4, "01.02": 0.3, "02.01": 0.2, "02.02": 0.06, "03.01": 0.04}
    assert codes(decide(SILENT_TEXT, category=said)) == ["01.01", "01.02", "02.01"]


def test_what_rules_say_is_appended_to_the_candidates(decide: Decide) -> None:
    said = {"01.01": 0.4, "01.02": 0.3, "01.03": 0.2, "02.01": 0.1}
    last = decide("公交不来", category=said).candidates[-1]
    assert (last.code, last.probability) == ("02.01", None)


def test_what_rules_say_is_not_listed_twice(decide: Decide) -> None:
    said = {"01.01": 0.6, "02.01": 0.4}
    assert codes(decide("公交不来", category=said)) == ["01.01", "02.01"]


def test_candidates_carry_their_names_from_the_first_level(decide: Decide) -> None:
    assert decide("家里停水").candidates[0].path == ("城乡建设", "供水", "停水")


def test_no_answer_has_no_candidates(decide: Decide) -> None:
    assert decide(SILENT_TEXT).candidates == ()


# ── refinement, and an office's own classes ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("said", ["01", "01.01"])
def test_rules_refine_a_shallower_label(decide: Decide, said: str) -> None:
    assert decide("家里停水", category={said: 0.95}).category.code == "01.01.01"


def test_rules_that_lose_as_a_whole_refine_within_the_chosen_branch(decide: Decide) -> None:
    assert decide("公交，公交站台，停水", category={"01": 0.95}).category.code == "01.01.01"


def test_a_refined_category_keeps_the_confidence_of_the_label(decide: Decide) -> None:
    assert decide("家里停水", category={"01": 0.93, "02": 0.07}).category.confidence == pytest.approx(0.93)


def test_labels_of_two_levels_that_become_one_category_add_up(decide: Decide) -> None:
    assert decide("家里停水", category={"01.01": 0.6, "01.01.01": 0.4}).category.confidence == pytest.approx(1.0)


def test_a_refined_category_is_the_first_candidate(decide: Decide) -> None:
    assert codes(decide("家里停水", category={"01": 0.93, "02": 0.07})) == ["01.01.01", "02"]


def test_shallower_rules_do_not_blunt_a_deeper_label(decide: Decide) -> None:
    assert decide("自来水的问题", category={"01.01.02": 0.95}).category.code == "01.01.02"


def test_rules_of_another_branch_refine_nothing(decide: Decide) -> None:
    assert decide("公交不来", category={"01": 0.95}).category.code == "01"


def test_an_own_class_is_its_own_path(decide: Decide) -> None:
    answer = decide("家里停水", category={"我们的类": 0.95}).category
    assert (answer.code, answer.path, answer.confidence) == ("我们的类", ("我们的类",), 0.95)


def test_rules_stand_beside_an_own_class_as_a_candidate(decide: Decide) -> None:
    assert codes(decide("家里停水", category={"我们的类": 0.95})) == ["我们的类", "01.01.01"]


@pytest.mark.parametrize("label", ["停水/断水", "停水 断水", "A", "1.供水", "1.1.1.1 供水", "v1.0.0.2"])
def test_an_own_class_may_be_called_anything(decide: Decide, label: str) -> None:
    assert decide("家里停水", category={label: 0.95}).category.code == label


def test_own_classes_with_a_dot_are_no_branches(decide: Decide) -> None:
    said = {"1.供水": 0.3, "1.排水": 0.3, "2.公交": 0.4}
    assert decide(SILENT_TEXT, category=said).category.code == "2.公交"


# ── who leads ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_names_the_lead_and_those_who_support(decide: Decide) -> None:
    assignment = decide("家里停水").assignment
    assert assignment.lead.name == "水务局"
    assert [department.name for department in assignment.supporting] == ["城管局", "区政府"]


def test_a_row_whose_words_hold_goes_before_the_plain_row(decide: Decide) -> None:
    assert leads(decide("广场舞太吵")) == "station"


def test_a_respondent_changes_who_leads(decide: Decide) -> None:
    assert leads(decide("", Petition("1", "噪音", respondents=("urban",)))) == "government"


def test_a_respondent_may_be_named(decide: Decide) -> None:
    assert leads(decide("", Petition("1", "噪音", respondents=("城管局",)))) == "government"


def test_a_first_level_without_a_row_falls_to_its_other_matters(decide: Decide) -> None:
    assert leads(decide(SILENT_TEXT, category={"02": 0.95})) == "government"


def test_a_category_without_a_row_has_no_lead(decide: Decide) -> None:
    assert leads(decide("道路不平")) is None


def test_a_learnt_lead_goes_before_the_table(decide: Decide) -> None:
    assert leads(decide("家里停水", category=WATER_95, department={"urban": 0.8, "water": 0.2})) == "urban"


@pytest.mark.parametrize("label", ["自来水公司", "水务局", "water"])
def test_a_learnt_lead_is_known_by_any_of_its_names(decide: Decide, label: str) -> None:
    assert leads(decide("公交不来", department={label: 0.8})) == "water"


def test_a_learnt_lead_the_table_does_not_know_keeps_its_name(decide: Decide) -> None:
    lead = decide("公交不来", department={"热线办": 0.8}).assignment.lead
    assert (lead.code, lead.name) == ("热线办", "热线办")


def test_a_learnt_lead_is_enough_where_the_table_has_no_row(decide: Decide) -> None:
    assert decide("道路不平", department={"transport": 0.8}).review_reasons == ()


@pytest.mark.parametrize("learnt", ["water", "urban", "government", "transport"])
def test_those_who_support_never_hold_the_lead(decide: Decide, learnt: str) -> None:
    assignment = decide("家里停水", category=WATER_95, department={learnt: 0.8}).assignment
    assert assignment.lead.code not in [department.code for department in assignment.supporting]


def test_learnt_departments_are_the_candidates(decide: Decide) -> None:
    assignment = decide("家里停水", department={"urban": 0.7, "自来水公司": 0.3}).assignment
    assert [(c.code, c.probability) for c in assignment.candidates] == [("urban", 0.7), ("water", 0.3)]


def shares(decision: Decision) -> dict[str, float]:
    return {candidate.code: candidate.probability for candidate in decision.assignment.candidates}


def test_a_department_gathers_the_probability_of_all_categories_it_leads(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.02": 0.6, "01.03": 0.4})
    assert shares(decision) == pytest.approx({"urban": 1.0})


def test_those_who_support_may_lead_too_with_equal_shares(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.01": 1.0})
    part = LIKELY_LEADS.supporting / 2
    assert shares(decision) == pytest.approx(
        {"water": LIKELY_LEADS.own + LIKELY_LEADS.broad, "urban": part, "government": part}
    )


def test_departments_share_out_no_more_than_there_is(decide: Decide) -> None:
    said = {"01.01": 0.5, "01.02": 0.2, "01.03": 0.1, "02.01": 0.2}
    assert sum(shares(decide(SILENT_TEXT, category=said)).values()) <= 1


def test_departments_have_no_probability_when_rules_alone_spoke(decide: Decide) -> None:
    assert set(shares(decide("家里停水")).values()) == {None}


def first_candidate(decision: Decision) -> str:
    return decision.assignment.candidates[0].code


def test_the_lead_is_the_first_candidate_though_another_gathers_more(decide: Decide) -> None:
    decision = decide(SILENT_TEXT, category={"01.01": 0.34, "01.02": 0.33, "01.03": 0.33})
    assert first_candidate(decision) == leads(decision) == "water"


def test_the_lead_of_a_refined_category_is_the_first_candidate(decide: Decide) -> None:
    decision = decide("公交不来", category={"02": 0.95})
    assert first_candidate(decision) == leads(decision) == "transport"


# ── on what ground, and where ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("received_at", "cite"),
    [
        (date(2019, 12, 31), "旧供水条例第1条"),
        (date(2020, 1, 1), "新供水条例第2条"),
        (None, "新供水条例第2条"),
    ],
)
def test_the_basis_is_the_one_in_force_on_the_day_of_receipt(
    decide: Decide, received_at: date | None, cite: str
) -> None:
    decision = decide("", Petition("1", "家里停水", received_at=received_at))
    assert [basis.cite for basis in decision.assignment.basis] == [cite, "城市供水办法第3条"]


def test_the_day_of_deciding_stands_in_for_a_missing_day_of_receipt(decide: Decide) -> None:
    assert decide("家里停水", today=date(2019, 1, 1)).assignment.basis[0].cite == "旧供水条例第1条"


def test_a_basis_says_how_it_was_checked(decide: Decide) -> None:
    assert [basis.source for basis in decide("家里停水").assignment.basis] == ["verified", "own-knowledge"]


@pytest.mark.parametrize(
    ("text", "territory"),
    [("青禾小区停水", "城东街道"), ("青禾苑停水", "城东街道"), ("柳湾村停水", "柳湾村"), ("停水", None)],
)
def test_a_place_points_to_its_territory(decide: Decide, text: str, territory: str | None) -> None:
    assert decide(text).assignment.territory == territory


def test_two_places_are_asked_not_guessed(decide: Decide) -> None:
    assert decide("青禾小区和柳湾村都停水").assignment.territory is None


# ── urgency and kind ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_critical_text_names_the_line_to_call(decide: Decide) -> None:
    urgency = decide("煤气泄漏了").urgency
    assert (urgency.level, urgency.call, urgency.reason) == ("特急", ("119",), "煤气泄漏会爆炸。")


def test_an_urgent_text_is_looked_at_too(decide: Decide) -> None:
    decision = decide("路灯倒了，路面塌陷")
    assert (decision.urgency.level, decision.review_reasons) == ("加急", (Reason.CRITICAL,))


def test_the_most_urgent_rule_counts(decide: Decide) -> None:
    assert decide("路面塌陷，煤气泄漏").urgency.level == "特急"


def test_all_lines_of_the_most_urgent_level_are_called(national: Rulebook, engine: Engine) -> None:
    said = judge(engine.match(Petition("1", "高压线断了掉在路上，还在冒火花")), 2)
    assert {"119", "供电公司"} <= set(said.call)
    assert len(said.call) == len(set(said.call))


def test_without_an_urgency_rule_a_text_is_ordinary(decide: Decide) -> None:
    urgency = decide("家里停水").urgency
    assert (urgency.level, urgency.call, urgency.reason) == ("一般", (), None)


def test_the_kind_of_rules_has_no_confidence(decide: Decide) -> None:
    kind = decide("请问停水到几点").kind
    assert (kind.code, kind.name, kind.confidence) == ("inquiry", "咨询", None)


def test_where_rules_see_no_kind_the_classifier_says_it(decide: Decide) -> None:
    kind = decide("家里停水", kind={"appeal": 0.7, "inquiry": 0.3}).kind
    assert (kind.code, kind.name, kind.confidence) == ("appeal", "申诉求决", 0.7)


def test_a_kind_of_the_rules_goes_before_a_classifier_that_no_rows_of_the_office_vouch_for() -> None:
    head = HeadPrediction((("appeal", 0.7), ("inquiry", 0.3)))
    vouched = HeadPrediction(head.ranked, trust="suggest")
    rules = RuleVerdict(None, False, {}, {}, Kind.INQUIRY, Urgency.ORDINARY, (), None)
    names = words().kind_names
    answers = [answer_kind(rules, said, names) for said in (head, vouched)]
    assert [answer.code for answer in answers if answer] == ["inquiry", "appeal"]


def test_an_accusation_that_rules_see_is_never_overruled(decide: Decide) -> None:
    assert decide("科长索贿", kind={"appeal": 0.99}).kind.code == "accusation"


def test_no_kind_is_no_kind(decide: Decide) -> None:
    assert decide("家里停水").kind is None


def test_an_own_kind_keeps_its_name(decide: Decide) -> None:
    assert decide("家里停水", kind={"表扬": 0.9}).kind.name == "表扬"


# ── a decision can be replayed ──────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_repeats_byte_for_byte(decide: Decide) -> None:
    text = "青禾小区停水，站台和公交也有噪音，请问怎么办，煤气泄漏，科长索贿"
    said = {"category": {"01.01.01": 0.5, "02.01": 0.5}, "kind": {"appeal": 0.5, "inquiry": 0.5}}
    first, second = (json_bytes(decide(text, **said)) for _ in range(2))
    assert first == second


def test_a_decision_does_not_depend_on_its_neighbours(trained: Classifier, office: Office) -> None:
    triage = replace(office(), classifier=trained)
    petitions = [Petition(str(n), text) for n, text in enumerate(["家里停水", "楼下噪音", "公交不来", "", "路灯"])]
    together = triage.decide(petitions, TODAY)
    alone = [triage.decide([petition], TODAY)[0] for petition in petitions]
    assert together == alone


def test_decisions_come_in_the_order_of_the_petitions(office: Office) -> None:
    petitions = [Petition(str(number), "家里停水") for number in (3, 1, 2)]
    assert [decision.petition_id for decision in office().decide(petitions, TODAY)] == ["3", "1", "2"]


def test_no_petitions_are_no_decisions(office: Office) -> None:
    assert office(category=WATER_95).decide([], TODAY) == []


def test_three_versions_stand_in_every_decision(decide: Decide, small: Rulebook) -> None:
    versions = decide("家里停水", category=WATER_95).versions
    assert (versions.code, versions.rulebook, versions.model) == ("0.1", small.digest, "told-1")


def test_no_model_is_told_as_no_model(decide: Decide) -> None:
    assert decide("家里停水").versions.model is None


def test_no_number_of_a_person_counts(trained: Classifier, office: Office) -> None:
    triage = replace(office(), classifier=trained)
    text = "家里停水，电话{}，身份证{}"
    one, other = triage.decide(
        [
            Petition("1", text.format("13800000001", "110101199001010011")),
            Petition("1", text.format("13977774242", "440301198512319876")),
        ],
        TODAY,
    )
    assert replace(one, evidence=()) == replace(other, evidence=())


def test_channel_and_region_do_not_count(office: Office) -> None:
    plain, other = Petition("1", "家里停水"), Petition("1", "家里停水", channel="来访", region="A区")
    assert office().decide([plain], TODAY) == office().decide([other], TODAY)

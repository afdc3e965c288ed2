"""The guards: an accusation never reaches the accused, nobody answers for its own conduct, doubt goes to a person."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.match import Match
from rules.occurrences import Listed
from rules.petition import Petition
from rules.reading import Reading
from rules.respondent_file import Sort
from rules.respondents import Respondent
from rules.rule import Kind
from rules.rulebook import Rulebook, load
from service.decision import Assignment, BasisText, DepartmentCandidate, DepartmentName, KindAnswer, Reason
from service.guard import Guarded, all_respondents, guard, is_accusation


@lru_cache(maxsize=1)
def national() -> Rulebook:
    return load("national")


CODES = sorted(national().departments.by_code)


def named(code: str) -> DepartmentName:
    return DepartmentName(code, national().departments[code].name)


def sent(lead: str | None, *supporting: str, **more: str) -> Assignment:
    """An assignment whose recipients are its candidates too."""
    codes = ([lead] if lead else []) + list(supporting)
    candidates = tuple(DepartmentCandidate(code, named(code).name, 0.5) for code in codes)
    return Assignment(named(lead) if lead else None, tuple(named(code) for code in supporting), candidates, **more)


def accused(code: str | None, certain: bool = True, name: str = "某单位") -> Respondent:
    return Respondent(0, 3, name, code, Sort.ACCUSATION, certain)


def complained(code: str | None, certain: bool = True, name: str = "某单位") -> Respondent:
    return Respondent(0, 3, name, code, Sort.CONDUCT, certain)


def guarded(assignment: Assignment, *respondents: Respondent, kind: str | None = "appeal") -> Guarded:
    return guard(assignment, respondents, kind, national())


def lead(result: Guarded) -> str | None:
    return result.assignment.lead.code if result.assignment.lead else None


def codes(names: tuple[DepartmentName, ...] | tuple[DepartmentCandidate, ...]) -> list[str]:
    return [name.code for name in names]


def withheld(result: Guarded) -> set[str]:
    return {one.code for one in result.assignment.withheld}


# ── an accusation ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_accusation_goes_to_the_discipline_body_alone() -> None:
    result = guarded(sent("housing", "town", territory="柳湾村"), accused("town"))
    assert (lead(result), result.assignment.supporting, result.assignment.candidates) == ("discipline", (), ())
    assert result.reasons == (Reason.ACCUSATION,)


def test_an_accusation_names_no_territory() -> None:
    assert guarded(sent("housing", territory="柳湾村"), accused("village")).assignment.territory is None


def test_the_accused_and_all_below_are_withheld_with_reasons() -> None:
    result = guarded(sent("housing"), accused("public-security"))
    assert {"public-security", "police-station", "traffic-police"} <= withheld(result)
    reasons = {one.code: one.reason for one in result.assignment.withheld}
    assert "第30条" in reasons["public-security"]
    assert "“公安局”的下属" in reasons["police-station"]


def test_the_kind_alone_makes_an_accusation() -> None:
    result = guarded(sent("housing", "town"), kind=Kind.ACCUSATION)
    assert (lead(result), codes(result.assignment.supporting)) == ("discipline", [])


def test_in_an_accusation_even_an_unclear_respondent_is_withheld() -> None:
    assert "town" in withheld(guarded(sent("town"), complained("town", certain=False), kind=Kind.ACCUSATION))


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("village", "discipline"),
        ("court", "discipline"),
        ("discipline", "municipal-discipline"),
        ("party-committee", "municipal-discipline"),
        ("government", "municipal-discipline"),
        ("municipal-public-security", "municipal-discipline"),
        ("municipal-discipline", None),
        ("municipal-government", None),
        ("municipal-party-committee", None),
        ("provincial-government", None),
    ],
)
def test_the_discipline_body_is_never_the_accused_nor_below_it(code: str, body: str | None) -> None:
    assert lead(guarded(sent("housing"), accused(code))) == body


def test_the_basis_of_another_lead_is_dropped() -> None:
    basis = (BasisText("某条例第1条", "verified"),)
    assignment = Assignment(named("housing"), basis=basis)
    assert guarded(assignment, accused("town")).assignment.basis == ()
    assert guarded(Assignment(named("discipline"), basis=basis), accused("town")).assignment.basis == basis


def test_an_accused_school_is_withheld_by_name() -> None:
    result = guarded(sent("education"), accused(None, name="城北中学"))
    assert lead(result) == "discipline"
    assert [(one.code, one.name) for one in result.assignment.withheld] == [("", "城北中学")]


# ── conduct ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("police-station", "public-security"),
        ("public-security", "municipal-public-security"),
        ("village", "town"),
        ("town", "government"),
        ("court", "intermediate-court"),
        ("urban-management", "government"),
        ("discipline", "municipal-discipline"),
        ("intermediate-court", None),
        ("people-congress", None),
    ],
)
def test_conduct_is_for_the_superior(code: str, above: str | None) -> None:
    result = guarded(sent(code), complained(code))
    assert lead(result) == above
    assert code in withheld(result)
    assert result.reasons == (Reason.CONDUCT,)


def test_the_town_police_station_is_no_supporting_department_of_its_own_case() -> None:
    result = guarded(sent("political-legal", "police-station", "justice"), complained("police-station"))
    assert lead(result) == "public-security"
    assert codes(result.assignment.supporting) == ["political-legal", "justice"]
    assert codes(result.assignment.candidates) == ["political-legal", "justice"]


def test_who_led_before_supports() -> None:
    result = guarded(sent("urban-management", "housing"), complained("village"))
    assert (lead(result), codes(result.assignment.supporting)) == ("town", ["urban-management", "housing"])


def test_several_respondents_go_to_their_common_superior() -> None:
    result = guarded(sent("urban-management"), complained("police-station"), complained("urban-management"))
    assert lead(result) == "government"


def test_without_a_common_superior_nobody_leads() -> None:
    result = guarded(sent("town"), complained("town"), complained("court"))
    assert lead(result) is None
    assert result.assignment.unclear


def test_an_unclear_respondent_does_not_become_the_lead() -> None:
    result = guarded(sent("village"), complained("village"), complained("town", certain=False))
    assert lead(result) == "government"


def test_a_village_complained_of_is_no_territory() -> None:
    assert guarded(sent("town", territory="柳湾村"), complained("village")).assignment.territory is None
    assert guarded(sent("town", territory="柳湾村"), complained("education")).assignment.territory == "柳湾村"


def test_a_complaint_of_a_school_stays_with_the_education_bureau() -> None:
    result = guarded(sent("education", "town"), complained(None, name="城北中学"))
    assert (lead(result), codes(result.assignment.supporting)) == ("education", ["town"])
    assert [one.name for one in result.assignment.withheld] == ["城北中学"]
    assert result.reasons == ()


def test_a_company_gives_up_only_a_lead_of_its_own() -> None:
    assert lead(guarded(sent("water-company", "water"), complained("water-company"))) == "water"
    assert lead(guarded(sent("housing"), complained("property-company"))) == "housing"


def test_an_office_label_of_the_same_name_is_no_candidate() -> None:
    label = DepartmentCandidate("城北中学", "城北中学", 0.4)
    assignment = Assignment(named("education"), candidates=(label,))
    assert guarded(assignment, complained(None, name="城北中学")).assignment.candidates == ()


# ── doubt ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_unclear_conduct_leaves_the_suggestion_and_asks_a_person() -> None:
    assignment = sent("urban-management", "town")
    result = guarded(assignment, complained("urban-management", certain=False))
    assert result == Guarded(assignment, (Reason.RESPONDENT_UNCLEAR,))


def test_an_unclear_accusation_leaves_the_lead_open() -> None:
    result = guarded(sent("town", "housing"), accused("town", certain=False))
    assert (lead(result), codes(result.assignment.supporting)) == (None, ["housing"])
    assert {"town", "village"} <= withheld(result)
    assert result.reasons == (Reason.RESPONDENT_UNCLEAR,)


def test_an_unclear_respondent_who_receives_nothing_is_no_reason() -> None:
    assignment = sent("education")
    assert guarded(assignment, complained("court", certain=False)) == Guarded(assignment)


def test_a_lead_settled_by_law_stays_when_it_is_no_respondent() -> None:
    people = (complained("police-station", certain=True),)
    settled = guard(sent("political-legal", "police-station"), people, "appeal", national(), settled=True)
    assert settled.assignment.lead is not None and settled.assignment.lead.code == "political-legal"
    assert {one.code for one in settled.assignment.withheld} >= {"police-station"}
    assert settled.assignment.supporting == () and settled.reasons == (Reason.CONDUCT,)
    accused = guard(sent("police-station"), people, "appeal", national(), settled=True)
    assert accused.assignment.lead is not None and accused.assignment.lead.code != "police-station"


def test_without_respondents_nothing_changes() -> None:
    assignment = sent("education", "town")
    assert guarded(assignment) == Guarded(assignment)


# ── what the caller gives ───────────────────────────────────────────────────────────────────────────────────────────


def heard(*respondents: str, kind: Kind = Kind.APPEAL) -> tuple[Respondent, ...]:
    """Respondents of a petition that complains of nobody in its text."""
    petition = Petition("1", "内容", respondents=respondents)
    match = Match(Reading(petition, petition.text, 0), (), frozenset(), frozenset(), None, {}, (), Listed())
    return all_respondents(match, KindAnswer(kind, "", None), national())


def test_respondents_of_the_caller_are_certain() -> None:
    found = heard("town", "东河派出所", "城北中学")
    assert [(one.department, one.certain) for one in found] == [
        ("town", True),
        ("police-station", True),
        (None, True),
    ]
    assert not is_accusation(found, "appeal")
    assert is_accusation(heard("town", kind=Kind.ACCUSATION), None)


def test_a_name_that_only_holds_that_of_a_department_is_looked_at_by_a_person() -> None:
    """Whoever named the bureau's head or section may mean the bureau: it must not be sent there by itself."""
    for name in ("教育局局长", "县教育局基教科"):
        people = heard(name)
        assert [(one.department, one.certain) for one in people] == [("education", False)]
        assert guard(sent("education"), people, "appeal", national()).reasons == (Reason.RESPONDENT_UNCLEAR,)
        accused = guard(sent("education"), heard(name, kind=Kind.ACCUSATION), "accusation", national())
        assert "education" in {one.code for one in accused.assignment.withheld}


def test_most_callers_give_none() -> None:
    assert heard() == ()


# ── nothing withheld is ever a recipient ────────────────────────────────────────────────────────────────────────────

SOME = st.sampled_from(CODES)
ASSIGNMENTS = st.builds(lambda first, others: sent(first, *others), st.none() | SOME, st.lists(SOME, max_size=5))
RESPONDENTS = st.builds(
    Respondent,
    st.just(0),
    st.just(0),
    st.just("某单位"),
    st.none() | SOME,
    st.sampled_from(Sort),
    st.booleans(),
)
KINDS = st.sampled_from([None, *Kind])


def recipients(assignment: Assignment) -> set[str]:
    leading = [assignment.lead] if assignment.lead else []
    return {name.code for name in (*leading, *assignment.supporting, *assignment.candidates)}


@given(ASSIGNMENTS, st.lists(RESPONDENTS, max_size=4), KINDS)
def test_no_withheld_department_is_a_recipient(
    assignment: Assignment, respondents: list[Respondent], kind: str | None
) -> None:
    result = guarded(assignment, *respondents, kind=kind)
    assert recipients(result.assignment).isdisjoint(withheld(result))


@given(ASSIGNMENTS, st.lists(RESPONDENTS, min_size=1, max_size=4), KINDS)
def test_no_certain_respondent_nor_one_below_it_is_a_recipient(
    assignment: Assignment, respondents: list[Respondent], kind: str | None
) -> None:
    result = guarded(assignment, *respondents, kind=kind)
    out = {one.department for one in respondents if one.certain and one.department}
    below = {code for one in out for code in national().departments.subordinates(one)}
    assert recipients(result.assignment).isdisjoint(out | below)
    assert out | below <= withheld(result)


@given(ASSIGNMENTS, st.lists(RESPONDENTS, max_size=4))
def test_an_accusation_has_one_recipient_at_most(assignment: Assignment, respondents: list[Respondent]) -> None:
    result = guarded(assignment, *respondents, kind=Kind.ACCUSATION)
    assert recipients(result.assignment) <= {"discipline", "municipal-discipline"}
    assert Reason.ACCUSATION in result.reasons


@given(ASSIGNMENTS, st.lists(RESPONDENTS, max_size=4), KINDS)
def test_guarding_twice_changes_no_recipient(
    assignment: Assignment, respondents: list[Respondent], kind: str | None
) -> None:
    once = guarded(assignment, *respondents, kind=kind).assignment
    twice = guarded(once, *respondents, kind=kind).assignment
    assert (twice.lead, recipients(twice)) == (once.lead, recipients(once))


@given(ASSIGNMENTS, st.lists(RESPONDENTS, max_size=4), KINDS)
def test_every_withheld_body_has_its_reason(
    assignment: Assignment, respondents: list[Respondent], kind: str | None
) -> None:
    result = guarded(assignment, *respondents, kind=kind)
    assert all(one.reason and "{" not in one.reason for one in result.assignment.withheld)
    names = [one.code or one.name for one in result.assignment.withheld]
    assert len(names) == len(set(names))

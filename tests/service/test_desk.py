"""The desk: petitions handed in, reviewed, returned, decided anew; what a correction draws after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product

import pytest

from classifier.errors import InputError
from rules.engine import Engine
from rules.petition import Petition
from rules.rule import Kind
from rules.rulebook import Rulebook
from service.correction import Correction
from service.decision import Decision
from service.desk import Desk
from service.errors import ConflictError, NotFoundError
from service.review import ALLOWED, Action, ReasonCode, Review, State
from service.store.records import Origin, PetitionRecord
from service.store.schema import PetitionRow
from service.store.store import Store
from service.triage import Triage
from service.words import words
from tests.service.people import CLERK, SUPERVISOR, Clock, department

Office = Callable[..., Triage]
CONFIRM = Review(Action.CONFIRM)
RETURN = Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY)


def correct(**said: str) -> Review:
    return Review(Action.CORRECT, **said)  # type: ignore[arg-type]


@pytest.fixture
def desk(sqlite_store: Store, office: Office, clock: Clock) -> Desk:
    """The small office's desk; what is about water goes out by itself."""
    triage = office(category={"01.01.01": 0.95})
    return Desk(sqlite_store, lambda: triage, clock)


@pytest.fixture
def number(desk: Desk) -> int:
    """A petition that went out to water; urban and government support."""
    return desk.submit(Petition("2026-1", "家里停水三天了"), CLERK)[0].id


def set_state(desk: Desk, number: int, state: State) -> None:
    with desk.store.database.writing() as session:
        session.get_one(PetitionRow, number).state = state


def recipients(record: PetitionRecord) -> set[str]:
    """Who of the small office may read it."""
    return {code for code in ("water", "urban", "government", "transport", "station") if may_read(record, code)}


def may_read(record: PetitionRecord, code: str) -> bool:
    decision = record.in_force.decision
    assert decision is not None
    assignments = [decision["assignment"], *(matter["assignment"] for matter in decision["matters"])]
    return any(one and one["code"] == code for each in assignments for one in (each["lead"], *each["supporting"]))


# ── handing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_petition_handed_in_is_decided_and_kept(desk: Desk) -> None:
    taken, decision = desk.submit(Petition("1", "家里停水三天了"), CLERK)
    assert taken.new
    assert decision == desk.store.petitions.read(taken.id, CLERK).in_force.decision


def test_a_petition_handed_in_twice_is_decided_once(desk: Desk, number: int) -> None:
    taken, decision = desk.submit(Petition("2026-1", "家里停水三天了"), CLERK)
    assert (taken.id, taken.new) == (number, False)
    assert decision["assignment"]["lead"]["code"] == "water"
    assert len(desk.store.petitions.read(number, CLERK).decisions) == 1


def test_a_petition_handed_in_again_has_the_decision_in_force(desk: Desk, number: int) -> None:
    desk.review(number, 1, correct(category="01.02"), CLERK)
    assert desk.submit(Petition("2026-1", "家里停水三天了"), CLERK)[1]["category"]["code"] == "01.02"


def test_a_purged_petition_handed_in_again_has_no_decision_to_show(desk: Desk, number: int) -> None:
    desk.store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    taken, decision = desk.submit(Petition("2026-1", "家里停水三天了"), CLERK)
    assert (taken.id, taken.new, decision) == (number, False, {})


def test_watchers_hear_of_a_petition_once(sqlite_store: Store, office: Office, clock: Clock) -> None:
    heard: list[tuple[str, str, int]] = []
    triage = office()
    desk = Desk(sqlite_store, lambda: triage, clock, (lambda *told: heard.append((told[0].id, told[1].band, told[2])),))
    for _ in range(2):
        desk.submit(Petition("1", "楼下噪音很大"), CLERK)
    assert heard == [("1", "suggest", 1)]


# ── the table of allowed changes ────────────────────────────────────────────────────────────────────────────────────


def test_the_table_says_of_every_state_and_action_whether_it_is_allowed() -> None:
    assert set(ALLOWED) == set(product(State, Action))


def test_nothing_that_waits_can_be_returned() -> None:
    assert ALLOWED[State.WAITING, Action.RETURN] is None


REVIEWS = {Action.CONFIRM: CONFIRM, Action.CORRECT: correct(category="01.02"), Action.RETURN: RETURN}


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_every_entry_of_the_table_behaves(desk: Desk, number: int, state: State, action: Action) -> None:
    set_state(desk, number, state)
    then = ALLOWED[state, action]
    if then is None:
        with pytest.raises(ConflictError, match=f"petition {number} is {state}: {action} is not possible now"):
            desk.review(number, 1, REVIEWS[action], CLERK)
    else:
        assert desk.review(number, 1, REVIEWS[action], CLERK).item.state is then


def test_a_review_of_an_older_version_is_told_what_happened_even_where_the_state_forbids_it(
    desk: Desk, number: int
) -> None:
    desk.review(number, 1, CONFIRM, SUPERVISOR)
    with pytest.raises(ConflictError) as told:
        desk.review(number, 1, CONFIRM, CLERK)
    assert told.value.happened is not None
    assert told.value.happened["clerk"] == SUPERVISOR.name


@pytest.mark.parametrize(
    ("review", "field"),
    [
        (correct(), "a correction names"),
        (correct(category="09"), "category: no such category is in use"),
        (correct(category=""), "category: no such category is in use"),
        (correct(department="nobody"), "department: no such department is in use"),
        (correct(kind="rumour"), "kind: one of"),
        (Review(Action.CORRECT, category="01.02", reason=ReasonCode.OTHER), "reason: belongs to a return"),
        (Review(Action.CONFIRM, reason=ReasonCode.OTHER), "reason: belongs to a return"),
        (Review(Action.CONFIRM, category="01.02"), "category: cannot be given with confirm"),
        (Review(Action.CONFIRM, kind="appeal"), "kind: cannot be given with confirm"),
        (Review(Action.CONFIRM, department="water"), "department: cannot be given with confirm"),
        (Review(Action.RETURN), "reason: a return says why"),
        (Review(Action.RETURN, reason=ReasonCode.OTHER, department="nobody"), "department: no such department"),
        (Review(Action.RETURN, reason=ReasonCode.OTHER, category="01.02"), "category: cannot be given with return"),
    ],
)
def test_a_review_that_makes_no_sense_is_told_by_field(desk: Desk, number: int, review: Review, field: str) -> None:
    with pytest.raises(InputError, match=field):
        desk.review(number, 1, review, CLERK)
    assert desk.store.petitions.read(number, CLERK).item.version == 1


# ── corrections ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_corrected_category_routes_anew(desk: Desk, number: int) -> None:
    record = desk.review(number, 1, correct(category="01.02"), CLERK)
    assert (record.item.category, record.item.lead) == ("01.02", "urban")
    assert recipients(record) == {"urban"}
    assert record.in_force.origin is Origin.CORRECTION


def test_a_corrected_category_has_no_confidence(desk: Desk, number: int) -> None:
    decision = desk.review(number, 1, correct(category="01.02"), CLERK).in_force.decision
    assert decision is not None
    assert decision["category"]["confidence"] is None


def test_a_corrected_department_leads_and_the_former_one_sees_nothing_more(desk: Desk, number: int) -> None:
    record = desk.review(number, 1, correct(department="transport"), CLERK)
    assert (record.item.lead, record.item.category) == ("transport", "01.01.01")
    assert recipients(record) == {"transport", "urban", "government"}
    with pytest.raises(NotFoundError):
        desk.store.petitions.read(number, department("water"))


def test_a_supporting_department_that_is_named_leads_and_supports_no_more(desk: Desk, number: int) -> None:
    decision = desk.review(number, 1, correct(department="urban"), CLERK).in_force.decision
    assert decision is not None
    assert decision["assignment"]["lead"]["code"] == "urban"
    assert [one["code"] for one in decision["assignment"]["supporting"]] == ["government"]


def test_category_and_department_may_be_corrected_together(desk: Desk, number: int) -> None:
    record = desk.review(number, 1, correct(category="02.01", department="station"), CLERK)
    assert (record.item.category, record.item.lead) == ("02.01", "station")


def test_a_second_correction_adds_to_the_first(desk: Desk, number: int) -> None:
    desk.review(number, 1, correct(category="02.01"), CLERK)
    record = desk.review(number, 2, correct(kind="suggestion"), CLERK)
    assert (record.item.category, record.item.kind, record.item.lead) == ("02.01", "suggestion", "transport")


def test_a_department_named_before_stays_when_the_kind_is_corrected(desk: Desk, number: int) -> None:
    desk.review(number, 1, correct(department="station"), CLERK)
    assert desk.review(number, 2, correct(kind="suggestion"), CLERK).item.lead == "station"


def test_a_department_named_before_does_not_outlive_the_category(desk: Desk, number: int) -> None:
    desk.review(number, 1, correct(department="station"), CLERK)
    assert desk.review(number, 2, correct(category="02.01"), CLERK).item.lead == "transport"


def test_a_department_named_before_does_not_outlive_what_makes_it_an_accusation(desk: Desk, number: int) -> None:
    desk.review(number, 1, correct(department="station"), CLERK)
    assert desk.review(number, 2, correct(kind="accusation"), CLERK).item.lead is None


def test_a_petition_without_a_day_of_receipt_keeps_the_day_on_which_it_came(
    desk: Desk, number: int, clock: Clock
) -> None:
    clock.on(days=40)
    record = desk.review(number, 1, correct(category="01.02"), CLERK)
    decision = record.in_force.decision
    assert decision is not None
    assert decision["received"] == {"date": "2026-11-20", "assumed": True}


def test_what_an_earlier_correction_named_and_the_rulebook_forgot_is_left_out(
    desk: Desk, number: int, office: Office, clock: Clock
) -> None:
    desk.review(number, 1, correct(category="01.02", department="station"), CLERK)
    with desk.store.database.writing() as session:
        session.connection().exec_driver_sql("DROP TRIGGER reviews_no_update")
        session.connection().exec_driver_sql("UPDATE reviews SET category = '77', department = 'closed'")
    assert desk.review(number, 2, correct(kind="suggestion"), CLERK).item.category == "01.01.01"


def test_the_text_of_a_purged_petition_cannot_be_corrected_or_decided_anew(desk: Desk, number: int) -> None:
    desk.store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    with pytest.raises(ConflictError, match="was purged"):
        desk.review(number, 1, correct(category="01.02"), CLERK)
    with pytest.raises(ConflictError, match="was purged"):
        desk.redecide(number, 1, SUPERVISOR)


def test_a_purged_petition_may_be_confirmed(desk: Desk, number: int) -> None:
    desk.store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    assert desk.review(number, 1, CONFIRM, CLERK).item.state is State.SETTLED


# ── returns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FRIDAY = datetime(2026, 11, 20, 2, tzinfo=UTC)


def returned_after(desk: Desk, number: int, clock: Clock, moment: datetime) -> PetitionRecord:
    clock.moment = moment
    return desk.review(number, 1, RETURN, CLERK)


def test_a_department_returns_with_a_reason_and_names_who_is_competent(desk: Desk, number: int) -> None:
    said = Review(Action.RETURN, department="transport", reason=ReasonCode.NOT_OUR_DUTY)
    record = desk.review(number, 1, said, department("water"))
    (review,) = record.reviews
    assert (record.item.state, record.item.returns) == (State.RETURNED, 1)
    assert (review.reason, review.department, review.late) == (ReasonCode.NOT_OUR_DUTY, "transport", False)
    assert record.item.lead == "water"


def test_a_return_on_the_fifth_working_day_is_in_time(desk: Desk, number: int, clock: Clock) -> None:
    """Handed in on a Friday: the fifth working day after it is the next Friday."""
    assert not returned_after(desk, number, clock, datetime(2026, 11, 27, 9, tzinfo=UTC)).reviews[0].late


def test_a_return_on_the_sixth_working_day_is_late(desk: Desk, number: int, clock: Clock) -> None:
    assert returned_after(desk, number, clock, datetime(2026, 11, 30, 9, tzinfo=UTC)).reviews[0].late


def test_holidays_do_not_count_in_the_days_for_a_return(desk: Desk, clock: Clock) -> None:
    """Out on 30 September 2026: the National Day holidays of 1 to 7 October are no working days."""
    clock.moment = datetime(2026, 9, 30, 2, tzinfo=UTC)
    number = desk.submit(Petition("1", "家里停水三天了"), CLERK)[0].id
    assert not returned_after(desk, number, clock, datetime(2026, 10, 13, 2, tzinfo=UTC)).reviews[0].late


def test_where_the_holidays_are_not_known_no_return_is_late(desk: Desk, clock: Clock) -> None:
    clock.moment = datetime(2031, 3, 3, tzinfo=UTC)
    number = desk.submit(Petition("1", "家里停水三天了"), CLERK)[0].id
    clock.on(days=60)
    assert not desk.review(number, 1, RETURN, department("water")).reviews[0].late


def test_a_department_itself_may_not_return_late(desk: Desk, number: int, clock: Clock) -> None:
    clock.moment = datetime(2026, 11, 30, 9, tzinfo=UTC)
    with pytest.raises(ConflictError, match="the 5 working days for a return ended on 2026-11-27"):
        desk.review(number, 1, RETURN, department("water"))


def test_a_confirmation_does_not_give_new_days_for_a_return(desk: Desk, number: int, clock: Clock) -> None:
    clock.moment = datetime(2026, 11, 27, 9, tzinfo=UTC)
    desk.review(number, 1, CONFIRM, CLERK)
    clock.moment = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert desk.review(number, 2, RETURN, CLERK).reviews[-1].late


def test_a_correction_gives_new_days_for_a_return(desk: Desk, number: int, clock: Clock) -> None:
    clock.moment = datetime(2026, 11, 27, 9, tzinfo=UTC)
    desk.review(number, 1, correct(category="01.02"), CLERK)
    clock.moment = datetime(2026, 12, 4, 9, tzinfo=UTC)
    assert not desk.review(number, 2, RETURN, department("urban")).reviews[-1].late


def test_a_department_does_not_review_what_it_does_not_see(desk: Desk, number: int) -> None:
    with pytest.raises(NotFoundError):
        desk.review(number, 1, RETURN, department("transport"))
    assert desk.store.trail.latest(1)[0].did == "denied"


# ── deciding anew ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_deciding_anew_asks_the_model_of_today(sqlite_store: Store, office: Office, clock: Clock) -> None:
    now = [office()]
    desk = Desk(sqlite_store, lambda: now[0], clock)
    number = desk.submit(Petition("1", "家里停水三天了"), CLERK)[0].id
    now[0] = office(category={"01.01.01": 0.95})
    record = desk.redecide(number, 1, SUPERVISOR)
    assert (record.item.state, record.in_force.model) == (State.SENT, "told-1")


def test_what_is_decided_anew_keeps_its_day_of_receipt(desk: Desk, number: int, clock: Clock) -> None:
    clock.on(days=40)
    decision = desk.redecide(number, 1, SUPERVISOR).in_force.decision
    assert decision is not None
    assert decision["received"]["date"] == "2026-11-20"


def test_what_is_settled_is_not_decided_anew(desk: Desk, number: int) -> None:
    desk.review(number, 1, CONFIRM, CLERK)
    with pytest.raises(ConflictError, match="correct it instead"):
        desk.redecide(number, 2, SUPERVISOR)


# ── what a correction draws after it, under the national rulebook ───────────────────────────────────────────────────

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def national_triage(national: Rulebook, engine: Engine) -> Triage:
    return Triage(national, engine, None, "0.1", words().kind_names)


@pytest.fixture(scope="module")
def town_triage(township: Rulebook, town_engine: Engine) -> Triage:
    return Triage(township, town_engine, None, "0.1", words().kind_names)


def both(triage: Triage, petition: Petition, **said: str) -> tuple[Decision, Decision]:
    """The decision, and the one after a correction."""
    (before,) = triage.decide([petition], TODAY)
    kind = Kind(said.pop("kind")) if "kind" in said else None
    return before, triage.correct(petition, Correction(kind=kind, **said), TODAY)


def lead(decision: Decision) -> str | None:
    return decision.assignment.lead.code if decision.assignment.lead else None


def withheld(decision: Decision) -> set[str]:
    return {one.code for one in decision.assignment.withheld}


COMPLAINT = Petition("1", "举报区城管局局长收受贿赂，包庇夜间施工噪音。")
PLAIN = Petition("1", "小区门口工地夜间施工噪音很大，请处理。")


def test_departments_follow_a_corrected_category(national_triage: Triage) -> None:
    before, after = both(national_triage, PLAIN, category="15.06.03")
    assert (lead(before), lead(after)) == ("urban-management", "labour-arbitration")


def test_procedure_and_due_dates_follow_a_corrected_kind(national_triage: Triage) -> None:
    before, after = both(national_triage, PLAIN, kind="inquiry")
    assert [one.procedure and one.procedure.code for one in (before, after)] == ["31.5", "inquiry"]
    assert (len(before.due), len(after.due)) == (3, 0)


def test_due_dates_count_from_the_day_of_receipt_not_of_the_correction(national_triage: Triage) -> None:
    before, after = both(national_triage, Petition("1", PLAIN.body, received_at=date(2026, 11, 2)), category="04.03")
    assert [due.date for due in after.due] == [due.date for due in before.due]
    assert after.due[0].date == "2026-11-17"


def test_a_correction_to_an_accusation_goes_to_the_discipline_side_alone(national_triage: Triage) -> None:
    petition = Petition("1", PLAIN.body, respondents=("urban-management",))
    before, after = both(national_triage, petition, kind="accusation")
    assert lead(before) != "discipline"
    assert (lead(after), after.assignment.supporting, after.assignment.candidates) == ("discipline", (), ())
    assert "urban-management" in withheld(after)


def test_a_correction_to_an_accusation_says_why_those_are_kept_out(national_triage: Triage) -> None:
    petition = Petition("1", PLAIN.body, respondents=("urban-management",))
    (said,) = national_triage.decide([Petition("1", COMPLAINT.body, respondents=("urban-management",))], TODAY)
    _, after = both(national_triage, petition, kind="accusation")
    reasons = {one.code: one.reason for one in after.assignment.withheld}
    assert reasons["urban-management"] == {one.code: one.reason for one in said.assignment.withheld}["urban-management"]


def test_a_correction_from_an_accusation_goes_to_the_superior_of_who_is_complained_of(national_triage: Triage) -> None:
    before, after = both(national_triage, COMPLAINT, kind="appeal", category="04.02.03")
    assert (before.kind and before.kind.code, lead(before)) == ("accusation", "discipline")
    assert (after.kind and after.kind.code, lead(after)) == ("appeal", "government")
    assert "urban-management" in withheld(after)


def test_a_correction_of_the_category_alone_leaves_an_accusation_where_it_is(national_triage: Triage) -> None:
    before, after = both(national_triage, COMPLAINT, category="04.01")
    assert (lead(before), lead(after)) == ("discipline", "discipline")
    assert withheld(before) <= withheld(after)


def test_a_department_that_is_kept_out_cannot_be_made_lead(national_triage: Triage) -> None:
    (before,) = national_triage.decide([COMPLAINT], TODAY)
    assert "sanitation" in withheld(before)
    for code in ("urban-management", "sanitation"):
        with pytest.raises(InputError, match="must not be sent"):
            national_triage.correct(COMPLAINT, Correction(department=code), TODAY)


def test_nobody_kept_out_is_among_the_recipients_after_any_correction(national_triage: Triage) -> None:
    for correction in (
        Correction(category="01.02"),
        Correction(kind=Kind.SUGGESTION),
        Correction(kind=Kind.ACCUSATION),
        Correction(category="02.01", kind=Kind.INQUIRY),
    ):
        after = national_triage.correct(COMPLAINT, correction, TODAY)
        assignments = [after.assignment, *(matter.assignment for matter in after.matters)]
        got = {one.code for each in assignments for one in (each.lead, *each.supporting) if one}
        assert got.isdisjoint(withheld(after))


SEVERAL = Petition(
    "1", "1、工地夜间施工噪音很大，影响休息。2、学校强制收补课费，乱收费。3、举报环保局局长受贿索贿，包庇工地。"
)


def test_several_matters_stay_after_a_correction_with_what_they_withhold(national_triage: Triage) -> None:
    before, after = both(national_triage, SEVERAL, category="14.01")
    assert len(before.matters) > 1
    assert after.matters == before.matters
    assert withheld(before) <= withheld(after)
    assert lead(after) == "discipline"


def test_of_one_matter_the_matter_says_the_same_as_the_whole(national_triage: Triage) -> None:
    _, after = both(national_triage, PLAIN, department="education")
    (matter,) = after.matters
    assert matter.assignment == after.assignment


def test_a_part_that_accuses_keeps_the_whole_an_accusation_after_a_correction(national_triage: Triage) -> None:
    """The text as a whole sounds like a question; deciding finds the accusation in a part, and correcting must too."""
    text = "请问1、公交车什么时候增加班次？请问怎么办理？2、咨询补课费收费标准，请问是多少？另外科长索贿。"
    before, after = both(national_triage, Petition("1", text), category="02.01")
    assert (before.kind and before.kind.code) == (after.kind and after.kind.code) == "accusation"
    assert lead(after) == lead(before) == "discipline"


def test_a_town_corrects_in_its_own_categories(town_triage: Triage) -> None:
    before, after = both(town_triage, PLAIN, category="61")
    assert lead(before) != "town-construction"
    assert (after.category and after.category.code, lead(after)) == ("61", "town-construction")
    assert after.category is not None
    assert after.category.national is not None


def test_a_town_corrects_to_a_national_category_that_it_does_not_cover(town_triage: Triage) -> None:
    _, after = both(town_triage, PLAIN, category="14.02")
    assert after.category is not None
    assert (after.category.code, after.category.national) == ("14.02", None)


@pytest.fixture(scope="module")
def company_triage() -> Triage:
    from rules.rulebook import load

    book = load("enterprise")
    return Triage(book, Engine(book), None, "0.1", words().kind_names, words().notices["beyond"])


@pytest.mark.parametrize(
    ("code", "department_code"), [("71", "company-reform"), ("72", "company-labour"), ("76", "company-property")]
)
def test_a_company_corrects_in_its_own_matters(company_triage: Triage, code: str, department_code: str) -> None:
    """Where nothing in the text hints at it, its department leads all the same."""
    _, after = both(company_triage, PLAIN, category=code)
    assert (after.category and after.category.code, lead(after)) == (code, department_code)


def test_a_company_assigns_nobody_for_what_it_has_no_department_for(company_triage: Triage) -> None:
    petition = Petition("1", "公司拖欠我们农民工工资半年了，请帮忙。")
    before, after = both(company_triage, petition, category="14.02")
    assert lead(before) == "company-projects"
    assert lead(after) is None
    assert after.notice

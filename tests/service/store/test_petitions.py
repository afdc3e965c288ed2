"""Petitions in the store: kept once, read back as they were, every read in the trail, one review for each version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from classifier.errors import InputError
from rules.petition import Petition
from rules.value import replace
from service.decision import Decision, Received, Withheld
from service.errors import ConflictError, NotFoundError
from service.json_form import as_json
from service.review import Action, ReasonCode, Review, State
from service.store import petitions
from service.store.petitions import Change
from service.store.queue import Question
from service.store.records import DecisionRecord, Origin, PetitionRecord, Taken
from service.store.schema import DecisionText, PetitionRow
from service.store.store import Store
from service.view import view
from tests.service.people import CLERK, SUPERVISOR, Clock, department

WORKERS = 8
PETITION = Petition(
    "2026-1",
    "家里停水三天了",
    "停水",
    channel="12345",
    region="青禾小区",
    received_at=date(2026, 11, 18),
    respondents=("水务局",),
)
CONFIRM, CORRECT = Review(Action.CONFIRM), Review(Action.CORRECT, category="01.02")


def at_once(work: Callable[[int], object], count: int = WORKERS) -> list[object]:
    """What `work` gave or raised, called by so many threads at once."""
    results: list[object] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def confirmed(petition_id: int, version: int = 1) -> Change:
    return Change(petition_id, version, CONFIRM, State.SETTLED)


def trail(store: Store) -> list[tuple[str, str]]:
    """Who did what, the first one first."""
    return [(line.who, line.did) for line in reversed(store.trail.latest())]


# ── handing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_petition_is_read_back_as_it_was_handed_in(store: Store, sent: Decision) -> None:
    number = store.petitions.add(PETITION, sent, CLERK).id
    assert store.petitions.read(number, CLERK).petition == PETITION


def test_a_decision_is_read_back_as_it_was_made(store: Store, sent: Decision, clock: Clock) -> None:
    number = store.petitions.add(PETITION, sent, CLERK).id
    (kept,) = store.petitions.read(number, CLERK).decisions
    assert (kept.number, kept.origin, kept.made_by, kept.made_at) == (1, Origin.TRIAGE, CLERK.name, clock.moment)
    assert (kept.category, kept.lead, kept.model) == ("01.01.01", "water", "told-1")
    assert kept.decision == as_json(sent)


def test_what_is_sure_goes_out_at_once(store: Store, kept: int, clock: Clock) -> None:
    record = store.petitions.read(kept, CLERK)
    assert (record.item.state, record.assigned_at) == (State.SENT, clock.moment)


def test_what_is_not_sure_waits(store: Store, held: int) -> None:
    record = store.petitions.read(held, CLERK)
    assert (record.item.state, record.assigned_at) == (State.WAITING, None)


def test_the_same_petition_is_kept_once(store: Store, sent: Decision) -> None:
    first, second = (store.petitions.add(PETITION, sent, CLERK) for _ in range(2))
    assert (first, second) == (Taken(first.id, True), Taken(first.id, False))
    assert len(store.petitions.read(first.id, CLERK).decisions) == 1


def test_the_same_petition_from_eight_at_once_is_kept_once(store: Store, sent: Decision) -> None:
    taken = at_once(lambda _: store.petitions.add(PETITION, sent, CLERK))
    assert all(isinstance(one, Taken) for one in taken), taken
    assert sum(one.new for one in taken if isinstance(one, Taken)) == 1
    assert trail(store) == [(CLERK.name, "submit")]
    assert store.ledger.rule_uses()["water-cut"].hits == 1


def test_different_petitions_from_eight_at_once_are_all_kept(store: Store, sent: Decision) -> None:
    taken = at_once(lambda number: store.petitions.add(replace(PETITION, id=f"2026-{number}"), sent, CLERK))
    assert sum(one.new for one in taken if isinstance(one, Taken)) == WORKERS, taken
    assert store.ledger.rule_uses()["water-cut"].hits == WORKERS


@pytest.mark.parametrize("field", ["title", "body", "channel", "region"])
def test_another_content_under_one_id_is_a_conflict(store: Store, sent: Decision, field: str) -> None:
    number = store.petitions.add(PETITION, sent, CLERK).id
    with pytest.raises(ConflictError, match="another petition") as told:
        store.petitions.add(replace(PETITION, **{field: "另一个"}), sent, CLERK)
    assert told.value.happened == {"id": number}


def test_another_content_under_one_id_is_known_before_it_is_decided(store: Store, kept: int) -> None:
    with pytest.raises(ConflictError):
        store.petitions.known(Petition("2026-1", "楼下噪音很大"))


def test_a_petition_that_was_never_handed_in_is_not_known(store: Store) -> None:
    assert store.petitions.known(PETITION) is None


def test_the_day_of_receipt_is_the_one_that_the_decision_counts_from(store: Store, sent: Decision) -> None:
    """Not the day in UTC: in the morning that is still yesterday in China."""
    decision = replace(sent, received=Received("2026-11-21", assumed=True))
    number = store.petitions.add(replace(PETITION, received_at=None), decision, CLERK).id
    assert store.petitions.read(number, CLERK).item.received == date(2026, 11, 21)


@pytest.mark.parametrize(
    "body",
    ["𠮷野家停水😀👨‍👩‍👧‍👦", "家裡停水，請協助處理", "停水\r\n\t“三天”'; DROP TABLE petitions; --", "水" * 20_000],
)
def test_every_text_comes_back_unchanged(store: Store, sent: Decision, body: str) -> None:
    number = store.petitions.add(Petition(body[:20], body, body[:100]), sent, CLERK).id
    assert store.petitions.read(number, CLERK).petition == Petition(body[:20], body, body[:100])


@pytest.mark.parametrize("bad", ["停\x00水", "停\ud83d水"])
@pytest.mark.parametrize("field", ["id", "title", "body", "channel", "region", "respondents"])
def test_what_no_database_keeps_is_refused(store: Store, sent: Decision, field: str, bad: str) -> None:
    petition = replace(PETITION, **{field: (bad,) if field == "respondents" else bad})
    for keep in (store.petitions.known, lambda one: store.petitions.add(one, sent, CLERK)):
        with pytest.raises(InputError, match="cannot be kept") as told:
            keep(petition)
        assert bad not in str(told.value)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_read_is_in_the_trail(store: Store, kept: int, clock: Clock) -> None:
    clock.on(hours=1)
    store.petitions.read(kept, SUPERVISOR)
    line = store.trail.latest(1)[0]
    assert (line.who, line.did, line.petition_id, line.at) == (SUPERVISOR.name, "read", kept, clock.moment)
    assert (line.address, line.what) == (SUPERVISOR.address, "")


def test_a_read_that_was_denied_is_in_the_trail(store: Store, kept: int) -> None:
    with pytest.raises(NotFoundError):
        store.petitions.read(kept, department("transport"))
    line = store.trail.latest(1)[0]
    assert (line.who, line.did, line.petition_id) == ("token transport", "denied", kept)


@pytest.mark.parametrize("number", [0, 7, 2**31 - 1])
def test_what_is_not_there_cannot_be_read(store: Store, number: int) -> None:
    with pytest.raises(NotFoundError, match=f"no petition {number}"):
        store.petitions.read(number, CLERK)
    assert trail(store) == []


@pytest.mark.parametrize("number", [2**31, 2**40, 2**63, 2**80, -1])
def test_a_number_that_no_petition_has_cannot_be_read(store: Store, number: int) -> None:
    with pytest.raises(NotFoundError):
        store.petitions.read(number, CLERK)


def test_the_trail_of_one_petition_holds_nothing_of_others(store: Store, kept: int, held: int) -> None:
    assert {line.petition_id for line in store.trail.latest(100, kept)} == {kept}


def test_a_read_is_of_one_moment(
    postgresql_store: Store, sent: Decision, waiting: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is changed while somebody reads shows in the next read: text, decisions and recipients belong together."""
    store, read_decisions = postgresql_store, petitions.decisions_of
    kept = store.petitions.add(PETITION, sent, CLERK).id

    def changed_meanwhile(session: Session, number: int) -> tuple[DecisionRecord, ...]:
        monkeypatch.undo()
        change = Change(number, 1, CORRECT, State.SETTLED, waiting)
        assert isinstance(at_once(lambda _: store.petitions.change(change, SUPERVISOR), 1)[0], PetitionRecord)
        return read_decisions(session, number)

    monkeypatch.setattr(petitions, "decisions_of", changed_meanwhile)
    record = store.petitions.read(kept, department("water"))
    assert (record.item.version, len(record.decisions), record.item.lead) == (1, 1, "water")
    assert store.petitions.read(kept, CLERK).item.version == 2


def test_the_trail_keeps_no_text(store: Store, kept: int) -> None:
    store.petitions.read(kept, CLERK)
    assert "停水" not in repr(store.trail.latest())


def test_a_decision_of_an_older_form_is_still_read(store: Store, kept: int) -> None:
    old = {"petition_id": "2026-1", "band": "auto", "assignment": {"lead": {"code": "water", "name": "水务局"}}}
    with store.database.writing() as session:
        session.scalars(select(DecisionText)).one().decision = old
    record = store.petitions.read(kept, CLERK)
    assert record.in_force.decision == old
    assert view(record, CLERK)["decisions"][0]["decision"] == old


def test_a_department_reads_a_decision_of_an_older_form(store: Store, kept: int) -> None:
    old = {"petition_id": "2026-1", "band": "auto", "assignment": {"lead": {"code": "water", "name": "水务局"}}}
    with store.database.writing() as session:
        session.scalars(select(DecisionText)).one().decision = old
    water = department("water")
    shown = view(store.petitions.read(kept, water), water)
    assert shown["text"] == "家里停水三天了"
    assert shown["decision"]["assignment"]["lead"]["code"] == "water"


# ── what a department sees ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["water", "urban", "government"])
def test_a_department_reads_what_it_leads_or_supports(store: Store, kept: int, code: str) -> None:
    assert store.petitions.read(kept, department(code)).item.id == kept


def test_a_department_does_not_read_what_has_not_gone_out(store: Store, held: int) -> None:
    with pytest.raises(NotFoundError):
        store.petitions.read(held, department("urban"))


def test_a_department_does_not_read_what_is_withheld_from_it(store: Store, sent: Decision) -> None:
    """Even where it leads: being kept out goes before all else."""
    withheld = replace(sent.assignment, withheld=(Withheld("water", "水务局", "被反映"),))
    number = store.petitions.add(PETITION, replace(sent, assignment=withheld), CLERK).id
    with pytest.raises(NotFoundError):
        store.petitions.read(number, department("water"))
    assert not store.petitions.queue(Question(), department("water")).items


def test_a_body_that_is_no_department_keeps_nobody_out(store: Store, sent: Decision) -> None:
    withheld = replace(sent.assignment, withheld=(Withheld("", "某学校", "被反映"),))
    number = store.petitions.add(PETITION, replace(sent, assignment=withheld), CLERK).id
    assert store.petitions.read(number, department("water")).item.id == number


# ── reviews ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_confirmation_settles(store: Store, held: int, clock: Clock) -> None:
    clock.on(hours=3)
    record = store.petitions.change(confirmed(held), CLERK)
    assert (record.item.state, record.item.version, record.assigned_at) == (State.SETTLED, 2, clock.moment)
    (review,) = record.reviews
    assert (review.action, review.clerk, review.at, review.version) == (Action.CONFIRM, CLERK.name, clock.moment, 2)
    assert (review.decision, review.outcome) == (1, 1)


def test_a_confirmation_of_what_is_out_does_not_send_it_again(store: Store, kept: int, clock: Clock) -> None:
    out = clock.moment
    clock.on(days=3)
    assert store.petitions.change(confirmed(kept), CLERK).assigned_at == out


def test_a_confirmation_of_what_was_returned_sends_it_again(store: Store, kept: int, clock: Clock) -> None:
    returned = Change(kept, 1, Review(Action.RETURN, reason=ReasonCode.OTHER), State.RETURNED)
    store.petitions.change(returned, department("water"))
    clock.on(days=3)
    assert store.petitions.change(confirmed(kept, 2), CLERK).assigned_at == clock.moment


def test_a_correction_puts_its_decision_in_force(store: Store, kept: int, waiting: Decision) -> None:
    record = store.petitions.change(Change(kept, 1, CORRECT, State.SETTLED, waiting), CLERK)
    assert [decision.origin for decision in record.decisions] == [Origin.TRIAGE, Origin.CORRECTION]
    assert (record.item.category, record.item.lead, record.in_force.number) == ("01.02", "urban", 2)
    assert (record.reviews[0].decision, record.reviews[0].outcome) == (1, 2)


def test_a_correction_takes_the_petition_away_from_who_had_it(store: Store, kept: int, waiting: Decision) -> None:
    store.petitions.change(Change(kept, 1, CORRECT, State.SETTLED, waiting), CLERK)
    with pytest.raises(NotFoundError):
        store.petitions.read(kept, department("water"))
    assert store.petitions.read(kept, department("urban"))


def test_returns_are_counted(store: Store, kept: int) -> None:
    back = Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY)
    store.petitions.change(Change(kept, 1, back, State.RETURNED), department("water"))
    store.petitions.change(confirmed(kept, 2), CLERK)
    record = store.petitions.change(Change(kept, 3, back, State.RETURNED, late=True), CLERK)
    assert (record.item.returns, record.item.state) == (2, State.RETURNED)
    assert [review.late for review in record.reviews] == [False, False, True]


def test_a_review_of_an_older_version_is_told_what_happened(store: Store, kept: int, clock: Clock) -> None:
    store.petitions.change(confirmed(kept), SUPERVISOR)
    with pytest.raises(ConflictError, match="has changed since version 1") as told:
        store.petitions.change(confirmed(kept), CLERK)
    assert told.value.happened == {
        "version": 2,
        "state": "settled",
        "action": "confirm",
        "clerk": SUPERVISOR.name,
        "at": clock.moment.isoformat(),
        "category": "01.01.01",
        "department": "water",
    }


def test_of_reviews_at_once_exactly_one_wins_and_the_others_are_told_of_it(
    store: Store, kept: int, waiting: Decision
) -> None:
    changes = (confirmed(kept), Change(kept, 1, CORRECT, State.SETTLED, waiting))
    actors = tuple(replace(CLERK, name=f"clerk {number}") for number in range(WORKERS))
    results = at_once(lambda number: store.petitions.change(changes[number % 2], actors[number]))
    conflicts = [one for one in results if isinstance(one, ConflictError)]
    assert len(conflicts) == WORKERS - 1, results
    record = store.petitions.read(kept, CLERK)
    (review,) = record.reviews
    assert {one.happened["clerk"] for one in conflicts if one.happened} == {review.clerk}


def test_a_review_of_no_petition_finds_none(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.petitions.change(confirmed(7), CLERK)


def test_what_fails_half_way_leaves_nothing(store: Store, kept: int, waiting: Decision) -> None:
    broken = replace(waiting, petition_id=object())  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"serialize|Encoding"):
        store.petitions.change(Change(kept, 1, CORRECT, State.SETTLED, broken), CLERK)
    record = store.petitions.read(kept, CLERK)
    assert (record.item.version, record.reviews, len(record.decisions)) == (1, (), 1)


# ── deciding anew ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_later_decision_comes_into_force(store: Store, kept: int, waiting: Decision) -> None:
    record = store.petitions.redecide(kept, 1, waiting, SUPERVISOR)
    assert (record.item.state, record.item.version, record.item.lead) == (State.WAITING, 2, "urban")
    assert record.in_force.origin is Origin.REDECIDE
    assert record.assigned_at is None


@pytest.mark.parametrize("state", [State.SETTLED, State.RETURNED])
def test_what_a_clerk_has_looked_at_is_not_decided_anew(
    store: Store, kept: int, waiting: Decision, state: State
) -> None:
    with store.database.writing() as session:
        session.get_one(PetitionRow, kept).state = state
    with pytest.raises(ConflictError, match="correct it instead"):
        store.petitions.redecide(kept, 1, waiting, SUPERVISOR)


def test_an_older_version_is_not_decided_anew(store: Store, kept: int, waiting: Decision) -> None:
    store.petitions.redecide(kept, 1, waiting, SUPERVISOR)
    with pytest.raises(ConflictError, match="has changed") as told:
        store.petitions.redecide(kept, 1, waiting, SUPERVISOR)
    assert told.value.happened == {"version": 2, "state": "waiting"}


def test_a_rule_counts_once_for_each_petition_not_for_each_decision(
    store: Store, kept: int, sent: Decision, clock: Clock
) -> None:
    store.petitions.redecide(kept, 1, sent, SUPERVISOR)
    assert store.ledger.rule_uses()["water-cut"].hits == 1


def test_a_decision_stands_once_in_the_database_for_each_number(store: Store, kept: int, sent: Decision) -> None:
    store.petitions.redecide(kept, 1, sent, SUPERVISOR)
    with store.database.reading() as session:
        assert list(session.scalars(text("SELECT number FROM decisions ORDER BY number"))) == [1, 2]

"""What the store knows beyond single petitions: what was settled, what is purged, rulebooks, models, figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from rules.petition import Petition
from rules.value import replace
from service.access import Permission
from service.decision import Decision, Reason
from service.review import Action, ReasonCode, Review, State, Stored
from service.store.accounts import TokenOrder
from service.store.figures import Overruled, Waiting
from service.store.petitions import Change
from service.store.queue import Question
from service.store.store import Store
from service.view import view
from tests.service.people import CLERK, SUPERVISOR, Clock, department

MARKER = "独一无二的青禾小区七栋"
Settle = Callable[..., int]


@pytest.fixture
def settle(store: Store, sent: Decision, waiting: Decision) -> Settle:
    """Hands in a petition and settles it, by a confirmation or by a correction."""

    def settle(name: str, correct: bool = False, received: date = date(2026, 11, 20)) -> int:
        number = store.petitions.add(Petition(name, MARKER + "停水", received_at=received), sent, CLERK).id
        review = Review(Action.CORRECT, category="01.02") if correct else Review(Action.CONFIRM)
        store.petitions.change(Change(number, 1, review, State.SETTLED, waiting if correct else None), SUPERVISOR)
        return number

    return settle


# ── what teaches ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_confirmed_petition_teaches_what_fenban_said(store: Store, settle: Settle, clock: Clock) -> None:
    settle("1")
    (one,) = store.ledger.settled()
    assert one.labels == one.said == {"category": "01.01.01", "department": "water"}
    assert (one.petition.body, one.clerk, one.at) == (MARKER + "停水", SUPERVISOR.name, clock.moment)
    assert (one.model, one.corrected, one.returned) == ("told-1", False, False)


def test_a_corrected_petition_teaches_what_the_clerk_said(store: Store, settle: Settle) -> None:
    settle("1", correct=True)
    (one,) = store.ledger.settled()
    assert (one.labels["category"], one.said["category"]) == ("01.02", "01.01.01")
    assert one.corrected


def test_what_is_not_settled_teaches_nothing(store: Store, kept: int, held: int) -> None:
    assert store.ledger.settled() == []


def test_a_petition_that_was_returned_teaches_nothing_until_it_is_settled_again(store: Store, settle: Settle) -> None:
    number = settle("1")
    back = Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY)
    store.petitions.change(Change(number, 2, back, State.RETURNED), department("water"))
    assert store.ledger.settled() == []
    store.petitions.change(Change(number, 3, Review(Action.CONFIRM), State.SETTLED), CLERK)
    assert [one.returned for one in store.ledger.settled()] == [True]


def test_what_was_settled_comes_in_order_of_time(store: Store, settle: Settle, clock: Clock) -> None:
    settle("b")
    clock.on(hours=1)
    settle("a")
    assert [one.petition.id for one in store.ledger.settled()] == ["b", "a"]


# ── purging ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_purging_takes_texts_of_petitions_received_before_the_day(store: Store, settle: Settle) -> None:
    old, new = settle("1", received=date(2026, 10, 31)), settle("2", received=date(2026, 11, 1))
    assert store.ledger.purge(date(2026, 11, 1), SUPERVISOR) == 1
    assert store.petitions.read(old, CLERK).petition is None
    assert store.petitions.read(new, CLERK).petition is not None


def test_purging_takes_the_texts_of_every_decision(store: Store, settle: Settle) -> None:
    number = settle("1", correct=True)
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    assert [one.decision for one in store.petitions.read(number, CLERK).decisions] == [None, None]


def test_purging_keeps_codes_reviews_and_counts(store: Store, settle: Settle) -> None:
    number = settle("1", correct=True)
    before = store.petitions.read(number, CLERK)
    figures = (store.figures.queue(), store.figures.overruled(), store.figures.periods(), store.ledger.rule_uses())
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    after = store.petitions.read(number, CLERK)
    assert (after.item, after.reviews) == (before.item, before.reviews)
    assert [one.category for one in after.decisions] == ["01.01.01", "01.02"]
    assert figures == (
        store.figures.queue(),
        store.figures.overruled(),
        store.figures.periods(),
        store.ledger.rule_uses(),
    )


def test_a_purged_petition_waits_for_nobody(store: Store, held: int) -> None:
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    assert store.petitions.queue(Question(), CLERK).items == ()
    assert store.figures.queue() == {}
    assert store.petitions.read(held, CLERK).petition is None


def test_a_purged_petition_cannot_teach(store: Store, settle: Settle) -> None:
    settle("1", received=date(2026, 10, 1))
    settle("2")
    store.ledger.purge(date(2026, 11, 1), SUPERVISOR)
    assert [one.petition.id for one in store.ledger.settled()] == ["2"]


def test_purging_twice_finds_nothing_more(store: Store, settle: Settle) -> None:
    settle("1")
    assert [store.ledger.purge(date(2027, 1, 1), SUPERVISOR) for _ in range(2)] == [1, 0]


def test_purging_is_in_the_trail(store: Store, settle: Settle) -> None:
    settle("1")
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    line = store.trail.latest(1)[0]
    assert (line.who, line.did, line.what) == (SUPERVISOR.name, "purge", "before 2027-01-01: 1")


def test_a_purged_petition_is_known_again_when_it_is_handed_in_again(store: Store, settle: Settle) -> None:
    number = settle("1")
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    taken = store.petitions.known(Petition("1", MARKER + "停水", received_at=date(2026, 11, 20)))
    assert taken is not None
    assert (taken.id, taken.new) == (number, False)


@pytest.mark.parametrize("actor", [CLERK, department("water")])
def test_a_purged_petition_is_shown_without_text(store: Store, settle: Settle, actor: object) -> None:
    number = settle("1")
    store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    shown = view(store.petitions.read(number, actor), actor)  # type: ignore[arg-type]
    assert shown["purged"] is True
    assert "text" not in shown
    assert MARKER not in repr(shown)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("office.db*")}


@pytest.mark.parametrize("long", [1, 3000])
def test_after_purging_no_byte_of_the_text_is_left_in_any_file(
    sqlite_store: Store, sent: Decision, tmp_path: Path, long: int
) -> None:
    """Not in the database, and not in the write-ahead log, while the service goes on running."""
    sqlite_store.petitions.add(Petition("1", MARKER * min(long, 1800)), sent, CLERK)
    assert any(MARKER.encode() in content for content in files_of(tmp_path).values())
    sqlite_store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    assert sqlite_store.petitions.queue(Question(), CLERK).items
    assert [name for name, content in files_of(tmp_path).items() if MARKER.encode() in content] == []


def test_purged_evidence_leaves_no_byte_either(sqlite_store: Store, sent: Decision, tmp_path: Path) -> None:
    evidence = tuple(replace(one, term=MARKER) for one in sent.evidence)
    assert evidence
    sqlite_store.petitions.add(Petition("1", "停水"), replace(sent, evidence=evidence), CLERK)
    sqlite_store.ledger.purge(date(2027, 1, 1), SUPERVISOR)
    escaped = MARKER.encode("unicode_escape")
    found = [name for name, content in files_of(tmp_path).items() if escaped in content or MARKER.encode() in content]
    assert found == []


# ── rulebooks, models, suspects ─────────────────────────────────────────────────────────────────────────────────────


def test_before_the_first_no_rulebook_is_in_use(store: Store) -> None:
    assert store.ledger.rulebook() is None


def test_the_rulebook_in_use_is_the_one_taken_into_use_last(store: Store, clock: Clock) -> None:
    for name in ("national", "office"):
        store.ledger.activate_rulebook(name, f"digest of {name}", "0.1", SUPERVISOR)
        clock.on(days=1)
    found = store.ledger.rulebook()
    assert found is not None
    assert (found.name, found.digest, found.activated_by) == ("office", "digest of office", SUPERVISOR.name)


def test_what_happened_to_models_is_told_in_order(store: Store) -> None:
    store.ledger.model_event("office-1", "trained", SUPERVISOR, (None, {"f1": 0.5}))
    store.ledger.model_event("office-1", "promoted", SUPERVISOR, ("误差更小", {}))
    told = [(one.event, one.reason, one.figures) for one in store.ledger.model_events()]
    assert told == [("trained", None, {"f1": 0.5}), ("promoted", "误差更小", {})]


def test_uses_of_rules_are_counted_with_their_last_moment(store: Store, kept: int, clock: Clock) -> None:
    clock.on(days=2)
    store.ledger.count_rules(["water-cut", "noise", "noise"])
    uses = store.ledger.rule_uses()
    assert {rule: use.hits for rule, use in uses.items()} == {"water-cut": 2, "noise": 1}
    assert uses["water-cut"].last_hit == clock.moment


def test_counting_no_rules_is_quiet(store: Store) -> None:
    store.ledger.count_rules([])
    assert store.ledger.rule_uses() == {}


def test_exactly_the_named_petitions_are_suspects(store: Store, kept: int, held: int) -> None:
    assert store.ledger.mark_suspects(["2026-1", "of nobody"], SUPERVISOR) == 1
    assert store.ledger.mark_suspects(["2026-2"], SUPERVISOR) == 1
    assert [item.id for item in store.petitions.queue(Question(suspect=True), CLERK).items] == [held]
    assert store.ledger.mark_suspects([], SUPERVISOR) == 0
    assert not store.petitions.queue(Question(suspect=True), CLERK).items


def test_what_the_store_refers_to_is_counted(store: Store, settle: Settle, clock: Clock) -> None:
    settle("1", correct=True)
    until = clock.moment + timedelta(days=1)
    store.accounts.add_token(TokenOrder("水务", (Permission.READ,), until, "water"), SUPERVISOR)
    stored = store.ledger.stored()
    assert stored == Stored({"01.01.01": 1, "01.02": 2}, {"water": 2, "urban": 2})


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_counted_by_state_and_band(store: Store, kept: int, clock: Clock, waiting: Decision) -> None:
    clock.on(minutes=1)
    for name in ("a", "b"):
        store.petitions.add(Petition(name, "噪音"), waiting, CLERK)
        clock.on(minutes=1)
    assert store.figures.queue() == {("sent", "auto"): Waiting(1, 180.0), ("waiting", "suggest"): Waiting(2, 120.0)}


def test_reviews_are_counted_by_the_first_level_of_what_was_reviewed(store: Store, settle: Settle, kept: int) -> None:
    settle("a")
    settle("b", correct=True)
    store.petitions.change(Change(kept, 1, Review(Action.RETURN, reason=ReasonCode.OTHER), State.RETURNED), CLERK)
    assert store.figures.overruled() == {"01": Overruled(confirmed=1, corrected=1, returned=1)}


def test_reviews_of_what_had_no_category_stand_apart(store: Store, waiting: Decision) -> None:
    number = store.petitions.add(Petition("1", "没头没脑"), replace(waiting, category=None), CLERK).id
    store.petitions.change(Change(number, 1, Review(Action.CONFIRM), State.SETTLED), CLERK)
    assert store.figures.overruled() == {"": Overruled(1, 0, 0)}


def test_the_last_week_stands_beside_the_four_weeks_before(
    store: Store, sent: Decision, waiting: Decision, clock: Clock
) -> None:
    strange = replace(waiting, review_reasons=(Reason.UNFAMILIAR,))
    for days, decisions in ((0, [sent] * 9), (20, [sent, waiting]), (21, [strange, sent, waiting, waiting])):
        clock.on(days=days)
        for number, decision in enumerate(decisions):
            store.petitions.add(Petition(f"{days} {number}", "停水"), decision, CLERK)
    recent, before = store.figures.periods()
    assert (recent.decisions, recent.bands, recent.unfamiliar) == (4, {"auto": 0.25, "suggest": 0.75}, 0.25)
    assert (before.decisions, before.bands, before.unfamiliar) == (2, {"auto": 0.5, "suggest": 0.5}, 0.0)


def test_without_decisions_figures_are_empty(store: Store) -> None:
    recent, before = store.figures.periods()
    assert (recent.decisions, recent.bands, before.unfamiliar) == (0, {}, 0.0)
    assert store.figures.queue() == store.figures.overruled() == {}


def test_the_trail_tells_as_many_lines_as_are_asked_for(store: Store, kept: int) -> None:
    for _ in range(3):
        store.petitions.read(kept, CLERK)
    assert len(store.trail.latest(2)) == 2


def test_no_sql_is_written_into_a_log(store: Store, kept: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    store.petitions.read(kept, CLERK)
    with store.database.reading() as session:
        session.execute(text("SELECT 1"))
    assert not caplog.records

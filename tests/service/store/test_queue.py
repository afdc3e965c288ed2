"""The queue: every order, every filter, and pages that skip and repeat nothing while petitions come in."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from classifier.errors import InputError
from rules.petition import Petition
from rules.policy import Agreement
from rules.rule import Urgency
from rules.value import replace
from service.decision import (
    Assignment,
    CategoryAnswer,
    Decision,
    DepartmentName,
    KindAnswer,
    UrgencyAnswer,
    Withheld,
)
from service.review import State
from service.store.queue import KEYS, Question, selected
from service.store.records import Order
from service.store.schema import PetitionRow
from service.store.store import Store
from tests.service.people import CLERK, department

MANY = 500
Add = Callable[..., int]


@pytest.fixture
def add(store: Store, sent: Decision, waiting: Decision) -> Add:
    """Keeps a petition with a decision that is changed as named, and gives its number."""
    count = iter(range(10_000))

    def add(received: date = date(2026, 11, 20), out: bool = False, **changes: object) -> int:
        petition = Petition(f"n{next(count)}", "楼下噪音很大", received_at=received)
        return store.petitions.add(petition, replace(sent if out else waiting, **changes), CLERK).id

    return add


def shown(store: Store, question: Question | None = None, code: str | None = None) -> list[int]:
    actor = department(code) if code else CLERK
    return [item.id for item in store.petitions.queue(question or Question(), actor).items]


def category(code: str, confidence: float | None = None) -> CategoryAnswer:
    return CategoryAnswer(code, ("名",), confidence)


def urgent(level: Urgency) -> UrgencyAnswer:
    return UrgencyAnswer(level)


# ── orders ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_the_most_urgent_first_and_of_equals_the_oldest(store: Store, add: Add) -> None:
    ordinary, urgent_new, urgent_old, critical = (
        add(date(2026, 1, 1)),
        add(date(2026, 11, 20), urgency=urgent(Urgency.URGENT)),
        add(date(2026, 11, 1), urgency=urgent(Urgency.URGENT)),
        add(date(2026, 11, 20), urgency=urgent(Urgency.CRITICAL)),
    )
    assert shown(store) == [critical, urgent_old, urgent_new, ordinary]


def test_the_queue_shows_the_least_certain_first(store: Store, add: Add) -> None:
    sure, unsure, unknown = (add(category=category("01.02", share)) for share in (0.8, 0.3, None))
    assert shown(store, Question(order=Order.UNCERTAIN)) == [unknown, unsure, sure]


def test_the_queue_shows_the_oldest_first(store: Store, add: Add) -> None:
    new, old = add(date(2026, 11, 20)), add(date(2025, 2, 28))
    assert shown(store, Question(order=Order.OLDEST)) == [old, new]


@pytest.mark.parametrize("order", Order)
def test_equals_come_in_the_order_in_which_they_were_handed_in(store: Store, add: Add, order: Order) -> None:
    numbers = [add() for _ in range(4)]
    assert shown(store, Question(order=order)) == numbers


def test_every_order_has_keys_that_end_with_the_number() -> None:
    assert {order: keys[-1].key for order, keys in KEYS.items()} == dict.fromkeys(Order, "id")


@pytest.mark.parametrize("order", Order)
def test_every_order_of_one_state_reads_an_index(sqlite_store: Store, order: Order) -> None:
    asked = selected(Question(states=(State.WAITING,), order=order), None)
    engine = sqlite_store.database.engine
    told = str(asked.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        plan = " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}"))
    assert "USING INDEX ix_petitions_state" in plan
    assert "TEMP B-TREE" not in plan


# ── filters ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_of_the_states_that_are_asked_for(store: Store, add: Add) -> None:
    waits, out = add(), add(out=True)
    assert shown(store, Question(states=(State.WAITING,))) == [waits]
    assert shown(store, Question(states=(State.WAITING, State.SENT))) == [waits, out]


def test_the_queue_is_of_one_band(store: Store, add: Add) -> None:
    add()
    out = add(out=True)
    assert shown(store, Question(band="auto")) == [out]


def test_the_queue_is_of_a_category_and_all_below_it(store: Store, add: Add) -> None:
    itself, below, beside, other = (add(category=category(code)) for code in ("01.02", "01.02.03", "01.021", "02"))
    assert shown(store, Question(category="01.02")) == [itself, below]
    assert shown(store, Question(category="01")) == [itself, below, beside]
    assert shown(store, Question(category="02")) == [other]


@pytest.mark.parametrize("pattern", ["01._2", "01%", "%", "0"])
def test_a_category_is_no_pattern(store: Store, add: Add, pattern: str) -> None:
    add(category=category("01.02"))
    assert not shown(store, Question(category=pattern))


def test_the_queue_is_of_who_leads_or_supports(store: Store, add: Add) -> None:
    lead = add(assignment=Assignment(DepartmentName("water", "水务局")))
    supports = add(assignment=Assignment(None, (DepartmentName("water", "水务局"),)))
    add(assignment=Assignment(None, withheld=(Withheld("water", "水务局", "被反映"),)))
    assert shown(store, Question(department="water")) == [lead, supports]


def test_the_queue_is_of_one_kind(store: Store, add: Add) -> None:
    add(kind=KindAnswer("appeal", "申诉求决", None))
    asked = add(kind=KindAnswer("inquiry", "咨询", None))
    assert shown(store, Question(kind="inquiry")) == [asked]


@pytest.mark.parametrize("level", Urgency)
def test_the_queue_is_of_one_urgency(store: Store, add: Add, level: Urgency) -> None:
    numbers = {one: add(urgency=urgent(one)) for one in Urgency}
    assert shown(store, Question(urgency=level)) == [numbers[level]]


def test_the_queue_is_of_disagreements(store: Store, add: Add, waiting: Decision) -> None:
    agreed = add()
    apart = add(verdicts=replace(waiting.verdicts, agreement=Agreement.DISAGREE))
    assert shown(store, Question(disagreement=True)) == [apart]
    assert shown(store, Question(disagreement=False)) == [agreed]


def test_the_queue_is_of_suspects(store: Store, add: Add) -> None:
    fine, doubtful = add(), add()
    store.ledger.mark_suspects(["n1"], CLERK)
    assert shown(store, Question(suspect=True)) == [doubtful]
    assert shown(store, Question(suspect=False)) == [fine]


def test_filters_hold_together(store: Store, add: Add) -> None:
    add(out=True, urgency=urgent(Urgency.URGENT))
    add()
    both = add(urgency=urgent(Urgency.URGENT))
    assert shown(store, Question(states=(State.WAITING,), urgency=Urgency.URGENT)) == [both]


def many_like(store: Store, number: int) -> list[int]:
    """MANY petitions in the queue with the same keys as this one; rows alone, which is all that the queue reads."""
    with store.database.writing() as session:
        first = session.get_one(PetitionRow, number)
        values = {column.key: getattr(first, column.key) for column in PetitionRow.__table__.columns}
        del values["id"]
        rows = [values | {"external_id": f"many {count}"} for count in range(MANY - 1)]
        made = session.scalars(insert(PetitionRow).returning(PetitionRow.id), rows).all()
    return [number, *sorted(made)]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def settle(store: Store, number: int) -> None:
    with store.database.writing() as session:
        session.get_one(PetitionRow, number).state = State.SETTLED


@pytest.mark.parametrize("order", Order)
def test_pages_skip_and_repeat_nothing_while_petitions_come_in(store: Store, add: Add, order: Order) -> None:
    """All keys are equal but the number; before each page one more petition is handed in, and one leaves the queue."""
    numbers = many_like(store, add())
    seen: list[int] = []
    question = Question(states=(State.WAITING,), order=order, limit=37)
    while True:
        page = store.petitions.queue(question, CLERK)
        seen += [item.id for item in page.items]
        if page.next is None:
            break
        if len(seen) <= len(numbers):
            numbers.append(add())
        settle(store, seen[-1])
        question = replace(question, after=page.next)
    assert seen == numbers


@pytest.mark.parametrize("order", Order)
def test_pages_go_through_different_keys_in_order(store: Store, add: Add, order: Order) -> None:
    for number in range(30):
        share, level = (number * 7 % 10) / 10 or None, list(Urgency)[number % 3]
        add(date(2026, 1 + number % 4, 1), category=category("01.02", share), urgency=urgent(level))
    whole = shown(store, Question(order=order, limit=200))
    pages: list[int] = []
    question: Question | None = Question(order=order, limit=7)
    while question:
        page = store.petitions.queue(question, CLERK)
        pages += [item.id for item in page.items]
        question = replace(question, after=page.next) if page.next else None
    assert (pages, len(pages)) == (whole, 30)


def test_the_last_page_has_no_next(store: Store, add: Add) -> None:
    for _ in range(4):
        add()
    page = store.petitions.queue(Question(limit=2), CLERK)
    last = store.petitions.queue(Question(limit=2, after=page.next), CLERK)
    assert page.next is not None
    assert last.next is None


def test_a_cursor_of_another_order_is_refused(store: Store, add: Add) -> None:
    for _ in range(2):
        add()
    cursor = store.petitions.queue(Question(limit=1), CLERK).next
    with pytest.raises(InputError, match="comes from a page in the order 'urgent'"):
        store.petitions.queue(Question(order=Order.OLDEST, after=cursor), CLERK)


def cursor(*values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        "",
        "none",
        "\ud800",
        "AA==",
        cursor(),
        cursor("urgent"),
        cursor("latest", 2, "2026-11-20", 1),
        cursor("urgent", 2, "2026-11-20", 1, 1),
        cursor("urgent", 2, "today", 1),
        cursor("urgent", 2, 20261120, 1),
        cursor("urgent", "2", "2026-11-20", 1),
        cursor("urgent", True, "2026-11-20", 1),
        cursor("urgent", 2, "2026-11-20", 2**31),
        cursor("urgent", 2, "2026-11-20", 10**400),
        cursor("urgent", float("inf"), "2026-11-20", 1),
        cursor("urgent", float("nan"), "2026-11-20", 1),
        cursor("urgent", 2, "2026-11-20", None),
        cursor("urgent", 2, "2026-11-20", [1]),
        urlsafe_b64encode(b"7").decode(),
        urlsafe_b64encode(b"null").decode(),
        urlsafe_b64encode(b"[" * 200).decode(),
    ],
)
def test_a_cursor_that_is_none_is_refused(store: Store, after: str) -> None:
    with pytest.raises(InputError, match="after: not a value that `next` of a page gave"):
        store.petitions.queue(Question(after=after), CLERK)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-11-20"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(Order) | JSON, max_size=5).map(lambda values: cursor(*values))
    | JSON.map(lambda value: urlsafe_b64encode(json.dumps(value).encode()).decode())
)
def test_whatever_is_sent_as_a_cursor_is_read_or_refused(after: str) -> None:
    """Every value that passes is one that the database can compare with."""
    for order in Order:
        try:
            values = selected(Question(order=order, after=after), None).compile().params.values()
        except InputError:
            continue
        assert all(not isinstance(value, float) or value == value for value in values)


# ── departments ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_department_sees_what_has_gone_out_to_it(store: Store, add: Add) -> None:
    out = add(out=True)
    add()
    assert {code: shown(store, None, code) for code in ("water", "urban", "transport")} == {
        "water": [out],
        "urban": [out],
        "transport": [],
    }


def test_a_department_cannot_ask_for_what_is_not_its_own(store: Store, add: Add) -> None:
    add(out=True)
    assert shown(store, Question(department="water"), "transport") == []


ACCUSING = {
    "kind": KindAnswer("accusation", "检举控告", None),
    "assignment": Assignment(DepartmentName("transport", "交通局"), (DepartmentName("water", "水务局"),)),
}
"""A petition whose whole accuses somebody; water has another matter of it."""


def test_a_department_with_another_matter_learns_nothing_of_an_accusation(store: Store, add: Add) -> None:
    add(out=True, **ACCUSING)
    (item,) = store.petitions.queue(Question(), department("water")).items
    assert (item.kind, item.category, item.lead) == (None, None, None)


def test_whoever_leads_an_accusation_sees_that_it_is_one(store: Store, add: Add) -> None:
    add(out=True, **ACCUSING)
    (item,) = store.petitions.queue(Question(), department("transport")).items
    assert (item.kind, item.lead) == ("accusation", "transport")


@pytest.mark.parametrize(
    "question", [Question(kind="accusation"), Question(department="transport"), Question(category="01.01.01")]
)
def test_filters_do_not_tell_a_department_of_an_accusation(store: Store, add: Add, question: Question) -> None:
    add(out=True, **ACCUSING)
    assert shown(store, question, "water") == []
    assert len(shown(store, question, "transport")) == 1


def test_a_department_sees_kind_and_lead_of_what_accuses_nobody(store: Store, add: Add) -> None:
    add(out=True)
    (item,) = store.petitions.queue(Question(), department("urban")).items
    assert (item.category, item.lead) == ("01.01.01", "water")

"""Any reviews in any order: what the desk keeps is what a simple model of it says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rules.petition import Petition
from service.desk import Desk
from service.errors import ConflictError, NotFoundError
from service.review import ALLOWED, Action, ReasonCode, Review, State
from service.store.queue import OUT
from service.store.store import Store
from service.triage import Triage
from tests.service.people import CLERK, SUPERVISOR, Clock, department

Office = Callable[..., Triage]
LEADS = {"01.01.01": "water", "01.02": "urban", "01.03": "urban", "02.01": "transport"}
RECIPIENTS = {
    "01.01.01": {"water", "urban", "government"},
    "01.02": {"urban"},
    "01.03": {"urban"},
    "02.01": {"transport", "urban"},
}
DEPARTMENTS = ("water", "urban", "government", "station", "transport")
REVIEWS = st.one_of(
    st.just(Review(Action.CONFIRM)),
    st.sampled_from(sorted(LEADS)).map(lambda code: Review(Action.CORRECT, category=code)),
    st.sampled_from(DEPARTMENTS).map(lambda code: Review(Action.CORRECT, department=code)),
    st.just(Review(Action.RETURN, reason=ReasonCode.NOT_OUR_DUTY)),
)
NUMBERS = count()


class Reviewing(RuleBasedStateMachine):
    """One petition, reviewed by many; beside it what must hold."""

    desk: Desk

    @initialize(out=st.booleans())
    def hand_in(self, out: bool) -> None:
        text = "家里停水三天了" if out else "楼下噪音很大"
        taken, decision = self.desk.submit(Petition(f"machine {next(NUMBERS)}", text), CLERK)
        self.id, self.version, self.returns, self.reviews, self.decisions = taken.id, 1, 0, 0, 1
        self.state = State.SENT if decision["band"] == "auto" else State.WAITING
        self.category = decision["category"]["code"]
        self.lead: str = decision["assignment"]["lead"]["code"]

    @rule(review=REVIEWS)
    def review(self, review: Review) -> None:
        """A review of the present version is kept where the table allows it."""
        then = ALLOWED[self.state, review.action]
        try:
            record = self.desk.review(self.id, self.version, review, SUPERVISOR)
        except ConflictError as conflict:
            assert then is None
            assert conflict.happened is None
            return
        assert then is record.item.state
        self.state, self.version, self.reviews = then, self.version + 1, self.reviews + 1
        if review.action is Action.RETURN:
            self.returns += 1
        if review.action is Action.CORRECT:
            self._corrected(review)

    def _corrected(self, review: Review) -> None:
        self.category = review.category or self.category
        self.lead = LEADS[review.category] if review.category else review.department or self.lead
        self.decisions += 1

    @precondition(lambda self: self.version > 1)
    @rule(review=REVIEWS, behind=st.integers(1, 5))
    def review_of_an_older_version(self, review: Review, behind: int) -> None:
        """Whoever saw an older version is told what happened."""
        try:
            self.desk.review(self.id, max(1, self.version - behind), review, CLERK)
        except ConflictError as conflict:
            assert conflict.happened is not None
            assert (conflict.happened["version"], conflict.happened["state"]) == (self.version, self.state)
        else:
            raise AssertionError("an older version was reviewed")

    @rule()
    def decide_anew(self) -> None:
        """Only what no clerk has looked at."""
        try:
            record = self.desk.redecide(self.id, self.version, SUPERVISOR)
        except ConflictError:
            assert self.state in (State.SETTLED, State.RETURNED)
            return
        assert self.state in (State.WAITING, State.SENT)
        self.state, self.version, self.decisions = record.item.state, self.version + 1, self.decisions + 1

    @invariant()
    def the_store_says_the_same(self) -> None:
        record = self.desk.store.petitions.read(self.id, CLERK)
        item = record.item
        assert (item.state, item.version, item.returns) == (self.state, self.version, self.returns)
        assert (item.category, item.lead) == (self.category, self.lead)
        assert (len(record.reviews), len(record.decisions)) == (self.reviews, self.decisions)
        assert [review.version for review in record.reviews] == sorted({review.version for review in record.reviews})
        assert (record.assigned_at is not None) == (self.state in OUT)

    @invariant()
    def departments_see_what_is_theirs(self) -> None:
        for code in DEPARTMENTS:
            try:
                self.desk.store.petitions.read(self.id, department(code))
            except NotFoundError:
                assert not (self.state in OUT and code == self.lead)
            else:
                assert self.state in OUT
                assert code in RECIPIENTS[self.category] | {self.lead}


def test_any_reviews_in_any_order_keep_what_must_hold(store: Store, office: Office, clock: Clock) -> None:
    triage = office(category={"01.01.01": 0.95})

    class AtOurDesk(Reviewing):
        desk = Desk(store, lambda: triage, clock)

    run_state_machine_as_test(
        AtOurDesk,
        settings=settings(
            max_examples=4,
            stateful_step_count=10,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

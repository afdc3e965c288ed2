"""What stands behind a running service: the rulebook it takes into use, and what is tried beside the decisions."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from rules.errors import RulebookError
from rules.petition import Petition
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy
from rules.value import replace
from service.decision import Decision
from service.desk import Desk
from service.live import LiveTriage
from service.server import activate, deciding
from service.settings import Settings
from service.shadow import Disagreement
from service.store.store import Store
from service.triage import Triage
from tests.service.people import CLERK, Clock

WATER = Petition("2026-1", "家里停水三天了")
Office = Callable[..., Triage]


class Beside(LiveTriage):
    """Live models with a shadow that is handed in."""

    def __init__(self, triage: Triage, shadow: Triage) -> None:
        super().__init__(triage, Settings())
        self._in_force = replace(self._in_force, shadow=shadow)


@pytest.fixture
def desk(sqlite_store: Store, office: Office, clock: Clock) -> Desk:
    """A desk where a shadow takes water for roads."""
    live = Beside(office(category={"01.01.01": 0.95}), office(category={"02.02": 0.95}))
    behind = deciding(live, sqlite_store)
    return Desk(sqlite_store, behind.triage, clock, behind.watchers)


# ── what is tried beside the decisions ──────────────────────────────────────────────────────────────────────────────


def test_where_a_shadow_parts_from_the_model_in_force_is_kept(desk: Desk) -> None:
    desk.submit(WATER, CLERK)
    assert desk.store.figures.disagreements() == {("told-1", "category"): 1, ("told-1", "lead"): 1}


def test_a_shadow_that_agrees_leaves_no_trace(desk: Desk, office: Office, clock: Clock) -> None:
    same = office(category={"01.01.01": 0.95})
    behind = deciding(Beside(same, same), desk.store)
    Desk(desk.store, behind.triage, clock, behind.watchers).submit(WATER, CLERK)
    assert desk.store.figures.disagreements() == {}


def test_a_petition_handed_in_again_is_not_compared_again(desk: Desk) -> None:
    for _ in range(3):
        desk.submit(WATER, CLERK)
    assert sum(desk.store.figures.disagreements().values()) == 2


def test_rules_alone_may_decide_beside_a_model(desk: Desk) -> None:
    taken, _ = desk.submit(WATER, CLERK)
    desk.store.ledger.disagree(taken.id, [Disagreement("2026-1", "kind", "appeal", None, "told-1", None)])
    assert desk.store.figures.disagreements()["", "kind"] == 1


def test_a_fault_of_who_only_watches_costs_nobody_an_answer(
    desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(petition: Petition, _: Decision, __: int) -> None:
        raise ValueError(petition.body)

    taken, decision = Desk(desk.store, desk.triage, clock, (fail,)).submit(WATER, CLERK)
    assert (taken.new, decision["petition_id"]) == (True, "2026-1")
    with caplog.at_level(logging.ERROR):
        assert "a watcher failed on petition 1: ValueError" in caplog.text
        assert WATER.body not in caplog.text


# ── the rulebook in use ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_rulebook_is_recorded_when_the_service_starts(sqlite_store: Store, small: Rulebook) -> None:
    activate(small, sqlite_store)
    active = sqlite_store.ledger.rulebook()
    assert active is not None and active.digest == small.digest


def test_the_same_rulebook_is_recorded_once(sqlite_store: Store, small: Rulebook) -> None:
    activate(small, sqlite_store)
    first = sqlite_store.ledger.rulebook()
    activate(small, sqlite_store)
    assert sqlite_store.ledger.rulebook() == first


def test_the_service_does_not_start_with_a_rulebook_that_has_lost_what_the_store_names(
    desk: Desk, small: Rulebook
) -> None:
    desk.submit(WATER, CLERK)
    activate(small, desk.store)
    kept = {code: one for code, one in small.taxonomy.by_code.items() if code != "01.01.01"}
    poorer = replace(small, digest="poorer", taxonomy=Taxonomy(kept))
    with pytest.raises(RulebookError, match=r"no category '01\.01\.01'"):
        activate(poorer, desk.store)
    active = desk.store.ledger.rulebook()
    assert active is not None and active.digest == small.digest

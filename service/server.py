"""Starts the service: store, triage, gate; and refuses to stand open where others could reach it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import uvicorn

from classifier.errors import InputError
from rules.errors import RulebookError
from rules.petition import Petition
from rules.rulebook import Rulebook
from service.access import COMMAND
from service.api.app import build_app
from service.api.gate import is_loopback
from service.api.monitoring import log_as_json
from service.api.reception import Deciding, build_reception
from service.assemble import build_store, build_triage, code_version, shadow_watchers
from service.console import err, told
from service.credentials import read_secret
from service.decision import Decision
from service.live import LiveTriage
from service.settings import Settings
from service.stale import stale_references
from service.store.store import Store


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)


def serve_forever(settings: Settings, address: Address, open_house: bool) -> None:
    """Run until stopped. Raises InputError for an open house that others could enter, or a closed one without keys."""
    if open_house and not address.loopback:
        raise InputError(f"--open on {address.host}: only on this machine itself (127.0.0.1); others need accounts")
    with build_store(settings) as store:
        _check_keys(store, open_house)
        triage = build_triage(settings)
        told("getting ready; the first start on a machine takes some 10 seconds longer")
        triage.prepare(date.today())
        activate(triage.rulebook, store)
        live = LiveTriage(triage, settings)
        secret = read_secret(settings.secret_file)
        log_as_json()
        app = build_app(triage, build_reception(store, deciding(live, store), secret, open_house))
        if open_house:
            warning = f"OPEN: no accounts, no log-in; whoever uses this machine sees everything (port {address.port})"
            err.print(warning, style="bold red", markup=False, soft_wrap=True)
        live.start()
        try:
            uvicorn.run(app, host=address.host, port=address.port, log_config=None, access_log=False)
        finally:
            live.stop()


def deciding(live: LiveTriage, store: Store) -> Deciding:
    """The model in force, and beside it rules and models that are only tried."""

    def beside(petition: Petition, decision: Decision, petition_id: int) -> None:
        if found := live.beside([petition], [decision], date.today()):
            store.ledger.disagree(petition_id, found)

    watchers = (*shadow_watchers(live.now.rulebook, store), beside)
    return Deciding(lambda: live.now, watchers, lambda: live.problem)


def activate(rulebook: Rulebook, store: Store) -> None:
    """Record the rulebook that decides from now on. Raises RulebookError for one that would leave codes in the store
    without meaning: nothing is silently deactivated.
    """
    active = store.ledger.rulebook()
    if active is not None and active.digest == rulebook.digest:
        return
    problems = stale_references(store.ledger.stored(), rulebook)
    if problems:
        raise RulebookError(problems)
    store.ledger.activate_rulebook(rulebook.name, rulebook.digest, code_version(), COMMAND)
    if active is not None:
        before, now = (f"{one.name} {one.digest[:12]}" for one in (active, rulebook))
        err.print(f"rulebook {now} takes the place of {before}", style="bold", markup=False, soft_wrap=True)


def _check_keys(store: Store, open_house: bool) -> None:
    if not open_house and not any(account.active for account in store.accounts.all()):
        advice = "fenban accounts add NAME --role supervisor; or, for a trial on this machine: fenban serve --open"
        raise InputError(f"there is no account yet: {advice}")

"""Starts the service: store, triage, gate; and refuses to stand open where others could reach it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import uvicorn

from classifier.errors import InputError
from rules.rulebook import Rulebook
from service.api.app import build_app
from service.api.monitoring import log_as_json
from service.api.reception import build_reception
from service.assemble import build_store, build_triage, shadow_watchers
from service.console import err
from service.credentials import read_secret
from service.settings import Settings
from service.store.store import Store

LOCAL_NAME = "localhost"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return self.host == LOCAL_NAME or ip_address(self.host).is_loopback
        except ValueError:
            return False


def serve_forever(settings: Settings, address: Address, open_house: bool) -> None:
    """Run until stopped. Raises InputError for an open house that others could enter, or a closed one without keys."""
    if open_house and not address.loopback:
        raise InputError(f"--open on {address.host}: only on this machine itself (127.0.0.1); others need accounts")
    with build_store(settings) as store:
        _check_keys(store, open_house)
        triage = build_triage(settings)
        _tell_rulebook(store, triage.rulebook)
        watchers = shadow_watchers(triage.rulebook, store)
        reception = build_reception(store, lambda: triage, read_secret(settings.secret_file), open_house, watchers)
        log_as_json()
        app = build_app(triage, reception)
        if open_house:
            warning = f"OPEN: no accounts, no log-in; whoever uses this machine sees everything (port {address.port})"
            err.print(warning, style="bold red", markup=False)
        uvicorn.run(app, host=address.host, port=address.port, log_config=None, access_log=False)


def _tell_rulebook(store: Store, rulebook: Rulebook) -> None:
    """Warns where another rulebook was activated than the one that decides from now on."""
    active = store.ledger.rulebook()
    if active is not None and active.digest != rulebook.digest:
        said = (
            f"rulebook {rulebook.name} {rulebook.digest[:12]} decides, but {active.name} {active.digest[:12]} is active"
        )
        err.print(f"{said}: fenban rules activate", style="bold", markup=False)


def _check_keys(store: Store, open_house: bool) -> None:
    if not open_house and not any(account.active for account in store.accounts.all()):
        advice = "fenban accounts add NAME --role supervisor; or, for a trial on this machine: fenban serve --open"
        raise InputError(f"there is no account yet: {advice}")

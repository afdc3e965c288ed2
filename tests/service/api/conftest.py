"""A service with a store behind its gate, and those who come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rules.value import replace
from service.access import Permission, Role
from service.api import gate
from service.api.app import build_app
from service.api.gate import COOKIE, FORM_HEADER
from service.api.reception import Deciding, Reception, build_reception
from service.credentials import SessionClaim, Sessions
from service.store import accounts
from service.store.accounts import TokenOrder
from service.store.store import Store
from service.triage import Triage
from tests.service.people import SUPERVISOR, Clock

SECRET = "the secret that this service signs its sessions with"
PASSWORD = "正确的密码够长了吗够长"
MARKER = "独一无二的青禾小区七栋"
"""Stands in every text that is handed in; no log, figure, error or address may hold it."""


@dataclass
class House:
    """The service, and ways to come in."""

    app: FastAPI
    store: Store
    reception: Reception
    clock: Clock

    def client(self, scheme: str = "http", **headers: str) -> TestClient:
        """Somebody who has shown nothing yet."""
        return TestClient(self.app, base_url=f"{scheme}://testserver", headers=headers, follow_redirects=False)

    def token(self, *scopes: Permission, code: str | None = None, days: int = 300) -> str:
        """The key of a new token."""
        until = self.clock.moment + timedelta(days=days)
        return self.store.accounts.add_token(TokenOrder("接口", scopes, until, code), SUPERVISOR)[1]

    def program(self, *scopes: Permission, code: str | None = None) -> TestClient:
        """Another program with a token."""
        return self.client(Authorization=f"Bearer {self.token(*scopes, code=code)}")

    def cookie(self, name: str = "zhang", role: Role = Role.CLERK) -> str:
        """The session of an account that is made if there is none."""
        known = {account.name: account for account in self.store.accounts.all()}
        account = known.get(name) or self.store.accounts.add(name, role, PASSWORD, SUPERVISOR)
        return Sessions(SECRET).cookie(SessionClaim(account.id, account.epoch))

    def browser(self, name: str = "zhang", role: Role = Role.CLERK) -> TestClient:
        """Somebody who has logged in, with the token of the form."""
        cookie = self.cookie(name, role)
        client = self.client(**{FORM_HEADER: Sessions(SECRET).form_token(cookie)})
        client.cookies.set(COOKIE, cookie)
        return client


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords without a slow hash, and nothing is remembered from one request to the next."""
    monkeypatch.setattr(accounts, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(accounts, "is_password", lambda password, kept: kept == f"hash of {password}")
    monkeypatch.setattr(gate, "REMEMBERED", 0.0)


@pytest.fixture
def house(quick: None, sqlite_store: Store, office: Callable[..., Triage], clock: Clock) -> Iterator[House]:
    """The small office, closed to whoever does not say who they are."""
    triage = office(category={"01.01.01": 0.95})
    reception = build_reception(sqlite_store, Deciding(lambda: triage), SECRET, open_house=False)
    reception = replace(reception, desk=replace(reception.desk, now=clock))
    app = build_app(triage, reception)
    with TestClient(app):
        yield House(app, sqlite_store, reception, clock)


@pytest.fixture
def clerk(house: House) -> TestClient:
    return house.browser()


@pytest.fixture
def submit(clerk: TestClient) -> Callable[..., int]:
    """Hands in a petition and gives its number; what is about water goes out by itself."""

    def submit(name: str = "2026-1", body: str = f"{MARKER}停水三天了", **fields: object) -> int:
        answer = clerk.post("/v1/petitions", json={"id": name, "body": body, **fields})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    return submit

"""The gate: who asks, and whether they may; every route stands in one table, and what is not in it is closed."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address
from time import monotonic
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from service.access import PERMITTED, TRIAL, Actor, Permission
from service.credentials import Sessions
from service.store.accounts import Accounts
from service.web.fields import fields, is_form
from service.web.frame import Visitor, is_page

COOKIE = "fenban_session"
LOCAL_NAME = "localhost"
ADDRESS = re.compile(r"[0-9A-Za-z.:%_-]{1,60}")
"""Of IPv4 and IPv6, with zones, and names that test clients have."""
FORM_HEADER, FORM_FIELD = "x-form-token", "form_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REMEMBERED, MOST_REMEMBERED = 5.0, 1024
"""Seconds for which a log-in or token is not looked up again: so long a revoked one may still pass."""


class Need(StrEnum):
    """What a route asks for besides a permission."""

    NOTHING = "nothing"
    SOMEBODY = "somebody"
    """Anybody who has logged in or holds a token."""


NEEDS: Mapping[str, Permission | Need] = {
    "/healthz": Need.NOTHING,
    "/readyz": Need.NOTHING,
    "/version": Need.NOTHING,
    "/docs": Need.NOTHING,
    "/openapi.json": Need.NOTHING,
    "/login": Need.NOTHING,
    "/logout": Need.SOMEBODY,
    "/": Permission.DECIDE,
    "/queue": Permission.READ,
    "/petitions/{petition_id}": Permission.READ,
    "/metrics": Permission.METRICS,
    "/v1/decisions": Permission.DECIDE,
    "/v1/decisions/batch": Permission.DECIDE,
    "/v1/taxonomy": Need.SOMEBODY,
    "/v1/departments": Need.SOMEBODY,
    "/v1/duties": Need.SOMEBODY,
    "/v1/rulebook": Need.SOMEBODY,
    "/v1/model": Need.SOMEBODY,
    "/v1/petitions": Permission.READ,
    "/v1/petitions/{petition_id}": Permission.READ,
    "/v1/petitions/{petition_id}/reviews": Need.SOMEBODY,
    "/v1/petitions/{petition_id}/redecide": Permission.REDECIDE,
    "/v1/audit": Permission.OVERSEE,
}
"""By path. A review needs the permission of its action (`service.access.NEEDED`), checked where the action is known."""
HANDING_IN = ("POST", "/v1/petitions")
"""The one path whose methods need different permissions."""
T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers of a look-up, for REMEMBERED seconds each. Belongs to the event loop; not for threads."""

    def __init__(self, look_up: Callable[[str], T]) -> None:
        self._look_up = look_up
        self._known: OrderedDict[str, tuple[float, T]] = OrderedDict()

    async def get(self, key: str) -> T:
        """The answer for `key`, from memory or anew."""
        found = self._known.get(key)
        if found is not None and monotonic() - found[0] < REMEMBERED:
            return found[1]
        answer = await run_in_threadpool(self._look_up, key)
        self._known[key] = (monotonic(), answer)
        self._known.move_to_end(key)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Look everything up anew."""
        self._known.clear()


@dataclass(frozen=True)
class Gate:
    """Lets a request through, with `request.state.actor` saying who asks. `open_house`: a trial without accounts."""

    accounts: Accounts
    sessions: Sessions
    open_house: bool
    _tokens: Remembered[Actor | None]
    _cookies: Remembered[Actor | None]

    @classmethod
    def of(cls, accounts: Accounts, sessions: Sessions, open_house: bool) -> Gate:
        """A gate before these accounts."""

        def by_token(key: str) -> Actor | None:
            token = accounts.token(key)
            if token is None:
                return None
            scopes = frozenset(map(Permission, token.scopes))
            return Actor(f"token {token.id} {token.name}"[:200], scopes, department=token.department)

        def by_cookie(cookie: str) -> Actor | None:
            claim = sessions.claim(cookie)
            account = accounts.get(claim.account) if claim else None
            if claim is None or account is None or not account.active or account.epoch != claim.epoch:
                return None
            return Actor(account.name, PERMITTED[account.role])

        return cls(accounts, sessions, open_house, Remembered(by_token), Remembered(by_cookie))

    async def __call__(self, request: Request) -> None:
        """Raises HTTPException: 401 for nobody (a browser is sent to the log-in instead), 403 for one who may not."""
        path = request.scope["route"].path
        need = Permission.SUBMIT if (request.method, path) == HANDING_IN else NEEDS.get(path)
        actor = await self.actor(request)
        request.state.actor = actor
        request.state.visitor = self._visitor(request, actor)
        if need is Need.NOTHING:
            return
        if actor is None and is_page(request):
            raise HTTPException(303, "log in", {"Location": "/login"})
        if actor is None:
            raise HTTPException(401, "log in, or send a token", {"WWW-Authenticate": "Bearer"})
        if need is None or (isinstance(need, Permission) and not actor.may(need)):
            raise HTTPException(403, "this account or token may not do that")

    async def actor(self, request: Request) -> Actor | None:
        """Who asks: by token, by session, or anybody where the house is open. A request of a browser that changes
        something must carry the token of its form, which no foreign page knows.
        """
        address = address_of(request)
        if self.open_house:
            _check_at_home(request)
            return replace(TRIAL, address=address)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return _at(await self._tokens.get(key.strip()), address)
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            return None
        found = await self._cookies.get(cookie)
        if found is not None and request.method not in SAFE_METHODS:
            given = request.headers.get(FORM_HEADER) or await _form_token(request)
            if not self.sessions.is_form_token(given, cookie):
                raise HTTPException(403, "the form has expired; open the page again")
        return _at(found, address)

    def _visitor(self, request: Request, actor: Actor | None) -> Visitor:
        """The same for the header of a page; a department has no pages, only the interface."""
        if actor is None or actor.department:
            return Visitor(open_house=self.open_house)
        cookie = None if self.open_house else request.cookies.get(COOKIE)
        return Visitor(
            name=actor.name,
            form_token=self.sessions.form_token(cookie) if cookie else "",
            reads=actor.may(Permission.READ),
            decides=actor.may(Permission.DECIDE),
            open_house=self.open_house,
        )

    def forget(self) -> None:
        """After a log-out: no session is remembered."""
        self._cookies.forget()


class Gated(APIRoute):
    """A route whose dependencies (the gate) are asked before a JSON body is read: FastAPI alone parses it first, and so
    whatever a stranger sends.
    """

    async def ask(self, scope: Scope) -> None:
        """Ask them; they look at the head of the request alone. Raises HTTPException."""
        for needed in self.dependencies:
            if needed.dependency is not None:
                await needed.dependency(Request(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.body_field is not None and scope["method"] in (self.methods or ()) and not is_form(Request(scope)):
            await self.ask(scope)
        await super().handle(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether this is an address of this machine that no other machine reaches."""
    try:
        return host == LOCAL_NAME or ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(request: Request) -> str:
    """From where it is asked; "?" for what is no address, since a proxy may hand on whatever its caller wrote."""
    told = request.client.host if request.client else ""
    return told if ADDRESS.fullmatch(told) else "?"


def check_origin(request: Request) -> None:
    """A foreign page must not act for its visitor where there is no session whose form token could be asked for."""
    origin = request.headers.get("origin")
    if origin is not None and _host(origin) != request.headers.get("host"):
        raise HTTPException(403, "the request comes from another page")


def _host(origin: str) -> str:
    """Host and port of an origin; "" of what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _check_at_home(request: Request) -> None:
    """A trial asks nobody who they are, so no foreign page may ask through the browser of whoever runs it: not by a
    form, nor under a name of its own for this machine (DNS rebinding). Raises HTTPException.
    """
    check_origin(request)
    if not is_loopback(_name(request.headers.get("host", ""))):
        raise HTTPException(403, "a trial answers pages and programs of this machine alone")


def _name(host: str) -> str:
    """Without the port; "" of what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _at(actor: Actor | None, address: str) -> Actor | None:
    return replace(actor, address=address) if actor else None


async def _form_token(request: Request) -> str:
    return (await fields(request)).get(FORM_FIELD, "")

"""Logging in and out with a browser: a signed cookie that scripts cannot read and foreign pages cannot send."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.gate import COOKIE, Gate, address_of, check_origin
from service.credentials import LONGEST_PASSWORD, SESSION_SECONDS, SessionClaim
from service.store.accounts import ThrottledError
from service.web.fields import fields
from service.web.frame import page
from service.words import words


def add_sessions(app: FastAPI, gate: Gate) -> None:
    """`/login` and `/logout`."""

    @app.get("/login", include_in_schema=False)
    async def form(request: Request) -> HTMLResponse:
        return _page(request)

    @app.post("/login", include_in_schema=False)
    async def log_in(request: Request) -> Response:
        check_origin(request)
        name, password = _credentials(await fields(request))
        address = address_of(request)
        try:
            account = await run_in_threadpool(gate.accounts.log_in, name, password, address)
        except ThrottledError as error:
            answer: Response = _page(request, "throttled", 429)
            answer.headers["Retry-After"] = str(error.seconds)
            return answer
        if account is None:
            return _page(request, "refused", 401)
        answer = RedirectResponse("/queue", 303)
        cookie = gate.sessions.cookie(SessionClaim(account.id, account.epoch))
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, cookie, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
        )  # fmt: skip
        return answer

    @app.post("/logout", include_in_schema=False)
    async def log_out(request: Request) -> Response:
        await run_in_threadpool(gate.accounts.log_out, request.state.actor)
        gate.forget()
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer


def _page(request: Request, problem: str = "", status: int = 200) -> HTMLResponse:
    return page(request, "login.html", {"problem": words().page[problem] if problem else ""}, status)


def _credentials(given: Mapping[str, str]) -> tuple[str, str]:
    """Name and password; too long ones are cut: they cannot be right."""
    name, password = (given.get(field, "")[: LONGEST_PASSWORD + 1] for field in ("name", "password"))
    return name.strip(), password

"""Errors as problem bodies (RFC 9457), bounded requests, safe headers; petition text reaches no log."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classifier.rows import LONG_NAME
from service.api.schemas import FieldProblem, ProblemOut
from service.errors import ENDINGS
from service.web.frame import is_page, trouble

log = logging.getLogger("fenban")
MAX_BODY, MAX_FORM = 48 << 20, 1 << 20
"""Bytes of a request body: of JSON, of anything else (the longest petition a form can hold takes a quarter of it)."""
MEDIA = "application/problem+json"
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
"""Under `no-referrer` browsers send even our own forms with `Origin: null`, and the log-in takes them for foreign."""
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
DOCS_POLICY = POLICY + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
Headers = tuple[tuple[bytes, bytes], ...]


def _encoded(policy: str) -> Headers:
    named = {**HEADERS, "content-security-policy": policy}
    return tuple((name.encode(), value.encode()) for name, value in named.items())


EVERYWHERE, ON_DOCS = _encoded(POLICY), _encoded(DOCS_POLICY)


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    happened: Mapping[str, Any] | None = None,
) -> Response:
    """A problem body; `happened` only where there is something to tell."""
    body = ProblemOut(
        title=title, status=status, detail=detail, errors=list(errors), happened=dict(happened) if happened else None
    )
    told = body.model_dump(exclude=None if happened else {"happened"})
    return JSONResponse(told, status_code=status, media_type=MEDIA)


def add_problems(app: FastAPI) -> None:
    """Teach `app` to answer every error with a problem body."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in ENDINGS:
        app.add_exception_handler(kind, _known)
    app.add_middleware(Guard)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if is_page(request):
        return trouble(request, 404)
    errors = [FieldProblem(field=_place(fault["loc"]), message=str(fault["msg"])) for fault in error.errors()]
    return problem(422, "invalid request", f"{len(errors)} field{'s are' if len(errors) > 1 else ' is'} wrong", errors)


def _place(loc: Sequence[Any]) -> str:
    inner = loc[1:] if loc[:1] == ("body",) else loc
    return ".".join(str(part)[:LONG_NAME] for part in inner) or "body"


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if is_page(request):
        answer: Response = trouble(request, error.status_code)
    else:
        answer = problem(error.status_code, "request refused", str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _known(request: Request, error: Exception) -> Response:
    ending = next(ending for kind, ending in ENDINGS.items() if isinstance(error, kind))
    if is_page(request):
        return trouble(request, ending.status)
    return problem(ending.status, ending.title, str(error), happened=getattr(error, "happened", None))


class BodyTooLargeError(Exception):
    """A request body beyond its bound."""


class Guard:
    """Outermost: bounds the body, adds headers, and turns a fault of ours into a numbered 500 without its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MAX_BODY if _is_json(scope) else MAX_FORM
        exchange = _Exchange(receive, send, ON_DOCS if scope["path"] == "/docs" else EVERYWHERE, most)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except BodyTooLargeError:
            pass
        except Exception as error:
            number = uuid.uuid4().hex[:12]
            log.error("fault %s: %s in %s", number, type(error).__name__, _where(error))
            if not exchange.started:
                answer = problem(500, "fault", f"the service failed; fault {number} is in its log")
                await answer(scope, receive, exchange.send)
        if exchange.too_large and not exchange.started:
            exchange.too_large = False
            answer = problem(413, "too large", f"a request body of this type may have {most} bytes")
            await answer(scope, receive, exchange.send)


def _is_json(scope: Scope) -> bool:
    """Whether the body says that it is JSON."""
    return any(name == b"content-type" and value.startswith(b"application/json") for name, value in scope["headers"])


class _Exchange:
    """One request and its answer: counts what comes in, adds headers to what goes out.

    Once the body is too large nothing of the application's answer goes out: FastAPI would make a 400 of it.
    """

    def __init__(self, receive: Receive, send: Send, headers: Headers, most: int) -> None:
        self._receive, self._send, self._headers, self._most = receive, send, headers, most
        self._size = 0
        self.started = False
        self.too_large = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            self.too_large = True
            raise BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.too_large:
            return
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message["headers"], *self._headers]
        await self._send(message)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame; the message is left out, it may hold text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"

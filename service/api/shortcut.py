"""The way of a sound request past FastAPI's machinery, which takes longer than half a decision; others go as usual."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from service.api.gate import Gated
from service.api.schemas import PetitionIn

PLAIN_JSON = (b"content-type", b"application/json")


class Shortcut(Gated):
    """A route whose endpoint takes one PetitionIn and gives a Response.

    A body that PetitionIn accepts goes straight to the endpoint. Whatever else comes (another type, a wrong field, a
    caller that left) FastAPI reads anew, and says what is wrong. What the route depends on (the gate) is asked first,
    and looks at the head of the request alone.
    """

    endpoint: Callable[[PetitionIn], Awaitable[Response]]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or PLAIN_JSON not in scope["headers"]:
            await super().handle(scope, receive, send)
            return
        await self.ask(scope)
        messages = await _received(receive)
        petition = _petition(b"".join([message.get("body", b"") for message in messages]))
        if petition is None:
            await super().handle(scope, _again(messages, receive), send)
            return
        response = await self.endpoint(petition)
        await response(scope, receive, send)


async def _received(receive: Receive) -> list[Message]:
    """All messages of a body."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _petition(body: bytes) -> PetitionIn | None:
    """What the body says; None where something is wrong with it, or where FastAPI may read it in another way."""
    try:
        return PetitionIn.model_validate_json(body)
    except ValueError:
        return None


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Gives these messages once more, then what comes."""
    waiting = iter(messages)

    async def replay() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return replay

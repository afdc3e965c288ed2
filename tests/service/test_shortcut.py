"""The short way answers as FastAPI's own way does, whatever is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from service.api import app as application
from service.api.app import build_app
from service.api.schemas import EXAMPLE, PetitionIn
from service.api.shortcut import Shortcut
from service.triage import Triage

Office = Callable[..., Triage]
PATH = "/v1/decisions"
JSON = "application/json"
SENT = {
    "the example": json.dumps(EXAMPLE).encode(),
    "another name of body": b'{"text": "\xe5\x81\x9c\xe6\xb0\xb4"}',
    "a key given twice": b'{"body": "a", "body": "\xe5\x81\x9c\xe6\xb0\xb4"}',
    "a byte order mark": b'\xef\xbb\xbf{"body": "x"}',
    "another encoding": '{"body": "停水"}'.encode("utf-16"),
    "a day as a number": b'{"body": "x", "received_at": 0}',
    "a number too great for a day": b'{"body": "x", "received_at": 1e300}',
    "a day with an hour": b'{"body": "x", "received_at": "2026-11-20T00:00:00"}',
    "a day in the middle": b'{"body": "x", "received_at": "2026-11-20T12:30:00Z"}',
    "a day as a number in words": b'{"body": "x", "received_at": "1700006400"}',
    "a day as a fraction": b'{"body": "x", "received_at": 0.5}',
    "a day that is true": b'{"body": "x", "received_at": true}',
    "a day without end": b'{"body": "x", "received_at": Infinity}',
    "both names of body": b'{"body": "x", "text": "y"}',
    "respondents as one name": b'{"body": "x", "respondents": "x"}',
    "respondents": b'{"body": "x", "respondents": ["\\u7164\\u5c40", " x "]}',
    "a null character": b'{"body": "x\\u0000y"}',
    "a raw line break": b'{"body": "x\ny"}',
    "a number of many digits": b'{"body": "x", "received_at": ' + b"9" * 5000 + b"}",
    "what follows": b'{"body": "x"} {}',
    "no number": b'{"body": "x", "received_at": NaN}',
    "half a character": b'{"body": "\\ud83d"}',
    "an unknown field": b'{"body": "x", "name": "x"}',
    "a field of another type": b'{"body": 7}',
    "no field": b"{}",
    "a list": b"[]",
    "null": b"null",
    "nothing": b"",
    "no json": b"body",
    "a broken encoding": b'{"body": "\xff"}',
    "depths": b"[" * 100_000,
}


@pytest.fixture(scope="module")
def triage(office: Office) -> Triage:
    return office(category={"01.01.01": 0.95, "02.01": 0.05}, telling=["家里"])


@pytest.fixture(scope="module")
def short(triage: Triage) -> Iterator[TestClient]:
    with TestClient(build_app(triage)) as client:
        yield client


@pytest.fixture(scope="module")
def long(triage: Triage) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "Shortcut", APIRoute)
        with TestClient(build_app(triage)) as client:
            yield client


@pytest.mark.parametrize("media", [JSON, f"{JSON}; charset=utf-8", "application/problem+json", "text/plain", ""])
@pytest.mark.parametrize("name", SENT)
def test_both_ways_answer_alike(short: TestClient, long: TestClient, name: str, media: str) -> None:
    ours, theirs = (
        client.post(PATH, content=SENT[name], headers={"content-type": media} if media else {})
        for client in (short, long)
    )
    assert (ours.status_code, ours.content, ours.headers) == (theirs.status_code, theirs.content, theirs.headers)


def test_a_body_in_pieces_is_read_whole(short: TestClient) -> None:
    whole = SENT["the example"]
    pieces = iter([whole[:20], whole[20:50], whole[50:]])
    assert short.post(PATH, content=pieces, headers={"content-type": JSON}).json()["petition_id"] == EXAMPLE["id"]


def test_a_dependency_is_never_passed_by() -> None:
    async def refuse(_: Request) -> None:
        raise HTTPException(401)

    async def decide(petition: PetitionIn) -> Response:
        return Response(petition.id)

    app = FastAPI()
    app.router.add_api_route(
        PATH, decide, methods=["POST"], route_class_override=Shortcut, dependencies=[Depends(refuse)]
    )
    with TestClient(app) as client:
        assert client.post(PATH, json=EXAMPLE).status_code == 401

"""Petitions over HTTP: hand in, queue, history, review, decide anew, and who read what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rules.policy import Band
from rules.rule import Kind, Urgency
from service.access import NEEDED, Actor
from service.api.schemas import PetitionIn, Short
from service.desk import Desk
from service.json_form import Json
from service.review import TO_REVIEW, Action, ReasonCode, Review, State
from service.store.queue import MOST_ITEMS, Question
from service.store.records import Order
from service.store.schema import HIGHEST
from service.view import view
from service.web.fields import Number

Version = Annotated[int, Field(strict=True, ge=1)]
"""The version of a petition that the caller has seen: a whole number, no text and no fraction."""
Code = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]


class SubmissionIn(PetitionIn):
    """A petition to be kept: its `id` is yours, and handing in the same one twice keeps it once."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]

    @model_validator(mode="after")
    def _storable(self) -> SubmissionIn:
        if any(
            "\x00" in value for value in (self.id, self.title, self.body, self.channel, self.region, *self.respondents)
        ):
            raise ValueError("a character of the text is NUL")
        return self


class ReviewIn(BaseModel):
    """A review. `version`: that of the petition as you saw it; somebody else's later change makes this one a 409."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    action: Action
    category: Short | None = None
    kind: Kind | None = None
    department: Short | None = None
    reason: ReasonCode | None = None

    def review(self) -> Review:
        return Review(self.action, self.category, self.kind, self.department, self.reason)


class RedecideIn(BaseModel):
    """Which version of the petition is to be decided anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version


class QueueIn(BaseModel):
    """What of the queue is asked for, as the query of the URL: codes only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: list[State] = Field(default=list(TO_REVIEW), max_length=len(State))
    band: Band | None = None
    category: Code | None = None
    department: Code | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    disagreement: bool | None = None
    suspect: bool | None = None
    order: Order = Order.URGENT
    limit: int = Field(50, ge=1, le=MOST_ITEMS)
    after: Annotated[str, StringConstraints(max_length=400)] | None = None

    def question(self) -> Question:
        told = {name: getattr(self, name) for name in QueueIn.model_fields if name != "state"}
        return Question(states=tuple(self.state), **told)


def add_petitions(app: FastAPI, desk: Desk) -> None:
    """All routes of petitions."""
    _add_reading(app, desk)
    _add_changes(app, desk)


def _add_changes(app: FastAPI, desk: Desk) -> None:
    """What changes something."""

    @app.post("/v1/petitions", status_code=201, tags=["petitions"])
    def submit(submission: SubmissionIn, request: Request, response: Response) -> Json:
        """Decide and keep a petition: 201, or 200 where it was handed in before; 409 where the id is another's."""
        taken, decision = desk.submit(submission.petition(), _actor(request))
        response.status_code = 201 if taken.new else 200
        return {"id": taken.id, "external_id": submission.id, "new": taken.new, "decision": decision}

    @app.post("/v1/petitions/{petition_id}/reviews", status_code=201, tags=["petitions"])
    def review(petition_id: Number, given: ReviewIn, request: Request) -> Json:
        """Confirm, correct or return. A corrected category always routes anew. 409: somebody was first, and what they
        did stands in `happened`.
        """
        actor = _actor(request)
        if not actor.may(NEEDED[given.action]):
            raise HTTPException(403, "this account or token may not do that")
        return view(desk.review(petition_id, given.version, given.review(), actor), actor)

    @app.post("/v1/petitions/{petition_id}/redecide", status_code=201, tags=["petitions"])
    def redecide(petition_id: Number, given: RedecideIn, request: Request) -> Json:
        """Ask the rules and the model of today again; what a clerk has settled stays."""
        actor = _actor(request)
        return view(desk.redecide(petition_id, given.version, actor), actor)


def _add_reading(app: FastAPI, desk: Desk) -> None:
    """What only reads."""

    @app.get("/v1/petitions", tags=["petitions"])
    def queue(asked: Annotated[QueueIn, Query()], request: Request) -> Json:
        """The queue, without texts: waiting and returned petitions unless `state` says otherwise. `next` is given back
        as `after`.
        """
        return asdict(desk.store.petitions.queue(asked.question(), _actor(request)))

    @app.get("/v1/petitions/{petition_id}", tags=["petitions"])
    def petition(petition_id: Number, request: Request) -> Json:
        """A petition with its decisions and reviews; a department sees its own matters of what is assigned to it."""
        actor = _actor(request)
        return view(desk.store.petitions.read(petition_id, actor), actor)

    @app.get("/v1/audit", tags=["petitions"])
    def audit(
        petition: Annotated[int | None, Query(ge=1, le=HIGHEST)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Json]:
        """Who did and read what, the latest first: ids, codes and names of accounts, no text."""
        return [asdict(record) for record in desk.store.trail.latest(limit, petition)]


def _actor(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor

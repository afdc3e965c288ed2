"""The pages of an office that keeps petitions: the queue, and each petition with its review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from classifier.errors import InputError
from rules.rulebook import Rulebook
from service.access import NEEDED, Actor
from service.desk import Desk
from service.errors import ConflictError
from service.review import TO_REVIEW, Action, State
from service.store.queue import cursor
from service.store.records import PetitionRecord
from service.triage import Triage
from service.web.fields import Number, fields, number
from service.web.frame import page
from service.web.pages import FOLDED, names_of
from service.web.petition_page import ReviewForm, choices, possible, shown_of
from service.web.queue_page import Filters, branches, figures
from service.web.timeline import timeline
from service.words import words

FIELDS_AT_FAULT = ("category", "department", "kind", "reason")
"""Fields that the desk names when it refuses a review."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a clerk is told about a review that was not kept: the form as it was sent, a key of words.page, and what
    somebody else did before.
    """

    form: ReviewForm
    problem: str | None = None
    happened: Mapping[str, object] | None = None

    @property
    def status(self) -> int:
        return 409 if self.happened is not None else 422


@dataclass(frozen=True, slots=True)
class Clerk:
    """One request of a clerk: who it is, the main flow in force, and which part of the queue they work through."""

    desk: Desk
    actor: Actor
    triage: Triage
    filters: Filters

    @classmethod
    def of(cls, desk: Desk, request: Request) -> Clerk:
        """Raises HTTPException for a department, which has no pages."""
        actor: Actor = request.state.actor
        if actor.department:
            raise HTTPException(403, "a department has no pages")
        triage = desk.triage()
        return cls(desk, actor, triage, Filters.read(request.query_params, triage.rulebook))

    @property
    def rulebook(self) -> Rulebook:
        return self.triage.rulebook

    def behind(self, place: str | None, but: int) -> int | None:
        """The petition behind this place of the queue; at its end the first one; never the petition `but`."""
        for after in dict.fromkeys((place or None, None)):
            try:
                found = self.desk.store.petitions.queue(self.filters.question(after, 2), self.actor).items
            except InputError:
                continue
            following = next((item.id for item in found if item.id != but), None)
            if following is not None:
                return following
        return None

    @property
    def names(self) -> Mapping[str, object]:
        """What codes are called."""
        departments = {code: one.name for code, one in self.rulebook.departments.by_code.items()}
        return {"names": names_of(self.triage), "departments": departments, "folded": FOLDED}


def add_desk_pages(app: FastAPI, desk: Desk) -> None:
    """`/queue` and `/petitions/{petition_id}`."""

    @app.get("/queue", include_in_schema=False)
    def queue(request: Request) -> HTMLResponse:
        return _queue(request, Clerk.of(desk, request))

    @app.get("/petitions/{petition_id}", include_in_schema=False)
    def petition(petition_id: Number, request: Request) -> HTMLResponse:
        clerk = Clerk.of(desk, request)
        return _petition(request, clerk, desk.store.petitions.read(petition_id, clerk.actor))

    @app.post("/petitions/{petition_id}", include_in_schema=False)
    async def review(petition_id: Number, request: Request) -> Response:
        form = ReviewForm.read(await fields(request))
        return await run_in_threadpool(_review, request, Clerk.of(desk, request), petition_id, form)


def _queue(request: Request, clerk: Clerk) -> HTMLResponse:
    after = request.query_params.get("after") or None
    store = clerk.desk.store
    values = {
        "page": store.petitions.queue(clerk.filters.question(after), clerk.actor),
        "figures": figures(store.figures.queue()),
        "filters": clerk.filters,
        "branches": branches(clerk.rulebook.on(date.today())),
        "first": after is None,
    }
    return page(request, "queue.html", {**values, **clerk.names})


def _petition(request: Request, clerk: Clerk, record: PetitionRecord, told: Told | None = None) -> HTMLResponse:
    shown, actions = shown_of(record), possible(record, clerk.actor)
    place = cursor(record.item, clerk.filters.question().order)
    values = {
        "record": record,
        "shown": shown,
        "steps": timeline(record),
        "actions": actions,
        "last": record.reviews[-1] if record.reviews else None,
        "settled": record.item.state is State.SETTLED,
        "reviewing": bool(shown and shown.doubtful and actions and record.item.state in TO_REVIEW),
        "choices": choices(clerk.rulebook.on(record.item.received), shown.decision if shown else None),
        "form": told.form if told else ReviewForm(),
        "problem": words().page[told.problem] if told and told.problem else "",
        "happened": told.happened if told else None,
        "place": place,
        "query": clerk.filters.query,
        "following": clerk.behind(place, record.item.id),
        "done": number(request.query_params.get("done", "")) or None,
    }
    return page(request, "petition.html", {**values, **clerk.names}, told.status if told else 200)


def _review(request: Request, clerk: Clerk, petition_id: int, form: ReviewForm) -> Response:
    """Keep the review and go on, or show the petition as it stands with what was typed."""
    told = _kept(clerk, petition_id, form)
    if told is not None:
        return _petition(request, clerk, clerk.desk.store.petitions.read(petition_id, clerk.actor), told)
    following = clerk.behind(form.place, petition_id)
    query = clerk.filters.query
    if following is None:
        return RedirectResponse(f"/queue?{query}".rstrip("?"), 303)
    asked = "&".join(filter(None, (query, f"done={petition_id}")))
    return RedirectResponse(f"/petitions/{following}?{asked}", 303)


def _kept(clerk: Clerk, petition_id: int, form: ReviewForm) -> Told | None:
    """None where the review was kept. Raises HTTPException for somebody who may not do that, NotFoundError."""
    problem = form.problem(clerk.rulebook)
    if problem:
        return Told(form, problem)
    if not clerk.actor.may(NEEDED[Action(form.action)]):
        raise HTTPException(403, "this account may not do that")
    try:
        clerk.desk.review(petition_id, form.version, form.review(clerk.rulebook), clerk.actor)
    except ConflictError as error:
        return Told(form, None if error.happened else "not_now", error.happened or {})
    except InputError as error:
        field = str(error).partition(":")[0]
        return Told(form, f"wrong_{field}" if field in FIELDS_AT_FAULT else "wrong_form")
    return None

"""The first page: paste a petition, see the decision with its evidence. Its text is never in a URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from classifier.dataset import text_problem
from rules.petition import Petition
from rules.policy import Band
from service.decision import Candidate, Decision, DepartmentCandidate, DueDate, Reason, Withheld
from service.notices import Notices, notices
from service.triage import Triage
from service.web.fields import fields, text_of
from service.web.frame import HERE, page
from service.web.marks import Stretch, stretches
from service.words import words

C = TypeVar("C", Candidate, DepartmentCandidate)
LONGEST_REGION = 200
LEAST_LIKELY = 0.005
FOLDED = 3
"""More withheld departments than these are folded away behind the first ones."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser sent, stripped, with line breaks of one character."""

    title: str = ""
    body: str = ""
    received_at: str = ""
    region: str = ""

    @property
    def problem(self) -> str | None:
        """Key of words.page for what is wrong with it; the day is written as 2026-11-20 and in no other way."""
        if text_problem(self.title, self.body):
            return "long" if self.title or self.body else "empty"
        if self.received_at and self.day is None:
            return "date"
        return "region" if len(self.region) > LONGEST_REGION else None

    @property
    def day(self) -> date | None:
        """The day of receipt; None when none is given, or what is given is none."""
        try:
            day = date.fromisoformat(self.received_at)
        except ValueError:
            return None
        return day if day.isoformat() == self.received_at else None

    def petition(self) -> Petition:
        return Petition("1", self.body, self.title, region=self.region, received_at=self.day)


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Departments that must not see the petition for one reason."""

    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one decision."""

    decision: Decision
    stretches: list[Stretch]
    notices: Notices
    outsiders: list[Outsiders]
    candidates: list[Candidate]
    departments: list[DepartmentCandidate]
    due: list[DueDate]

    @property
    def doubtful(self) -> bool:
        """Whether a clerk is to choose among the candidates."""
        unsure = {Reason.LOW_CONFIDENCE, Reason.SPLIT}
        return self.decision.band is Band.SUGGEST or not unsure.isdisjoint(self.decision.review_reasons)


def show(petition: Petition, decision: Decision) -> Shown:
    """The decision made ready for the template."""
    return Shown(
        decision=decision,
        stretches=stretches(petition.text, decision.evidence, decision.matters),
        notices=notices(decision),
        outsiders=outsiders(decision.assignment.withheld),
        candidates=_likely(decision.candidates),
        departments=_likely(decision.assignment.candidates),
        due=sorted(decision.due, key=lambda due: (due.date is None, due.date or "")),
    )


def _likely(considered: Sequence[C]) -> list[C]:
    """The first, and those that may still be meant."""
    return [
        one
        for number, one in enumerate(considered)
        if number == 0 or one.probability is None or one.probability >= LEAST_LIKELY
    ]


def outsiders(withheld: Sequence[Withheld]) -> list[Outsiders]:
    """Neighbours with one reason told together, in order."""
    groups = groupby(withheld, key=lambda one: one.reason)
    return [Outsiders(tuple(one.name for one in group), reason) for reason, group in groups]


def add_pages(app: FastAPI, now: Callable[[], Triage]) -> None:
    """The page at `/` and its style sheet. `now` gives the main flow in force at this moment."""
    fixed: dict[str, object] = {
        "names": names_of(now()),
        "folded": FOLDED,
        "reviewing": False,
        "settled": False,
    }
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    def answer(request: Request, form: Form, shown: Shown | None = None, problem: str | None = None) -> HTMLResponse:
        told = {
            "versions": now().versions,
            "form": form,
            "shown": shown,
            "problem": words().page[problem] if problem else "",
        }
        return page(request, "decide.html", told | fixed, 422 if problem else 200)

    @app.get("/", include_in_schema=False)
    async def empty(request: Request) -> HTMLResponse:
        return answer(request, Form())

    @app.post("/", include_in_schema=False)
    async def decide(request: Request) -> HTMLResponse:
        form = _form(await fields(request))
        if form.problem:
            return answer(request, form, problem=form.problem)
        petition = form.petition()
        (decision,) = await run_in_threadpool(now().decide, [petition], date.today())
        return answer(request, form, show(petition, decision))


def _form(given: Mapping[str, str]) -> Form:
    """The fields that the page asks for; unknown ones are passed over."""
    return Form(**{name: text_of(given, name) for name in ("title", "body", "received_at", "region")})


def names_of(triage: Triage) -> dict[str, str]:
    """Category codes to readable paths, kinds and sorts of respondents to their names, for the marks in the text."""
    taxonomy = triage.rulebook.taxonomy
    paths = {code: " / ".join(taxonomy.path(code)) for code in taxonomy.by_code}
    return paths | dict(triage.kind_names) | {str(sort): name for sort, name in words().respondents.items()}

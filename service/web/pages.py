"""The first page: paste a petition, see the decision with its evidence. Its text is never in a URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from classifier.dataset import text_problem
from rules.petition import Petition
from service.decision import Decision
from service.triage import Triage
from service.web.marks import Piece, pieces
from service.words import words

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one decision."""

    decision: Decision
    pieces: list[Piece]


def add_pages(app: FastAPI, triage: Triage) -> None:
    """The page at `/` and its style sheet."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = templates.get_template("decide.html")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    def page(title: str = "", body: str = "", shown: Shown | None = None, problem: str = "") -> HTMLResponse:
        html = template.render(
            title=title,
            body=body,
            shown=shown,
            problem=problem,
            words=words(),
            versions=triage.versions,
            names=_names(triage),
        )
        return HTMLResponse(html, status_code=422 if problem else 200)

    @app.get("/", include_in_schema=False)
    async def empty() -> HTMLResponse:
        return page()

    @app.post("/", include_in_schema=False)
    async def decide(request: Request) -> HTMLResponse:
        try:
            form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        except ValueError:
            raise HTTPException(400, "the form has too many fields") from None
        title, body = (form.get(name, [""])[0].strip().replace("\r\n", "\n") for name in ("title", "body"))
        if text_problem(title, body):
            return page(title, body, problem=words().page["long" if body or title else "empty"])
        petition = Petition("1", body, title)
        (decision,) = await run_in_threadpool(triage.decide, [petition], date.today())
        return page(title, body, Shown(decision, pieces(petition.text, decision.evidence)))


def _names(triage: Triage) -> dict[str, str]:
    """Category codes to readable paths, for the marks in the text."""
    taxonomy = triage.rulebook.taxonomy
    return {code: " / ".join(taxonomy.path(code)) for code in taxonomy.by_code} | dict(triage.kind_names)

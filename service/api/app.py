"""The application: decisions, the rulebook as data, health, and documentation that needs no internet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from fastapi import Depends, FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from rules.petition import Petition
from rules.rulebook import Rulebook
from service.api.gate import Gated
from service.api.gathering import Gathering
from service.api.monitoring import add_metrics
from service.api.petitions import add_petitions
from service.api.problems import MEDIA, add_problems
from service.api.reception import Reception
from service.api.schemas import BatchIn, PetitionIn, ProblemOut
from service.api.session import add_sessions
from service.api.shortcut import Shortcut
from service.decision import Decision
from service.json_form import json_bytes
from service.triage import Triage
from service.web.desk_pages import add_desk_pages
from service.web.pages import add_pages


def _problem_schema() -> dict[str, Any]:
    """The schema of a problem body, its parts inside: FastAPI lists only what it validates among its components."""
    schema = ProblemOut.model_json_schema()
    schema["properties"]["errors"]["items"] = schema.pop("$defs")["FieldProblem"]
    return schema


PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"description": "a field is wrong", "content": {MEDIA: {"schema": _problem_schema()}}}
}
JSON = "application/json"
NOT_TAKEN_UP = "a model that was named cannot be used, and the one before decides; the log says why"
"""Anybody may ask whether the service is ready; names of files are for the log."""
Now = Callable[[], Triage]
"""Gives the main flow in force at this moment: a promoted model may come into force at any."""


def build_app(triage: Triage, reception: Reception | None = None) -> FastAPI:
    """Everything under one roof; `triage` holds rulebook and model. With a `reception` petitions are kept, and who asks
    must say who they are; without one nothing is kept and everybody may ask.
    """
    app = FastAPI(
        dependencies=[Depends(reception.gate)] if reception else None,
        title="分办 fenban",
        version=triage.code_version,
        summary="Which matter a petition is, who leads, on what ground, how sure.",
        docs_url=None,
        redoc_url=None,
    )
    app.router.route_class = Gated
    now = reception.desk.triage if reception else lambda: triage
    add_problems(app)
    _add_decisions(app, now, reception.monitor.decided if reception else None)
    _add_rulebook(app, triage.rulebook, now)
    _add_health(app, now, reception)
    _add_docs(app)
    add_pages(app, now)
    if reception:
        add_petitions(app, reception.desk)
        add_sessions(app, reception.gate)
        add_desk_pages(app, reception.desk)
        add_metrics(app, reception.monitor)
    return app


def _add_decisions(app: FastAPI, now: Now, told: Callable[[Sequence[Decision]], None] | None) -> None:
    """`told`: hears of every decision."""
    gathering = Gathering(now)

    async def decide(petition: PetitionIn) -> Response:
        """Decide one petition. Offsets of evidence count characters of title, line break, body."""
        decision = await gathering.decide(petition.petition())
        if told:
            told([decision])
        return Response(json_bytes(decision), media_type=JSON)

    about: dict[str, Any] = {"response_model": Decision, "responses": PROBLEMS, "tags": ["decisions"]}
    app.router.add_api_route("/v1/decisions", decide, methods=["POST"], route_class_override=Shortcut, **about)

    @app.post("/v1/decisions/batch", response_model=list[Decision], responses=PROBLEMS, tags=["decisions"])
    async def decide_batch(batch: BatchIn) -> Response:
        """Decide up to 1,000 petitions, in order."""
        petitions: list[Petition] = [item.petition() for item in batch.petitions]
        decisions = await run_in_threadpool(now().decide, petitions, date.today())
        if told:
            told(decisions)
        return Response(json_bytes(decisions), media_type=JSON)


def _add_rulebook(app: FastAPI, rulebook: Rulebook, now: Now) -> None:
    @app.get("/v1/taxonomy", tags=["rulebook"])
    async def taxonomy() -> list[dict[str, Any]]:
        """All categories, parents before children."""
        return _taxonomy(rulebook)

    @app.get("/v1/departments", tags=["rulebook"])
    async def departments() -> list[dict[str, Any]]:
        """All departments with aliases, parent and superior."""
        return [department.model_dump(mode="json") for department in rulebook.departments.by_code.values()]

    @app.get("/v1/duties", tags=["rulebook"])
    async def duties() -> list[dict[str, Any]]:
        """The responsibility table, in order of precedence."""
        return [row.model_dump(mode="json", exclude_none=True, by_alias=True) for row in rulebook.duties.rows]

    @app.get("/v1/rulebook", tags=["rulebook"])
    async def rules() -> dict[str, Any]:
        """Name and digest of the rulebook, and every rule with its reason and proof; its state, unless it is active."""
        listed = [rule.model_dump(mode="json", exclude_defaults=True) for rule in rulebook.every]
        return {"name": rulebook.name, "digest": rulebook.digest, "rules": listed}

    @app.get("/v1/model", tags=["rulebook"])
    async def model() -> dict[str, Any]:
        """Version of the model in use; null when rules alone decide."""
        return {"version": now().versions.model}


def _add_health(app: FastAPI, now: Now, reception: Reception | None) -> None:
    @app.get("/healthz", tags=["health"])
    async def alive() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"])
    def ready() -> dict[str, str]:
        """Rulebook and model are loaded, and the store answers; a service without a model is ready too, and says so.
        `problem`: a model that was promoted is not in use.
        """
        told = {"status": "ready", "model": now().versions.model or "none"}
        if reception:
            reception.desk.store.database.ask()
            told |= {"problem": NOT_TAKEN_UP} if reception.problem() else {}
        return told

    @app.get("/version", tags=["health"])
    async def version() -> dict[str, str | None]:
        """The three versions that stand in every decision."""
        versions = now().versions
        return {"code": versions.code, "rulebook": versions.rulebook, "model": versions.model}


def _add_docs(app: FastAPI) -> None:
    """Swagger UI from an installed package: a closed network has no CDN."""
    from swagger_ui_bundle import swagger_ui_path

    app.mount("/docs-assets", StaticFiles(directory=swagger_ui_path), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "/openapi.json",
            title="分办 fenban API",
            swagger_js_url="/docs-assets/swagger-ui-bundle.js",
            swagger_css_url="/docs-assets/swagger-ui.css",
            swagger_favicon_url="/docs-assets/favicon-32x32.png",
        )


def _taxonomy(rulebook: Rulebook) -> list[dict[str, Any]]:
    return [
        {
            "code": category.code,
            "name": category.name,
            "path": list(rulebook.taxonomy.path(category.code)),
            "level": category.level,
            "parent": category.parent,
            "until": category.end.until.isoformat() if category.end else None,
            "successors": list(category.end.successors) if category.end else [],
            "formerly": [former.model_dump(mode="json") for former in category.formerly],
        }
        for category in rulebook.taxonomy.by_code.values()
    ]

"""What all pages share: their templates, who looks at them, and what a page says when something went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.words import words

HERE = Path(__file__).parent
PAGES = frozenset({"/", "/login", "/logout", "/queue", "/petitions/{petition_id}"})
"""Paths that people open with a browser: what goes wrong there is told as a page."""
TROUBLES: Mapping[int, str] = {
    303: "stranger",
    400: "wrong",
    403: "forbidden",
    404: "missing",
    409: "conflict",
    422: "wrong",
    503: "away",
}
"""HTTP status -> key of words.troubles."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page. `form_token`: what a form of this session must carry, "" where nobody has logged in;
    `reads`: may see the queue; `decides`: may have a text decided; `open_house`: a trial without accounts.
    """

    name: str = ""
    form_token: str = ""
    reads: bool = False
    decides: bool = False
    open_house: bool = False


ANYBODY = Visitor(decides=True)
"""Where nothing is kept there is nobody to be told apart."""


def visitor_of(request: Request) -> Visitor:
    """Who looks; a gate has said so, or there is none."""
    found: Visitor = getattr(request.state, "visitor", ANYBODY)
    return found


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The pages' templates: everything is escaped, and a name that is not given is a fault."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["moment"] = _moment
    return environment


def _moment(at: datetime) -> str:
    """Day and minute at this place."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def page(request: Request, name: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """The template `name` with these values, for whoever looks."""
    template = templates().get_template(name)
    return HTMLResponse(template.render(visitor=visitor_of(request), words=words(), **values), status)


def is_page(request: Request) -> bool:
    """Whether the request is for a page, so that a person reads the answer."""
    return getattr(request.scope.get("route"), "path", None) in PAGES


def trouble(request: Request, status: int) -> HTMLResponse:
    """A page that says what is wrong and what to do; a form that no session stands behind has expired."""
    key = "expired" if status == 403 and not visitor_of(request).name else TROUBLES.get(status, "fault")
    return page(request, "problem.html", {"told": words().troubles[key]}, status)

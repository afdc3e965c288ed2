"""A server for speed.py to ask: fenban itself, or a FastAPI handler that does nothing. Not a command of its own.

python benchmarks/served.py fenban|trivial PORT [MODEL MODELS_DIR | REPLY_SIZE]: one worker, bound to the last core.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response
from protocol import pin
from pydantic import BaseModel


class Sent(BaseModel):
    """The same body as `POST /v1/decisions` takes."""

    id: str
    title: str = ""
    body: str


def trivial(size: int) -> FastAPI:
    """Reads and checks the body, and answers `size` bytes that are ready beforehand."""
    app = FastAPI()
    reply = b'"' + b"x" * (size - 2) + b'"'

    @app.post("/v1/decisions")
    async def decide(petition: Sent) -> Response:  # noqa: ARG001
        return Response(reply, media_type="application/json")

    return app


def fenban(model: str, models_dir: str) -> FastAPI:
    """The service as `fenban serve` builds it."""
    from service.api.app import build_app
    from service.assemble import build_triage
    from service.options import read_options

    triage = build_triage(read_options(None, model, Path(models_dir)))
    triage.prepare(date.today())
    return build_app(triage)


def main() -> None:
    """Serve on loopback until told to end."""
    kind, port, *rest = sys.argv[1:]
    pin(1)
    app = trivial(int(rest[0])) if kind == "trivial" else fenban(*rest)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", access_log=False)


if __name__ == "__main__":
    main()

"""A real `fenban serve` in a folder of its own, and how the office benchmarks speak to it. Not a command of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from protocol import ROOT, stop

from service.store.store import Store, open_store
from tests.postgresql import running as postgresql

LONGEST_START = 60.0
DATABASES = ("sqlite", "postgresql")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Client:
    """One connection, opened again when it breaks. Raises OSError where nobody answers."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port, self._token = port, token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request."""
        sent = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent |= {"Content-Type": "application/json"} if body is not None else {}
        try:
            self._connection.request(method, path, content, sent | dict(headers or {}))
            answer = self._connection.getresponse()
            raw = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            raise OSError(str(error)) from error
        return Answer(answer.status, _parsed(raw), {name.lower(): value for name, value in answer.getheaders()})


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")


@dataclass
class Office:
    """A folder, a database, and the server on them."""

    folder: Path
    url: str
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of this office and nothing of the caller's."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("FENBAN_")}
        return own | {
            "FENBAN_DATABASE_URL": self.url,
            "FENBAN_SECRET_FILE": str(self.folder / "secret"),
            "FENBAN_MODELS_DIR": str(self.folder / "models"),
            "PYTHONPATH": str(ROOT),
        }

    def command(self, *words: str, given: str = "", may_fail: bool = False) -> str:
        """Run `fenban …`; what it printed."""
        command = [sys.executable, "-m", "service", *words]
        ended = subprocess.run(
            command, env=self.environment, input=given, capture_output=True, text=True, timeout=1200, check=False
        )
        if ended.returncode and not may_fail:
            raise stop(f"fenban {' '.join(words[:2])} ended with {ended.returncode}: {ended.stderr[-300:]}")
        return ended.stdout + (ended.stderr if may_fail else "")

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "service", "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        until = monotonic() + LONGEST_START
        while monotonic() < until and self.process.poll() is None:
            try:
                if Client(self.port).ask("GET", "/readyz").status == 200:
                    return
            except OSError:
                sleep(0.05)
        raise stop("the server did not start; its log: " + (self.folder / "server.log").read_text()[-300:])

    def kill(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def store(self) -> Store:
        """The database itself, beside the server."""
        return open_store(self.url)


@contextmanager
def office(database: str) -> Iterator[Office]:
    """A new office on a new database; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, postgresql() if database == "postgresql" else nullcontext() as url:
        made = Office(Path(folder), url or f"sqlite:///{folder}/fenban.db", _free_port())
        try:
            yield made
        finally:
            made.kill(signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

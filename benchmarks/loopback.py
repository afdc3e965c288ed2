"""Asks a server on loopback over a fixed number of connections, bounded in requests and in time."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from protocol import stop

from rules.petition import Petition

CONNECTIONS = 16
LONGEST_ROUND = 60.0
LONGEST_START = 60.0
SERVER = Path(__file__).with_name("served.py")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round showed. `busy`: processor seconds of the server, where the system tells them."""

    requests: int
    seconds: float
    busy: float | None
    reply_bytes: float


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    ready_after: float

    def ask(self, requests: Sequence[bytes]) -> Round:
        """One round: every request once, over CONNECTIONS connections."""
        before, start = self._busy(), perf_counter()
        try:
            sizes = asyncio.run(asyncio.wait_for(_round(self.port, requests), LONGEST_ROUND))
        except TimeoutError:
            raise stop(f"a round of {len(requests)} requests took longer than {LONGEST_ROUND:.0f} seconds") from None
        seconds, after = perf_counter() - start, self._busy()
        busy = None if before is None or after is None else after - before
        return Round(len(requests), seconds, busy, sum(sizes) / len(sizes))

    @property
    def resident(self) -> float | None:
        """Megabytes in memory."""
        return next((float(line.split()[1]) / 1024 for line in self._about("status") if line.startswith("VmRSS")), None)

    def _busy(self) -> float | None:
        fields = "".join(self._about("stat")).rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else None

    def _about(self, name: str) -> list[str]:
        path = Path("/proc") / str(self.process.pid) / name
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


@contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    """A server of served.py; it ends with the block."""
    port, start = _free_port(), perf_counter()
    kind, *rest = arguments
    process = subprocess.Popen([sys.executable, str(SERVER), kind, str(port), *rest])
    try:
        yield Server(process, port, _await(process, port, start))
    finally:
        process.terminate()
        process.wait(timeout=20)


def post(petition: Petition) -> bytes:
    """The whole request."""
    sent = {"id": petition.id, "title": petition.title, "body": petition.body}
    body = json.dumps(sent, ensure_ascii=False).encode()
    head = "POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _round(port: int, requests: Sequence[bytes]) -> list[int]:
    shares = [requests[place::CONNECTIONS] for place in range(CONNECTIONS)]
    return [size for sizes in await asyncio.gather(*(_connection(port, share) for share in shares)) for size in sizes]


async def _connection(port: int, requests: Sequence[bytes]) -> list[int]:
    """Requests one after the other on one connection; sizes of the replies."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sizes = []
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise stop(f"the server answered {head[9:12].decode()} where 200 was expected")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        sizes.append(len(await reader.readexactly(length)))
    writer.close()
    return sizes


def _await(process: subprocess.Popen[bytes], port: int, start: float) -> float:
    """Seconds until the server takes connections."""
    while perf_counter() - start < LONGEST_START:
        if process.poll() is not None:
            raise stop("the server did not start; its message stands above")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return perf_counter() - start
        sleep(0.02)
    raise stop(f"the server was not ready after {LONGEST_START:.0f} seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A PostgreSQL server of our own for tests and benchmarks: started in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def server_folder() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest version; None where no server is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(DEBIAN.glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


@contextmanager
def running(durable: bool = True) -> Iterator[str]:
    """A server for the length of the block: the URL of its database. As root it runs under another user. Not `durable`:
    it does not wait for the disk.
    """
    folder = server_folder()
    assert folder is not None, "no PostgreSQL server is installed"
    home = Path(tempfile.mkdtemp(prefix="fenban-postgresql-"))
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        shutil.chown(home, "postgres")
    data, port, fsync = home / "data", _free_port(), "on" if durable else "off"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync={fsync}"

    def call(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd=home, timeout=120)

    try:
        call(
            f"{folder}/initdb", "-D", str(data), "-A", "trust", "-U", "fenban", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        call(f"{folder}/pg_ctl", "-D", str(data), "-l", str(home / "log"), "-w", "-o", options, "start")
        yield f"postgresql://fenban@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*prefix, f"{folder}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"], capture_output=True, check=False
        )
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

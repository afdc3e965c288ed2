"""Runs commands of `fenban` in the process of a test, by the door that `fenban` and `python -m service` take."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from service.__main__ import main
from service.errors import ENDINGS

CODES = {kind.__name__: ending.exit_code for kind, ending in ENDINGS.items()}
USAGE, DOCTOR = 2, 9


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Fenban = Callable[..., Ended]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **settings: object) -> Fenban:
    """A function that runs a command; `settings` are FENBAN_ variables by their small names."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    shown = {"COLUMNS": "200", "TERM": "dumb"}
    for name, value in {**shown, **{f"FENBAN_{name.upper()}": str(value) for name, value in settings.items()}}.items():
        monkeypatch.setenv(name, value)

    def fenban(*arguments: object, stdin: bytes | str = b"") -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["fenban", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        shown = capsys.readouterr()
        return Ended(code, shown.out, shown.err)

    return fenban

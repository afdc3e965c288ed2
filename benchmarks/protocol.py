"""What every benchmark command shares: its options, where the data lies, what a run tells of itself, its tables."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
"""A checkout is measured as it lies, installed or not."""
DATA = ROOT.parent / "shared" / "data"
PACKAGES = ("numpy", "scipy", "scikit-learn", "jieba", "rjieba", "daachorse", "numba", "fastapi", "uvicorn", "lightgbm")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS")
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table. A cell that is None was not measured, or has no meaning in its row."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]

    def __str__(self) -> str:
        """As Markdown, columns aligned."""
        lines = [self.columns, *(tuple(_written(cell) for cell in row) for row in self.rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        texts = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        rule = "|".join("-" * (width + 2) for width in widths)
        return "\n".join(
            [f"### {self.title}", "", f"| {texts[0]} |", f"|{rule}|", *(f"| {text} |" for text in texts[1:])]
        )


def options(doc: str) -> argparse.ArgumentParser:
    """The options of every command; the protocol in `doc` is its help."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the CSV files (default: ../shared/data)")
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Which model is measured; without them the active one, as `fenban` itself finds it."""
    parser.add_argument("--model", help="version to measure (default: the active one)")
    parser.add_argument("--models-dir", type=Path, help="folder of models")


def data_file(folder: Path, name: str) -> Path:
    """The file, or the end of the run with the sentence that says what is missing."""
    path = folder / name
    if not path.is_file():
        raise stop(
            f"{name} is not in the data folder: name the folder that holds it with --data (it is not part of fenban)"
        )
    return path


def stop(sentence: str) -> SystemExit:
    """To be raised: ends the run with a sentence, without a traceback."""
    return SystemExit(f"not measured: {sentence}")


def told(step: str) -> None:
    """Progress, apart from the tables."""
    print(f"… {step}", file=sys.stderr, flush=True)


def machine() -> dict[str, Cell]:
    """What the figures depend on besides the code."""
    known = {package: _version(package) for package in PACKAGES}
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "load before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{package: number for package, number in known.items() if number},
    }


def publish(arguments: argparse.Namespace, doc: str, tables: Sequence[Table], about: dict[str, Cell]) -> None:
    """Print protocol, machine and tables; write them as JSON where asked. `about`: see machine()."""
    print(doc.strip(), "", "; ".join(f"{name} {value}" for name, value in about.items()), sep="\n")
    for table in tables:
        print(f"\n{table}")
    if arguments.json:
        content = {"protocol": doc.strip(), "run": about, "tables": [asdict(table) for table in tables]}
        arguments.json.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def alone_on_one_core() -> None:
    """One thread, one core. Libraries read the variables when they are imported, so the command starts itself anew."""
    if any(os.environ.get(name) != "1" for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))
        os.execv(sys.executable, sys.orig_argv)
    pin(0)


def pin(place: int) -> None:
    """Bind this process to one of the cores it may use (the last one when there are fewer); no-op where unsupported."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[min(place, len(cores) - 1)]})


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _written(cell: Cell) -> str:
    if cell is None:
        return "—"
    if isinstance(cell, float):
        return f"{cell:.4f}" if abs(cell) < 1 else f"{cell:,.2f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return str(cell)

"""What an office gets before it has labelled anything: the default model, and the rules alone, on real rows.

Protocol: the model decides every row of `messages_dev.csv` (category: all first-level classes allowed, and best among
the 7 labelled ones), `hotline_dev.csv` and `replied_dev.csv` (department by type; of the latter the rows with
confidence of at least .8 whose department is no street or town office). No label is used. Scores come from
`../tools/score.py` beside the data. `unlabelled.csv`: the share of petitions for whose decision nothing in the text
speaks. Rules were written with these rows in view, so new rows may score lower. Seed: none, nothing is drawn.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from protocol import Cell, Table, add_model_options, data_file, machine, options, publish, stop, told

from classifier.dataset import Columns
from service.assemble import build_triage
from service.batch import Order, run_batch
from service.options import read_options
from service.triage import Triage

TODAY = date(2026, 1, 1)
"""Stands in for a missing day of receipt: a run a year later gives the same."""
TOWNS = "街道乡镇"
SURE = 0.8
COLUMNS = ("rows of", "asked", "count", "accuracy / top-1", "top-3", "macro-F1", "unanswered")


def triages(arguments: Namespace) -> dict[str, Triage]:
    """The model with the rules, and the rules alone."""
    triage = build_triage(read_options(None, arguments.model, arguments.models_dir))
    if triage.classifier is None:
        raise stop("no model is active: name one with --model and --models-dir, or make one: fenban train --default")
    return {f"model {triage.classifier.version} with rules": triage, "rules alone": replace(triage, classifier=None)}


def decided(triage: Triage, source: Path, folder: Path) -> Path:
    """The decisions of a whole file, as `fenban batch` writes them."""
    target = folder / f"{source.stem}.jsonl"
    run_batch(Order(source, target, Columns(), TODAY), triage, lambda *_: None)
    return target


def scored(decisions: Path, labels: Path, head: str, script: Path) -> dict[str, Any]:
    """What the scoring script says."""
    command = [sys.executable, str(script), str(decisions), str(labels), f"--{head}", head]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


def replied(arguments: Namespace, folder: Path) -> Path:
    """The rows whose department is sure enough, and no street or town office."""
    with data_file(arguments.data, "replied_dev.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if float(row["confidence"]) >= SURE and row["department"] != TOWNS]
    target = folder / "replied_sure.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    return target


def lines(triage: Triage, arguments: Namespace, folder: Path) -> list[tuple[Cell, ...]]:
    """The three files with labels."""
    script = data_file(arguments.data.parent / "tools", "score.py")
    messages, hotline = (data_file(arguments.data, f"{name}_dev.csv") for name in ("messages", "hotline"))
    category = scored(decided(triage, messages, folder), messages, "category", script)
    sure = replied(arguments, folder)
    found: list[tuple[Cell, ...]] = [
        _line("messages_dev", "category, all classes", category["category"]),
        _line("messages_dev", "category, among labelled", category["category_among_labelled"]),
    ]
    for name, source in (("hotline_dev", hotline), ("replied_dev, confidence ≥ .8, no towns", sure)):
        said = scored(decided(triage, source, folder), source, "department", script)
        found.append(_line(name, "department", said["department"]))
    return found


def _line(name: str, asked: str, score: dict[str, Any]) -> tuple[Cell, ...]:
    return (name, asked, *(score[key] for key in ("rows", "accuracy", "top3", "macro_f1", "unanswered")))


def unlabelled(found: dict[str, Triage], arguments: Namespace, folder: Path) -> Table:
    """How often nothing in the text speaks for the decision, and how often there is no category."""
    source = data_file(arguments.data, "unlabelled.csv")
    rows: list[tuple[Cell, ...]] = []
    shares: dict[str, Callable[[Any], bool]] = {
        "no evidence": lambda said: not said["evidence"],
        "no category": lambda said: said["category"] is None,
        "no rule": lambda said: said["verdicts"]["rules"]["category"] is None,
        "auto": lambda said: said["band"] == "auto",
        "suggest": lambda said: said["band"] == "suggest",
    }
    for name, triage in found.items():
        told(f"unlabelled.csv: {name}")
        with decided(triage, source, folder).open(encoding="utf-8") as file:
            decisions = [json.loads(line) for line in file]
        share = [sum(holds(said) for said in decisions) / len(decisions) for holds in shares.values()]
        rows.append((name, len(decisions), *share))
    return Table("unlabelled.csv: share of petitions", ("decided by", "count", *shares), rows)


def main() -> None:
    """A table for the model, one for the rules alone, one for the rows without labels."""
    parser = options(__doc__)
    add_model_options(parser)
    arguments = parser.parse_args()
    found = triages(arguments)
    about = {**machine(), "rulebook": next(iter(found.values())).rulebook.digest[:12]}
    tables = []
    with tempfile.TemporaryDirectory() as folder:  # decisions quote the petitions: they do not stay
        for name, triage in found.items():
            told(name)
            tables.append(Table(name, COLUMNS, lines(triage, arguments, Path(folder))))
        tables.append(unlabelled(found, arguments, Path(folder)))
    publish(arguments, __doc__, tables, about)


if __name__ == "__main__":
    main()

"""Decides a whole file: bad rows are marked and passed over, a stopped run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from classifier.dataset import ColumnReader, Columns
from classifier.rows import Row, read_rows
from rules.petition import Petition
from rules.policy import Agreement, Band
from rules.rule import Urgency
from rules.value import replace
from service.decision import Assignment, Decision, Reason, RulesSaid, UrgencyAnswer, Verdicts
from service.errors import OutputError
from service.json_form import Json, as_json
from service.tables import OutputRow, Sheet, check_output, write
from service.triage import Triage
from service.words import words

CHUNK = 256
NOTHING = "—"
"""Stands in a summary for a petition without category or procedure."""
Tell = Callable[[int, int], None]
"""Told rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: rows by band, by first-level category and band, and how many could not be read.

    `undated`: rows that were decided though their day of receipt is none; a row counts for each of its reasons.
    """

    rows: int
    unreadable: int
    bands: Counter[str]
    categories: dict[str, Counter[str]]
    undated: int = 0
    urgencies: Counter[str] = field(default_factory=Counter)
    procedures: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Order:
    """What to decide into what. `today` stands in for a missing day of receipt."""

    source: Path
    target: Path
    columns: Columns
    today: date


def run_batch(order: Order, triage: Triage, tell: Tell) -> Summary:
    """Decide every row of the source. Raises InputError, OutputError; then the target is untouched."""
    check_output(order.target)
    if order.target.exists() and order.target.samefile(order.source):
        raise OutputError(f"{order.target}: is the input too; the petitions would be lost")
    file = read_rows(order.source)
    reader = ColumnReader(file, order.columns)
    journal = Journal(order.target, _fingerprint(order, triage))
    done = journal.resume()
    tell(done, len(file.rows))
    for chunk in _chunks(file.rows[done:]):
        journal.append([as_json(decision) for decision in decide_rows(chunk, reader, triage, order.today)])
        done += len(chunk)
        tell(done, len(file.rows))
    summary = _summary(journal.decisions())
    rows = (OutputRow(row.cells, decision) for row, decision in zip(file.rows, journal.decisions(), strict=True))
    write(order.target, rows, Sheet(file.columns, words()))
    journal.close()
    return summary


def decide_rows(rows: Sequence[Row], reader: ColumnReader, triage: Triage, today: date) -> list[Decision]:
    """A decision for each row; an unreadable row gets one that says why, and so does a bad day of receipt."""
    read = [reader.petition(row) for row in rows]
    decided = iter(triage.decide([item for item in read if isinstance(item, Petition)], today))
    return [
        _dated(next(decided), row, reader)
        if isinstance(item, Petition)
        else unreadable(reader.id(row), f"row {row.number}: {item}", triage)
        for row, item in zip(rows, read, strict=True)
    ]


def _dated(decision: Decision, row: Row, reader: ColumnReader) -> Decision:
    """The decision itself; where the row's day of receipt is none, a person looks, as due dates hang on it."""
    problem = reader.undated(row)
    if problem is None:
        return decision
    return replace(
        decision,
        band=Band.REVIEW,
        review_reasons=(*decision.review_reasons, Reason.UNREADABLE),
        error=f"row {row.number}: {problem}; the day of the run stands in",
    )


def unreadable(petition_id: str, problem: str, triage: Triage) -> Decision:
    """The decision of a row that cannot be decided: review, with the problem."""
    return Decision(
        petition_id=petition_id,
        band=Band.REVIEW,
        review_reasons=(Reason.UNREADABLE,),
        kind=None,
        category=None,
        candidates=(),
        assignment=Assignment(lead=None),
        urgency=UrgencyAnswer(Urgency.ORDINARY),
        evidence=(),
        verdicts=Verdicts(RulesSaid(None, (), False, 0.0, None), None, Agreement.NEITHER),
        versions=triage.versions,
        error=problem,
    )


class Journal:
    """Decisions made so far, beside the target, so that a stopped run loses nothing.

    First line: the fingerprint of input, versions and settings; a journal of another run is begun anew.
    """

    def __init__(self, target: Path, fingerprint: str) -> None:
        self._path = target.with_name(f".{target.name}.journal")
        self._fingerprint = fingerprint

    def resume(self) -> int:
        """How many decisions are kept; a last line that was cut off is dropped."""
        lines = self._lines()
        if not lines or lines[0] != self._fingerprint:
            self._write([self._fingerprint])
            return 0
        kept = [line for line in lines[1:] if _is_json(line)]
        self._write([self._fingerprint, *kept])
        return len(kept)

    def append(self, decisions: Sequence[Json]) -> None:
        with self._told(), self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(decision, ensure_ascii=False) + "\n" for decision in decisions)

    def decisions(self) -> Iterator[Json]:
        with self._path.open(encoding="utf-8", newline="\n") as file:
            for line in islice(file, 1, None):
                yield json.loads(line)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        with self._told():
            if not self._path.is_file():
                return []
            return self._path.read_text(encoding="utf-8", errors="replace").split("\n")

    def _write(self, lines: list[str]) -> None:
        with self._told():
            self._path.touch(mode=0o600)
            self._path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror}") from None


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _fingerprint(order: Order, triage: Triage) -> str:
    digest = hashlib.sha256(order.source.read_bytes())
    digest.update(repr((order.columns, triage.versions, order.today)).encode())
    return digest.hexdigest()


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


COUNTED: dict[str, Callable[[Json], Sequence[str]]] = {
    "bands": lambda decision: [decision["band"]],
    "urgencies": lambda decision: [decision["urgency"]["level"]],
    "procedures": lambda decision: [(decision["procedure"] or {}).get("name", NOTHING)],
    "reasons": lambda decision: decision["review_reasons"],
}
"""What a summary counts of each decision, by field of Summary."""


def _summary(decisions: Iterator[Json]) -> Summary:
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    categories: dict[str, Counter[str]] = {}
    problems: Counter[bool] = Counter()
    for decision in decisions:
        for name, told in COUNTED.items():
            counts[name].update(told(decision))
        path = (decision["category"] or {}).get("path") or [NOTHING]
        categories.setdefault(path[0], Counter())[decision["band"]] += 1
        if decision["error"] is not None:
            problems[decision["received"] is None] += 1
    return Summary(counts["bands"].total(), problems[True], categories=categories, undated=problems[False], **counts)

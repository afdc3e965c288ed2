"""The dry run of a rulebook as a command does it: a file of petitions in, what would change out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from classifier.dataset import ColumnReader, Columns, Example, label_of
from classifier.errors import InputError
from classifier.prediction import HEADS
from classifier.rows import read_rows
from rules.persons import MASK
from rules.reading import read
from rules.rule import Kind
from rules.rulebook import Rulebook
from service.assemble import build_engine
from service.batch import NOTHING
from service.labels import Told, as_of
from service.review import Settled
from service.rule_change import ANSWERS, Compared, RuleChange, Side, compare
from service.tables import write_table
from service.words import Words

EXCERPT = 40
"""Characters shown of a petition, in the office's own file; what belongs to persons is hidden there too."""
BLANK = "*"


@dataclass(frozen=True, slots=True)
class Material:
    """Which file to try rulebooks on; `labels` maps a head to its column, where the file has any."""

    source: Path
    columns: Columns
    labels: Mapping[str, str]


def read_material(material: Material, rulebook: Rulebook, today: date, told: Told) -> list[Example]:
    """Every row that can be read, its labels in terms of `rulebook` today; how many cannot is told."""
    file = read_rows(material.source)
    reader = ColumnReader(file, material.columns)
    for column in material.labels.values():
        file.column(column, ())
    examples = []
    for row in file.rows:
        petition = reader.petition(row)
        if not isinstance(petition, str):
            cells = {head: row.cells.get(column, "") for head, column in material.labels.items()}
            given = {head: label_of(head, cell, rulebook.taxonomy) for head, cell in cells.items()}
            examples.append(Example(petition, {head: label for head, label in given.items() if label}))
    if len(examples) < len(file.rows):
        told(f"{len(file.rows) - len(examples)} rows cannot be read and are passed over")
    if not examples:
        raise InputError(f"{material.source}: no row can be read")
    return in_terms(examples, rulebook, today, told)


def read_settled(settled: Sequence[Settled], rulebook: Rulebook, today: date, told: Told) -> list[Example]:
    """The petitions that clerks settled, with what they confirmed."""
    if not settled:
        raise InputError("no petition in the store is settled yet")
    return in_terms([Example(one.petition, one.labels) for one in settled], rulebook, today, told)


def in_terms(examples: Sequence[Example], rulebook: Rulebook, today: date, told: Told) -> list[Example]:
    """The examples with labels as the rules of `rulebook` answer today; labels that it does not know are left out."""
    left_out: Counter[str] = Counter()
    result = []
    for example in as_of(examples, rulebook, today, told):
        codes = {head: _code(head, label, rulebook.on(today)) for head, label in example.labels.items()}
        left_out.update(head for head, code in codes.items() if code is None)
        result.append(replace(example, labels={head: code for head, code in codes.items() if code is not None}))
    for head, count in left_out.items():
        told(f"{count} labels of {head} are left out: rulebook {rulebook.name} does not know them")
    return result


def _code(head: str, label: str, rulebook: Rulebook) -> str | None:
    """The code of a label; None for an office's own that no rule can conclude."""
    if head == "category":
        return rulebook.taxonomy.find(label)
    if head == "department":
        return rulebook.departments.find(label)
    return label if label in set(Kind) else None


def rehearse(old: Rulebook, new: Rulebook, examples: Sequence[Example], today: date) -> RuleChange:
    """What the rules of `new` would change, on petitions of which some may carry confirmed answers."""
    sides = [Side(book, build_engine(book.tried)) for book in (old, new)]
    return compare(sides[0], sides[1], examples, today)


def write_change(path: Path, change: RuleChange, book: Words) -> None:
    """One line for each petition that changes, by the suffix of `path`. It holds excerpts: it stays in the office."""
    write_table(path, lines(change, book), book.change["sheet"])


def lines(change: RuleChange, book: Words) -> Iterator[list[str]]:
    """The header, then a line for each petition of which the rules say something else."""
    yield list(book.change_columns.values())
    for row in change.changed:
        cells = _cells(row, change, book)
        yield [cells[name] for name in book.change_columns]


def _cells(row: Compared, change: RuleChange, book: Words) -> dict[str, str]:
    """By the names of `change_columns`."""
    names = Names(change, book)
    answers = {
        f"{head}_{when}": names.of(head, side.answers.get(head), old=when == "before")
        for head in ANSWERS
        for when, side in (("before", row.before), ("after", row.after))
    }
    flips = [f"{name}{book.change[flip.value]}" for head, name in book.heads.items() if (flip := row.flip(head))]
    return {
        "id": row.petition.id,
        "what": book.change[_what(row)],
        **answers,
        "label": "；".join(names.of(head, row.labels[head]) for head in HEADS if head in row.labels),
        "flip": "；".join(flips),
        "gained": "、".join(row.gained),
        "lost": "、".join(row.lost),
        "conflict": "；".join(" ↔ ".join(pair) for pair in row.after.conflicts),
        "excerpt": " ".join(read(row.petition).text.replace(MASK, BLANK).split())[:EXCERPT],
    }


def _what(row: Compared) -> str:
    """The most telling thing that happened: a key of the words for changes."""
    checks = {
        "found": row.answered(before=False, after=True),
        "missed": row.answered(before=True, after=False),
        "category": row.differs("category"),
        "kind": row.differs("kind"),
        "department": row.differs("department"),
        "urgency": row.differs("urgency"),
    }
    return next((name for name, holds in checks.items() if holds), "hits")


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called, by head; a code of one rulebook alone has its name from there."""

    change: RuleChange
    words: Words

    def of(self, head: str, code: str | None, old: bool = False) -> str:
        """A category with its path; nothing answered is told as nothing."""
        if code is None:
            return NOTHING
        if head in ("kind", "urgency"):
            return self.words.kind_names.get(code, code)
        books = (self.change.old, self.change.new) if old else (self.change.new, self.change.old)
        book = next(
            (book for book in books if code in (book.taxonomy if head == "category" else book.departments)), None
        )
        if book is None:
            return code
        return f"{'/'.join(book.taxonomy.path(code))} {code}" if head == "category" else book.departments[code].name

"""Writes decisions as the files offices use; text is text, whatever it begins with, and nothing is half-written."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import OutputError
from service.flat import flat
from service.json_form import Json
from service.words import Words

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_767
"""Longest text an Excel cell holds."""


@dataclass(frozen=True, slots=True)
class OutputRow:
    """The cells that came in, and the decision (as JSON) that goes out beside them."""

    cells: dict[str, str]
    decision: Json


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a flat file needs besides its rows."""

    columns: tuple[str, ...]
    words: Words

    @property
    def kept(self) -> list[str]:
        """Columns that came in, but for those of an earlier decision."""
        return [column for column in self.columns if column not in self.words.columns.values()]

    @property
    def header(self) -> list[str]:
        return [*self.kept, *self.words.columns.values()]

    @property
    def title(self) -> str:
        return self.words.labels["sheet"]

    def lines(self, rows: Iterable[OutputRow]) -> Iterator[list[str]]:
        """The header, then every row."""
        yield self.header
        for row in rows:
            yield self.line(row)

    def line(self, row: OutputRow) -> list[str]:
        cells = flat(row.decision, self.words)
        return [*(row.cells.get(column, "") for column in self.kept), *(cells[name] for name in self.words.columns)]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A draft beside `path` that takes its place only when all went well. Raises OutputError when it cannot."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from None
    draft = Path(name)
    try:
        yield draft
        draft.chmod(_mode(path))
        draft.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else what the user's umask leaves of 0666."""
    if path.is_file():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def check_output(path: Path, suffixes: Collection[str] | None = None) -> None:
    """Raises OutputError for an unknown suffix or a folder that cannot be written to, before any work is done."""
    known = WRITERS if suffixes is None else suffixes
    if path.suffix.lower() not in known:
        raise OutputError(f"{path}: unknown suffix '{path.suffix}'; known: {', '.join(sorted(known))}")
    check_parent(path)


def check_parent(path: Path) -> None:
    """Raises OutputError when a file cannot be written at `path`."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder is not there or cannot be written to")


def write(path: Path, rows: Iterable[OutputRow], sheet: Sheet) -> None:
    """Write all rows by the suffix of `path`."""
    with whole_file(path) as draft:
        WRITERS[path.suffix.lower()](draft, rows, sheet)


def write_table(path: Path, lines: Iterable[Sequence[str]], title: str) -> None:
    """Write lines of cells, the header first, by the suffix of `path`: one of TABLES."""
    with whole_file(path) as draft:
        TABLES[path.suffix.lower()](draft, lines, title)


def _write_jsonl(path: Path, rows: Iterable[OutputRow], _: Sheet) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row.decision, ensure_ascii=False) + "\n")


def _write_csv(path: Path, rows: Iterable[OutputRow], sheet: Sheet) -> None:
    _csv_table(path, sheet.lines(rows), sheet.title)


def _write_xlsx(path: Path, rows: Iterable[OutputRow], sheet: Sheet) -> None:
    _xlsx_table(path, sheet.lines(rows), sheet.title)


def _csv_table(path: Path, lines: Iterable[Sequence[str]], _: str) -> None:
    """With a byte order mark, so that Excel reads it as UTF-8; cells that Excel would take for formulas get a quote."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for line in lines:
            writer.writerow([_inert(cell) for cell in line])


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _xlsx_table(path: Path, lines: Iterable[Sequence[str]], title: str) -> None:
    _xlsx_book(path, {title: lines})


def write_book(path: Path, sheets: Mapping[str, Iterable[Sequence[str]]]) -> None:
    """Write a workbook, a sheet for each title, its header first."""
    with whole_file(path) as draft:
        _xlsx_book(draft, sheets)


def _xlsx_book(path: Path, sheets: Mapping[str, Iterable[Sequence[str]]]) -> None:
    """Every cell is text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    for title, lines in sheets.items():
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for line in lines:
            cells = [WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", text)[:CELL_LIMIT]) for text in line]
            for cell in cells:
                cell.data_type = "s"
            page.append(cells)
    book.save(path)


WRITERS: dict[str, Callable[[Path, Iterable[OutputRow], Sheet], None]] = {
    ".jsonl": _write_jsonl,
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
TABLES: dict[str, Callable[[Path, Iterable[Sequence[str]], str], None]] = {".csv": _csv_table, ".xlsx": _xlsx_table}

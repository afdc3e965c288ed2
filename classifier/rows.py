"""Reads the files offices have (CSV, XLSX, JSON lines) row by row, strictly; a bad row is named, not lost."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from classifier.errors import InputError

MAX_BYTES = 1 << 29
MAX_CELL = 1_000_000
LONG_NAME = 20
"""Characters shown of a column name: where the header is missing it is a petition."""
OPEN_QUOTE = "unexpected end of data"
"""What the csv module says at the end of a file whose last quote is open."""
DELIMITERS = ",\t;"
BROKEN = range(0xDC80, 0xDD00)
"""Surrogates that stand for bytes which are not UTF-8 (PEP 383)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (the header is 1), its cells by column, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RowFile:
    """The columns of a file, in order, and its rows."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, wanted: str | None, guesses: tuple[str, ...]) -> str | None:
        """The column called `wanted`, else the first guess that is there. Raises InputError for a wrong name."""
        if wanted is not None:
            if wanted in self.columns:
                return wanted
            known = ", ".join(column[:LONG_NAME] for column in self.columns)
            raise InputError(f"{self.path}: no column '{wanted}'; there are: {known}")
        by_name = {column.strip().lower(): column for column in self.columns}
        return next((by_name[guess] for guess in guesses if guess in by_name), None)


def read_rows(path: Path) -> RowFile:
    """Read a whole file by its suffix; raises InputError when there is no file, no header, or an unknown suffix."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: unknown suffix '{path.suffix}'; known: {', '.join(sorted(READERS))}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES >> 20} MiB; split it")
        return reader(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def decode(raw: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, or GB18030. Broken bytes of a file that is mostly UTF-8 become BROKEN marks."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strictly(raw, "utf-16", name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(raw):
        return raw.decode("utf-8-sig", "surrogateescape")
    return _strictly(raw, "gb18030", name)


def _strictly(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}: line {line}: neither UTF-8 nor {encoding.upper()}; save it as UTF-8") from None


def _mostly_utf8(raw: bytes) -> bool:
    """Whether most lines with bytes beyond ASCII are UTF-8: then the others are broken, not another encoding."""
    lines = [line for line in raw.split(b"\n") if not line.isascii()]
    good = sum(_is_utf8(line) for line in lines)
    return good * 2 > len(lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_broken(text: str) -> bool:
    """Whether `text` holds marks of broken bytes or other lone surrogates."""
    return any(0xD800 <= ord(char) <= 0xDFFF for char in text)


def _read_csv(path: Path) -> RowFile:
    text = decode(path.read_bytes(), str(path))
    csv.field_size_limit(MAX_CELL)
    header_line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header_line.count)
    strict = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _csv_file(strict, path)
    except csv.Error as error:
        if OPEN_QUOTE in str(error):  # read on, it would swallow the rows after it
            raise InputError(f"{path}: line {strict.line_num}: not CSV: a quote is never closed") from None
    stray = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _csv_file(stray, path)
    except csv.Error as error:
        raise InputError(f"{path}: line {stray.line_num}: not CSV: {error}") from None


def _csv_file(reader: Any, path: Path) -> RowFile:
    header = _header(next(reader, []), path)
    return RowFile(path, header, tuple(_csv_rows(reader, header)))


def _csv_rows(reader: Any, header: tuple[str, ...]) -> Iterator[Row]:
    number = 1
    for cells in reader:
        number += 1
        if any(cells):
            yield _row(number, _without_blank_end(cells, len(header)), header)


def _row(number: int, cells: list[str], header: tuple[str, ...]) -> Row:
    named = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
    if len(cells) != len(header):
        return Row(number, named, f"{len(cells)} cells where the header has {len(header)}")
    column = next((name for name, cell in named.items() if is_broken(cell)), None)
    if column is not None:
        return Row(number, _mended(named), f"column '{column}' is not UTF-8")
    return Row(number, named)


def _mended(cells: dict[str, str]) -> dict[str, str]:
    """Cells that can be written again: broken bytes show as U+FFFD."""
    return {name: mended(cell) for name, cell in cells.items()}


def mended(text: str) -> str:
    """`text` with a replacement character for each broken byte."""
    return "".join("\ufffd" if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)


def _header(cells: list[str], path: Path) -> tuple[str, ...]:
    header = tuple(mended(cell) for cell in _trimmed([str(cell).strip() for cell in cells]))
    if not any(header):
        raise InputError(f"{path}: no header line")
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InputError(f"{path}: column '{doubled[0]}' stands twice in the header")
    return header


def _read_xlsx(path: Path) -> RowFile:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_BYTES:
                raise InputError(f"{path}: unpacks to more than {MAX_BYTES >> 20} MiB")
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        raise InputError(f"{path}: not an Excel workbook (.xlsx)") from None
    sheet = book.worksheets[0]
    lines = (["" if cell is None else str(cell) for cell in line] for line in sheet.iter_rows(values_only=True))
    header = _header(_trimmed(next(lines, [])), path)
    rows = [
        _row(number, _fitted(cells, len(header)), header)
        for number, cells in enumerate(lines, 2)
        if any(cells)
    ]  # fmt: skip
    book.close()
    return RowFile(path, header, tuple(rows))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    """Blank cells beyond the header do not count: spreadsheets write them."""
    return [*cells[:width], *_trimmed(cells[width:])]


def _fitted(cells: list[str], width: int) -> list[str]:
    """Empty cells at the end do not count, in a sheet."""
    kept = _trimmed(cells)
    return [*kept, *[""] * (width - len(kept))]


def _read_jsonl(path: Path) -> RowFile:
    text = decode(path.read_bytes(), str(path))
    rows = [_json_row(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    columns = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    if not columns:
        raise InputError(f"{path}: no JSON object in it")
    return RowFile(path, columns, tuple(rows))


def _json_row(number: int, line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, {}, "not JSON")
    if not isinstance(value, dict):
        return Row(number, {}, "not a JSON object")
    cells = {str(name): "" if cell is None else str(cell) for name, cell in value.items()}
    nested = next((name for name, cell in value.items() if isinstance(cell, (dict, list))), None)
    if nested is not None:
        return Row(number, cells, f"field '{nested}' is not text or a number")
    if any(is_broken(text) for text in (*cells, *cells.values())):
        return Row(number, {mended(name): mended(cell) for name, cell in cells.items()}, "not UTF-8")
    return Row(number, cells)


READERS: dict[str, Callable[[Path], RowFile]] = {
    ".csv": _read_csv,
    ".xlsx": _read_xlsx,
    ".jsonl": _read_jsonl,
}

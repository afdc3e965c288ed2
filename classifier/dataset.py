"""Labelled petitions: read from a file, labels checked against the taxonomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from classifier.errors import InputError
from classifier.rows import LONG_NAME, Row, RowFile, read_rows
from rules.petition import Petition
from rules.rule import Kind
from rules.taxonomy import Taxonomy
from rules.text import MAX_LENGTH

ID_NAMES = ("id", "编号", "信访件编号", "工单编号", "留言编号", "序号", "petition_id")
TITLE_NAMES = ("title", "标题", "主题", "留言主题", "信访标题")
TEXT_NAMES = ("text", "body", "内容", "正文", "详情", "留言详情", "诉求", "诉求内容", "投诉内容", "问题描述", "content")
DATE_NAMES = ("received_at", "date", "日期", "登记时间", "信访日期", "留言时间", "时间", "登记日期")
REGION_NAMES = ("region", "地区", "区域", "属地", "所属区域", "所属地区")
KIND_NAMES = {
    **dict.fromkeys(("申诉求决", "申诉", "求决", "投诉", "求助", "投诉类", "求助类"), Kind.APPEAL.value),
    **dict.fromkeys(("意见建议", "建议", "建议类"), Kind.SUGGESTION.value),
    **dict.fromkeys(("检举控告", "揭发控告", "举报类"), Kind.ACCUSATION.value),
    **dict.fromkeys(("咨询", "咨询类"), Kind.INQUIRY.value),
}
"""What offices call the four kinds (信访目的 and the request types of hotlines)."""
MANY_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what; None: guessed from its name."""

    id: str | None = None
    title: str | None = None
    text: str | None = None
    date: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A petition and its labels by head; a head without a label in this row is absent."""

    petition: Petition
    labels: Mapping[str, str]


class ColumnReader:
    """Makes petitions of the rows of one file."""

    def __init__(self, file: RowFile, columns: Columns) -> None:
        text = file.column(columns.text, TEXT_NAMES)
        if text is None:
            known = ", ".join(column[:LONG_NAME] for column in file.columns)
            raise InputError(f"{file.path}: no text column found among: {known}; name it with --text")
        self._text = text
        self._id = file.column(columns.id, ID_NAMES)
        self._title = file.column(columns.title, TITLE_NAMES)
        self._date = file.column(columns.date, DATE_NAMES)
        self._region = file.column(columns.region, REGION_NAMES)

    def petition(self, row: Row) -> Petition | str:
        """The petition of a row, or the sentence that says why there is none."""
        if row.problem:
            return row.problem
        body, title = row.cells.get(self._text, "").strip(), self._cell(row, self._title)
        problem = text_problem(title, body)
        if problem:
            return problem
        petition_id = self._cell(row, self._id) or str(row.number)
        day, region = parse_date(self._cell(row, self._date)), self._cell(row, self._region)
        return Petition(petition_id, body, title, region=region, received_at=day)

    def undated(self, row: Row) -> str | None:
        """Which cell names no day though it is not empty; its text is not repeated."""
        given = self._cell(row, self._date)
        return f"column '{self._date}' holds no date" if given and parse_date(given) is None else None

    def id(self, row: Row) -> str:
        return self._cell(row, self._id) or str(row.number)

    @staticmethod
    def _cell(row: Row, column: str | None) -> str:
        return row.cells.get(column, "").strip() if column else ""


def text_problem(title: str, body: str) -> str | None:
    """Why a text cannot be decided: it is empty or too long."""
    if not (title + body).strip():
        return "the text is empty"
    length = len(Petition("", body, title).text)
    if length > MAX_LENGTH:
        return f"the text has {length} characters; at most {MAX_LENGTH} are read"
    return None


def parse_date(text: str) -> date | None:
    """The day of `2019/4/1 17:07:36`, `2019-04-01`, `20190401` and the like; None when it is none."""
    day = text.strip().split(" ")[0].split("T")[0]
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(day, form).date()
        except ValueError:
            continue
    return None


def read_dataset(path: Path, labels: Mapping[str, str], columns: Columns, taxonomy: Taxonomy) -> list[Example]:
    """Every row with at least one label. `labels` maps head to column. All bad rows are told at once."""
    file = read_rows(path)
    reader = ColumnReader(file, columns)
    for column in labels.values():
        file.column(column, ())
    examples, problems = [], []
    for row in file.rows:
        petition = reader.petition(row)
        if isinstance(petition, str):
            problems.append(f"{path}: row {row.number}: {petition}")
            continue
        named = {head: label_of(head, row.cells.get(column, ""), taxonomy) for head, column in labels.items()}
        given = {head: label for head, label in named.items() if label}
        if given:
            examples.append(Example(petition, given))
    if problems:
        raise InputError("\n".join([*problems[:MANY_PROBLEMS], f"{len(problems)} rows cannot be read"]))
    if not examples:
        raise InputError(f"{path}: no row has a label")
    return examples


def label_of(head: str, text: str, taxonomy: Taxonomy) -> str:
    """A category or kind in our terms becomes its code; an office's own class stays as it is."""
    text = text.strip()
    if head == "kind":
        return KIND_NAMES.get(text, text)
    return (taxonomy.find(text) or text) if head == "category" and text else text

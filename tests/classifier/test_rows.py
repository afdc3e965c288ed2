from pathlib import Path

import pytest
from openpyxl import Workbook

from classifier.errors import InputError
from classifier.rows import RowFile, read_rows


def written(tmp_path: Path, name: str, content: bytes) -> RowFile:
    path = tmp_path / name
    path.write_bytes(content)
    return read_rows(path)


TABLE = "编号,内容\n1,停水三天\n2,路灯不亮\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_of_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path, "a.csv", TABLE.encode(encoding))
    assert file.columns == ("编号", "内容")
    assert [row.cells["内容"] for row in file.rows] == ["停水三天", "路灯不亮"]


def test_a_broken_byte_spoils_its_own_row_only(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", TABLE.encode() + b"3,\xe5\xe5\n")
    assert [row.problem for row in file.rows] == [None, None, "column '内容' is not UTF-8"]


def test_bytes_of_no_encoding_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: neither UTF-8 nor GB18030"):
        written(tmp_path, "a.csv", b"id,text\n1,\xff\xff\xff\n")


def test_a_ragged_row_is_marked(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", (TABLE + "3\n4,a,b\n").encode())
    assert [row.problem for row in file.rows[2:]] == [
        "1 cells where the header has 2",
        "3 cells where the header has 2",
    ]


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'a' stands twice"):
        written(tmp_path, "a.csv", b"a,a\n1,2\n")


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b""), ("a.csv", b"\n"), ("a.jsonl", b"\n"), ("a.jsonl", b"[]\n")]
)
def test_a_file_without_columns_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(InputError):
        written(tmp_path, name, content)


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown suffix '.doc'; known: .csv, .jsonl, .xlsx"):
        written(tmp_path, "a.doc", b"x")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_rows(tmp_path / "none.csv")


def test_an_excel_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an Excel workbook"):
        written(tmp_path, "a.xlsx", TABLE.encode())


def test_a_workbook_is_read_by_its_first_sheet(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["编号", "内容", None])
    book.active.append([1, "停水三天", None])
    book.active.append([None, None])
    book.active.append([2, None])
    book.save(tmp_path / "a.xlsx")
    file = read_rows(tmp_path / "a.xlsx")
    assert [(row.number, row.cells) for row in file.rows] == [
        (2, {"编号": "1", "内容": "停水三天"}),
        (4, {"编号": "2", "内容": ""}),
    ]


def test_json_lines_name_the_bad_line_and_go_on(tmp_path: Path) -> None:
    lines = b'{"id": 1, "text": "a"}\nnot json\n{"id": 2, "text": ["b"]}\n{"id": 3, "text": null}\n'
    file = written(tmp_path, "a.jsonl", lines)
    assert [row.problem for row in file.rows] == [None, "not JSON", "field 'text' is not text or a number", None]


def test_a_missing_column_lists_those_there_are(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", TABLE.encode())
    with pytest.raises(InputError, match="no column '诉求'; there are: 编号, 内容"):
        file.column("诉求", ())


def test_a_stray_quote_spoils_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", '编号,内容\n1,"停水"三天\n2,路灯\n'.encode())
    assert [row.cells["内容"] for row in file.rows] == ["停水三天", "路灯"]


def test_a_quote_never_closed_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a quote is never closed"):
        written(tmp_path, "a.csv", '编号,内容\n1,"停水\n2,路灯\n'.encode())

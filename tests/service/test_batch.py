"""Whole files: what comes in goes out decided, bad rows are marked, and a stopped run goes on."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from classifier.dataset import Columns
from classifier.errors import InputError
from rules.value import replace
from service.batch import CHUNK, Summary
from service.errors import OutputError
from service.tables import WRITERS
from service.triage import Triage
from service.words import words

Run = Callable[..., Summary]
Office = Callable[..., Triage]
Out = list[dict[str, Any]]
SUFFIXES = (".csv", ".xlsx", ".jsonl")
HEADER = ("编号", "标题", "内容", "日期")
ROWS = [
    ("a-1", "用水", "家里停水三天", "2019-04-01"),
    ("a-2", "", "公交站台太少", "2026-11-20"),
    ("a-3", "路灯", "晚上很黑", ""),
    ("a-4", "", "你们辛苦了", ""),
]
CODES = {"a-1": "01.01.01", "a-2": "02.01", "a-3": "01.03", "a-4": ""}


def write_table(path: Path, rows: list[tuple[Any, ...]], header: tuple[str, ...] = HEADER) -> Path:
    """A table in the form its suffix says."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in (header, *rows):
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".jsonl":
        lines = (json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return path


def raw(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def read_json(path: Path) -> Out:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_flat(path: Path) -> Out:
    """Rows of a CSV or XLSX result by column."""
    if path.suffix == ".xlsx":
        header, *lines = load_workbook(path).active.iter_rows(values_only=True)
        return [dict(zip(header, ["" if cell is None else cell for cell in line], strict=True)) for line in lines]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def codes(path: Path) -> dict[str, str]:
    if path.suffix == ".jsonl":
        return {item["petition_id"]: (item["category"] or {}).get("code", "") for item in read_json(path)}
    return {row["编号"]: row["分办_分类代码"] for row in read_flat(path)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_table(tmp_path / "in.csv", ROWS)


@pytest.fixture
def decided(run: Run, tmp_path: Path) -> Callable[[str], Out]:
    """The decisions of a CSV with this content."""

    def decided(content: str, columns: Columns | None = None) -> Out:
        run(raw(tmp_path / "content.csv", content), tmp_path / "content.jsonl", columns)
        return read_json(tmp_path / "content.jsonl")

    return decided


# ── in and out ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("into", SUFFIXES)
@pytest.mark.parametrize("from_", SUFFIXES)
def test_every_form_of_file_goes_in_and_out(run: Run, tmp_path: Path, from_: str, into: str) -> None:
    run(write_table(tmp_path / f"in{from_}", ROWS), tmp_path / f"out{into}")
    assert codes(tmp_path / f"out{into}") == CODES


@pytest.mark.parametrize("suffix", [".CSV", ".Xlsx", ".JSONL"])
def test_the_case_of_a_suffix_does_not_matter(run: Run, source: Path, tmp_path: Path, suffix: str) -> None:
    run(source, tmp_path / f"out{suffix}")
    assert (tmp_path / f"out{suffix}").stat().st_size > 0


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_flat_file_keeps_the_cells_that_came_in(run: Run, source: Path, tmp_path: Path, suffix: str) -> None:
    run(source, tmp_path / f"out{suffix}")
    kept = [tuple(row[column] for column in HEADER) for row in read_flat(tmp_path / f"out{suffix}")]
    assert kept == ROWS


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_flat_file_adds_the_columns_for_clerks(run: Run, source: Path, tmp_path: Path, suffix: str) -> None:
    run(source, tmp_path / f"out{suffix}")
    assert tuple(read_flat(tmp_path / f"out{suffix}")[0]) == (*HEADER, *words().columns.values())


def test_a_flat_row_speaks_to_clerks_in_words(run: Run, source: Path, tmp_path: Path, office: Office) -> None:
    run(source, tmp_path / "out.csv", triage=office(category={"01.01.01": 0.95, "02.01": 0.05}))
    first = read_flat(tmp_path / "out.csv")[0]
    assert {name: cell for name, cell in first.items() if name.startswith("分办_")} == {
        "分办_处理方式": "自动分办",
        "分办_紧急程度": "一般",
        "分办_人工研判原因": "",
        "分办_内容分类": "城乡建设/供水/停水",
        "分办_分类代码": "01.01.01",
        "分办_国家分类": "",
        "分办_把握": "0.95",
        "分办_事项性质": "",
        "分办_事项数": "1",
        "分办_牵头单位": "水务局",
        "分办_配合单位": "城管局；区政府",
        "分办_属地": "",
        "分办_不得接收": "",
        "分办_办理途径": "",
        "分办_期限": "",
        "分办_收到日期": "2019-04-01",
        "分办_告知": "",
        "分办_依据词": "停水",
        "分办_职责依据": "旧供水条例第1条；城市供水办法第3条",
        "分办_模型版本": "told-1",
        "分办_错误": "",
    }


def test_a_csv_for_excel_begins_with_its_mark(run: Run, source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_json_line_has_every_field_of_the_contract(run: Run, source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out.jsonl")
    for line in read_json(tmp_path / "out.jsonl"):
        assert set(line) == {
            "petition_id",
            "band",
            "review_reasons",
            "kind",
            "category",
            "candidates",
            "assignment",
            "urgency",
            "evidence",
            "verdicts",
            "versions",
            "procedure",
            "due",
            "matters",
            "notice",
            "received",
            "error",
        }


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("category", {"code", "path", "confidence", "national"}),
        ("kind", {"code", "name", "confidence"}),
        (
            "assignment",
            {
                *("lead", "supporting", "candidates", "territory", "basis"),
                *("withheld", "unclear", "territories", "place_unclear"),
            },
        ),
        ("received", {"date", "assumed"}),
        ("urgency", {"level", "call", "reason"}),
        ("verdicts", {"rules", "classifier", "agreement", "unseen"}),
        ("versions", {"code", "rulebook", "model"}),
    ],
)
def test_parts_of_a_json_line_have_their_fields(
    run: Run, office: Office, tmp_path: Path, part: str, fields: set[str]
) -> None:
    triage = office(category={"01.01.01": 0.95}, kind={"appeal": 0.9})
    run(write_table(tmp_path / "in.csv", ROWS), tmp_path / "out.jsonl", triage=triage)
    assert set(read_json(tmp_path / "out.jsonl")[0][part]) == fields


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("candidates", {"code", "path", "probability"}),
        ("evidence", {"start", "end", "source", "term", "rule", "conclusion"}),
        ("matters", {"start", "end", "category", "kind", "assignment", "procedure", "visible"}),
    ],
)
def test_lists_of_a_json_line_have_their_fields(decided: Callable[..., Out], part: str, fields: set[str]) -> None:
    assert set(decided("内容\n家里停水\n")[0][part][0]) == fields


def test_decisions_come_in_the_order_of_the_rows(run: Run, tmp_path: Path) -> None:
    rows = [(str(number), "", "家里停水", "") for number in range(CHUNK + 20)]
    run(write_table(tmp_path / "in.csv", rows), tmp_path / "out.jsonl")
    assert [item["petition_id"] for item in read_json(tmp_path / "out.jsonl")] == [row[0] for row in rows]


def test_a_file_with_a_header_alone_gives_a_header_alone(run: Run, tmp_path: Path) -> None:
    run(write_table(tmp_path / "in.csv", []), tmp_path / "out.csv")
    assert read_flat(tmp_path / "out.csv") == []


def test_a_result_takes_the_place_of_an_older_one(run: Run, source: Path, tmp_path: Path) -> None:
    target = raw(tmp_path / "out.csv", "old")
    run(source, target)
    assert codes(target) == CODES


def test_nothing_but_the_result_is_left(run: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    run(source, tmp_path / "results" / "out.csv")
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["out.csv"]


def test_dates_of_a_workbook_are_days_of_receipt(run: Run, tmp_path: Path) -> None:
    rows = [("1", "", "家里停水", datetime(2019, 4, 1, 17, 7))]
    run(write_table(tmp_path / "in.xlsx", rows), tmp_path / "out.jsonl")
    assert read_json(tmp_path / "out.jsonl")[0]["assignment"]["basis"][0]["cite"] == "旧供水条例第1条"


def test_the_summary_counts_by_band_and_first_level(run: Run, source: Path, tmp_path: Path) -> None:
    summary = run(source, tmp_path / "out.csv")
    assert (summary.rows, summary.unreadable) == (4, 0)
    assert summary.bands == {"suggest": 3, "review": 1}
    assert summary.categories == {"城乡建设": {"suggest": 2}, "交通": {"suggest": 1}, "—": {"review": 1}}


def test_the_summary_counts_urgent_ones_and_reasons(run: Run, tmp_path: Path) -> None:
    rows = [("1", "", "煤气泄漏", ""), ("2", "", "路面塌陷", ""), ("3", "", "你们辛苦了", ""), ("4", "", "停水", "")]
    summary = run(write_table(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert summary.urgencies == {"特急": 1, "加急": 1, "一般": 2}
    assert (summary.reasons["critical"], summary.reasons["no_answer"]) == (2, 3)
    assert summary.procedures == {"—": 4}


def test_progress_is_told_from_the_start_to_the_end(run: Run, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = [(str(number), "", "停水", "") for number in range(CHUNK + 1)]
    run(
        write_table(tmp_path / "in.csv", rows),
        tmp_path / "out.jsonl",
        tell=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, CHUNK + 1), (CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK + 1)]


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["内容", "正文", "留言详情", "诉求内容", "text", "Body", " CONTENT "])
def test_the_text_column_is_guessed(decided: Callable[..., Out], name: str) -> None:
    assert decided(f"x,{name}\n1,家里停水\n")[0]["category"]["code"] == "01.01.01"


def test_a_named_column_goes_before_a_guessed_one(decided: Callable[..., Out]) -> None:
    (item,) = decided("内容,情况\n公交,停水\n", Columns(text="情况"))
    assert item["category"]["code"] == "01.01.01"


def test_title_and_text_are_read_together(decided: Callable[..., Out]) -> None:
    (item,) = decided("题,说\n家里停水,三天了\n", Columns(title="题", text="说"))
    assert item["category"]["code"] == "01.01.01"


def test_without_an_id_the_number_of_the_row_stands_in(decided: Callable[..., Out]) -> None:
    assert [item["petition_id"] for item in decided("内容\n停水\n公交\n")] == ["2", "3"]


def test_a_named_id_comes_back(decided: Callable[..., Out]) -> None:
    assert decided("内容,流水\n停水,X-9\n", Columns(id="流水"))[0]["petition_id"] == "X-9"


def test_a_named_day_of_receipt_counts(decided: Callable[..., Out]) -> None:
    (item,) = decided("内容,何日\n停水,2019/4/1\n", Columns(date="何日"))
    assert item["assignment"]["basis"][0]["cite"] == "旧供水条例第1条"


@pytest.mark.parametrize(("columns", "name"), [(Columns(region="哪里"), "哪里"), (None, "所属区域"), (None, "Region")])
def test_the_column_of_the_region_tells_the_territory(
    decided: Callable[..., Out], columns: Columns | None, name: str
) -> None:
    (item,) = decided(f"内容,{name}\n停水,青禾苑三栋\n", columns)
    assert item["assignment"]["territory"] == "城东街道"


def test_without_a_day_of_receipt_the_day_of_the_run_counts_and_is_told(decided: Callable[..., Out]) -> None:
    first, second = decided("内容,日期\n停水,\n停水,2019-04-01\n")
    assert first["received"] == {"date": "2026-11-20", "assumed": True}
    assert second["received"] == {"date": "2019-04-01", "assumed": False}


@pytest.mark.parametrize(
    "columns",
    [Columns(text="诉求"), Columns(id="诉求"), Columns(title="诉求"), Columns(date="诉求"), Columns(region="诉求")],
)
def test_a_column_that_is_not_there_lists_those_there_are(decided: Callable[..., Out], columns: Columns) -> None:
    with pytest.raises(InputError, match="no column '诉求'; there are: 编号, 内容"):
        decided("编号,内容\n1,停水\n", columns)


def test_a_file_without_a_text_column_lists_its_columns(decided: Callable[..., Out]) -> None:
    with pytest.raises(InputError, match="no text column found among: 甲, 乙; name it with --text"):
        decided("甲,乙\n1,停水\n")


# ── bad rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_row_is_marked_and_the_others_are_decided(decided: Callable[..., Out]) -> None:
    found = decided("编号,内容\n1,停水\n2,  \n3,公交\n")
    assert [item["error"] for item in found] == [None, "row 3: the text is empty", None]


def test_an_unreadable_row_goes_to_a_clerk(decided: Callable[..., Out]) -> None:
    (item,) = decided("编号,内容\n1,\n")
    assert (item["band"], item["review_reasons"], item["category"]) == ("review", ["unreadable"], None)


@pytest.mark.parametrize(("row", "problem"), [("1", "1 cells where the header has 2"), ("1,a,b", "3 cells")])
def test_a_ragged_row_is_marked_and_the_others_are_decided(decided: Callable[..., Out], row: str, problem: str) -> None:
    first, second = decided(f"编号,内容\n{row}\n2,停水\n")
    assert problem in first["error"]
    assert second["error"] is None


def test_a_text_too_long_is_marked(decided: Callable[..., Out]) -> None:
    assert "20001 characters" in decided(f"内容\n{'水' * 20001}\n")[0]["error"]


def test_an_unreadable_row_keeps_its_id(decided: Callable[..., Out]) -> None:
    assert decided("编号,内容\nX-9,\n")[0]["petition_id"] == "X-9"


@pytest.mark.parametrize("day", ["2026-13-45", "去年冬天", "11/20/2026", "46000"])
def test_a_day_that_is_none_is_marked_and_its_row_is_decided_by_the_day_of_the_run(
    decided: Callable[..., Out], day: str
) -> None:
    first, second = decided(f"编号,内容,何日\n1,停水,{day}\n2,公交,2026-11-01\n", Columns(date="何日"))
    assert first["error"] == "row 2: column '何日' holds no date; the day of the run stands in"
    assert (first["band"], first["review_reasons"], first["category"]["code"]) == ("review", ["unreadable"], "01.01.01")
    assert (first["received"]["assumed"], second["error"]) == (True, None)


def test_a_day_that_is_none_is_counted_apart_from_unreadable_rows(run: Run, tmp_path: Path) -> None:
    summary = run(raw(tmp_path / "in.csv", "内容,日期\n停水,昨天\n,2026-11-01\n停水,\n"), tmp_path / "out.csv")
    assert (summary.rows, summary.undated, summary.unreadable) == (3, 1, 1)


def test_a_json_line_that_is_none_is_marked(run: Run, tmp_path: Path) -> None:
    source = raw(tmp_path / "in.jsonl", '{"id": "1", "text": "停水"}\nnot json\n{"id": "3", "text": ["x"]}\n')
    run(source, tmp_path / "out.jsonl")
    errors = [item["error"] for item in read_json(tmp_path / "out.jsonl")]
    assert errors == [None, "row 2: not JSON", "row 3: field 'text' is not text or a number"]


def test_a_bad_row_stands_in_the_flat_file_with_its_error(run: Run, tmp_path: Path) -> None:
    run(raw(tmp_path / "in.csv", "编号,内容\n1,\n2,停水\n"), tmp_path / "out.csv")
    first, second = read_flat(tmp_path / "out.csv")
    assert (first["分办_错误"], first["分办_人工研判原因"]) == ("row 2: the text is empty", "无法读取")
    assert second["分办_错误"] == ""


def test_the_summary_counts_unreadable_rows(run: Run, tmp_path: Path) -> None:
    summary = run(raw(tmp_path / "in.csv", "编号,内容\n1,\n2,停水\n"), tmp_path / "out.csv")
    assert (summary.rows, summary.unreadable) == (2, 1)


BROKEN_TEXT = "编号,内容\n1,停水\n2,公交\n".encode() + b"3,\xe5\xe5\n"
BROKEN_ID = "编号,内容\n1,停水\n2,公交\n".encode() + b"\xe5\xe5,x\n"
BROKEN_NAME = b"\xe5\xe5,text\n" + "1,停水\n2,公交\n".encode()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_broken_bytes_of_a_text_spoil_their_own_row_only(run: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "in.csv").write_bytes(BROKEN_TEXT)
    assert run(tmp_path / "in.csv", tmp_path / f"out{suffix}").unreadable == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_bytes_of_an_id_spoil_their_own_row_only(run: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "in.csv").write_bytes(BROKEN_ID)
    assert run(tmp_path / "in.csv", tmp_path / f"out{suffix}").unreadable == 1


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_broken_bytes_of_a_column_name_do_not_stop_the_run(run: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "in.csv").write_bytes(BROKEN_NAME)
    assert run(tmp_path / "in.csv", tmp_path / f"out{suffix}").rows == 2


@pytest.mark.parametrize("line", ['{"id": "\\ud800", "text": "a"}', '{"id": "1", "text": "a", "\\ud800": 1}'])
def test_lone_surrogates_of_json_do_not_stop_the_run(run: Run, tmp_path: Path, line: str) -> None:
    assert run(raw(tmp_path / "in.jsonl", line + "\n"), tmp_path / "out.csv").rows == 1


def test_an_open_quote_does_not_swallow_rows(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(raw(tmp_path / "in.csv", '编号,内容\n1,"停水\n2,公交\n3,路灯\n'), tmp_path / "out.csv")


def test_empty_columns_at_the_end_are_passed_over(run: Run, tmp_path: Path) -> None:
    assert run(raw(tmp_path / "in.csv", "编号,内容,,\n1,停水,,\n"), tmp_path / "out.csv").unreadable == 0


# ── encodings ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    source = raw(tmp_path / "in.csv", "编号,内容\n1,家里停水\n2,公交站台\n", encoding)
    run(source, tmp_path / "out.csv")
    assert codes(tmp_path / "out.csv") == {"1": "01.01.01", "2": "02.01"}


def test_bytes_of_no_encoding_leave_no_output(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"id,text\n1,\xff\xff\xff\n")
    with pytest.raises(InputError):
        run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


# ── what cannot be read or written ──────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_suffix_of_the_input_lists_the_known(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown suffix '.doc'; known: .csv, .jsonl, .xlsx"):
        run(raw(tmp_path / "in.doc", "x"), tmp_path / "out.csv")


@pytest.mark.parametrize("name", ["out.doc", "out", "out.xls"])
def test_an_unknown_suffix_of_the_output_lists_the_known(run: Run, source: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"known: \.csv, \.jsonl, \.xlsx"):
        run(source, tmp_path / name)


def test_an_output_in_no_folder_is_told_before_any_work(run: Run, source: Path, tmp_path: Path) -> None:
    told: list[int] = []
    with pytest.raises(OutputError, match="the folder is not there"):
        run(source, tmp_path / "none" / "out.csv", tell=lambda done, total: told.append(done))
    assert told == []


def test_an_output_that_is_a_folder_is_told(run: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(OutputError):
        run(source, tmp_path / "out.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_output_in_a_locked_folder_is_told(run: Run, source: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(OutputError):
        run(source, locked / "out.csv")


def test_a_name_too_long_for_the_disk_is_told(run: Run, source: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        run(source, tmp_path / f"{'o' * 249}.csv")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_input_is_never_overwritten(run: Run, tmp_path: Path, suffix: str) -> None:
    source = write_table(tmp_path / f"in{suffix}", ROWS)
    with pytest.raises(OutputError):
        run(source, source)


def test_a_writer_that_fails_leaves_the_older_result(
    run: Run, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(WRITERS, ".csv", full)
    target = raw(tmp_path / "out.csv", "old")
    with pytest.raises(OutputError, match="No space left"):
        run(source, target)
    assert target.read_text() == "old"
    assert not list(tmp_path.glob("*.draft")) + list(tmp_path.glob(".*.draft"))


# ── a stopped run ───────────────────────────────────────────────────────────────────────────────────────────────────


def stop_after_a_chunk(done: int, total: int) -> None:
    if done:
        raise KeyboardInterrupt


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    texts = ("家里停水", "公交不来", "", "路灯不亮", "你们辛苦了")
    rows = [(f"n-{number}", "", texts[number % 5], "") for number in range(2 * CHUNK + 30)]
    return write_table(tmp_path / "long.csv", rows)


@pytest.fixture
def stopped(run: Run, long_file: Path, tmp_path: Path) -> Path:
    """The target of a run that was stopped after its first chunk."""
    with pytest.raises(KeyboardInterrupt):
        run(long_file, tmp_path / "out.jsonl", tell=stop_after_a_chunk)
    return tmp_path / "out.jsonl"


def starts(run: Run, *arguments: Any, **named: Any) -> int:
    """How many rows a run found done."""
    told: list[int] = []
    run(*arguments, tell=lambda done, total: told.append(done), **named)
    return told[0]


def test_a_stopped_run_leaves_no_output(stopped: Path) -> None:
    assert not stopped.exists()


def test_a_stopped_run_goes_on_where_it_stopped(run: Run, long_file: Path, stopped: Path) -> None:
    assert starts(run, long_file, stopped) == CHUNK


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_stopped_run_ends_as_an_unbroken_one(run: Run, long_file: Path, tmp_path: Path, suffix: str) -> None:
    stopped, unbroken = tmp_path / f"stopped{suffix}", tmp_path / f"unbroken{suffix}"
    with pytest.raises(KeyboardInterrupt):
        run(long_file, stopped, tell=stop_after_a_chunk)
    assert run(long_file, stopped) == run(long_file, unbroken)
    assert stopped.read_bytes() == unbroken.read_bytes()


def test_a_run_that_went_on_leaves_no_journal(run: Run, long_file: Path, stopped: Path) -> None:
    run(long_file, stopped)
    assert sorted(path.name for path in stopped.parent.iterdir()) == ["long.csv", "out.jsonl"]


def journal_of(target: Path) -> Path:
    (path,) = target.parent.glob(f".{target.name}*")
    return path


def test_a_journal_is_for_its_owner_alone(stopped: Path) -> None:
    assert journal_of(stopped).stat().st_mode & 0o077 == 0


def test_a_last_line_that_was_cut_off_is_decided_again(run: Run, long_file: Path, stopped: Path) -> None:
    journal = journal_of(stopped)
    journal.write_bytes(journal.read_bytes()[:-100])
    assert starts(run, long_file, stopped) == CHUNK - 1


def test_a_result_from_a_cut_off_journal_is_whole(run: Run, long_file: Path, stopped: Path, tmp_path: Path) -> None:
    journal = journal_of(stopped)
    journal.write_bytes(journal.read_bytes()[:-100])
    run(long_file, stopped)
    run(long_file, tmp_path / "unbroken.jsonl")
    assert stopped.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()


def test_a_journal_of_another_input_is_not_used(run: Run, long_file: Path, stopped: Path) -> None:
    long_file.write_text(long_file.read_text(encoding="utf-8").replace("公交", "噪音"), encoding="utf-8")
    assert starts(run, long_file, stopped) == 0


def test_a_journal_of_another_model_is_not_used(run: Run, long_file: Path, stopped: Path, office: Office) -> None:
    assert starts(run, long_file, stopped, triage=office(category={"01.01": 0.95})) == 0


def test_a_journal_of_another_rulebook_is_not_used(run: Run, long_file: Path, stopped: Path, office: Office) -> None:
    triage = office()
    other = replace(triage, rulebook=replace(triage.rulebook, digest="another"))
    assert starts(run, long_file, stopped, triage=other) == 0


def test_a_journal_of_other_columns_is_not_used(run: Run, long_file: Path, stopped: Path) -> None:
    assert starts(run, long_file, stopped, columns=Columns(text="内容", title="编号")) == 0


def test_a_journal_of_another_day_is_not_used(run: Run, long_file: Path, stopped: Path) -> None:
    assert starts(run, long_file, stopped, today=date(2026, 11, 21)) == 0


@pytest.mark.parametrize("content", ["", "\n", "nonsense\n{}\n", "\x00\x01"])
def test_a_journal_of_nothing_known_is_begun_anew(run: Run, source: Path, tmp_path: Path, content: str) -> None:
    raw(tmp_path / ".out.jsonl.journal", content)
    assert starts(run, source, tmp_path / "out.jsonl") == 0


# ── cells that a spreadsheet would run ──────────────────────────────────────────────────────────────────────────────

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://x","停水")']


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_text_in_a_csv(run: Run, tmp_path: Path, cell: str) -> None:
    run(write_table(tmp_path / "in.csv", [("1", "", cell, "")]), tmp_path / "out.csv")
    assert read_flat(tmp_path / "out.csv")[0]["内容"] == f"'{cell}"


def test_a_formula_that_is_the_id_is_text_in_a_csv(run: Run, tmp_path: Path) -> None:
    run(write_table(tmp_path / "in.csv", [("=1", "", "停水", "")]), tmp_path / "out.csv")
    assert read_flat(tmp_path / "out.csv")[0]["编号"] == "'=1"


@pytest.mark.parametrize("lead", ["\t", "\r"])
def test_white_space_before_a_formula_does_not_free_it(run: Run, tmp_path: Path, lead: str) -> None:
    run(write_table(tmp_path / "in.csv", [("1", "", f"{lead}=1+1", "")]), tmp_path / "out.csv")
    assert read_flat(tmp_path / "out.csv")[0]["内容"].startswith("'")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_text_in_a_workbook(run: Run, tmp_path: Path, cell: str) -> None:
    run(write_table(tmp_path / "in.csv", [("1", "", cell, "")]), tmp_path / "out.xlsx")
    found = load_workbook(tmp_path / "out.xlsx").active["C2"]
    assert (found.value, found.data_type) == (cell, "s")


def test_a_formula_in_the_header_is_text_in_a_csv(run: Run, tmp_path: Path) -> None:
    run(raw(tmp_path / "in.csv", "=1+1,内容\n1,停水\n"), tmp_path / "out.csv")
    assert next(iter(read_flat(tmp_path / "out.csv")[0])) == "'=1+1"


def test_a_formula_in_the_header_is_text_in_a_workbook(run: Run, tmp_path: Path) -> None:
    run(raw(tmp_path / "in.csv", "=1+1,内容\n1,停水\n"), tmp_path / "out.xlsx")
    assert load_workbook(tmp_path / "out.xlsx").active["A1"].data_type == "s"


def test_ordinary_cells_are_left_as_they_are(run: Run, tmp_path: Path) -> None:
    text = '停水，"三"天\n路灯=1'
    run(write_table(tmp_path / "in.csv", [("1", "", text, "")]), tmp_path / "out.csv")
    assert read_flat(tmp_path / "out.csv")[0]["内容"] == text


def test_characters_a_workbook_cannot_hold_are_left_out(run: Run, tmp_path: Path) -> None:
    run(write_table(tmp_path / "in.csv", [("1", "", "停\x01水", "")]), tmp_path / "out.xlsx")
    assert read_flat(tmp_path / "out.xlsx")[0]["内容"] == "停水"


def test_a_text_longer_than_a_cell_is_cut_in_a_workbook(run: Run, tmp_path: Path) -> None:
    run(raw(tmp_path / "in.csv", f"内容,附\n停水,{'长' * 40_000}\n"), tmp_path / "out.xlsx")
    assert len(read_flat(tmp_path / "out.xlsx")[0]["附"]) == 32_767


def test_a_result_can_be_decided_again(run: Run, source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "once.csv")
    run(tmp_path / "once.csv", tmp_path / "twice.csv")
    run(tmp_path / "twice.csv", tmp_path / "thrice.csv")

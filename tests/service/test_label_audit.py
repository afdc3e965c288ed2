"""Looking an office's labels over: what is found, what the workbook shows, and what it never says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from classifier.corpus import Corpus
from classifier.dataset import Columns, Example
from classifier.errors import InputError
from rules.petition import Petition
from rules.rulebook import Rulebook
from service.audit_book import write_audit
from service.label_audit import Audit, HeadAudit, Labelled, audit, of_file, of_settled, suspect_ids
from service.review import Settled
from service.words import words

Rows = list[tuple[str, str, str, str]]
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG = "青禾小区三栋从上周五开始停水，物业说水泵坏了，自来水公司说不归他们管，请领导协调尽快恢复供水"


def silent(_: str) -> None:
    return None


def unlike(number: int) -> str:
    """A text that shares no run of characters with that of another number."""
    return "".join(chr(0x4E00 + (101 * number + 37 * place) % 20000) for place in range(20))


@pytest.fixture(autouse=True)
def nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.training.read_corpus", lambda: Corpus(()))


@pytest.fixture
def rows(labelled_rows: Rows) -> list[Labelled]:
    """96 petitions, sixteen by one clerk and sixteen by the other; `p5` has the wrong label."""
    made = []
    for number, (title, _, code, _) in enumerate(labelled_rows):
        label = "01.02" if number == 5 else code
        petition = Petition(f"p{number}", unlike(number), title)
        made.append(Labelled(Example(petition, {"category": label}), ("王", "李")[number // 16 % 2]))
    return made


def at_odds(rows: Sequence[Labelled]) -> list[Labelled]:
    """The same, but 王 calls two thirds of what is water by the name of noise."""
    noise = {"category": "01.02"}
    return [
        Labelled(Example(row.example.petition, noise), "王") if number // 16 in (0, 2) else row
        for number, row in enumerate(rows)
    ]


def labelled(petition_id: str, text: str, labels: Mapping[str, str], clerk: str | None = None) -> Labelled:
    return Labelled(Example(Petition(petition_id, text), labels), clerk)


def ids(found: Sequence[Example]) -> list[str]:
    return [example.petition.id for example in found]


def test_a_wrong_label_is_suspect(rows: list[Labelled], small: Rulebook) -> None:
    found = audit(rows, small, silent)
    (suspect,) = found.heads["category"].suspects
    assert (suspect.example.petition.id, suspect.given, suspect.better) == ("p5", "01.02", "01.01")
    assert found.suspect_ids == {"p5"}


def test_copies_with_different_labels_are_found(rows: list[Labelled], small: Rulebook) -> None:
    copies = [
        labelled("a", LONG, {"category": "01.01"}),
        labelled("b", LONG + "，谢谢！", {"category": "01.02"}),
        labelled("c", LONG, {"category": "01.01"}),
    ]
    found = audit([*rows, *copies], small, silent)
    assert [ids(twins) for twins in found.heads["category"].twins] == [["a", "b", "c"]]
    assert {"a", "b", "c"} <= found.suspect_ids


def test_copies_with_one_label_are_no_finding(rows: list[Labelled], small: Rulebook) -> None:
    copies = [labelled(name, LONG, {"category": "01.01"}) for name in "ab"]
    assert audit([*rows, *copies], small, silent).heads["category"].twins == ()


def test_heads_are_looked_over_apart(rows: list[Labelled], small: Rulebook) -> None:
    copies = [labelled(kind, LONG, {"category": "01.01", "kind": kind}) for kind in ("appeal", "inquiry")]
    heads = audit([*rows, *copies], small, silent).heads
    assert heads["category"].twins == ()
    assert [ids(twins) for twins in heads["kind"].twins] == [["appeal", "inquiry"]]


def test_a_head_with_too_few_labels_is_looked_over_for_copies_alone(rows: list[Labelled], small: Rulebook) -> None:
    copies = [labelled(name, LONG, {"kind": kind}) for name, kind in (("a", "appeal"), ("b", "inquiry"))]
    kind = audit([*rows, *copies], small, silent).heads["kind"]
    assert kind.untested is not None
    assert len(kind.twins) == 1


def test_two_who_use_classes_differently_are_told_to_talk(rows: list[Labelled], small: Rulebook) -> None:
    (found,) = audit(at_odds(rows), small, silent).heads["category"].differences
    assert (found.classes, found.talk) == (("01.01", "01.02"), ("李", "王"))


def test_rules_that_are_overruled_are_found(rows: list[Labelled], small: Rulebook) -> None:
    buses = [labelled(f"b{n}", f"公交太少了{unlike(200 + n)}", {"category": "02.02"}) for n in range(6)]
    found = audit([*rows, *buses], small, silent)
    assert [(rule.rule, rule.overruled, rule.instead) for rule in found.rules] == [("bus", 6, "02.02")]


def settled(rows: Sequence[Labelled]) -> list[Settled]:
    return [Settled(row.example.petition, row.example.labels, row.clerk or "", AT) for row in rows]


def test_what_was_settled_gives_its_suspect_ids(rows: list[Labelled], small: Rulebook) -> None:
    assert suspect_ids(settled(rows), small, silent) == {"p5"}


def test_what_was_settled_keeps_who_did(rows: list[Labelled], small: Rulebook) -> None:
    assert [row.clerk for row in of_settled(settled(rows), small)[14:18]] == ["王", "王", "李", "李"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    path.write_text("编号,内容,分类,经办\n1,停水三天,供水,王\n2,楼下噪音,噪音,\n3,停水通知,,李\n", encoding="utf-8")
    return path


def test_a_file_gives_labels_and_who_gave_them(file: Path, small: Rulebook) -> None:
    rows = of_file(file, {"category": "分类"}, "经办", Columns(), small)
    assert [(row.example.petition.id, row.example.labels, row.clerk) for row in rows] == [
        ("1", {"category": "01.01"}, "王"),
        ("2", {"category": "01.02"}, None),
    ]


def test_a_file_without_the_column_of_clerks_gives_none(file: Path, small: Rulebook) -> None:
    assert {row.clerk for row in of_file(file, {"category": "分类"}, None, Columns(), small)} == {None}


def test_a_file_without_labels_is_told(file: Path, small: Rulebook) -> None:
    file.write_text("编号,内容,分类,经办\n1,停水三天,,王\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row has a label"):
        of_file(file, {"category": "分类"}, "经办", Columns(), small)


# ── the workbook ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def book(rows: list[Labelled], small: Rulebook, tmp_path: Path) -> dict[str, list[tuple[str | None, ...]]]:
    """Sheets by title, each a list of lines, of an office where everything is found."""
    copies = [labelled("a", LONG, {"category": "01.01"}), labelled("b", LONG, {"category": "01.02", "kind": "appeal"})]
    buses = [labelled(f"b{n}", f"公交太少了{unlike(200 + n)}", {"category": "02.02"}) for n in range(6)]
    write_audit(tmp_path / "audit.xlsx", audit([*at_odds(rows), *copies, *buses], small, silent), small, words())
    sheets = load_workbook(tmp_path / "audit.xlsx").worksheets
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in sheets}


def test_the_overview_comes_first_and_counts_every_question(book: dict[str, list[tuple[str | None, ...]]]) -> None:
    assert list(book) == [sheet.title for sheet in words().audit.values()]
    _, total, *lines = book["概览"]
    assert total[1] == "104"
    counts = {line[0]: line[1] for line in lines}
    assert counts["同文不同标签"] == "1"
    for title in ("可疑标签", "口径不一", "常被更正的规则"):
        assert int(counts[title] or 0) == len(book[title]) - 1


def test_a_head_that_could_not_be_tested_is_told_in_the_overview(
    book: dict[str, list[tuple[str | None, ...]]],
) -> None:
    assert book["概览"][-1][0] == "事项性质"


def test_labels_are_shown_by_their_names(book: dict[str, list[tuple[str | None, ...]]]) -> None:
    assert [line[3] for line in book["同文不同标签"][1:]] == ["城乡建设/供水", "城乡建设/噪音"]
    assert ("bus", "交通/公交", "0", "6", "100%", "交通/道路") in book["常被更正的规则"]


def test_counts_of_use_stand_beside_no_name(book: dict[str, list[tuple[str | None, ...]]]) -> None:
    header, line = book["口径不一"]
    assert line[-1] == "李、王"
    assert not any(name in (cell or "") for cell in line[:-1] for name in "李王")
    assert len(header) == len(line)


def test_every_line_has_as_many_cells_as_its_header(book: dict[str, list[tuple[str | None, ...]]]) -> None:
    for lines in book.values():
        assert {len(line) for line in lines} == {len(lines[0])}


def test_where_nothing_is_found_sheets_hold_their_header_alone(small: Rulebook, tmp_path: Path) -> None:
    write_audit(tmp_path / "audit.xlsx", Audit(3, {"category": HeadAudit(3)}, ()), small, words())
    sheets = load_workbook(tmp_path / "audit.xlsx").worksheets
    assert [sheet.max_row for sheet in sheets] == [6, 1, 1, 1, 1]

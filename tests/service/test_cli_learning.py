"""The commands of the learning loop: training from files and store, models in force, label audits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from classifier.corpus import Corpus
from rules.petition import Petition
from rules.value import replace
from service.access import COMMAND
from service.desk import Desk
from service.review import Action, Review
from service.store.store import open_store
from service.triage import Triage
from tests.service.command import CODES, Fenban, runner

Rows = list[tuple[str, str, str, str]]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def fenban(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack_folder: Path, tmp_path: Path
) -> Fenban:
    """Runs a command in this process; no shipped model, no petitions of ours, a store and models of its own."""
    monkeypatch.setattr("service.training.read_corpus", lambda: Corpus(()))
    monkeypatch.setattr("service.assemble.shipped_models", lambda: tmp_path / "shipped")
    url = f"sqlite:///{tmp_path / 'fenban.db'}"
    return runner(monkeypatch, capsys, pack=pack_folder, models_dir=tmp_path / "models", database_url=url)


def petitions(rows: Rows) -> list[tuple[Petition, str]]:
    """One a day with its right category, both classes on neighbouring days; none is a twin of another."""
    half = len(rows) // 2
    ordered = [row for pair in zip(rows[:half], rows[half:], strict=True) for row in pair]
    ordered = [row for place in range(8) for row in ordered[place::8]]
    made = []
    for number, (title, _, code, _) in enumerate(ordered):
        own = "".join(chr(0x4E00 + (101 * number + 37 * place) % 20000) for place in range(20))
        day = START.date() + timedelta(days=number)
        made.append((Petition(f"p{number}", own, title, received_at=day), code))
    return made


@pytest.fixture
def file(labelled_rows: Rows, tmp_path: Path) -> Path:
    """The petitions as an office's file; `p7` has the wrong label."""
    lines = ["编号,标题,内容,日期,分类,经办"]
    for number, (petition, code) in enumerate(petitions(labelled_rows)):
        label = {"01.01": "01.02", "01.02": "01.01"}[code] if number == 7 else code
        lines.append(f"{petition.id},{petition.title},{petition.body},{petition.received_at},{label},王")
    path = tmp_path / "labelled.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def kept(labelled_rows: Rows, office: Callable[..., Triage], tmp_path: Path) -> Sequence[str]:
    """The petitions in a store, each settled by a clerk on its own day; their ids."""
    store = open_store(f"sqlite:///{tmp_path / 'fenban.db'}")
    clock = {"at": START}
    store = replace(store, petitions=type(store.petitions)(store.database, lambda: clock["at"]))
    desk = Desk(store, lambda: office(category={"01.01": 0.6, "01.02": 0.4}), lambda: clock["at"])
    ids = []
    for number, (petition, code) in enumerate(petitions(labelled_rows)):
        clock["at"] = START + timedelta(days=number)
        taken, _ = desk.submit(petition, COMMAND)
        review = Review(Action.CONFIRM) if code == "01.01" else Review(Action.CORRECT, category=code)
        desk.review(taken.id, 1, review, COMMAND)
        ids.append(petition.id)
    store.close()
    return ids


LABEL = ("--label", "category=分类")

# ── training ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_with_days_trains_a_challenger_and_compares_it(fenban: Fenban, file: Path, tmp_path: Path) -> None:
    ended = fenban("train", file, *LABEL, "--by-time", "--name", "one")
    assert ended.code == 0, ended.err
    assert "no model -> one" in ended.out
    assert "77 earlier rows taught; 19 later ones" in ended.out
    assert "next: fenban models promote one" in ended.out
    assert (tmp_path / "models" / "one" / "comparison.json").is_file()


def test_what_clerks_settled_trains_a_challenger_named_by_the_day(
    fenban: Fenban, kept: Sequence[str], tmp_path: Path
) -> None:
    ended = fenban("train", "--from-store")
    assert ended.code == 0, ended.err
    assert "77 earlier rows taught; 19 later ones" in ended.out
    assert [path.name for path in (tmp_path / "models").iterdir()] == [date.today().isoformat()]


def test_a_file_of_earlier_days_teaches_beside_the_store(fenban: Fenban, kept: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(
        "编号,内容,分类\n旧1,水厂检修后一直浑浊发黄,供水\n旧2,楼顶空调外机整夜轰隆,噪音\n", encoding="utf-8"
    )
    ended = fenban("train", path, *LABEL, "--from-store", "--name", "both")
    assert "79 earlier rows taught; 19 later ones" in ended.out, ended.err


def test_an_empty_store_teaches_nothing(fenban: Fenban) -> None:
    ended = fenban("train", "--from-store")
    assert ended.code == CODES["InputError"]
    assert "no petition is settled yet" in ended.err


def test_by_time_without_a_file_is_told(fenban: Fenban) -> None:
    assert fenban("train", "--by-time").code == CODES["InputError"]


# ── models in force ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two(fenban: Fenban, file: Path) -> Fenban:
    """`one` in force and `two` compared with it."""
    lines = file.read_text(encoding="utf-8").splitlines()
    early = file.with_name("early.csv")
    early.write_text("\n".join(lines[:61]) + "\n", encoding="utf-8")
    assert fenban("train", early, *LABEL, "--by-time", "--name", "one").code == 0
    assert fenban("models", "promote", "one", "--accept", "the first").code == 0
    assert fenban("train", file, *LABEL, "--by-time", "--name", "two").code == 0
    return fenban


def test_a_promotion_that_is_refused_says_why_and_changes_nothing(two: Fenban) -> None:
    ended = two("models", "promote", "two")
    assert ended.code == CODES["RefusedError"]
    assert "two is not promoted" in ended.err and "--accept" in ended.err
    assert "* one" in two("models", "list").out


def test_a_promotion_with_a_reason_is_kept_in_the_history(two: Fenban) -> None:
    ended = two("models", "promote", "two", "--accept", "a quiet spring")
    assert "promote one -> two  a quiet spring" in ended.out
    assert "accepted: " in ended.out
    listed = two("models", "list").out
    assert "* two" in listed and "a quiet spring" in listed
    shown = two("models", "show", "two").out
    assert "one -> two" in shown and "macro-F1" in shown and "a quiet spring" in shown


def test_rollback_is_one_command(two: Fenban) -> None:
    two("models", "promote", "two", "--accept", "a quiet spring")
    assert "rollback two -> one" in two("models", "rollback").out
    assert "* one" in two("models", "list").out
    two("models", "rollback")
    ended = two("models", "rollback")
    assert ended.code == CODES["ArtifactError"]
    assert "nothing to return to" in ended.err


def test_a_promotion_that_a_setting_hides_is_told(two: Fenban, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENBAN_MODEL", "one")
    assert "FENBAN_MODEL names one" in two("models", "promote", "two", "--accept", "a quiet spring").out


def test_a_shadow_is_marked_in_the_list(two: Fenban) -> None:
    assert two("models", "shadow", "two").code == 0
    assert "~ two" in two("models", "list").out
    assert two("models", "shadow", "--off").code == 0
    assert "~ two" not in two("models", "list").out


@pytest.mark.parametrize("arguments", [(), ("two", "--off")])
def test_a_shadow_is_either_named_or_taken_away(fenban: Fenban, arguments: Sequence[str]) -> None:
    assert fenban("models", "shadow", *arguments).code == CODES["InputError"]


# ── label audits ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_audit_of_a_file_writes_a_workbook(fenban: Fenban, file: Path, tmp_path: Path) -> None:
    ended = fenban("audit", file, *LABEL, "--clerk", "经办", "--out", tmp_path / "audit.xlsx")
    assert ended.code == 0, ended.err
    assert "category: 96 rows, 1 suspect labels" in ended.out
    assert load_workbook(tmp_path / "audit.xlsx")["可疑标签"]["A2"].value == "p7"


def test_an_audit_of_the_store_marks_the_queue_where_asked(fenban: Fenban, kept: Sequence[str], tmp_path: Path) -> None:
    ended = fenban("audit", "--from-store", "--mark", "--out", tmp_path / "audit.xlsx")
    assert ended.code == 0, ended.err
    assert "0 petitions are marked as suspect" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from-store",),
        ("--out", "a.xlsx"),
        ("f.csv", "--from-store", "--out", "a.xlsx"),
        ("f.csv", "--mark", "--out", "a.xlsx"),
    ],
)
def test_an_audit_needs_one_source_and_a_target(fenban: Fenban, arguments: Sequence[str]) -> None:
    assert fenban("audit", *arguments).code == CODES["InputError"]


def test_an_audit_is_a_workbook(fenban: Fenban, file: Path, tmp_path: Path) -> None:
    assert fenban("audit", file, *LABEL, "--out", tmp_path / "audit.csv").code == CODES["OutputError"]

"""The command line: what it prints, what it writes, and with which code it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from classifier.corpus import Corpus
from rules.petition import Petition
from rules.rulebook import load
from service.batch import Summary
from service.cli import app
from service.console import show_decision, show_summary
from service.errors import ENDINGS, OutputError
from service.triage import Triage
from service.words import words
from tests.service.command import CODES, DOCTOR, USAGE, Fenban, runner

ROOT = Path(__file__).resolve().parents[2]
SECRET = "我家住在青禾小区七栋"


@pytest.fixture
def fenban(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack_folder: Path) -> Fenban:
    """Runs a command in this process, by the door that `fenban` and `python -m service` take.

    No shipped model is there, and training starts from nothing: with our corpus it takes seconds.
    """
    monkeypatch.setattr("service.training.read_corpus", lambda: Corpus(()))
    monkeypatch.setattr("service.assemble.shipped_models", lambda: pack_folder / "no-models")
    return runner(monkeypatch, capsys, pack=pack_folder)


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=variables, timeout=60)


def labelled(path: Path, rows: str) -> Path:
    path.write_text(f"标题,内容,分类\n{rows}", encoding="utf-8")
    return path


# ── the door ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_python_m_service_decides(pack_folder: Path) -> None:
    ended = process("-m", "service", "decide", "家里停水", "--pack", str(pack_folder))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("家里停水")


def test_python_m_service_ends_with_the_code_of_the_error() -> None:
    ended = process("-m", "service", "decide", "")
    assert (ended.returncode, ended.stdout) == (CODES["InputError"], "")
    assert ended.stderr == "unreadable input: the text is empty\n"


def test_python_m_service_reads_a_pipe(pack_folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "service", "decide", "--json", "--pack", str(pack_folder)],
        input="家里停水".encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
    )
    assert json.loads(ended.stdout)["verdicts"]["rules"]["category"] == "01.01.01"


IMPORTS = ("sklearn", "jieba", "rjieba")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("rules", "list"), ("rules", "check"), ("rules", "try", "停水")], ids=" ".join
)
def test_light_commands_import_no_heavy_library(pack_folder: Path, arguments: tuple[str, ...]) -> None:
    ended = process("-X", "importtime", "-m", "service", *arguments, FENBAN_PACK=str(pack_folder))
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ended.stderr.splitlines()}
    assert ended.returncode == 0
    assert "service" in imported
    assert imported.isdisjoint(IMPORTS)


def test_help_reads_no_rulebook(fenban: Fenban) -> None:
    assert fenban("--help", stdin=b"").code == 0


@pytest.mark.parametrize(
    "command",
    [
        *("decide", "batch", "train", "evaluate", "serve", "doctor", "models list", "models show"),
        *("rules check", "rules test", "rules try", "rules list"),
    ],
)
def test_every_command_has_help(fenban: Fenban, command: str) -> None:
    ended = fenban(*command.split(), "--help")
    assert ended.code == 0
    assert "Usage" in ended.out


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = [ending.exit_code for ending in ENDINGS.values()]
    assert len(set(codes)) == len(codes)


def test_no_error_has_the_code_of_a_crash_a_usage_error_or_the_doctor() -> None:
    assert {0, 1, USAGE, DOCTOR}.isdisjoint(ending.exit_code for ending in ENDINGS.values())


def test_no_error_is_taken_for_another() -> None:
    kinds = list(ENDINGS)
    assert not any(one is not other and issubclass(one, other) for one in kinds for other in kinds)


def test_a_fault_shows_no_local_variables() -> None:
    assert app.pretty_exceptions_show_locals is False


def test_a_fault_of_ours_shows_no_petition(pack_folder: Path) -> None:
    sabotage = """
import io, sys
import service.triage
from classifier.corpus import Corpus
from rules.petition import Petition
from rules.rulebook import load
from service.__main__ import main
def fail(self, petitions, today):
    raise RuntimeError("a fault of ours")
service.triage.Triage.decide = fail
sys.stdin = io.TextIOWrapper(io.BytesIO(bytes.fromhex(sys.argv.pop())))
sys.argv = ["fenban", "decide"]
main()
"""
    ended = process("-c", sabotage, SECRET.encode().hex(), FENBAN_PACK=str(pack_folder))
    assert ended.returncode == 1
    assert "a fault of ours" in ended.stderr
    assert SECRET not in ended.stderr + ended.stdout


# ── one petition ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_decide_shows_the_text_and_the_decision(fenban: Fenban) -> None:
    ended = fenban("decide", "家里停水三天")
    assert ended.code == 0
    for shown in (
        "家里停水三天",
        "建议分办",
        "城乡建设/供水/停水",
        "01.01.01",
        "水务局",
        "新供水条例第2条",
        "仅规则判断",
    ):
        assert shown in ended.out


def test_decide_shows_the_line_to_call(fenban: Fenban) -> None:
    out = fenban("decide", "煤气泄漏").out
    assert "特急 119 煤气泄漏会爆炸。" in out
    assert "险情或急事，先电话处置" in out


MIXED = (
    "尊敬的领导：反映两件事。\n一、青石镇派出所所长收受赌场老板的贿赂，多次通风报信，请纪委查处。\n"
    "二、另外我们村的灌溉水渠堵了两年，地里浇不上水，请水利部门来清淤。"
)


def test_decide_shows_who_must_not_see_it_the_way_the_days_and_the_matters(fenban: Fenban) -> None:
    out = fenban("decide", MIXED, "--pack", "national").out
    for shown in ("不得转", "派出所", "途径", "1、", "期限", "收到", "（按当日）", "事项 1", "事项 2", "水利局"):
        assert shown in out


def test_decide_shows_the_help_notice_before_the_band(fenban: Fenban) -> None:
    out = fenban("decide", "工厂拖欠我半年工资，我活不下去了，想从楼上跳下去", "--pack", "national").out
    assert out.index("紧急") < out.index("提示") < out.index(" 处理 ") < out.index(" 告知 ")


def test_decide_shows_what_to_tell_the_petitioner(fenban: Fenban) -> None:
    out = fenban("decide", "我不服县法院的一审判决，请求再审", "--pack", "national").out
    assert "12368" in out.split("告知")[-1]


def test_decide_reads_a_title(fenban: Fenban) -> None:
    assert "城乡建设/照明" in fenban("decide", "晚上很黑", "--title", "路灯").out


def test_decide_reads_standard_input(fenban: Fenban) -> None:
    assert "城乡建设/供水/停水" in fenban("decide", stdin="家里停水\n".encode()).out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_decide_reads_standard_input_in_any_usual_encoding(fenban: Fenban, encoding: str) -> None:
    ended = fenban("decide", "--json", stdin="家里停水".encode(encoding))
    assert json.loads(ended.out)["category"]["code"] == "01.01.01"


def test_decide_json_is_the_whole_decision(fenban: Fenban) -> None:
    decision = json.loads(fenban("decide", "家里停水", "--json").out)
    assert decision["petition_id"] == "1"
    assert {"band", "category", "assignment", "evidence", "verdicts", "versions", "error"} <= set(decision)


def test_decide_json_counts_in_the_text_without_outer_white_space(fenban: Fenban) -> None:
    (item,) = json.loads(fenban("decide", "  家里停水\n", "--json").out)["evidence"]
    assert (item["start"], item["end"]) == (2, 4)


def test_decide_says_nothing_on_standard_error(fenban: Fenban) -> None:
    assert fenban("decide", "家里停水").err == ""


@pytest.mark.parametrize("text", ["[bold]停水[/]", "[/停水]", "停水[red"])
def test_brackets_in_a_text_are_text(fenban: Fenban, text: str) -> None:
    assert text in fenban("decide", text).out


# ── how errors end ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["", "  ", "\n\t　"])
def test_an_empty_text_is_unreadable_input(fenban: Fenban, text: str) -> None:
    ended = fenban("decide", text)
    assert (ended.code, ended.err) == (CODES["InputError"], "unreadable input: the text is empty\n")


def test_empty_standard_input_is_unreadable_input(fenban: Fenban) -> None:
    assert fenban("decide").code == CODES["InputError"]


def test_a_text_too_long_is_unreadable_input(fenban: Fenban) -> None:
    ended = fenban("decide", stdin=("水" * 20_001).encode())
    assert ended.code == CODES["InputError"]
    assert "20001 characters" in ended.err


@pytest.mark.parametrize("raw", [b"\xe5\xe5\xff", "家里停水".encode()[:-1], "家里\n停水\n".encode() + b"\xff\n"])
def test_broken_utf_8_on_standard_input_is_unreadable_input(fenban: Fenban, raw: bytes) -> None:
    ended = fenban("decide", stdin=raw)
    assert (ended.code, ended.out) == (CODES["InputError"], "")
    assert "UTF-8" in ended.err


def test_a_broken_argument_is_unreadable_input(fenban: Fenban) -> None:
    ended = fenban("decide", "停水\udce5")
    assert (ended.code, ended.err) == (CODES["InputError"], "unreadable input: the text is not UTF-8\n")


def test_a_pack_that_is_not_there_is_a_faulty_rulebook(fenban: Fenban) -> None:
    ended = fenban("decide", "停水", "--pack", "nowhere")
    assert ended.code == CODES["RulebookError"]
    assert "no such pack" in ended.err


def test_a_model_that_is_not_there_is_unusable(fenban: Fenban) -> None:
    ended = fenban("decide", "停水", "--model", "nowhere")
    assert ended.code == CODES["ArtifactError"]
    assert "no model 'nowhere'; there are: " in ended.err


def test_rows_of_one_label_are_too_few(fenban: Fenban, tmp_path: Path) -> None:
    source = labelled(tmp_path / "one.csv", "a,停水,01.01\nb,断水,01.01\n")
    ended = fenban("train", source, "--label", "category=分类", "--name", "x")
    assert ended.code == CODES["TooFewRowsError"]
    assert "only one label" in ended.err


FEW = "a,停水一号,01.01\nb,断水二号,01.01\nc,噪音三号,01.02\nd,吵闹四号,01.02\n"


@pytest.mark.parametrize("command", ["train --name x", "evaluate --cv 5"])
def test_few_rows_are_learnt_from_or_refused(fenban: Fenban, tmp_path: Path, command: str) -> None:
    name, *options = command.split()
    ended = fenban(name, labelled(tmp_path / "few.csv", FEW), "--label", "category=分类", *options)
    assert ended.code in (0, CODES["TooFewRowsError"])


def test_fewer_groups_of_twins_than_folds_make_fewer_folds(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    ended = fenban("evaluate", labelled_csv, "--label", "category=分类", "--cv", "20", "--json", figures)
    assert (ended.code, head_of(figures)["rows"]) == (0, 96)


def test_an_output_in_no_folder_cannot_be_written(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    assert fenban("batch", labelled_csv, tmp_path / "none" / "out.csv").code == CODES["OutputError"]


@pytest.mark.parametrize(("name", "value"), [("PORT", "x"), ("PORT", "0"), ("HOSTS", "x")])
def test_a_faulty_variable_is_named(fenban: Fenban, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FENBAN_{name}", value)
    ended = fenban("decide", "停水")
    assert ended.code == 8 == CODES["SettingsError"]
    assert ended.err.startswith(f"faulty setting: FENBAN_{name}: ")


@pytest.mark.parametrize(
    "arguments", [("decid",), ("decide", "--nothing"), ("evaluate",), ("serve", "--port", "70000")]
)
def test_a_wrong_call_is_a_usage_error(fenban: Fenban, arguments: tuple[str, ...]) -> None:
    assert fenban(*arguments).code == USAGE


@pytest.mark.parametrize("label", ["category", "category=", "=分类", "petitioner=分类"])
def test_a_label_without_head_or_column_is_unreadable_input(fenban: Fenban, labelled_csv: Path, label: str) -> None:
    ended = fenban("train", labelled_csv, "--label", label, "--name", "x")
    assert ended.code == CODES["InputError"]
    assert "HEAD one of category, kind, department" in ended.err


def test_a_label_column_that_is_not_there_lists_those_there_are(fenban: Fenban, labelled_csv: Path) -> None:
    ended = fenban("train", labelled_csv, "--label", "category=类", "--name", "x")
    assert ended.code == CODES["InputError"]
    assert "there are: 标题, 内容, 分类, 部门" in ended.err


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rules_check_approves_a_whole_pack(fenban: Fenban) -> None:
    ended = fenban("rules", "check")
    assert ended.code == 0
    assert "office: 12 rules hold" in ended.out


def test_rules_test_counts_the_examples(fenban: Fenban) -> None:
    assert "24 examples of 12 rules hold" in fenban("rules", "test").out


@pytest.fixture
def broken_pack(pack_folder: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    """The small pack with one piece of its rules replaced."""

    def broken_pack(old: str, new: str) -> Path:
        root = tmp_path / "broken"
        for path in pack_folder.rglob("*.yaml"):
            copy = root / path.relative_to(pack_folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return root

    return broken_pack


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_rule_that_misses_its_example_is_told_with_its_line(
    fenban: Fenban, broken_pack: Callable[[str, str], Path], command: str
) -> None:
    ended = fenban("rules", command, "--pack", broken_pack("hits: [家里停水三天]", "hits: [家里断水三天]"))
    assert ended.code == CODES["RulebookError"]
    assert "keywords/all.yaml:2: rule water-cut: does not hit its example '家里断水三天'" in ended.err


def test_a_rule_that_cannot_hold_is_told(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    pack = broken_pack("{any: [停水, 没有水], none: [停水通知]}", "{all: [停水通知], none: [停水]}")
    assert "can never hold" in fenban("rules", "check", "--pack", pack).err


def test_a_dead_reference_is_told_with_its_line(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    ended = fenban("rules", "check", "--pack", broken_pack('then: {category: "01.02"}', 'then: {category: "09"}'))
    assert ended.code == CODES["RulebookError"]
    assert "no category '09'" in ended.err


PROCEDURE = """\
procedures:
  - code: water
    name: 供水抢修
    cases: [{when: {any: [停水]}}]
    steps: [转供水单位抢修]
    examples: {hits: [%s], misses: [%s]}
"""


@pytest.mark.parametrize(
    ("hit", "miss", "told"),
    [
        ("家里断水三天", "公交一直不来", "its example '家里断水三天' takes none"),
        ("家里停水三天", "小区停水通知", "takes '小区停水通知', which it must miss"),
    ],
)
def test_a_procedure_that_fails_its_example_is_told_with_its_line(
    fenban: Fenban, broken_pack: Callable[[str, str], Path], hit: str, miss: str, told: str
) -> None:
    pack = broken_pack("", "")
    (pack / "procedure.yaml").write_text(PROCEDURE % (hit, miss), encoding="utf-8")
    ended = fenban("rules", "check", "--pack", pack)
    assert ended.code == CODES["RulebookError"]
    assert f"procedure.yaml:2: procedure water: {told}" in ended.err


def test_rules_check_counts_procedures_that_hold(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    pack = broken_pack("", "")
    (pack / "procedure.yaml").write_text(PROCEDURE % ("家里停水三天", "公交一直不来"), encoding="utf-8")
    assert "12 rules hold, 1 procedures hold" in fenban("rules", "check", "--pack", pack).out


def test_rules_check_gives_advice_and_approves(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    ended = fenban("rules", "check", "--pack", broken_pack("any: [公交]", "any: [公交, 公交车]"))
    assert ended.code == 0
    assert "advice: keywords/all.yaml:26: rule bus: term '公交车' is shadowed by '公交'" in ended.out


def test_a_line_of_advice_is_one_line_in_a_pipe(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    pack = broken_pack("any: [公交]", "any: [公交, 公交车行驶在路上的时候停在路边不动很久很久]")
    ended = process("-m", "service", "rules", "check", "--pack", str(pack), COLUMNS="80")
    assert [line for line in ended.stdout.splitlines() if line.startswith("advice: ") and "shadowed by '公交'" in line]


def test_a_line_number_is_no_emoji(fenban: Fenban, broken_pack: Callable[[str, str], Path]) -> None:
    pack = broken_pack("rules:\n", "rules:\n" + "#\n" * 74)
    bus = pack / "keywords" / "all.yaml"
    bus.write_text(bus.read_text(encoding="utf-8").replace("any: [公交]", "any: [公交, 公交车]"), encoding="utf-8")
    assert "advice: keywords/all.yaml:100: rule bus" in fenban("rules", "check", "--pack", pack).out


def test_rules_try_shows_rules_and_words(fenban: Fenban) -> None:
    out = fenban("rules", "try", "停水沒有水，請問").out
    assert "01.01.01 城乡建设/供水/停水  3  water-cut: 停水、没有水" in out
    assert "inquiry   2  question: 请问" in out


def test_rules_try_says_when_nothing_is_hit(fenban: Fenban) -> None:
    assert "no rule hits this text" in fenban("rules", "try", "你们辛苦了").out


def test_rules_list_shows_every_rule_with_its_reason(fenban: Fenban) -> None:
    lines = fenban("rules", "list").out.splitlines()
    assert len(lines) == 12
    assert "01.01.01  3  active  water-cut: 停水归供水。" in lines


@pytest.mark.parametrize("category", ["02.01", "公交", "交通/公交", "交通_公交"])
def test_rules_list_shows_one_category(fenban: Fenban, category: str) -> None:
    lines = fenban("rules", "list", "--category", category).out.splitlines()
    assert [line.split()[3] for line in lines] == ["bus:", "bus-stop:"]


@pytest.mark.parametrize("category", ["62", "农业农村类"])
def test_rules_list_shows_the_rules_of_what_an_office_category_covers(fenban: Fenban, category: str) -> None:
    lines = fenban("rules", "list", "--category", category, "--pack", "township").out.splitlines()
    covered = load("township").taxonomy["62"].covers
    assert lines and all(line.startswith(covered) for line in lines)


def test_rules_list_of_no_category_is_unreadable_input(fenban: Fenban) -> None:
    assert fenban("rules", "list", "--category", "没有").code == CODES["InputError"]


def test_the_national_rules_hold(fenban: Fenban) -> None:
    ended = fenban("rules", "check", "--pack", "national")
    assert (ended.code, ended.err) == (0, "")


def test_the_national_examples_hold(fenban: Fenban) -> None:
    assert fenban("rules", "test", "--pack", "national").code == 0


def test_the_national_rules_can_be_tried(fenban: Fenban) -> None:
    ended = fenban("rules", "try", "小区门口的路灯坏了半个月", "--pack", "national")
    assert ended.code == 0
    assert "路灯" in ended.out


def test_the_national_rules_can_be_listed(fenban: Fenban) -> None:
    assert len(fenban("rules", "list", "--pack", "national").out.splitlines()) > 300


# ── training, evaluating, models ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, labelled_csv: Path, pack_folder: Path) -> Path:
    """A folder with the model `tiny`, trained by the command in a process of its own."""
    folder = tmp_path_factory.mktemp("models")
    labels = ("--label", "category=分类", "--label", "department=部门")
    places = ("--models-dir", str(folder), "--pack", str(pack_folder))
    ended = process("-m", "service", "train", str(labelled_csv), *labels, "--name", "tiny", *places)
    assert ended.returncode == 0, ended.stderr
    return folder


def test_train_writes_a_model(shelf: Path) -> None:
    assert {"manifest.json", "card.md"} <= {path.name for path in (shelf / "tiny").iterdir()}


def test_train_says_what_to_do_next(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    ended = fenban("train", labelled_csv, "--label", "category=分类", "--name", "next", "--models-dir", tmp_path)
    assert ended.code == 0
    assert "next: fenban batch IN OUT --model next --models-dir" in ended.out


@pytest.mark.parametrize(
    "arguments", [(), ("--label", "category=分类"), ("--name", "x"), ("--name", "x", "--label", "category=分类")]
)
def test_train_says_what_it_needs(fenban: Fenban, arguments: tuple[str, ...]) -> None:
    ended = fenban("train", *arguments)
    assert ended.code == CODES["InputError"]
    assert "train needs IN, --label HEAD=COLUMN and --name" in ended.err


def test_evaluate_needs_a_label_column(fenban: Fenban, labelled_csv: Path) -> None:
    ended = fenban("evaluate", labelled_csv, "--cv", "2")
    assert ended.code == CODES["InputError"]
    assert "--label HEAD=COLUMN" in ended.err


def test_train_refuses_a_name_that_is_taken(fenban: Fenban, labelled_csv: Path, shelf: Path) -> None:
    ended = fenban("train", labelled_csv, "--label", "category=分类", "--name", "tiny", "--models-dir", shelf)
    assert ended.code == CODES["ArtifactError"]
    assert "there is a model of this name already" in ended.err


def test_train_refuses_a_name_that_is_a_path(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    ended = fenban("train", labelled_csv, "--label", "category=分类", "--name", "../up", "--models-dir", folder)
    assert ended.code == CODES["ArtifactError"]
    assert not (tmp_path / "up").exists()


def test_a_models_folder_that_is_a_file_is_told(fenban: Fenban, labelled_csv: Path) -> None:
    ended = fenban("train", labelled_csv, "--label", "category=分类", "--name", "x", "--models-dir", labelled_csv)
    assert ended.code in CODES.values()


def test_models_list_shows_what_there_is(fenban: Fenban, shelf: Path) -> None:
    assert "  tiny  category, department  96 rows" in fenban("models", "list", "--models-dir", shelf).out


def test_models_list_marks_the_one_in_use(fenban: Fenban, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENBAN_MODEL", "tiny")
    assert "* tiny" in fenban("models", "list", "--models-dir", shelf).out


def test_models_show_prints_the_card(fenban: Fenban, shelf: Path) -> None:
    out = fenban("models", "show", "tiny", "--models-dir", shelf).out
    assert out.startswith("# Model tiny\n")
    assert "| category | 2 | 96 |" in out


@pytest.mark.parametrize("name", ["none", "..", "../models/tiny", ""])
def test_models_show_of_none_is_unusable(fenban: Fenban, shelf: Path, name: str) -> None:
    assert fenban("models", "show", name, "--models-dir", shelf).code == CODES["ArtifactError"]


def test_decide_takes_a_model(fenban: Fenban, shelf: Path) -> None:
    decision = json.loads(fenban("decide", "家里停水", "--json", "--model", "tiny", "--models-dir", shelf).out)
    assert decision["versions"]["model"] == "tiny"
    assert set(decision["verdicts"]["classifier"]) == {"category", "department"}


def test_an_active_model_is_used_unasked(fenban: Fenban, shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny").symlink_to(shelf / "tiny")
    (tmp_path / "active.json").write_text('{"version": "tiny"}', encoding="utf-8")
    decision = json.loads(fenban("decide", "家里停水", "--json", "--models-dir", tmp_path).out)
    assert decision["versions"]["model"] == "tiny"


def test_a_changed_model_is_unusable(fenban: Fenban, shelf: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    copy.mkdir()
    for path in (shelf / "tiny").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "block0.txt").write_text("别的词\n", encoding="utf-8")
    ended = fenban("decide", "停水", "--model", "tiny", "--models-dir", tmp_path)
    assert ended.code == CODES["ArtifactError"]
    assert "changed since it was made" in ended.err


HEAD = {
    "rows",
    "accuracy",
    "macro_f1",
    "macro_f1_common",
    "top3",
    "ece",
    "coverage_at_98",
    "coverage_at_95",
    "per_class",
}


def head_of(path: Path, name: str = "category") -> dict[str, Any]:
    head: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["heads"][name]
    return head


@pytest.mark.parametrize("how", [("--cv", "2"), ("--model", "tiny")], ids=" ".join)
def test_evaluate_writes_every_figure(
    fenban: Fenban, labelled_csv: Path, shelf: Path, tmp_path: Path, how: tuple[str, str]
) -> None:
    figures = tmp_path / "figures.json"
    labels = ("--label", "category=分类")
    ended = fenban("evaluate", labelled_csv, *labels, *how, "--models-dir", shelf, "--json", figures)
    assert ended.code == 0
    head = head_of(figures)
    assert set(head) >= HEAD
    assert head["rows"] == 96
    assert all(0 <= head[name] <= 1 for name in HEAD - {"rows", "per_class"})
    assert set(head["per_class"]) == {"01.01", "01.02"}
    assert set(head["per_class"]["01.01"]) == {"rows", "precision", "recall", "f1"}


def test_evaluate_measures_each_head_that_both_have(
    fenban: Fenban, labelled_csv: Path, shelf: Path, tmp_path: Path
) -> None:
    labels = ("--label", "category=分类", "--label", "department=部门")
    figures = tmp_path / "figures.json"
    fenban("evaluate", labelled_csv, *labels, "--model", "tiny", "--models-dir", shelf, "--json", figures)
    assert set(json.loads(figures.read_text(encoding="utf-8"))["heads"]) == {"category", "department"}


def test_evaluate_shows_the_headline_figures(fenban: Fenban, labelled_csv: Path, shelf: Path) -> None:
    out = fenban("evaluate", labelled_csv, "--label", "category=分类", "--model", "tiny", "--models-dir", shelf).out
    for name in ("head", "macro-F1", "top 3", "ECE", "category", "96"):
        assert name in out


def test_evaluate_without_a_model_says_what_to_do(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    ended = fenban("evaluate", labelled_csv, "--label", "category=分类", "--model", "none", "--models-dir", tmp_path)
    assert ended.code == CODES["ArtifactError"]


def test_evaluate_of_a_head_the_model_lacks_is_told(fenban: Fenban, labelled_csv: Path, shelf: Path) -> None:
    ended = fenban("evaluate", labelled_csv, "--label", "kind=部门", "--model", "tiny", "--models-dir", shelf)
    assert ended.code == CODES["ArtifactError"]
    assert "no head that these labels speak of" in ended.err


def test_figures_that_cannot_be_written_are_told_before_any_work(
    fenban: Fenban, labelled_csv: Path, tmp_path: Path
) -> None:
    ended = fenban(
        "evaluate", labelled_csv, "--label", "category=分类", "--cv", "2", "--json", tmp_path / "none" / "x.json"
    )
    assert (ended.code, "fold 1" in ended.err) == (CODES["OutputError"], False)


# ── whole files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_batch_takes_a_model(fenban: Fenban, labelled_csv: Path, shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    ended = fenban("batch", labelled_csv, target, "--model", "tiny", "--models-dir", shelf)
    assert ended.code == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 96
    assert {line["versions"]["model"] for line in lines} == {"tiny"}


def test_batch_shows_counts_by_category_and_band(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    out = fenban("batch", labelled_csv, tmp_path / "out.csv").out
    for shown in ("96 件", "城乡建设", "自动分办", "建议分办", "人工研判", "合计", "next: fenban serve"):
        assert shown in out


def test_batch_says_how_many_rows_could_not_be_read(fenban: Fenban, tmp_path: Path) -> None:
    source = labelled(tmp_path / "in.csv", "a,停水,\n,,\n只有标题\n")
    ended = fenban("batch", source, tmp_path / "out.csv")
    assert ended.code == 0
    assert "1 rows could not be read" in ended.out


def test_batch_takes_names_of_columns(fenban: Fenban, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("号,题,说,日\nX,停水,三天了,2019-04-01\n", encoding="utf-8")
    target = tmp_path / "out.jsonl"
    named = ("--id", "号", "--title", "题", "--text", "说", "--date", "日")
    assert fenban("batch", source, target, *named).code == 0
    decision = json.loads(target.read_text(encoding="utf-8"))
    assert (decision["petition_id"], decision["category"]["code"]) == ("X", "01.01.01")
    assert decision["assignment"]["basis"][0]["cite"] == "旧供水条例第1条"


def test_batch_takes_the_column_of_the_region(fenban: Fenban, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("内容,哪里\n停水,青禾苑三栋\n", encoding="utf-8")
    assert fenban("batch", source, target, "--region", "哪里").code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["assignment"]["territory"] == "城东街道"


def test_batch_tells_the_urgent_ones_first_and_then_counts_reasons(fenban: Fenban, tmp_path: Path) -> None:
    source = labelled(tmp_path / "in.csv", "a,煤气泄漏,\na,路面塌陷,\na,停水,\n")
    out = fenban("batch", source, tmp_path / "out.csv").out
    assert out.startswith("紧急  特急 1  加急 1\n")
    for shown in ("办理途径", "人工研判原因", "险情或急事，先电话处置"):
        assert shown in out


def test_batch_without_urgent_ones_speaks_of_none(fenban: Fenban, labelled_csv: Path, tmp_path: Path) -> None:
    assert "紧急" not in fenban("batch", labelled_csv, tmp_path / "out.csv").out


def test_batch_says_how_many_days_of_receipt_are_none(fenban: Fenban, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("内容,日期\n停水,昨天\n", encoding="utf-8")
    out = fenban("batch", source, tmp_path / "out.csv").out
    assert "1 rows have a day of receipt that is none" in out
    assert "could not be read" not in out


def test_batch_of_a_column_that_is_not_there_is_unreadable_input(
    fenban: Fenban, labelled_csv: Path, tmp_path: Path
) -> None:
    ended = fenban("batch", labelled_csv, tmp_path / "out.csv", "--text", "诉求")
    assert ended.code == CODES["InputError"]
    assert "no column '诉求'; there are: 标题, 内容, 分类, 部门" in ended.err


def test_batch_of_a_file_that_is_not_there_is_unreadable_input(fenban: Fenban, tmp_path: Path) -> None:
    assert fenban("batch", tmp_path / "none.csv", tmp_path / "out.csv").code == CODES["InputError"]


@pytest.mark.parametrize("name", ["[bold].csv", "a[b].csv"])
def test_brackets_in_a_file_name_are_shown(fenban: Fenban, labelled_csv: Path, tmp_path: Path, name: str) -> None:
    assert name in fenban("batch", labelled_csv, tmp_path / name).out.replace("\n", "")


@pytest.mark.parametrize("label", ["[/维修]", "[bold]维修"])
def test_an_own_class_with_brackets_is_shown(
    office: Callable[..., Triage], capsys: pytest.CaptureFixture[str], label: str
) -> None:
    petition = Petition("1", "停水")
    (decision,) = office(category={label: 0.95}).decide([petition], date(2026, 11, 20))
    show_decision(petition, decision, words())
    assert label in capsys.readouterr().out


@pytest.mark.parametrize("label", ["[/维修]", "[bold]维修"])
def test_a_summary_shows_an_own_class_with_brackets(capsys: pytest.CaptureFixture[str], label: str) -> None:
    show_summary(Summary(1, 0, Counter(auto=1), {label: Counter(auto=1)}), words())
    assert label in capsys.readouterr().out


# ── the doctor ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_doctor_finds_a_good_installation_good(fenban: Fenban) -> None:
    ended = fenban("doctor")
    assert "rulebook office: 12 rules" in ended.out
    assert "a decision: 城乡建设/照明" in ended.out


@pytest.mark.parametrize("arguments", [("--pack", "nowhere"), ("--model", "nowhere")])
def test_the_doctor_finds_what_is_bad(fenban: Fenban, arguments: tuple[str, str]) -> None:
    ended = fenban("doctor", *arguments)
    assert ended.code == DOCTOR
    assert "BAD" in ended.out


@pytest.mark.parametrize("name", ["[/nowhere]", "[bold]nowhere"])
def test_the_doctor_shows_brackets(fenban: Fenban, name: str) -> None:
    assert name in fenban("doctor", "--model", name).out


def test_output_errors_are_in_the_table() -> None:
    assert ENDINGS[OutputError].exit_code == 7

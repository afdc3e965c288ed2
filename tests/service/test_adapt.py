"""`fenban adapt` and `fenban label-next` from outside, and an office's own classes that cover ours."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from classifier.artifact import load, read_manifest
from classifier.corpus import Corpus, Written
from classifier.dataset import Columns, read_dataset
from classifier.errors import ArtifactError, InputError
from rules.petition import Petition
from rules.reading import read
from rules.rulebook import load as load_rulebook
from service.cli import app
from service.errors import OutputError
from service.training import knowledge

FILLERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽玉出昆冈"
OURS = {"01.01.01": ("管道", "龙头"), "01.02": ("酒吧", "打桩")}
THEIRS = {"01.01": ("没有水",), "01.02": ("广场舞",)}
SECRET = "柳林巷九十九号"
Fenban = Callable[..., Result]


def text(number: int, words: tuple[str, ...]) -> str:
    """Filler with one of these words in it, no two alike."""
    rng = random.Random(number)
    return "".join(rng.choices(FILLERS, k=12)) + rng.choice(words) + "".join(rng.choices(FILLERS, k=12))


def corpus(rows: int = 40) -> Corpus:
    return Corpus(
        tuple(
            Written.model_validate(
                {
                    "id": f"c01-{start * 1000 + number:04}",
                    "category": category,
                    "kind": ("appeal", "inquiry")[number % 2],
                    "urgency": "一般",
                    "title": "",
                    "body": text(start * 1000 + number, words),
                }
            )
            for start, (category, words) in enumerate(OURS.items())
            for number in range(rows)
        )
    )


@pytest.fixture
def fenban(monkeypatch: pytest.MonkeyPatch, pack_folder: Path, tmp_path: Path) -> Fenban:
    """Runs a command of the small office; its models lie in `own-models`."""
    monkeypatch.setattr("service.training.read_corpus", corpus)
    monkeypatch.setattr("service.assemble.shipped_models", lambda: tmp_path / "no-models")
    monkeypatch.setenv("FENBAN_PACK", str(pack_folder))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def backlog(tmp_path: Path) -> Path:
    """Petitions that the rules know by words which ours lack; one row of them is empty."""
    path = tmp_path / "backlog.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("编号", "诉求内容"))
        for start, words in enumerate(THEIRS.values(), 5):
            writer.writerows((f"{start}-{n}", text(start * 1000 + n, words)) for n in range(150))
        writer.writerow(("secret", f"{SECRET}没有水"))
        writer.writerow(("empty", ""))
    return path


def test_adapt_writes_a_model_with_its_report(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    ended = fenban("adapt", backlog, "--name", "county")
    folder = tmp_path / "own-models" / "county"
    assert ended.exit_code == 0, ended.output
    assert "301 petitions that differ; 1 rows cannot be read" in ended.output
    assert "agreed, words alone" in ended.output and "our own petitions" in ended.output
    assert "fenban batch IN OUT --model county" in ended.output
    manifest = read_manifest(folder)
    assert manifest.training.rows == 80
    assert 0 < manifest.training.agreed <= 120
    assert set(manifest.metrics) == {"category", "kind", "agreement"}
    assert "without labels on which rules and classifier agreed" in (folder / "card.md").read_text(encoding="utf-8")
    assert set(load(folder).heads) == {"category", "kind"}


def test_no_petition_stands_in_an_adapted_model(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    fenban("adapt", backlog, "--name", "county")
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "own-models" / "county").glob("block*.txt")]
    grams = {gram for text in kept for gram in text.split()}
    assert max(map(len, grams)) <= 4
    assert "广场舞" in grams or "广场" in grams
    assert not {SECRET[start : start + 2] for start in range(len(SECRET) - 1)} & grams


def test_adapting_twice_gives_the_same_files(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    fenban("adapt", backlog, "--name", "one")
    fenban("adapt", backlog, "--name", "two")
    one, two = (read_manifest(tmp_path / "own-models" / name) for name in ("one", "two"))
    assert {k: v for k, v in one.files.items() if k != "card.md"} == {
        k: v for k, v in two.files.items() if k != "card.md"
    }
    assert one.training == two.training


def test_without_a_gain_no_model_is_written_and_it_is_said(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    lines = backlog.read_text(encoding="utf-8").splitlines()
    backlog.write_text("\n".join(lines[:60]) + "\n", encoding="utf-8")
    ended = fenban("adapt", backlog, "--name", "county")
    assert ended.exit_code == 0
    assert "the default model is kept, no model is written: rules and classifier agree on" in ended.output
    assert not (tmp_path / "own-models").exists()


def test_adapt_finds_columns_by_the_options(fenban: Fenban, backlog: Path) -> None:
    ended = fenban("adapt", backlog, "--name", "county", "--text", "留言")
    assert isinstance(ended.exception, InputError)
    assert "no column '留言'" in str(ended.exception)


def test_adapt_refuses_a_name_that_is_taken_before_the_work(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    (tmp_path / "own-models" / "county").mkdir(parents=True)
    ended = fenban("adapt", backlog, "--name", "county")
    assert isinstance(ended.exception, ArtifactError)
    assert "default:" not in ended.output


@pytest.mark.parametrize("rounds", ["0", "4"])
def test_adapt_takes_one_to_three_rounds(fenban: Fenban, backlog: Path, rounds: str) -> None:
    assert fenban("adapt", backlog, "--name", "county", "--rounds", rounds).exit_code == 2


# ── what to label next ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def model(fenban: Fenban) -> str:
    assert fenban("train", "--default", "--name", "tiny").exit_code == 0
    return "tiny"


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_sheet_to_label_is_what_train_reads(
    fenban: Fenban, backlog: Path, model: str, pack_folder: Path, suffix: str
) -> None:
    target = backlog.with_name(f"next.{suffix}")
    ended = fenban("label-next", backlog, target, "--n", "12", "--model", model)
    assert ended.exit_code == 0, ended.output
    assert f"fenban train {target} --label category=分类" in ended.output.replace("\n", "")
    with pytest.raises(InputError, match="no row has a label"):
        read_dataset(target, {"category": "分类"}, Columns(), load_rulebook(pack_folder).taxonomy)


def test_the_sheet_lists_id_title_text_suggestion_and_an_empty_label(
    fenban: Fenban, backlog: Path, model: str, tmp_path: Path
) -> None:
    target = tmp_path / "next.xlsx"
    fenban("label-next", backlog, target, "--n", "12", "--model", model)
    header, *rows = load_workbook(target).worksheets[0].iter_rows(values_only=True)
    assert header == ("编号", "标题", "内容", "建议分类", "分类")
    assert len(rows) == len({row[0] for row in rows}) == 12
    assert all(row[3] and row[3].startswith("城乡建设/") and not row[4] for row in rows)
    assert {str(row[0])[0] for row in rows} >= {"5", "6"}, "both kinds of petitions"


def test_a_filled_in_sheet_trains_a_model_and_empty_labels_are_skipped(
    fenban: Fenban, backlog: Path, model: str, tmp_path: Path
) -> None:
    target = tmp_path / "next.csv"
    fenban("label-next", backlog, target, "--n", "30", "--model", model)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[:20]:
        row["分类"] = "供水" if "没有水" in row["内容"] else "噪音"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    ended = fenban("train", target, "--label", "category=分类", "--name", "taught")
    assert ended.exit_code == 0, ended.output
    assert read_manifest(tmp_path / "own-models" / "taught").training.rows == 20


def test_a_petition_that_looks_like_a_formula_stays_text(fenban: Fenban, model: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "next.csv"
    source.write_text("编号,内容\n=1+1,@没有水三天了没人管\n", encoding="utf-8")
    fenban("label-next", source, target, "--model", model)
    _, row = csv.reader(target.read_text(encoding="utf-8-sig").splitlines())
    assert (row[0], row[2]) == ("'=1+1", "'@没有水三天了没人管")


def test_label_next_writes_no_other_files_and_says_so_first(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    ended = fenban("label-next", backlog, tmp_path / "next.jsonl")
    assert isinstance(ended.exception, OutputError)
    assert "known: .csv, .xlsx" in str(ended.exception)


def test_label_next_needs_a_model(fenban: Fenban, backlog: Path, tmp_path: Path) -> None:
    ended = fenban("label-next", backlog, tmp_path / "next.csv")
    assert isinstance(ended.exception, ArtifactError)
    assert not (tmp_path / "next.csv").exists()


# ── an office's own classes ─────────────────────────────────────────────────────────────────────────────────────────

OWN = """\
categories:
  - {code: "90", name: 民生热点, covers: ["01.01", "02"]}
  - {code: "91", name: 市容, covers: ["01.02"]}
"""


@pytest.fixture
def own_pack(pack_folder: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: own\nextends: {pack_folder}\n", encoding="utf-8")
    (folder / "taxonomy.yaml").write_text(OWN, encoding="utf-8")
    return folder


def test_our_petitions_of_a_covered_category_stand_behind_the_class_of_the_office(
    fenban: Fenban, own_pack: Path, tmp_path: Path
) -> None:
    """Four labels that say nothing; what the model knows of pipes and bars comes from ours."""
    source = tmp_path / "few.csv"
    rows = [f"{text(n, ('甲乙',))},{('民生热点', '市容')[n % 2]}" for n in range(4)]
    source.write_text("内容,分类\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ended = fenban("train", source, "--label", "category=分类", "--name", "own", "--pack", own_pack)
    assert ended.exit_code == 0, ended.output
    classifier = load(tmp_path / "own-models" / "own")
    assert classifier.heads["category"].labels == ("90", "91")
    unseen = [Petition(str(n), text(2000 + n, (("管道",), ("酒吧",))[n % 2])) for n in range(20)]
    said = classifier.predict([read(petition) for petition in unseen], [{}] * 20)
    assert [prediction.heads["category"].label for prediction in said] == ["90", "91"] * 10


def test_which_class_covers_a_category_is_read_from_the_taxonomy(own_pack: Path) -> None:
    assert knowledge(load_rulebook(own_pack), ()).covered == {"01.01": "90", "02": "90", "01.02": "91"}

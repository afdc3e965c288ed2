"""The rule commands that look at petitions and at the store."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from rules.petition import Petition
from rules.rulebook import load
from service.access import COMMAND
from service.assemble import build_engine, shadow_watchers
from service.correction import Correction
from service.review import Action, Review, State
from service.store.petitions import Change
from service.store.store import Store, open_store
from service.triage import Triage
from service.words import words
from tests.service.command import runner

SECRET = "青禾小区的喷泉水池漏水三个月"
OWN = """\
rules:
  - id: fountain
    when: {any: [喷泉]}
    then: {category: "01.03"}
    weight: 3
    why: 喷泉和照明由同一家管。
    examples: {hits: [广场的喷泉坏了], misses: [家里停水三天]}
    state: active
"""
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'fenban.db'}"


@pytest.fixture
def fenban(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack_folder: Path, url: str) -> Run:
    """Runs a command in this process: exit code, output, errors."""
    monkeypatch.setattr("service.assemble.shipped_models", lambda: pack_folder / "no-models")
    ended = runner(monkeypatch, capsys, pack=pack_folder, database_url=url)

    def run(*arguments: object) -> tuple[int, str, str]:
        told = ended(*arguments)
        return told.code, told.out, told.err

    return run


@pytest.fixture
def own(pack_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """A pack over the small office's: `own(taxonomy="…")` adds a file."""

    def own(**files: str) -> Path:
        folder = tmp_path / "own"
        (folder / "keywords").mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_text(f"name: own\nextends: {pack_folder}\n", encoding="utf-8")
        for name, text in ({"keywords/own": OWN} | files).items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return own


@pytest.fixture
def petitions(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [("编号", "内容", "分类"), ("A1", SECRET, "照明"), ("A2", "家里停水三天", "供水"), ("A3", "", "供水")]
        csv.writer(file).writerows([*rows, ("A4", "公交太少了", "不知道的类")])
    return path


@pytest.fixture
def store(url: str) -> Store:
    return open_store(url, lambda: NOON)


def settle(store: Store, pack: Path, text: str, category: str | None = None) -> None:
    """Hand a petition in, and let a clerk confirm it, or correct its category."""
    book = load(pack)
    triage = Triage(book, build_engine(book), None, "0.1", words().kind_names)
    petition = Petition(f"S{len(text)}", text)
    (decision,) = triage.decide([petition], NOON.date())
    taken = store.petitions.add(petition, decision, COMMAND)
    review = Review(Action.CORRECT, category=category) if category else Review(Action.CONFIRM)
    version = store.petitions.read(taken.id, COMMAND).item.version
    corrected = triage.correct(petition, Correction(category=category), NOON.date()) if category else None
    changed = Change(taken.id, version, review, State.SETTLED, corrected, False)
    store.petitions.change(changed, COMMAND)


# ── rules diff


def test_diff_shows_what_changes_on_a_file(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], petitions: Path
) -> None:
    code, out, _ = fenban("rules", "diff", pack_folder, own(), "--on", petitions)
    assert code == 0
    assert "规则变更预演：office → own，3 件" in out
    assert [line.split("│")[1].strip() for line in out.splitlines() if "有规则新命中" in line] == ["1"]
    assert "城乡建设/照明 01.03" in out


def test_diff_against_labels_shows_flips_and_precision(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], petitions: Path
) -> None:
    _, out, err = fenban("rules", "diff", pack_folder, own(), "--on", petitions, "--label", "category=分类")
    assert [cell.strip() for line in out.splitlines() if "内容分类" in line for cell in line.split("│")] == [
        "内容分类", "2", "1", "0"
    ]  # fmt: skip
    assert "— → 100.0%" in out
    assert "1 rows cannot be read" in err
    assert "1 labels of category are left out: rulebook own does not know them" in err


def test_diff_shows_no_petition_text(fenban: Run, pack_folder: Path, own: Callable[..., Path], petitions: Path) -> None:
    _, out, err = fenban("rules", "diff", pack_folder, own(), "--on", petitions)
    assert SECRET[:4] not in out + err


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_diff_writes_a_line_for_each_petition_that_changes(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], petitions: Path, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    code, out, _ = fenban("rules", "diff", pack_folder, own(), "--on", petitions, "--out", target)
    assert (code, f"1 petitions -> {target}" in out) == (0, True)
    if suffix == ".csv":
        header, *rows = csv.reader(target.read_text(encoding="utf-8-sig").splitlines())
    else:
        header, *rows = load_workbook(target).active.iter_rows(values_only=True)
    row = dict(zip(header, rows[0], strict=True))
    assert len(rows) == 1
    assert (row["编号"], row["变化"], row["新命中的规则"]) == ("A1", "从没有分类到有分类", "fountain")
    assert (row["分类_改前"], row["分类_改后"]) == ("—", "城乡建设/照明 01.03")


def test_diff_of_the_same_pack_says_that_nothing_changes(fenban: Run, pack_folder: Path, petitions: Path) -> None:
    _, out, _ = fenban("rules", "diff", pack_folder, pack_folder, "--on", petitions)
    assert words().change["none"] in out


@pytest.mark.parametrize("arguments", [[], ["--from-store", "--on", "x.csv"]])
def test_diff_needs_one_source_of_petitions(fenban: Run, pack_folder: Path, arguments: list[str]) -> None:
    code, _, err = fenban("rules", "diff", pack_folder, pack_folder, *arguments)
    assert (code, "--on FILE, or --from-store" in err) == (3, True)


def test_diff_tells_an_unwritable_target_before_any_work(fenban: Run, pack_folder: Path, petitions: Path) -> None:
    assert fenban("rules", "diff", "nowhere", pack_folder, "--on", petitions, "--out", "x.txt")[0] == 7


def test_diff_on_the_store_tries_what_clerks_settled(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], store: Store
) -> None:
    settle(store, pack_folder, SECRET, category="01.03")
    settle(store, pack_folder, "家里停水三天")
    _, out, _ = fenban("rules", "diff", pack_folder, own(), "--from-store")
    assert "2 件" in out
    assert [cell.strip() for line in out.splitlines() if "内容分类" in line for cell in line.split("│")][1] == "2"


def test_diff_on_an_empty_store_says_so(fenban: Run, pack_folder: Path) -> None:
    code, _, err = fenban("rules", "diff", pack_folder, pack_folder, "--from-store")
    assert (code, "no petition in the store is settled yet" in err) == (3, True)


# ── rules check and activate


def test_activate_records_the_rulebook(fenban: Run, own: Callable[..., Path], store: Store) -> None:
    folder = own()
    code, out, _ = fenban("rules", "activate", "--pack", folder)
    active = store.ledger.rulebook()
    assert code == 0 and active is not None
    assert (active.name, active.digest) == ("own", load(folder).digest)
    assert f"FENBAN_PACK={folder}" in out


def test_activate_says_what_it_takes_the_place_of(fenban: Run, own: Callable[..., Path], store: Store) -> None:
    fenban("rules", "activate")
    assert "it takes the place of office" in fenban("rules", "activate", "--pack", own())[1]


RETIRED = """\
categories:
  - code: "03"
    name: 教育
    children: [{code: "03.01", name: 学校, until: 2025-01-01}]
"""


def test_activate_is_refused_while_the_store_names_what_ends_without_a_successor(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], store: Store
) -> None:
    school = OWN.replace("01.03", "03.01")
    settle(store, own(**{"keywords/own": school}), SECRET)
    assert fenban("rules", "activate")[0] == 0
    folder = own(taxonomy=RETIRED)
    code, _, err = fenban("rules", "activate", "--pack", folder)
    assert code == 4
    assert "store: category '03.01' ends without a successor (stands there " in err
    active = store.ledger.rulebook()
    assert active is not None and active.name == "office"


def test_check_looks_into_the_store_only_when_asked(fenban: Run, own: Callable[..., Path], store: Store) -> None:
    settle(store, own(**{"keywords/own": OWN.replace("01.03", "03.01")}), SECRET)
    folder = own(taxonomy=RETIRED)
    assert fenban("rules", "check", "--pack", folder)[0] == 0
    assert fenban("rules", "check", "--from-store", "--pack", folder)[0] == 4


def test_activate_is_refused_while_a_rule_does_not_hold(fenban: Run, own: Callable[..., Path], store: Store) -> None:
    faulty = OWN.replace("广场的喷泉坏了", "广场的路灯坏了").replace("state: active", "state: draft")
    code, _, err = fenban("rules", "activate", "--pack", own(**{"keywords/own": faulty}))
    assert (code, "fountain: does not hit its example" in err, store.ledger.rulebook()) == (4, True, None)


def test_check_says_how_many_rules_do_not_decide(fenban: Run, own: Callable[..., Path]) -> None:
    shadow = OWN.replace("state: active", "state: shadow")
    assert "not deciding: 1 shadow" in fenban("rules", "check", "--pack", own(**{"keywords/own": shadow}))[1]


# ── rules list and try


def test_list_shows_the_state_and_the_hits_in_the_store(
    fenban: Run, pack_folder: Path, own: Callable[..., Path], store: Store
) -> None:
    folder = own(**{"keywords/own": OWN.replace("state: active", "state: shadow")})
    (count,) = shadow_watchers(load(folder), store)
    count(Petition("1", SECRET), None, 1)
    lines = fenban("rules", "list", "--from-store", "--pack", folder)[1].splitlines()
    assert "01.03  3  shadow  1 hits, last 2026-11-20  fountain: 喷泉和照明由同一家管。" in lines
    assert "02.01  3  active  0 hits  bus: 公交归交通。" in lines


def test_where_no_rule_is_in_the_shadow_nobody_watches(pack_folder: Path, store: Store) -> None:
    assert shadow_watchers(load(pack_folder), store) == ()


def test_try_shows_that_a_draft_does_not_decide(fenban: Run, own: Callable[..., Path]) -> None:
    folder = own(**{"keywords/own": OWN.replace("state: active", "state: draft")})
    assert "fountain (draft, does not decide): 喷泉" in fenban("rules", "try", "喷泉坏了", "--pack", folder)[1]

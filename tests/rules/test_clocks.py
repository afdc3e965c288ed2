"""The table of due dates, and the days on which every cited article is in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rules.clocks import Unit
from rules.duties import Basis, Certainty
from rules.errors import RulebookError
from rules.rule import Kind
from rules.rulebook import Rulebook, load, packs

CODE_IN_FORCE = date(2026, 8, 15)
REPEALED = (
    "环境保护法", "环境影响评价法", "海洋环境保护法", "大气污染防治法", "水污染防治法", "土壤污染防治法",
    "固体废物污染环境防治法", "噪声污染防治法", "放射性污染防治法", "清洁生产促进法",
)  # fmt: skip
"""Laws that article 1242 of the 生态环境法典 repeals."""


def bases(rulebook: Rulebook) -> Iterator[Basis]:
    for row in rulebook.duties.rows:
        yield from row.basis
    for entry in rulebook.procedures.entries:
        yield from entry.basis
    for clock in rulebook.clocks.by_code.values():
        yield from clock.basis


@pytest.fixture(scope="module", params=packs())
def cited(request: pytest.FixtureRequest) -> list[Basis]:
    return list(bases(load(request.param)))


def names(basis: Basis, laws: tuple[str, ...]) -> bool:
    """Whether it cites one of `laws`: the name at the beginning, not inside a longer one (海洋 + 环境保护法)."""
    return basis.cite.removeprefix("《").removeprefix("中华人民共和国").startswith(laws)


# ── effective dates ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_cited_law_says_since_when_it_is_in_force(cited: list[Basis]) -> None:
    """An office's own table of duties, which an overlay may cite, has no such day."""
    laws = [basis for basis in cited if re.search(r"(法|法典|条例|办法|方案)($|[(第])", basis.cite)]
    assert laws
    assert [basis.cite for basis in laws if basis.from_ is None] == []


def test_no_article_ends_before_it_begins(cited: list[Basis]) -> None:
    assert [b.cite for b in cited if b.from_ and b.until and b.until <= b.from_] == []


def test_a_repealed_environment_law_ends_the_day_the_code_begins(cited: list[Basis]) -> None:
    assert [b.cite for b in cited if names(b, REPEALED) and b.until != CODE_IN_FORCE] == []


def test_the_environment_code_is_not_cited_before_it_is_in_force(cited: list[Basis]) -> None:
    assert [b.cite for b in cited if names(b, ("生态环境法典",)) and b.from_ != CODE_IN_FORCE] == []


def test_one_entry_cites_one_law(cited: list[Basis]) -> None:
    """A second law hidden in an entry would escape its own day of repeal."""
    hidden = [law for law in (*REPEALED, "生态环境法典") for basis in cited if law in basis.cite[4:]]
    assert [law for law in hidden if law != "环境保护法"] == []


@pytest.mark.parametrize("day", [date(2026, 8, 14), date(2026, 8, 15)])
def test_every_row_that_cites_the_code_cites_the_old_law_before_it(national: Rulebook, day: date) -> None:
    rows = [row for row in national.duties.rows if any(names(basis, ("生态环境法典",)) for basis in row.basis)]
    assert rows
    assert [row.category for row in rows if not any(basis.in_force(day) for basis in row.basis)] == []


@pytest.mark.parametrize(
    ("law", "last_old", "first_new"),
    [
        ("市场监督管理投诉举报处理", "2026-04-14", "2026-04-15"),
        ("殡葬管理条例", "2026-03-29", "2026-03-30"),
        ("治安管理处罚法", "2025-12-31", "2026-01-01"),
        ("仲裁法", "2026-02-28", "2026-03-01"),
    ],
)
def test_the_old_and_the_new_text_of_a_law_take_turns(
    national: Rulebook, law: str, last_old: str, first_new: str
) -> None:
    cited = [basis for row in national.duties.rows for basis in row.basis if names(basis, (law,))]

    def on(day: str) -> set[str]:
        return {basis.cite for basis in cited if basis.in_force(date.fromisoformat(day))}

    assert len(on(last_old)) == len(on(first_new)) == 1
    assert on(last_old) != on(first_new)


# ── the national clocks ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_regulation_sets_these_periods(national: Rulebook) -> None:
    by_regulation = {
        code: (clock.days, clock.unit)
        for code, clock in national.clocks.by_code.items()
        if names(clock.basis[0], ("信访工作条例",))
    }
    assert by_regulation == {
        "forward": (15, Unit.DAY),
        "notify": (15, Unit.DAY),
        "objection": (5, Unit.WORKING_DAY),
        "handling": (60, Unit.DAY),
        "extension": (30, Unit.DAY),
        "review-request": (30, Unit.DAY),
        "review": (30, Unit.DAY),
        "reexamination-request": (30, Unit.DAY),
        "reexamination": (30, Unit.DAY),
    }


def test_a_clock_rests_on_an_article_that_was_read_in_full(national: Rulebook) -> None:
    """A due date shows its article without how it was checked."""
    bases_of_clocks = [basis for clock in national.clocks.by_code.values() for basis in clock.basis]
    assert {basis.source for basis in bases_of_clocks} == {Certainty.VERIFIED}


def test_sixty_days_and_their_extension_run_for_article_31_6_alone(national: Rulebook) -> None:
    handled = [entry for entry in national.procedures.entries if {"handling", "extension"} & set(entry.clocks)]
    for entry in handled:
        assert any(re.search(r"第31条第(六|6)项", basis.cite) for basis in entry.basis), entry.code


def test_suggestions_and_accusations_have_no_period_for_the_reply(national: Rulebook) -> None:
    """Articles 29 and 30 set none; article 23 leaves telling the accuser to the rules of discipline inspection."""
    replies = {"handling", "extension", "review-request", "reexamination-request"}
    none_set = {Kind.SUGGESTION: replies, Kind.ACCUSATION: replies | {"notify"}}
    for entry in national.procedures.entries:
        for kind in entry.kinds:
            assert none_set.get(kind, set()).isdisjoint(entry.clocks), entry.code


# ── what a pack may say ─────────────────────────────────────────────────────────────────────────────────────────────

OWN = """\
clocks:
  - code: answer
    what: 答复咨询人
    days: 3
    unit: 工作日
    starts: receipt
    basis: [{cite: 某市热线办法第3条, source: own-knowledge, from: "2025-01-01"}]
"""


def problems(folder: Path) -> list[str]:
    with pytest.raises(RulebookError) as error:
        load(folder)
    return [str(problem) for problem in error.value.problems]


def test_an_office_adds_a_clock_of_its_own(pack) -> None:
    clocks = load(pack(**{"pack.yaml": "name: town\nextends: national\n", "clocks.yaml": OWN})).clocks
    assert clocks["answer"].days == 3
    assert clocks["handling"].days == 60


def test_an_office_replaces_a_clock_and_a_year_of_the_calendar(pack) -> None:
    own = 'calendar: [{year: 2026, off: ["2026-04-20"]}]\n' + OWN.replace("answer", "notify")
    clocks = load(pack(**{"pack.yaml": "name: town\nextends: national\n", "clocks.yaml": own})).clocks
    assert clocks["notify"].days == 3
    assert [year.year for year in clocks.calendar] == [2026]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit: 工作日", "unit: 月", "clocks.yaml:5: clocks.0.unit: Input should be '日' or '工作日'"),
        ("days: 3", "days: 0", "clocks.yaml:4: clocks.0.days: Input should be greater than or equal to 1"),
        ("starts: receipt", "after: never", "clocks.yaml:2: no clock 'never'"),
        ("starts: receipt", "after: answer", "clocks.yaml:2: clock 'answer' counts after itself"),
        ("    starts: receipt\n", "", "needs exactly one of starts, after"),
        ("starts: receipt", "starts: receipt\n    after: answer", "needs exactly one of starts, after"),
        ("clocks:", "unpublished: 待定\nclocks:", "String should match pattern"),
        ("clocks:", 'calendar: [{year: 2027, off: ["2028-01-01"]}]\nclocks:', "2028-01-01 is not of 2027"),
        (
            "clocks:",
            'calendar: [{year: 2027, off: ["2027-01-01"], work: ["2027-01-01"]}]\nclocks:',
            "2027-01-01 stands in off and in work",
        ),
    ],
)
def test_a_faulty_table_is_refused_with_file_and_line(pack, old: str, new: str, told: str) -> None:
    found = problems(pack(**{"clocks.yaml": OWN.replace(old, new)}))
    assert len(found) == 1
    assert found[0].startswith("clocks.yaml:")
    assert told in found[0]


def test_a_clock_given_twice_is_told(pack) -> None:
    twice = OWN + OWN.removeprefix("clocks:\n")
    assert problems(pack(**{"clocks.yaml": twice})) == ["clocks.yaml:8: clock 'answer' is given twice"]

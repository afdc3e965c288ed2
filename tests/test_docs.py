"""The documentation is tested: what it names is there, what is there is named, and its examples are true."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

import examples.packs as examples
from classifier.dataset import DATE_NAMES, ID_NAMES, REGION_NAMES, TEXT_NAMES, TITLE_NAMES
from classifier.prediction import HEADS
from rules.clocks import DayOff, Start, Unit
from rules.departments import Level
from rules.duties import Certainty, PlaceKind
from rules.errors import RulebookError
from rules.lint import advice, contradictions, prove
from rules.petition import Petition
from rules.policy import Agreement, Band
from rules.procedure import Lead
from rules.proof import prove_procedures
from rules.respondent_file import Sort
from rules.rule import FieldName, Kind, RuleState, Strict, Urgency
from rules.rulebook import Rulebook, load
from rules.taxonomy import Uncovered
from service.api.app import build_app
from service.api.reception import Deciding, build_reception
from service.assemble import build_engine, build_triage
from service.cli import app as command_line
from service.decision import Decision, Reason
from service.errors import ENDINGS
from service.json_form import as_json
from service.settings import PREFIX, Settings
from service.store.store import open_store
from service.triage import Triage
from service.words import words

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, CHINESE, GUIDE, CONTRIBUTING = "README.md", "README.zh-CN.md", "rules/README.md", "CONTRIBUTING.md"
PAGES = (ENGLISH, CHINESE, GUIDE, CONTRIBUTING, "CHANGELOG.md")
START = """\
python -m pip install -c constraints.txt . && fenban batch examples/petitions.csv decisions.xlsx
python -m pip install -c constraints.txt '.[test]' && python -m pytest
"""
OTHER_EXIT_CODES = {0, 1, 2, 9, 130}
"""Done, fault, wrong use, a bad finding of the doctor, Ctrl-C: these have no error of their own."""
TEXT_MODULES = "|".join(
    [
        r"rules\.(?:petition|reading)",
        r"classifier\.(?:corpus|dataset|outcome|rows|suspects)",
        r"service\.(?:joining|web\.excerpts)",
    ]
)
SEES_TEXT = re.compile(rf"^ *from (?:{TEXT_MODULES}) import (?!Columns$)|import .*\bMatch\b", re.M)
"""Modules whose values carry petition text, and how a module that handles them is known."""


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file, cut into what tests look at."""

    text: str

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """(language, content) of every code block."""
        return re.findall(r"^```(\w*)\n(.*?)^```$", self.text, re.M | re.S)

    @property
    def prose(self) -> str:
        return re.sub(r"^```.*?^```$", "", self.text, flags=re.M | re.S)

    @property
    def headings(self) -> list[int]:
        """The level of every heading, in order."""
        return [len(marks) for marks in re.findall(r"^(#+) ", self.prose, re.M)]

    @property
    def tables(self) -> list[list[list[str]]]:
        """Cells of every table, its header and its ruler left out."""
        found = re.findall(r"(?:^\|.*\|\n)+", self.prose, re.M)
        return [[_cells(line) for line in table.splitlines()[2:]] for table in found]

    def row(self, start: str) -> list[str]:
        """The table row whose first cell begins with `start`."""
        return next(row for table in self.tables for row in table if row[0].startswith(start))

    def block(self, language: str, holding: str = "") -> str:
        return next(content for name, content in self.blocks if name == language and holding in content)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n").split("|")]


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def page(name: str) -> Page:
    return Page((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(params=[ENGLISH, CHINESE])
def readme(request: pytest.FixtureRequest) -> Page:
    return page(request.param)


def _triage(rulebook: Rulebook) -> Triage:
    """Rules alone, as in the excerpt of the READMEs."""
    return Triage(rulebook, build_engine(rulebook), None, "docs", words().kind_names)


@pytest.fixture(scope="module")
def rules_alone(national: Rulebook) -> Triage:
    return _triage(national)


def _decide(triage: Triage, text: str) -> Decision:
    (decision,) = triage.decide([Petition("1", text)], date(2026, 11, 20))
    return decision


# ---- both READMEs against the code


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """`rules check` and the options it takes."""
    for name, command in getattr(group, "commands", {}).items():
        yield from _commands(command, (*path, name))
    if not hasattr(group, "commands"):
        yield " ".join(path), {option for parameter in group.params for option in parameter.opts if option[:2] == "--"}


ROOT_COMMAND: Any = typer.main.get_command(command_line)
COMMANDS = dict(_commands(ROOT_COMMAND))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme_with_all_its_options_and_no_others(readme: Page, command: str) -> None:
    rows = [row for table in readme.tables for row in table if re.match(rf"`fenban {command}[` ]", row[0])]
    assert [set(_codes(row[-1])) for row in rows] == [COMMANDS[command]]


def test_every_option_is_explained(readme: Page) -> None:
    explained = set(re.findall(r"--[a-z-]+", " ".join(row[0] for table in readme.tables for row in table)))
    own = {option for parameter in ROOT_COMMAND.params for option in parameter.opts}
    assert own.union(*COMMANDS.values()) - {"--help"} <= explained


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_default(readme: Page, name: str) -> None:
    default = Settings.model_fields[name].get_default(call_default_factory=True)
    shown = str(default).replace(str(Path.home()), "~", 1)
    assert default is None or f"`{shown}`" in readme.row(f"`{PREFIX}{name.upper()}`")[1]


def test_every_route_stands_in_the_readme_and_no_others(readme: Page, rules_alone: Triage, tmp_path: Path) -> None:
    there: set[tuple[str, str]] = set()
    with open_store(f"sqlite:///{tmp_path / 'fenban.db'}") as store:
        app = build_app(rules_alone, build_reception(store, Deciding(lambda: rules_alone), "docs", open_house=True))
    for route in app.routes:
        assert isinstance(route, APIRoute | Route | Mount)
        methods = {"GET"} if isinstance(route, Mount) else set(route.methods or ()) - {"HEAD"}
        there |= {(method, route.path) for method in methods}
    rows = [row for table in readme.tables for row in table if row[0] in {"GET", "POST", "PUT", "PATCH", "DELETE"}]
    assert {(row[0], path) for row in rows for path in _codes(row[1])} == there


def test_every_exit_code_stands_in_the_readme_and_no_others(readme: Page) -> None:
    codes = {int(row[0]) for table in readme.tables for row in table if row[0].isdigit()}
    assert codes == OTHER_EXIT_CODES | {ending.exit_code for ending in ENDINGS.values()}


def test_every_field_of_a_decision_and_every_reason_for_review_is_explained(readme: Page) -> None:
    explained = {code for table in readme.tables for row in table for code in _codes(row[0])}
    assert set(Decision.__annotations__) | {reason.value for reason in Reason} <= explained


def test_the_policy_table_of_the_readme_is_that_of_the_national_pack(readme: Page, national: Rulebook) -> None:
    for state, combination in national.policy.combination.items():
        row = readme.row(f"`{state.value}`")
        assert (row[2].split("（")[0], row[3]) == (combination.answer, combination.best_band.value)
    thresholds = national.policy.thresholds
    assert f"{thresholds.auto:.2f}" in readme.prose and f"{thresholds.suggest:.2f}" in readme.prose


@pytest.mark.parametrize("names", [TEXT_NAMES, TITLE_NAMES, ID_NAMES, DATE_NAMES, REGION_NAMES])
def test_the_column_names_that_are_guessed_stand_in_the_readme(readme: Page, names: tuple[str, ...]) -> None:
    assert any(tuple(_codes(row[1]))[: len(names)] == names for table in readme.tables for row in table)


def test_every_column_of_a_flat_file_is_explained_and_no_others(readme: Page) -> None:
    columns = words().columns.values()
    explained = {code for table in readme.tables for row in table for code in _codes(row[0])}
    assert {code for code in explained if code.startswith("分办_")} == set(columns)


def test_the_heads_that_can_be_learnt_are_explained(readme: Page) -> None:
    assert any({row[0] for row in table} == {f"`{head}`" for head in HEADS} for table in readme.tables)


# ---- the examples are true


def test_the_first_code_block_is_the_two_commands(readme: Page) -> None:
    assert readme.blocks[0] == ("bash", START)


def test_the_excerpts_of_decisions_are_true(readme: Page, rules_alone: Triage) -> None:
    shown = [block for language, block in readme.blocks if language == "bash" and "decide --json" in block]
    excerpts = [block for language, block in readme.blocks if language == "json" and "petition_id" in block]
    assert len(shown) == len(excerpts) == 2
    for command, excerpt in zip(shown, excerpts, strict=True):
        (text,) = re.findall(r'fenban decide --json "(.*)"', command)
        assert _holds(json.loads(excerpt), as_json(_decide(rules_alone, text)))


def _holds(part: Any, whole: Any) -> bool:
    """Whether `part` is an excerpt of `whole`: fewer fields, fewer items of a list, the same values."""
    if isinstance(part, dict):
        return all(name in whole and _holds(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and part:
        return all(any(_holds(item, other) for other in whole) for item in part)
    return bool(part == whole)


@pytest.mark.parametrize(("name", "language"), [(ENGLISH, "english"), (CHINESE, "chinese")])
def test_the_table_of_packs_is_what_its_command_gives(name: str, language: str) -> None:
    """`python examples/packs.py ID…` (and `--chinese`) makes it anew after a change of rules or model."""
    shown = [row[0].split()[0] for table in page(name).tables for row in table if row[0].startswith("LZ-")]
    petitions = examples.chosen(shown)
    decided = [build_triage(Settings(pack=pack)).decide(petitions, examples.TODAY) for pack in examples.PACKS]
    assert "\n".join(examples.table(petitions, decided, examples.HEADINGS[language])) in page(name).text


def test_the_overlay_of_the_readme_does_what_it_says(readme: Page, national: Rulebook, tmp_path: Path) -> None:
    rulebook = load(_pack(tmp_path, readme.block("yaml", "extends: national")))
    assert rulebook.departments["urban-management"].name != national.departments["urban-management"].name
    lead = _decide(_triage(rulebook), "小区燃气管道没人管").assignment.lead
    assert lead is not None and lead.code == "urban-management"
    assert _told(rulebook) == _told(national)


def _pack(folder: Path, *blocks: str) -> Path:
    """The files that YAML blocks show, each after a comment with its name."""
    for block in blocks:
        for name, content in re.findall(r"^# (\S+\.yaml)\n(.*?)(?=^# \S+\.yaml$|\Z)", block, re.M | re.S):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return folder


def _told(given: Rulebook) -> list[str]:
    rulebook = given.tried
    engine = build_engine(rulebook)
    problems = [*contradictions(rulebook), *prove(rulebook, engine), *prove_procedures(rulebook, engine)]
    return [problem.message for problem in problems]


@pytest.mark.parametrize("name", PAGES)
def test_every_fenban_line_is_a_command_with_options_it_takes(name: str) -> None:
    for language, block in page(name).blocks:
        for line in re.split(r"\n|&&", block) if language == "bash" else ():
            parts = shlex.split(line, comments=True) if line.strip().startswith("fenban ") else []
            if parts:
                command = next((" ".join(parts[1:end]) for end in (3, 2) if " ".join(parts[1:end]) in COMMANDS), None)
                assert command is not None, line
                assert {part for part in parts if part.startswith("--")} <= COMMANDS[command], line


@pytest.mark.parametrize("name", PAGES)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page(name).prose)
    assert [target for target in targets if not ((ROOT / name).parent / target).exists()] == []


# ---- English and Chinese say the same


def test_both_readmes_have_the_same_headings_code_blocks_and_tables() -> None:
    english, chinese = page(ENGLISH), page(CHINESE)
    assert english.headings == chinese.headings
    assert [language for language, _ in english.blocks] == [language for language, _ in chinese.blocks]
    assert [len(table) for table in english.tables] == [len(table) for table in chinese.tables]


def test_what_one_can_copy_is_the_same_in_both_readmes() -> None:
    english, chinese = ([block for block in page(name).blocks if block[0] != "text"] for name in (ENGLISH, CHINESE))
    assert english == chinese


# ---- the guide for rule authors


def _schemas(base: type[Strict] = Strict) -> list[type[Strict]]:
    own = [cls for cls in base.__subclasses__() if cls.__module__.startswith("rules.")]
    return [*own, *(below for cls in own for below in _schemas(cls))]


@pytest.mark.parametrize("schema", _schemas(), ids=lambda schema: schema.__name__)
def test_every_field_of_a_pack_is_named_in_the_guide(schema: type[Strict]) -> None:
    names = {field.alias or name for name, field in schema.model_fields.items()}
    assert names <= set(_codes(page(GUIDE).prose))


@pytest.mark.parametrize(
    "choice", [Kind, Urgency, Certainty, Agreement, Band, Lead, Unit, Start, DayOff, Sort, RuleState]
)
def test_every_value_of_a_choice_is_named_in_the_guide(choice: type[StrEnum]) -> None:
    assert {value.value for value in choice} <= set(_codes(page(GUIDE).prose))


@pytest.mark.parametrize("choice", [Level, PlaceKind, FieldName, Uncovered])
def test_every_literal_of_a_field_is_named_in_the_guide(choice: object) -> None:
    assert set(get_args(choice)) <= set(_codes(page(GUIDE).prose))


def test_every_example_of_the_guide_loads_and_holds(national: Rulebook, tmp_path: Path) -> None:
    blocks = [content for language, content in page(GUIDE).blocks if language == "yaml"]
    assert all(re.match(r"# \S+\.yaml\n", block) for block in blocks)
    rulebook = load(_pack(tmp_path, *blocks))
    assert len(rulebook.rules) > len(national.rules)
    assert [message for message in _told(rulebook) if " demo-" in message] == []


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """The worked example of the guide."""
    blocks = [content for language, content in page(GUIDE).blocks if language == "yaml"]
    return load(_pack(tmp_path_factory.mktemp("guide"), *blocks) / "qingliu")


def test_the_town_of_the_guide_decides_as_the_guide_says(town: Rulebook) -> None:
    assert [message for message in _told(town) if "qingliu" in message] == []
    (text,) = re.findall(r'fenban decide "(.*)" --pack qingliu', page(GUIDE).block("bash", "fenban decide"))
    decision = _decide(_triage(town), text)
    assignment = decision.assignment
    assert assignment.lead is not None and decision.procedure is not None
    assert (assignment.lead.name, assignment.territory) == ("青柳镇规划建设办公室", "柳湾村")
    assert [name.name for name in assignment.supporting] == ["村居委会"]
    assert (decision.procedure.code, decision.due[-1].date) == ("qingliu-small-repair", "2026-11-25")


def test_the_town_of_the_guide_asks_for_the_place_when_none_is_named(town: Rulebook) -> None:
    assert _decide(_triage(town), "村口的路灯坏了半个月没人修。").assignment.place_unclear


@pytest.mark.parametrize("name", ["屯长", "村支书"])
def test_the_town_of_the_guide_knows_its_own_words_for_a_respondent(town: Rulebook, name: str) -> None:
    assert [one.code for one in _decide(_triage(town), f"{name}贪污低保款。").assignment.withheld] == ["village"]


RULE = """\
rules:
  - id: lamp
    when: {any: [路灯]}
    then: {category: "01"}
    weight: 3
    why: 路灯归城建。
    examples: {hits: [路灯坏了], misses: [公园很好]}
"""
SECOND = RULE.split("\n", 1)[1]
SMALL = {
    "pack.yaml": "name: small\n",
    "taxonomy.yaml": 'categories: [{code: "01", name: 城建}, {code: "02", name: 交通}]\n',
    "departments.yaml": "departments: [{code: a, name: 住建局}]\n",
    "policy.yaml": re.sub(
        "accusation_duty: .*\n", "", (ROOT / "rules/packs/national/policy.yaml").read_text(encoding="utf-8")
    ),
    "keywords/own.yaml": RULE,
}
OWN = "keywords/own.yaml"
PROCEDURE = """\
procedures:
  - code: lamp
    name: 路灯抢修
    cases: [{when: {any: [路灯]}}]
    steps: [转住建局抢修]
    examples: {hits: [路灯坏了], misses: [公园很好]}
"""
CLOCK = "{code: %s, what: 办结并答复, days: 3, unit: 日, %s, basis: [{cite: 甲, source: verified}]}"
ONE_CLOCK = f"clocks: [{CLOCK % ('a', 'starts: receipt')}]\n"
DAYS_OFF = "calendar: [{year: 2026, off: [%s], work: [%s]}]\n"
OWN_TREE = (
    'categories: [{code: "01", name: 城建}, {code: "02", name: 乙, covers: ["01"]},'
    ' {code: "03", name: 丙, covers: ["%s"]}]\n'
)
ODD_CHILD = 'categories: [{code: "01", name: 甲, children: [{code: "02.01", name: 乙}]}]\n'
OWN_CLASS = 'categories: [{code: "02", name: 乙}, {code: "01", name: 甲, covers: ["02"]}]\n'
ENDING = 'categories: [{code: "01", name: 甲, %s}, {code: "02", name: 乙}, {code: "03", name: 丙}]\n'
EARLIER = ENDING.replace("name: 乙", "name: 乙, until: 2024-01-01") % 'until: 2025-01-01, successors: ["02"]'
OUTLIVING = ENDING % (
    'until: 2025-01-01, successors: ["02"],'
    ' children: [{code: "01.01", name: 丁, until: 2026-01-01, successors: ["02"]}]'
)
SPLIT_PARENT = (
    "departments: [{code: a, name: 甲, until: 2025-01-01, successors: [c, d]}, {code: b, name: 乙, parent: a},"
    " {code: c, name: 丙}, {code: d, name: 丁}]\n"
)
STEPS = dict.fromkeys(("one", "others", "agree", "superior", "conference", "alone", "accusation"), "由工作人员办理")
MATTERS = f"cut: {{}}\njoin: {{}}\nsteps: {json.dumps(STEPS, ensure_ascii=False)}\n"
DATED = 'duties: [{category: "01", lead: a, basis: [{cite: 甲, source: verified, from: x}]}]\n'
MANY = ", ".join(f"第{number}号楼" for number in range(21))
FAULTS = [
    ("pack.yaml", "name: p\nextends: nowhere\n", "no such pack (no pack.yaml); shipped packs: "),
    ("pack.yaml", "name: small\nextends: small\n", "packs extend one another in a circle"),
    ("pack.yaml", "name: small\ndrop_rules: [x]\n", "drop_rules: no rule '"),
    (OWN, "#" * 4_000_001, "larger than 4000000 bytes"),
    (OWN, b"\xff", "not UTF-8 at byte "),
    (OWN, "rules: [", "not YAML: "),
    (OWN, RULE + "    weight: 2\n", "' is given twice"),
    (OWN, "rules: [&a {id: x}, *a]\n", "aliases (*name) are not allowed"),
    (OWN, "", "Input should be a valid dictionary or instance of "),
    (OWN, "rules: [{id: x}]\n", "Field required"),
    (OWN, RULE + "    note: x\n", "Extra inputs are not permitted"),
    (OWN, RULE.replace("[路灯]", "[12345]"), "Input should be a valid string"),
    (OWN, RULE.replace("[路灯]", "路灯"), "Input should be a valid tuple"),
    (OWN, RULE.replace("weight: 3", "weight: x"), "Input should be a valid integer, "),
    (OWN, RULE.replace("weight: 3", "weight: 4"), "Input should be less than or equal to "),
    (OWN, RULE.replace("weight: 3", "weight: 0"), "Input should be greater than or equal to "),
    (OWN, RULE.replace("路灯归城建。", "短"), "String should have at least "),
    (OWN, RULE.replace("[路灯]", f"[{'灯' * 41}]"), "String should have at most "),
    (OWN, RULE.replace("id: lamp", "id: Lamp"), "String should match pattern "),
    (OWN, RULE.replace("[路灯坏了]", "[]"), "Tuple should have at least 1 item after validation, not 0"),
    (OWN, RULE.replace("any:", "none:"), "Value error, needs one of any, all, near"),
    (OWN, RULE.replace("any:", f"all: [{MANY}], any:"), "Value error, all has 21 terms; 20 are the most"),
    (OWN, RULE.replace('category: "01"', ""), "Value error, needs exactly one of category, kind, urgency"),
    (OWN, RULE.replace('"01"', '"01", call: ["119"]'), "Value error, call and notice belong to urgency"),
    (OWN, RULE.replace("[路灯]", "[路灯], whole_word: x"), "Input should be a valid boolean, "),
    (OWN, RULE + SECOND, "' is given twice (first at "),
    (OWN, RULE.replace('"01"', '"09"'), "no category '"),
    (OWN, RULE.replace("[路灯坏了]", "[电梯坏了]"), "does not hit its example '"),
    (OWN, RULE.replace("[公园很好]", "[路灯很好]"), "', which it must miss"),
    (OWN, RULE.replace("any: [路灯]", "all: [路灯], none: [灯]"), "' is needed and excluded"),
    (OWN, RULE.replace("[路灯]", "[路灯, 路灯]"), "' is given twice"),
    (OWN, RULE.replace("[路灯]", "[路灯, 大路灯]"), "' is shadowed by '"),
    (OWN, RULE.replace("[路灯]", "[路灯, 红灯], none: [红]"), "' is dead, it holds an excluded term"),
    (OWN, RULE + SECOND.replace("lamp", "two").replace('"01"', '"02"'), "' is decisive for "),
    ("taxonomy.yaml", 'categories: [{code: "01", name: 甲}, {code: "01", name: 乙}]\n', "' is given twice"),
    ("departments.yaml", "departments: [{code: a, name: 甲, parent: b}]\n", "no department '"),
    ("duties.yaml", DATED, "Input should be a valid date or datetime, "),
    ("policy.yaml", "thresholds: {auto: x, suggest: 1}\n", "Input should be a valid number, "),
    ("policy.yaml", SMALL["policy.yaml"].replace("level: 2", "level: 4"), "Input should be 1, 2 or 3"),
    ("policy.yaml", SMALL["policy.yaml"].replace("  neither:", "  #"), "Value error, combination lacks "),
    ("policy.yaml", SMALL["policy.yaml"].replace("auto: 0.90", "auto: 0.1"), "Value error, thresholds: auto is below "),
    ("policy.yaml", None, "policy.yaml: missing"),
    ("policy.yaml", SMALL["policy.yaml"] + 'accusation_duty: "09"\n', "accusation_duty: no duty for '"),
    ("taxonomy.yaml", ODD_CHILD, "its code does not begin with "),
    ("taxonomy.yaml", OWN_TREE % "01", " covers already"),
    ("taxonomy.yaml", OWN_TREE % "02", "', which is an office's own category"),
    ("taxonomy.yaml", OWN_CLASS, "conclude a category that '"),
    ("departments.yaml", "departments: [{code: a, name: 甲}, {code: b, name: 乙, aliases: [甲]}]\n", "' is a name of "),
    ("duties.yaml", 'duties: [{category: "01"}]\n', "Value error, needs either lead or joint"),
    ("taxonomy.yaml", ENDING % 'successors: ["02"]', "Value error, successors need until"),
    ("taxonomy.yaml", ENDING % "until: 2025-01-01", "' ends without a successor"),
    ("taxonomy.yaml", ENDING % 'until: 2025-01-01, successors: ["01"]', "succeeds itself"),
    ("taxonomy.yaml", EARLIER, "ends no later than it"),
    ("taxonomy.yaml", OUTLIVING, "ends after what it is part of"),
    ("taxonomy.yaml", ENDING % 'until: 2025-01-01, successors: ["03"], covers: ["02"]', "only one is an office's own"),
    ("departments.yaml", SPLIT_PARENT, "is split: name one of "),
    ("places.yaml", "places: [{name: 青禾村}, {name: 青禾村}]\n", "place '"),
    ("procedure.yaml", PROCEDURE + PROCEDURE.split("\n", 1)[1], "procedure '"),
    ("procedure.yaml", PROCEDURE.replace("{when: {any: [路灯]}}", "{}"), "Value error, needs one of when, "),
    ("procedure.yaml", PROCEDURE + "    lead: alone\n", "Value error, lead: alone needs competent"),
    ("procedure.yaml", PROCEDURE.replace("{when: {any: [路灯]}}", "{paths: [调解]}"), "no duty names the path '"),
    ("procedure.yaml", PROCEDURE + "    clocks: [x]\n", "no clock '"),
    ("procedure.yaml", PROCEDURE.replace("[路灯坏了]", "[电梯坏了]"), "its example '"),
    ("procedure.yaml", PROCEDURE.replace("[公园很好]", "[路灯很好]"), "', which it must miss"),
    ("clocks.yaml", ONE_CLOCK.replace("starts: receipt, ", ""), "Value error, needs exactly one of starts, after"),
    ("clocks.yaml", f"clocks: [{CLOCK % ('a', 'starts: receipt')}, {CLOCK % ('a', 'starts: later')}]\n", "clock '"),
    ("clocks.yaml", ONE_CLOCK.replace("starts: receipt", "after: a"), "' counts after itself"),
    ("clocks.yaml", DAYS_OFF % ('"2026-01-01"', '"2026-01-01"'), " stands in off and in work"),
    ("clocks.yaml", DAYS_OFF % ('"2020-01-01"', ""), " is not of "),
    ("matters.yaml", MATTERS.replace("由工作人员办理", "由{who}办理", 1), "Value error, unknown blank "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_a_fault_gives_a_message_that_the_guide_explains(
    name: str, content: str | bytes | None, message: str, tmp_path: Path
) -> None:
    assert message in _messages(tmp_path / "small", {**SMALL, name: content})
    assert message in page(GUIDE).prose


def test_the_guide_explains_no_message_that_no_fault_gives() -> None:
    explained = [code for row in _rows_under("## 报错与处理") for code in _codes(row[0])]
    assert [code for code in explained if not any(message in code for _, _, message in FAULTS)] == []


def _messages(folder: Path, files: dict[str, Any]) -> str:
    for name, content in files.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        rulebook = load(folder)
    except RulebookError as error:
        return str(error)
    return "\n".join([*_told(rulebook), *(hint.message for hint in advice(rulebook))])


def _rows_under(heading: str) -> list[list[str]]:
    section = page(GUIDE).text.split(f"{heading}\n")[1].split("\n## ")[0]
    return [row for table in Page(section).tables for row in table]


# ---- the map of petition text


def test_every_file_that_sees_petition_text_is_on_the_map() -> None:
    sources = [path for folder in ("rules", "classifier", "service") for path in (ROOT / folder).rglob("*.py")]
    seeing = {path.relative_to(ROOT).as_posix() for path in sources if SEES_TEXT.search(path.read_text("utf-8"))}
    mapped = {code for table in page(CONTRIBUTING).tables for row in table for code in _codes(row[0])}
    assert sorted(seeing - mapped) == []


def test_every_file_on_the_map_is_there() -> None:
    named = (code for table in page(CONTRIBUTING).tables for row in table for code in _codes(row[0]))
    mapped = [code for code in named if re.fullmatch(r"(rules|classifier|service)/\S+\.\w+", code)]
    assert [name for name in mapped if not (ROOT / name).is_file()] == []

"""The table of handling paths: what it checks, how it chooses, and that the national one proves itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rules.duties import Certainty
from rules.engine import Engine
from rules.errors import RulebookError
from rules.petition import Petition
from rules.procedure import Lead, Procedure, Procedures, Sample, Situation
from rules.proof import prove_procedures, taken
from rules.rule import Kind
from rules.rulebook import Rulebook, load, packs

Pack = Callable[..., Path]
SAMPLES = "examples: {hits: [水管漏水没人修], misses: [{text: 请问水费怎么交, kind: inquiry}]}"
TABLE = f"""\
procedures:
  - code: "court"
    name: 法院的事
    kinds: [appeal]
    cases: [{{when: {{any: [判决书]}}}}]
    lead: alone
    competent: water
    steps: [转人民法院办理]
    {SAMPLES}
  - code: "pipes"
    name: 供水的事
    kinds: [appeal]
    cases: [{{categories: ["01.01"]}}]
    steps: [派人去现场看]
    {SAMPLES}
  - code: "rest"
    name: 其余的事
    steps: [调查核实以后答复]
    {SAMPLES}
"""


def entry(code: str, **parts: object) -> Procedure:
    examples = {"hits": ["水管漏水没人修"], "misses": ["请问水费怎么交"]}
    return Procedure.model_validate(
        {"code": code, "name": "一种办法", "steps": ["调查核实"], "examples": examples, **parts}
    )


def problems(pack: Path) -> str:
    with pytest.raises(RulebookError) as raised:
        load(pack)
    return "\n".join(str(problem) for problem in raised.value.problems)


# ── choosing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_entry_that_fits_is_taken(pack: Pack) -> None:
    rulebook = load(pack(**{"procedure.yaml": TABLE}))
    held = Engine(rulebook).match(Petition("1", "判决书下来了，水还是停着")).held
    chosen = rulebook.procedures.choose(Situation(Kind.APPEAL, "01.01", (), held))
    assert chosen is not None
    assert chosen.code == "court"


def test_a_category_below_the_named_one_fits_and_one_beside_it_does_not() -> None:
    table = Procedures((entry("land", cases=[{"categories": ["03.04"]}]), entry("rest")))
    codes = [table.choose(Situation(None, category)).code for category in ("03.04.01", "03.04", "03.03", None)]  # type: ignore[union-attr]
    assert codes == ["land", "land", "rest", "rest"]


def test_a_path_of_the_duty_row_is_enough() -> None:
    table = Procedures((entry("arbitration", cases=[{"paths": ["劳动仲裁"]}]), entry("rest")))
    chosen = [table.choose(Situation(Kind.APPEAL, "15.06", paths)) for paths in (("行政履职", "劳动仲裁"), ("信访",))]
    assert [found.code for found in chosen if found] == ["arbitration", "rest"]


def test_all_parts_of_a_case_must_hold() -> None:
    case = {"when": {"any": ["工资"]}, "categories": ["15"], "paths": ["劳动仲裁"]}
    table = Procedures((entry("wages", cases=[case]),))
    held = frozenset({"wages#0"})
    assert table.choose(Situation(Kind.APPEAL, "15.03", ("劳动仲裁",), held)) is not None
    assert table.choose(Situation(Kind.APPEAL, "15.03", ("劳动仲裁",))) is None
    assert table.choose(Situation(Kind.APPEAL, "01.03", ("劳动仲裁",), held)) is None
    assert table.choose(Situation(Kind.APPEAL, "15.03", ("信访",), held)) is None


def test_one_case_of_several_is_enough() -> None:
    table = Procedures((entry("either", cases=[{"categories": ["01"]}, {"categories": ["02"]}]),))
    assert table.choose(Situation(None, "02.01")) is not None


def test_a_worded_entry_goes_before_a_later_one_without_words() -> None:
    worded = entry("worded", cases=[{"when": {"any": ["判决"]}}])
    table = Procedures((entry("first", kinds=["accusation"]), worded, entry("rest")))
    held = frozenset({"worded#0"})
    assert table.choose(Situation(Kind.APPEAL, None, (), held)) == worded
    assert table.choose(Situation(Kind.ACCUSATION, None, (), held)) == table.entries[0]


def test_who_has_no_kind_is_read_as_an_appeal() -> None:
    table = Procedures((entry("advice", kinds=["suggestion"]), entry("appeal", kinds=["appeal"])))
    assert table.choose(Situation(None, None)) == table.entries[1]


def test_an_empty_table_chooses_nothing() -> None:
    assert Procedures().choose(Situation(Kind.APPEAL, "01")) is None


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pack_without_procedures_is_whole(pack: Pack) -> None:
    assert load(pack()).procedures.entries == Procedures().entries


def test_what_is_named_and_nowhere_is_told_with_file_and_line(pack: Pack) -> None:
    wrong = TABLE.replace("competent: water", "competent: nobody").replace('categories: ["01.01"]', 'paths: ["仲裁"]')
    told = problems(pack(**{"procedure.yaml": wrong}))
    assert "procedure.yaml:2: procedure court: no department 'nobody'" in told
    assert "procedure.yaml:10: procedure pipes: no duty names the path '仲裁'" in told


def test_an_unknown_category_is_told(pack: Pack) -> None:
    assert "no category '77'" in problems(pack(**{"procedure.yaml": TABLE.replace('"01.01"', '"77"')}))


def test_a_code_given_twice_is_told(pack: Pack) -> None:
    assert "procedure 'rest' is given twice" in problems(pack(**{"procedure.yaml": TABLE.replace('"pipes"', '"rest"')}))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"lead": "alone"}, "lead: alone needs competent"),
        ({"lead": "competent"}, "lead: competent needs competent"),
        ({"cases": [{}]}, "needs one of when, categories, paths"),
        ({"steps": []}, "steps"),
        ({"stpes": ["x"]}, "stpes"),
    ],
)
def test_an_entry_that_says_too_little_or_too_much_is_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        entry("wrong", **wrong)


def test_an_overlay_replaces_by_code_in_place_and_puts_new_entries_first(pack: Pack, tmp_path: Path) -> None:
    pack(**{"procedure.yaml": TABLE})
    over = tmp_path / "over"
    over.mkdir()
    (over / "pack.yaml").write_text("name: over\nextends: small\n", encoding="utf-8")
    changed = TABLE.split("  - code")[0] + "".join(
        "  - code" + part
        for part in TABLE.replace('"court"', '"town"').replace("供水的事", "水务的事").split("  - code")[1:3]
    )
    (over / "procedure.yaml").write_text(changed, encoding="utf-8")
    entries = load(over).procedures.entries
    assert [found.code for found in entries] == ["town", "court", "pipes", "rest"]
    assert entries[2].name == "水务的事"


def test_an_example_that_goes_elsewhere_is_told_with_its_line(pack: Pack) -> None:
    rulebook = load(pack(**{"procedure.yaml": TABLE}))
    told = [str(problem) for problem in prove_procedures(rulebook, Engine(rulebook))]
    assert any(line.startswith("procedure.yaml:2: procedure court: its example") for line in told)


# ── the national table ──────────────────────────────────────────────────────────────────────────────────────────────


def test_every_procedure_proves_itself(national: Rulebook, engine: Engine) -> None:
    assert [str(problem) for problem in prove_procedures(national, engine)] == []


@pytest.mark.parametrize("name", [name for name in packs() if name != "national"])
def test_every_procedure_proves_itself_under_the_packs_over_it(name: str) -> None:
    rulebook = load(name)
    assert [str(problem) for problem in prove_procedures(rulebook, Engine(rulebook))] == []


def test_every_item_of_article_31_has_an_entry(national: Rulebook) -> None:
    codes = {found.code for found in national.procedures.entries}
    for item in ("29", "30", "31.1-", "31.2-", "31.3", "31.4-", "31.5", "31.6", "35", "36", "19", "inquiry"):
        assert any(code.startswith(item) for code in codes), item


def test_nothing_is_left_without_a_path(national: Rulebook) -> None:
    for kind in (*Kind, None):
        assert national.procedures.choose(Situation(kind, None)) is not None


def test_only_31_6_runs_the_sixty_day_clock(national: Rulebook) -> None:
    running = {found.code for found in national.procedures.entries if {"handling", "extension"} & set(found.clocks)}
    assert running == {"31.6"}


def test_every_entry_stands_on_the_regulation_or_says_why_not(national: Rulebook) -> None:
    bare = [
        found.code
        for found in national.procedures.entries
        if not any(basis.cite.startswith("信访工作条例") for basis in found.basis)
    ]
    assert bare == ["inquiry"]


def test_the_regulation_is_cited_from_the_day_it_came_into_force(national: Rulebook) -> None:
    for found in national.procedures.entries:
        for basis in found.basis:
            if basis.cite.startswith("信访工作条例"):
                assert (basis.from_, basis.source) == (date(2022, 5, 1), Certainty.VERIFIED), found.code


def test_who_is_sent_elsewhere_is_told_where(national: Rulebook) -> None:
    silent = [e.code for e in national.procedures.entries if (e.lead is Lead.NONE or e.outside) and not e.notice]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "category", "code"),
    [
        ("法院判我赢了，申请执行一年多对方分文未付", "01.09.05", "31.1-court"),
        ("再拖下去我就要去法院告物业", "01.09.03", "31.6"),
        ("物业说不服可以去法院起诉，可水管到底归谁修", "01.09.03", "31.6"),
        ("别的小区已经打赢官司拿回了车位，我们也想要个说法", "01.09.03", "31.6"),
        ("单位拖欠我三个月工资", "15.03.05", "31.2-wages"),
        ("单位拖欠我三个月工资，劳动仲裁裁决早就下来了", "15.03.05", "31.2-award"),
        ("合同没到期就把我辞退了，要求经济补偿", "15.06.06", "31.2-labour"),
        ("承包地被村里收回去又包给别人", "10.12.02", "31.2-rural-land"),
        ("高铁征地，承包地的补偿款还没发", "10.12.02", "31.4-expropriation"),
        ("和邻村的山林权属争议一直没有结果", "10.06.06", "31.4-land-ownership"),
        ("受到党内警告处分，我不服，向组织申诉", "05.01.01", "31.3"),
        ("人社局不认定工伤，我要个说法", "15.02.02", "31.4-injury"),
        ("养鸡场的臭气熏得开不了窗", "04.02.06", "31.5"),
        ("报了班又不想学了，机构不退费", "14.02.08", "31.5-consumer"),
        ("区里的复查意见我收到了，不服，请市里复核", None, "36"),
        ("街道的信访答复意见我不认可，请上级复查", None, "35"),
        ("朋友借钱不还，微信也拉黑了", "13.08.02", "23-private"),
        ("健身路径的器材坏了好几件", "14.07.01", "31.6"),
    ],
)
def test_a_matter_takes_its_path(
    national: Rulebook, engine: Engine, text: str, category: str | None, code: str
) -> None:
    found = taken(Sample(text=text, category=category, kind=Kind.APPEAL), national, engine)
    assert found is not None
    assert found.code == code

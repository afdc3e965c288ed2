"""The packs of a town and of a company: small overlays, whole, proved, and true to the tables they come from."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.duties import Circumstances, Duty
from rules.engine import Engine
from rules.errors import RulebookError
from rules.lint import contradictions, prove
from rules.petition import Petition
from rules.rulebook import Rulebook, load, packs
from rules.taxonomy import Taxonomy
from rules.verdict import judge

Pack = Callable[..., Path]
OVERLAYS = ("township", "enterprise")
PLAIN = Circumstances()

TOWN = {
    "61": ("镇建设和生态环境局", "辖区自然资源和规划部门 镇综合执法局 镇农业农村局 辖区市场监管部门"),
    "62": ("镇农业农村局", "镇财政局 镇政法和社会管理局 辖区自然资源和规划部门 水利站"),
    "63": ("镇政法和社会管理局", "派出所 司法所"),
    "64": ("镇为民服务中心", "镇党群工作局 镇政法和社会管理局 派出所 司法所"),
    "65": ("镇退役军人服务站", "镇政法和社会管理局 镇财政局"),
    "66": ("镇政法和社会管理局", "司法所 镇财政局 镇为民服务中心"),
}
"""The town's table: lead (☆) and supporting departments of each category."""

COMPANY = {
    "71": ("企业改制主管部门", "相关职能部门"),
    "72": ("劳动人事部门", "相关职能部门"),
    "73": ("工程项目管理部门", "财务部门 相关职能部门"),
    "75": ("合同和招投标部门", ""),
    "76": ("物业管理部门", ""),
}
"""The company's rules; the fourth names two departments and no lead."""

SENTENCES = {
    "61": (
        "老屋拆了三年，安置房还没有交，过渡费也停了",
        "征了我家两亩旱地，征地补偿款一直没到账",
        "有人在基本农田上挖塘养鱼，耕地毁了没人管",
        "两户人家争一块宅前空地，土地权属纠纷求确权",
        "新房墙体开裂漏水，房屋质量有问题",
    ),
    "62": (
        "想批一块宅基地，材料交了一年没有下文",
        "承包地到期后村里收回去另外发包了",
        "土地流转出去三年，租金只给了头一年",
        "村集体的鱼塘和门面租金收支从不公开",
    ),
    "63": (
        "法院判决不公，我不服一审判决",
        "判决生效两年了，法院执行不到位，一分钱没拿到",
        "报案半年，派出所不立案也不给不予立案通知书",
    ),
    "64": (
        "在工地干了四个月，包工头拖欠农民工工资",
        "退休金比同批退休的人少，退休人员待遇算错了",
        "职工养老保险断缴的几年能不能补",
        "单位不签劳动合同，还随意辞退人",
    ),
    "65": (
        "我是伤残军人，评残后抚恤金没有发",
        "退伍安置一直没有落实，转业证也交了",
        "参战退役军人的优抚补助今年停了",
    ),
    "66": (
        "村委会选举有人拉票贿选，计票也不公开",
        "家里有重病人，申请农村低保没有批",
        "贫困户的帮扶措施一项都没有落实",
    ),
    "71": (
        "厂子改制时买断工龄的钱只给了一半",
        "公司改制方案没有开职工大会就定了",
        "国企改制后我的股金没有退",
    ),
    "72": (
        "一九九五年单位把我除名，没有通知本人",
        "我是企业军转干部，生活补助停了半年",
        "父亲是六十年代精减下放的老职工，补助没有落实",
        "公司和我解除了劳动关系，经济补偿没有给",
    ),
    "73": (
        "办公楼的工程完工两年，一直不给结算",
        "项目部拖欠农民工工资三个月",
        "工程款欠了八十万，年年说年底付",
    ),
    "74": (
        "你们承建的教学楼外墙大片空鼓脱落",
        "厂房工程质量不合格，地坪开裂",
        "施工偷工减料，工程质量差得很",
    ),
    "75": (
        "分包合同签了，公司又把活给了别人",
        "工程招投标不公开，标书被退回没有说明",
        "工程合同纠纷，甲方单方面终止合同",
    ),
    "76": (
        "家属院的下水道又堵了，没有人来修",
        "家属楼的电梯三天两头停",
        "家属院的物业收了钱不打扫",
    ),
}
"""Our own sentences for each category."""

OUTSIDE = {
    "化工厂夜里偷排废气，气味刺鼻": ("04", "生态环境局"),
    "医生开错了药，医院不肯承认医疗事故": ("12", "卫健局"),
    "学校乱收费，补课费不交不让上课": ("14", "教育局"),
    "超市卖假冒商标的奶粉": ("11", "市场监管局"),
}
"""Matters outside the six, their national branch and who leads them by the county's table."""


@pytest.fixture(scope="module")
def books() -> dict[str, tuple[Rulebook, Engine]]:
    return {name: (rulebook, Engine(rulebook)) for name in OVERLAYS for rulebook in [load(name)]}


def office_code(text: str, rulebook: Rulebook, engine: Engine) -> str | None:
    """What the rules alone say, in the office's terms."""
    said = judge(engine.match(Petition("1", text)), rulebook.policy.clear_margin).category
    return rulebook.taxonomy.covering.get(said, said) if said else None


def duty_of(text: str, rulebook: Rulebook, engine: Engine) -> Duty | None:
    """The row for a text, by what the rules alone say."""
    match = engine.match(Petition("1", text))
    said = judge(match, rulebook.policy.clear_margin).category
    circumstances = Circumstances(match.worded, match.place_kind)
    return rulebook.duties.find(said, circumstances) if said else None


def names(codes: tuple[str, ...], rulebook: Rulebook) -> list[str]:
    return [rulebook.departments[code].name for code in codes]


# ── whole and proved ────────────────────────────────────────────────────────────────────────────────────────────────


def test_both_packs_are_shipped() -> None:
    assert {*OVERLAYS, "national"} <= set(packs())


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_rule_of_an_overlay_proves_itself(name: str, books: dict[str, tuple[Rulebook, Engine]]) -> None:
    rulebook, engine = books[name]
    assert [str(problem) for problem in [*contradictions(rulebook), *prove(rulebook, engine)]] == []


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_has_six_categories_beside_the_national_ones(
    name: str, books: dict[str, tuple[Rulebook, Engine]], national: Rulebook
) -> None:
    own = set(books[name][0].taxonomy.by_code) - set(national.taxonomy.by_code)
    assert own == {code for code in SENTENCES if code[0] == ("6" if name == "township" else "7")}


def test_the_two_packs_share_no_code(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    town, company = (set(books[name][0].taxonomy.covering.values()) for name in OVERLAYS)
    assert town.isdisjoint(company)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_names_bodies_and_never_persons(name: str) -> None:
    """Neither a person in office nor a number to call; who they are is no part of a table of duties."""
    files = sorted((Path(__file__).parents[2] / "rules" / "packs" / name).rglob("*.yaml"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert len(files) >= 5
    assert re.findall(r"[0-9]{7,}|书记|镇长|主任|局长|所长|经理|董事|同志|先生|女士|分管领导", text) == []


# ── true to the tables ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", TOWN)
def test_the_leads_and_supporting_departments_of_the_town_are_those_of_its_table(
    code: str, books: dict[str, tuple[Rulebook, Engine]]
) -> None:
    rulebook, _ = books["township"]
    row = rulebook.duties.find(code, PLAIN)
    lead, supporting = TOWN[code]
    assert row is not None and names(row.leads, rulebook) == [lead]
    listed = [department for department in names(row.supporting, rulebook) if department != "村居委会"]
    assert listed == supporting.split()


@pytest.mark.parametrize("code", COMPANY)
def test_the_departments_of_the_company_are_those_of_its_rules(
    code: str, books: dict[str, tuple[Rulebook, Engine]]
) -> None:
    rulebook, _ = books["enterprise"]
    row = rulebook.duties.find(code, PLAIN)
    lead, supporting = COMPANY[code]
    assert row is not None and names(row.leads, rulebook) == [lead]
    assert names(row.supporting, rulebook) == supporting.split()


def test_two_departments_side_by_side_have_no_lead(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    rulebook, _ = books["enterprise"]
    row = rulebook.duties.find("01.05", PLAIN)
    assert row is not None and row.lead is None
    assert names(row.joint, rulebook) == ["工程项目管理部门", "技术质量部门"]


def test_the_village_supports_except_in_matters_of_law(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    duties = books["township"][0].duties
    supported = {code for code in TOWN if (row := duties.find(code, PLAIN)) and "village" in row.supporting}
    assert supported == set(TOWN) - {"63"}


@pytest.mark.parametrize("text", ["报案半年派出所不立案", "民警到了现场不处理就走", "公安机关查处不力"])
def test_the_police_station_never_supports_where_the_police_are_spoken_of(
    text: str, books: dict[str, tuple[Rulebook, Engine]]
) -> None:
    row = duty_of(text, *books["township"])
    assert row is not None and row.category == "63" and row.review
    assert "police-station" not in row.departments


@pytest.mark.parametrize(
    "text", ["修路征了几百户的地，征地补偿款没有发", "厂里拖欠几百人的工资", "两个村的土地承包纠纷闹了三年"]
)
def test_a_major_matter_waits_for_the_joint_conference(text: str, books: dict[str, tuple[Rulebook, Engine]]) -> None:
    row = duty_of(text, *books["township"])
    assert row is not None and row.lead is None and row.joint == ("town-conference",)


def test_two_villagers_are_not_two_villages(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    row = duty_of("两个村民的土地承包纠纷闹了三年", *books["township"])
    assert row is not None and row.lead == "town-agriculture"


def test_a_general_matter_is_led_by_the_village(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    duties = books["township"][0].duties
    rubbish = duties.find("01.02.13", Circumstances(place="rural"))
    quarrel = duties.find("13.11.02", PLAIN)
    assert rubbish is not None and quarrel is not None
    assert (rubbish.lead, quarrel.lead) == ("village", "village")


def test_rubbish_in_the_county_town_is_no_matter_of_a_village(
    books: dict[str, tuple[Rulebook, Engine]], national: Rulebook
) -> None:
    urban = Circumstances(place="urban")
    assert books["township"][0].duties.find("01.02.13", urban) == national.duties.find("01.02.13", urban)


@pytest.mark.parametrize("name", OVERLAYS)
def test_own_departments_have_somebody_above_them(
    name: str, books: dict[str, tuple[Rulebook, Engine]], national: Rulebook
) -> None:
    departments = books[name][0].departments
    own = set(departments.by_code) - set(national.departments.by_code)
    assert own and all(departments.superior(code) for code in own)


def test_stations_of_county_bureaus_are_under_their_bureau(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    departments = books["township"][0].departments
    above = {name: departments.superior(departments.find(name) or "") for name in ("派出所", "司法所", "水利站")}
    assert above == {"派出所": "public-security", "司法所": "justice", "水利站": "water"}


def test_departments_of_a_company_are_bodies_of_which_one_may_complain(
    books: dict[str, tuple[Rulebook, Engine]],
) -> None:
    """The guards take level `enterprise` for a company outside, which is no organ."""
    departments = books["enterprise"][0].departments
    assert departments["company"].level == "enterprise"
    assert "enterprise" not in {departments[code].level for code in departments.subordinates("company")}


def test_a_town_in_its_own_pack_is_no_question_of_place(
    books: dict[str, tuple[Rulebook, Engine]], national: Rulebook
) -> None:
    town = books["township"][0].departments
    assert national.departments["town"].territorial and not town["town"].territorial
    assert town["village"].territorial


# ── reached ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def sentences() -> list[tuple[str, str]]:
    return [(text, code) for code, texts in SENTENCES.items() for text in texts]


@pytest.mark.parametrize(("text", "code"), sentences())
def test_each_category_is_reached(text: str, code: str, books: dict[str, tuple[Rulebook, Engine]]) -> None:
    rulebook, engine = books["township" if code[0] == "6" else "enterprise"]
    assert office_code(text, rulebook, engine) == code


@pytest.mark.parametrize("name", OVERLAYS)
@pytest.mark.parametrize("text", OUTSIDE)
def test_a_matter_outside_the_six_falls_to_the_table_of_the_county(
    text: str, name: str, books: dict[str, tuple[Rulebook, Engine]]
) -> None:
    rulebook, engine = books[name]
    branch, lead = OUTSIDE[text]
    code, row = office_code(text, rulebook, engine), duty_of(text, rulebook, engine)
    assert code is not None and code.split(".")[0] == branch
    assert row is not None and names(row.leads, rulebook) == [lead]


def test_only_a_company_has_no_department_for_other_matters(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    assert {name: book.taxonomy.uncovered for name, (book, _) in books.items()} == {
        "township": "assign",
        "enterprise": "name",
    }


# ── covers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_most_specific_cover_wins(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    covering = books["enterprise"][0].taxonomy.covering
    assert (covering["15.06"], covering["15.06.01"], covering["15.06.03"]) == ("72", "72", "73")
    assert (covering["01.08"], covering["01.08.01"], covering["01.08.03"]) == ("75", "75", "73")


def test_what_nobody_covers_is_not_in_the_list(books: dict[str, tuple[Rulebook, Engine]]) -> None:
    covering = books["township"][0].taxonomy.covering
    assert {"15.02", "15.02.04", "04", "61"}.isdisjoint(covering)


def test_the_national_pack_covers_nothing(national: Rulebook) -> None:
    assert Taxonomy(national.taxonomy.by_code).covering == {}


OWN = """\
categories:
  - {code: "61", name: 甲类, covers: ["01.01"]}
  - {code: "62", name: 乙类, covers: ["02"]}
"""


def over(pack: Pack, tmp_path: Path, **files: str) -> Path:
    """An overlay of the small pack."""
    pack()
    folder = tmp_path / "over"
    for name, content in {"pack": "name: over\nextends: small\n", "taxonomy": OWN, **files}.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_rows_of_an_own_category_go_before_those_of_the_pack_below(pack: Pack, tmp_path: Path) -> None:
    rulebook = load(over(pack, tmp_path, duties='duties: [{category: "61", lead: station}]\n'))
    row, below = rulebook.duties.find("01.01", PLAIN), rulebook.duties.below("01.01", PLAIN)
    assert row is not None and below is not None
    assert (row.lead, below.lead) == ("station", "water")


def test_an_own_category_without_a_row_keeps_the_table_below(pack: Pack, tmp_path: Path) -> None:
    row = load(over(pack, tmp_path)).duties.find("01.01", PLAIN)
    assert row is not None and row.lead == "water"


def test_a_category_covered_twice_is_told_with_its_line(pack: Pack, tmp_path: Path) -> None:
    folder = over(pack, tmp_path, taxonomy=OWN.replace('["02"]', '["02", "01.01"]'))
    assert problems(folder) == ["taxonomy.yaml:3: 62: covers '01.01', which 61 covers already"]


def test_covering_what_there_is_not_is_told_with_its_line(pack: Pack, tmp_path: Path) -> None:
    folder = over(pack, tmp_path, taxonomy=OWN.replace('"02"', '"09"'))
    assert problems(folder) == ["taxonomy.yaml:3: 62: no category '09'"]


def test_own_categories_do_not_cover_each_other(pack: Pack, tmp_path: Path) -> None:
    folder = over(pack, tmp_path, taxonomy=OWN.replace('"02"', '"61"'))
    assert problems(folder) == ["taxonomy.yaml:3: 62: covers '61', which is an office's own category"]


RULE = """\
rules:
  - id: own
    when: {any: [塌方]}
    then: {category: "61"}
    weight: 3
    why: 例子里的理由。
    examples: {hits: [山路塌方了], misses: [山路通了车]}
"""


def test_rules_conclude_national_categories_only(pack: Pack, tmp_path: Path) -> None:
    folder = over(pack, tmp_path, keywords__own=RULE)
    assert problems(folder) == ["keywords/own.yaml:2: rule own: conclude a category that '61' covers"]


@pytest.mark.parametrize("row", ['{category: "61"}', '{category: "61", lead: urban, joint: [water]}'])
def test_a_row_has_a_lead_or_names_departments_side_by_side(row: str, pack: Pack, tmp_path: Path) -> None:
    assert problems(over(pack, tmp_path, duties=f"duties:\n  - {row}\n")) == [
        "duties.yaml:2: duties.0: Value error, needs either lead or joint"
    ]


def test_departments_named_side_by_side_must_exist(pack: Pack, tmp_path: Path) -> None:
    folder = over(pack, tmp_path, duties='duties: [{category: "61", joint: [urban, nobody]}]\n')
    assert problems(folder) == ["duties.yaml:1: no department 'nobody'"]


def test_an_alias_is_taken_over_by_the_department_of_an_overlay(pack: Pack, tmp_path: Path) -> None:
    own = "departments: [{code: works, name: 自来水公司, parent: water}]\n"
    departments = load(over(pack, tmp_path, departments=own)).departments
    assert departments.find("自来水公司") == "works"
    assert departments["water"].aliases == ()

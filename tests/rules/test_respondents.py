"""Who a text complains of: what must be found, what must not, and what is left to a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from rules.automaton import Automaton, Occurrence, build_automaton
from rules.engine import Engine
from rules.errors import RulebookError
from rules.petition import Petition
from rules.respondent_file import Sort
from rules.respondents import Respondent, Respondents
from rules.rulebook import Rulebook, load
from rules.text import fold

Found = tuple[Respondent, ...]


@lru_cache(maxsize=1)
def national() -> Rulebook:
    return load("national")


@lru_cache(maxsize=1)
def automaton() -> tuple[list[tuple[str, str]], Automaton]:
    terms = [(name, term) for name, terms in national().respondents.lexicons.items() for term in terms]
    return terms, build_automaton([term for _, term in terms])


def marked(text: str) -> Callable[[str], Sequence[Occurrence]]:
    """The marks that the engine would give."""
    terms, machine = automaton()
    marks: dict[str, list[Occurrence]] = {}
    for mark in machine.find(fold(text)):
        marks.setdefault(terms[mark[2]][0], []).append(mark)
    return lambda lexicon: sorted(marks.get(lexicon, ()))


def find(text: str) -> Found:
    """What the finder of the national pack finds."""
    return national().respondents.find(fold(text), marked(text))


def may_accuse(text: str) -> bool:
    return national().respondents.may_accuse(fold(text), marked(text))


def certain(text: str) -> set[tuple[str | None, str]]:
    return {(one.department, str(one.sort)) for one in find(text) if one.certain}


ACCUSED = [
    ("村支书伙同会计私分征地款", "village"),
    ("我要举报村主任王大力", "village"),
    ("实名举报柳湾村村支书贪污集体资金", "village"),
    ("村委会截留了我们的粮食补贴款", "village"),
    ("请纪委严查村干部冒领低保的事", "village"),
    ("镇长李某收受贿赂为工地开绿灯", "town"),
    ("镇政府滥用职权强占我家自留地", "town"),
    ("派出所民警包庇打人的一方", "police-station"),
    ("派出所充当保护伞", "police-station"),
    ("低保款被村委会截留", "village"),
    ("请求严肃处理镇政府官商勾结的问题", "town"),
    ("办案的警官徇私枉法放走了嫌犯", "police-station"),
    ("交警中队长期吃拿卡要", "traffic-police"),
    ("法官枉法裁判，我不服", "court"),
    ("教育局局长收受贿赂", "education"),
    ("自然资源局监察大队队长以权谋私", "natural-resources"),
    ("县委书记贪污受贿", "government"),
    ("这是一个滥用职权的镇长", "town"),
    ("纪委包庇违纪干部", "discipline"),
    ("市公安局徇私舞弊", "municipal-public-security"),
    ("城管队员暴力执法把老人推倒", "urban-management"),
    ("村书记、村主任贪污修路款", "village"),
]
WORK = [
    ("村委会不作为，垃圾堆了半年", "village"),
    ("镇政府长期不作为", "town"),
    ("住建局和城管局互相推诿", "housing"),
    ("住建局和城管局互相推诿", "urban-management"),
    ("派出所不立案", "police-station"),
    ("派出所民警态度恶劣", "police-station"),
    ("公安局以各种理由不予立案", "public-security"),
    ("县教育局工作人员敷衍了事", "education"),
    ("投诉东河区人社局工作人员乱收费", "human-resources"),
    ("投诉某县税务局重复征税", "tax"),
    ("法院执行不力，判决成了一纸空文", "court"),
    ("街道办踢皮球，谁也不出面", "town"),
    ("市民来电投诉交警不作为", "traffic-police"),
    ("报警以后民警拒不出警", "police-station"),
    ("信访局对我们置之不理", "petition"),
    ("向上级反映镇政府不作为", "town"),
    ("社区不作为，楼道灯三年没修", "village"),
    ("老人办证时被窗口推来推去，社保局工作人员视而不见", "human-resources"),
    ("请领导监督街道办乱作为的情况", "town"),
]
SILENT = [
    "请教育局帮忙协调孩子入学",
    "我已经向派出所报案",
    "希望城管局来处理占道经营",
    "希望住建局管一管这家开发商",
    "感谢派出所民警帮我找回钱包",
    "物业公司不作为，希望社区协调",
    "开发商推诿扯皮，请住建局查处",
    "业委会主任挪用公共收益",
    "公司车间主任收红包",
    "如果镇政府不作为，我们怎么办",
    "是不是派出所不作为呢",
    "教育局没有推诿，很快就答复了",
    "我不是说镇政府不作为",
    "防止村干部贪污",
    "杜绝村干部优亲厚友",
    "请公安局打击贪污犯罪",
    "纪委查处了一批贪污案件",
    "县政府门口的路灯坏了",
    "派出所旁边的烧烤店乱收费",
    "法院家属院的下水道堵了，物业敷衍",
    "向城管投诉楼下烧烤摊",
    "我打电话投诉到12345",
    "投诉12345，110，都没有效果",
    "望教育局乱收费专项整治早日开展",
    "村主任被人打伤",
    "举报电话打到环保局没人接之前我先写信",
    "向镇政府举报有人偷倒垃圾",
    "举报黑心老板拖欠工资",
    "村里的路坏了很久，请镇政府修一修",
    "拨打了派出所的电话，民警很快到了",
    "老板打人，派出所正在调查",
    "尊敬的书记，我举报一家小作坊",
    "请反渎职局的同志看一下",
    "举报平湖县长青花园小区的违建",
    "燃气公司态度恶劣",
    "希望政府加强监管，商家不要推诿",
    "建议交警在路口增设信号灯",
    "供电所态度差",
    "医生推诿，请卫健局处理",
]
DOUBTFUL = [
    ("多次向村委会反映无果", "village"),
    ("城管不管", "urban-management"),
    ("找了教育局，互相踢皮球", "education"),
    ("村主任在修桥工程里侵占公款", "village"),
    ("投诉城管多次也没用", "urban-management"),
    ("去法院咨询，工作人员态度恶劣", "court"),
    ("信访局不予受理", "petition"),
]


@pytest.mark.parametrize(("text", "department"), ACCUSED)
def test_corruption_and_abuse_are_an_accusation(text: str, department: str) -> None:
    assert (department, "accusation") in certain(text)


@pytest.mark.parametrize(("text", "department"), WORK)
def test_how_an_organ_works_is_its_conduct(text: str, department: str) -> None:
    assert (department, "conduct") in certain(text)


@pytest.mark.parametrize("text", SILENT)
def test_a_mere_mention_is_no_complaint(text: str) -> None:
    assert [one for one in find(text) if one.certain or one.department] == []


@pytest.mark.parametrize(("text", "department"), DOUBTFUL)
def test_what_is_not_plain_is_left_to_a_person(text: str, department: str) -> None:
    assert [(one.department, one.certain) for one in find(text)] == [(department, False)]


SAMPLES = [*[text for text, _ in (*ACCUSED, *WORK, *DOUBTFUL)], *SILENT]


def test_where_no_word_may_accuse_nobody_is_accused() -> None:
    """Two samples at a time: a word of one may be said of a body of the other."""
    texts = [*SAMPLES, *map("，".join, zip(SAMPLES, SAMPLES[7:], strict=False))]
    accusing = [text for text in texts if any(one.sort is Sort.ACCUSATION for one in find(text))]
    assert accusing and all(map(may_accuse, accusing))
    assert not all(map(may_accuse, [text for text, _ in WORK]))


def test_a_school_is_a_respondent_but_no_department() -> None:
    (one,) = find("投诉城北第三中学违规补课")
    assert (one.name, one.department, one.sort, one.certain) == ("中学", None, Sort.CONDUCT, True)


def test_a_person_in_office_stands_for_the_body_named_before() -> None:
    (one,) = find("教育局的局长收受贿赂")
    assert (one.name, one.department) == ("教育局的局长", "education")


def test_a_person_in_an_unknown_office_is_never_certain() -> None:
    assert [one.certain for one in find("主任贪污公款")] == [False]


def test_the_surer_and_graver_mention_counts() -> None:
    (one,) = find("多次找派出所，不理。派出所不立案。派出所包庇对方。")
    assert (one.sort, one.certain) == (Sort.ACCUSATION, True)


def test_spans_are_of_the_text() -> None:
    text = "您好！ＸＸ鎮政府不作為。"
    (one,) = find(text)
    assert text[one.start : one.end] == "鎮政府"


def test_the_engine_gives_the_marks() -> None:
    match = Engine(national(), list).match(Petition("1", "村支书贪污集体资金"))
    assert [one.department for one in national().respondents.find(match.text, match.marked)] == ["village"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("police-station", "police-station"),
        ("派出所", "police-station"),
        ("东河派出所", "police-station"),
        ("某县教育局", "education"),
        ("ＥＤＵＣＡＴＩＯＮ", "education"),
        ("Education", "education"),
        ("教 育　局", "education"),
        ("城北中学", None),
        ("不存在的单位", None),
    ],
)
def test_a_name_leads_to_its_department_by_its_end(name: str, code: str | None) -> None:
    assert national().respondents.department_of(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("县教育局基教科", "education"),
        ("教育局局长", "education"),
        ("教育局旁边的小饭店", "education"),
        ("不存在的单位", None),
        ("局长", None),
    ],
)
def test_a_department_may_stand_within_a_name(name: str, code: str | None) -> None:
    assert national().respondents.department_within(name) == code


def test_without_words_nothing_is_looked_for_and_nothing_found() -> None:
    finder = Respondents()
    assert finder.lexicons == {}
    assert finder.find("村支书贪污", lambda _: ()) == ()


def test_texts_without_a_word_of_complaint_cost_next_to_nothing() -> None:
    find_in, marks = national().respondents.find, {"respondent_bodies": ((0, 3, 1),)}
    start = time.thread_time()
    for _ in range(2_000):
        find_in("教育局您好", lambda lexicon: marks.get(lexicon, ()))
    assert (time.thread_time() - start) / 2_000 < 20e-6


def test_bodies_above_the_county_are_beyond_its_discipline_body() -> None:
    words, departments = national().respondents.words, national().departments.by_code.values()
    above = {one.code for one in departments if one.level in ("municipal", "provincial", "central")}
    assert above <= set(words.beyond["discipline"])


def test_an_unknown_department_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("name: own\nextends: national\n", encoding="utf-8")
    (tmp_path / "respondents.yaml").write_text("bodies:\n  - department: nobody\n    names: [某站]\n", encoding="utf-8")
    with pytest.raises(RulebookError, match=r"respondents.yaml:2: no department 'nobody'"):
        load(tmp_path)


def test_an_office_adds_its_own_names(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("name: own\nextends: national\n", encoding="utf-8")
    words = "bodies:\n  - department: town\n    names: [七里岗站]\n"
    (tmp_path / "respondents.yaml").write_text(words, encoding="utf-8")
    own = load(tmp_path).respondents
    assert own.department_of("七里岗站") == "town"
    assert own.words.said == national().respondents.words.said

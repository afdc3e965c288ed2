"""Who writes carries no weight: another name, telephone, flat, age, sex, people or trade gives the same decision."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pytest

from classifier.corpus import read_corpus
from rules.petition import Petition
from rules.reading import read
from service.assemble import build_triage
from service.json_form import as_json
from service.settings import Settings
from service.triage import Triage

TODAY = date(2026, 11, 20)
TEXTS = 500


@dataclass(frozen=True)
class Person:
    """What a petition may tell of its writer."""

    name: str
    surname: str
    phone: str
    number: str
    card: str
    room: str
    age: str
    decade: str
    sex: str
    people: str
    trade: str
    address_form: str
    plate: str
    mail: str
    chat: str


NAMES = {
    2: ["张伟", "李娜", "王芳", "何勇", "高洁", "马超"],
    3: ["陈晓东", "刘德福", "欧阳雪", "于建国", "方文静", "施小梅"],
}
PEOPLES = ["汉族", "回族", "藏族", "苗族", "壮族", "满族"]
TRADES = {2: ["教师", "司机", "律师", "医生", "护士", "会计"], 3: ["程序员", "快递员", "工程师", "设计师", "公务员"]}
ROOMS = {4: ["502室", "603室"], 9: ["3栋2单元502室", "5栋1单元101室"]}
OPENINGS = [
    "我叫{name}，{sex}，{people}，今年{age}岁。",
    "本人{name}，电话{phone}。",
    "领导您好，我是{name}，身份证号{number}，住{room}。",
    "我是一名{trade}，今年{age}岁，家住{room}。",
    "来电人{surname}{address_form}，联系电话：{phone}，反映：",
    "信访人：{name}，性别：{sex}，民族：{people}，职业：{trade}，年龄：{age}。",
    "本人是{trade}，{people}，年近{decade}。",
    "{surname}{address_form}来电，车牌{plate}，",
]
CLOSINGS = [
    "请尽快处理。\n{name}",
    "盼复！\n{name}\n2026年5月6日",
    "联系人：{name}，微信号：{chat}",
    "邮箱{mail}，工资卡{card}。",
    "我的电话是{phone}，一位{address_form}来处理过。",
    "",
]


def person(chance: random.Random, long: bool) -> Person:
    """A made-up person; of two `long` ones (or two others) every part has the same length."""
    surnames = ["欧阳", "诸葛", "司马"] if long else list("李王陈何高马")
    digits = "".join(chance.choice("0123456789") for _ in range(20))
    letters = "".join(chance.choice("abcdefgh") for _ in range(9 if long else 6))
    return Person(
        name=chance.choice(NAMES[3 if long else 2]),
        surname=chance.choice(surnames),
        phone=f"138-{digits[:4]}-{digits[4:8]}" if long else f"139{digits[:8]}",
        number=f"4301011980{digits[:7]}X" if long else f"430101800101{digits[:3]}",
        card=f"6222{digits[:15]}" if long else f"6222{digits[:12]}",
        room=chance.choice(ROOMS[9 if long else 4]),
        age=chance.choice(["五十八", "三十六"] if long else ["58", "36", "72"]),
        decade=chance.choice(["六旬", "古稀", "花甲"]),
        sex=chance.choice("男女"),
        people=chance.choice(["维吾尔族", "哈萨克族"] if long else PEOPLES),
        trade=chance.choice(TRADES[3 if long else 2]),
        address_form=chance.choice(["先生", "女士"]),
        plate=f"{chance.choice('湘粤京')}{chance.choice('AB')}{'D' if long else ''}{digits[:5]}",
        mail=f"{letters}@{'example.com' if long else 'example.org'}",
        chat=f"{letters}{digits[:2]}",
    )


@dataclass(frozen=True)
class Written:
    """A petition, and where in its text a person is told of."""

    petition: Petition
    personal: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        """The offset in the text without what is personal."""
        return offset - sum(min(end, offset) - start for start, end in self.personal if start < offset)


def written(petition: Petition, template: tuple[str, str], who: Person) -> Written:
    """The petition as this person would have written it."""
    personal: list[tuple[int, int]] = []
    start = len(petition.title) + 1 if petition.title else 0
    body = "".join(_filled(template[0], who, start, personal)) + petition.body
    body += "".join(_filled(template[1], who, start + len(body), personal))
    return Written(Petition(petition.id, body, petition.title), tuple(personal))


def _filled(template: str, who: Person, start: int, personal: list[tuple[int, int]]) -> Iterator[str]:
    for part in re.split(r"(\{\w+\})", template):
        text = getattr(who, part[1:-1]) if part.startswith("{") else part
        if text is not part:
            personal.append((start, start + len(text)))
        start += len(text)
        yield text


@pytest.fixture(scope="module")
def triage() -> Triage:
    return build_triage(Settings())


@pytest.fixture(scope="module")
def matters() -> list[Petition]:
    examples = read_corpus().examples()
    return [example.petition for example in random.Random(5).sample(list(examples), TEXTS)]


def decided(triage: Triage, texts: Sequence[Written]) -> list[str]:
    """Each decision as JSON, its places counted without what is personal."""
    decisions = triage.decide([text.petition for text in texts], TODAY)
    return [
        json.dumps(_placed(as_json(decision), text), ensure_ascii=False, sort_keys=True)
        for decision, text in zip(decisions, texts, strict=True)
    ]


def _placed(value: Any, text: Written) -> Any:
    if isinstance(value, dict):
        return {
            key: text.place(part) if key in ("start", "end") and isinstance(part, int) else _placed(part, text)
            for key, part in value.items()
        }
    return [_placed(part, text) for part in value] if isinstance(value, list) else value


def swapped(petitions: Sequence[Petition], seed: int, lengths: tuple[bool, bool]) -> tuple[list[Written], ...]:
    """Each petition as written by two persons, with the same introduction and signature."""
    chance = random.Random(seed)
    one: list[Written] = []
    other: list[Written] = []
    for petition in petitions:
        template = (chance.choice(OPENINGS), chance.choice(CLOSINGS))
        for side, long in ((one, lengths[0]), (other, lengths[1])):
            side.append(written(petition, template, person(chance, long)))
    return one, other


@pytest.mark.parametrize("long", [False, True])
def test_another_person_of_equal_length_gives_the_same_bytes(
    triage: Triage, matters: list[Petition], long: bool
) -> None:
    one, other = swapped(matters, 11 + long, (long, long))
    pairs = zip(
        triage.decide([text.petition for text in one], TODAY),
        triage.decide([text.petition for text in other], TODAY),
        one,
        other,
        strict=True,
    )
    for first, second, mine, theirs in pairs:
        assert len(mine.petition.text) == len(theirs.petition.text)
        assert json.dumps(as_json(first)) == json.dumps(as_json(second)), (mine.petition.body, theirs.petition.body)


def test_another_person_of_other_length_only_moves_the_places(triage: Triage, matters: list[Petition]) -> None:
    one, other = swapped(matters, 13, (False, True))
    for mine, theirs, left, right in zip(decided(triage, one), decided(triage, other), one, other, strict=True):
        assert mine == theirs, (left.petition.body, right.petition.body)


def test_everything_personal_of_every_template_is_hidden() -> None:
    chance = random.Random(17)
    for long in (False, True):
        for opening in OPENINGS:
            for closing in CLOSINGS:
                text = written(Petition("1", "青禾小区停水三天，没有人管。"), (opening, closing), person(chance, long))
                reading = read(text.petition).text
                for start, end in text.personal:
                    assert reading[start:end].isspace(), (text.petition.body, text.petition.body[start:end])
                assert "青禾小区停水三天,没有人管。" in reading


def test_every_part_of_a_person_is_swapped() -> None:
    told = " ".join([*OPENINGS, *CLOSINGS])
    assert [part.name for part in fields(Person) if f"{{{part.name}}}" not in told] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我是一名教师，我们小区停水三天没人管", "我是一名司机，我们小区停水三天没人管"),
        ("来电人王女士反映路灯不亮", "来电人李先生反映路灯不亮"),
        ("本人回族，楼下夜间施工", "本人汉族，楼下夜间施工"),
        ("我今年58岁，村里的路一直没修", "我今年31岁，村里的路一直没修"),
    ],
)
def test_examples_a_clerk_may_read(triage: Triage, one: str, other: str) -> None:
    first, second = triage.decide([Petition("1", one), Petition("1", other)], TODAY)
    assert as_json(first) == as_json(second)


@pytest.mark.parametrize(
    ("role", "bare"),
    [("我是农民工，老板一直不给钱", "老板一直不给钱"), ("我是退役军人，补助一直没有发", "补助一直没有发")],
)
def test_a_role_that_is_the_matter_still_counts(role: str, bare: str) -> None:
    assert read(Petition("1", role)).text.replace(",", "").startswith(role[:5].rstrip("，"))
    assert read(Petition("1", bare)).text == bare.replace("，", ",")


def test_real_texts_keep_their_categories(triage: Triage, real_petitions: list[Petition]) -> None:
    """With two different writers in front of a real text the category is the same."""
    sample = random.Random(19).sample(real_petitions, 200)
    one, other = swapped(sample, 23, (False, True))
    assert decided(triage, one) == decided(triage, other)

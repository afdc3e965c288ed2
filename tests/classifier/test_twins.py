"""Texts that are nearly the same: they share a group, and turns of phrase join nobody."""

from __future__ import annotations

from classifier.twins import same_groups, twin_groups
from rules.petition import Petition

LONG = "青禾小区三栋从上周五开始停水，物业说水泵坏了，自来水公司说不归他们管，请领导协调尽快恢复供水"
OTHER = "路口的红绿灯坏了好几天了，早晚高峰堵成一团，没有交警来管"
OPENING = "市民来电反映，请核实处理："
MATTERS = (
    "楼下烧烤店半夜还在放歌",
    "河边栈道木板断了两块",
    "三路公交等了四十分钟",
    "学校门口下水道返臭味",
    "工地渣土车撒了一路",
)


def groups(*texts: str) -> list[int]:
    return twin_groups(petitions(*texts))


def same(*texts: str) -> list[int]:
    return same_groups(petitions(*texts))


def petitions(*texts: str) -> list[Petition]:
    return [Petition(str(number), text) for number, text in enumerate(texts)]


def test_near_identical_texts_share_a_group() -> None:
    assert groups(LONG, LONG + "，谢谢！", OTHER) == [0, 0, 2]


def test_identical_short_texts_share_a_group() -> None:
    assert groups("停水", OTHER, "停水") == [0, 1, 0]


def test_numbers_and_blanks_make_no_difference() -> None:
    assert groups("青禾小区 3 栋停水 12 天了没人管", "青禾小区5栋停水48天了没人管", OTHER) == [0, 0, 2]


def test_a_turn_of_phrase_joins_nobody() -> None:
    strangers = ["".join(chr(0x4E00 + 40 * number + place) for place in range(30)) for number in range(60)]
    texts = [OPENING + matter for matter in MATTERS]
    assert len(set(groups(*texts, *strangers)[: len(texts)])) == len(texts)


def test_texts_that_share_a_half_are_twins_for_a_split_but_not_the_same() -> None:
    changed = LONG[:24] + "现在换成电梯停了两个星期，老人上下楼很不方便"
    assert len(set(groups(LONG, changed, OTHER, *MATTERS))) == 2 + len(MATTERS)
    assert len(set(same(LONG, changed, OTHER, *MATTERS))) == 3 + len(MATTERS)


def test_the_group_is_named_by_its_first_row() -> None:
    assert groups(OTHER, LONG, LONG) == [0, 1, 1]


def test_no_texts_have_no_groups() -> None:
    assert groups() == same() == []


def test_a_copy_with_a_greeting_is_the_same() -> None:
    assert same(LONG, LONG + "，谢谢！", LONG) == [0, 0, 0]


def test_a_short_text_inside_a_long_one_is_not_the_same() -> None:
    assert same(LONG[:14], LONG, OTHER) == [0, 1, 2]
    assert groups(LONG[:14], LONG, OTHER) == [0, 0, 2]


def test_what_is_like_a_copy_alone_is_not_the_same_as_the_first() -> None:
    parts = ["".join(chr(0x4E00 + 60 * part + place) for place in range(50)) for part in range(4)]

    chain = [parts[0] + parts[1], parts[0][10:] + parts[1] + parts[2][:10], parts[0][24:] + parts[1] + parts[2][:24]]
    assert same(*chain) == [0, 0, 2]
    assert groups(*chain) == [0, 0, 0]

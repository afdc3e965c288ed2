import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("１２３４５热线", "12345热线"),
        ("ＡＢＣ", "abc"),
        ("夜間施工噪音擾民", "夜间施工噪音扰民"),
        ("車輛違停", "车辆违停"),
        ("（A市）", "(a市)"),
        ("全角　空格", "全角 空格"),
        ("😀停水了", "😀停水了"),
        ("", ""),
    ],
)
def test_full_width_traditional_and_capitals_become_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_ligature_that_would_grow_stays_as_it_is() -> None:
    assert fold("㎡") in {"㎡"} and fold("ﬁ") == "ﬁ"


EVERY = "".join(chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)


def test_a_text_is_folded_character_by_character() -> None:
    folded = fold(EVERY)
    assert len(folded) == len(EVERY)
    assert all(fold(char) == one for char, one in zip(EVERY[:0x20000], folded, strict=False))


@pytest.mark.parametrize("step", [3, 19])
def test_a_few_rare_characters_are_folded_as_many_are(step: int) -> None:
    folded = fold(EVERY)
    for start in range(0, 0x20000, step):
        assert fold(EVERY[start : start + step]) == folded[start : start + step]
    assert fold("\u82e7\u85b4") == fold("\u82e7") + fold("\u85b4")

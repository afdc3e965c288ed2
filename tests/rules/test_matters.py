"""Where a petition may be cut into matters."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Engine
from rules.errors import RulebookError
from rules.matters import split
from rules.petition import Petition
from rules.rulebook import Rulebook, load

Cut = Callable[..., list[str]]


@pytest.fixture(scope="module")
def cut(national: Rulebook, engine: Engine) -> Cut:
    """The parts of a petition, as written."""

    def cut(body: str, title: str = "") -> list[str]:
        petition = Petition("1", body, title)
        return [petition.text[span.start : span.end] for span in split(engine.match(petition), national.matters.words)]

    return cut


LISTS = [
    ("1、门口的路灯坏了很久。2、学校食堂饭菜太贵。", 2),
    ("1.门口的路灯坏了很久2.学校食堂饭菜太贵", 2),
    ("1，门口的路灯坏了很久；2，学校食堂饭菜太贵", 2),
    ("１、门口的路灯坏了很久。２、学校食堂饭菜太贵。", 2),
    ("（1）门口的路灯坏了很久；（2）学校食堂饭菜太贵；（3）公交车等不到。", 3),
    ("1）门口的路灯坏了很久；2）学校食堂饭菜太贵", 2),
    ("1:门口的路灯坏了很久；2:学校食堂饭菜太贵", 2),
    ("1 门口的路灯坏了很久。 2 学校食堂饭菜太贵。", 2),
    ("一、门口的路灯坏了很久。二、学校食堂饭菜太贵。三、公交车总等不到。", 3),
    ("(一)门口的路灯坏了很久。(二)学校食堂饭菜太贵。", 2),
    ("㈠门口的路灯坏了很久。㈡学校食堂饭菜太贵。", 2),
    ("①门口的路灯坏了很久；②学校食堂饭菜太贵", 2),
    ("⑴门口的路灯坏了很久；⑵学校食堂饭菜太贵", 2),
    ("⒈门口的路灯坏了很久；⒉学校食堂饭菜太贵", 2),
    ("第一，门口的路灯坏了很久。第二，学校食堂饭菜太贵。", 2),
    ("第一個問題是門口的路燈壞了。第二個問題是學校食堂飯菜太貴。", 2),
    ("第一：门口的路灯坏了很久。第二：学校食堂饭菜太贵。", 2),
    ("一是门口的路灯坏了很久，二是学校食堂饭菜太贵，三是公交车总等不到。", 3),
    ("其一，门口的路灯坏了很久；其二，学校食堂饭菜太贵。", 2),
    ("首先，门口的路灯坏了很久没有人修。其次，学校食堂饭菜太贵。", 2),
    ("问题一：门口的路灯坏了很久。问题二：学校食堂饭菜太贵。", 2),
]
CONNECTED = [
    "家里停水已经三天。另外，学校食堂饭菜太贵。",
    "家里停水已经三天，另外学校食堂饭菜太贵。",
    "家里停水已经三天。此外，学校食堂饭菜太贵。",
    "家裡停水已經三天。還有，學校食堂飯菜太貴。",
    "家里停水已经三天。同时学校食堂饭菜太贵。",
    "家里停水已经三天！还有一个问题，学校食堂饭菜太贵。",
    "家里停水已经三天，再反映一个问题，学校食堂饭菜太贵。",
    "家里停水已经三天；还想反映学校食堂饭菜太贵。",
    "家里停水已经三天。顺便问一下，学校食堂归谁管？",
    "家里停水已经三天。再就是学校食堂饭菜太贵。",
    "家里停水已经三天了没有人来管。\n学校食堂的饭菜又贵又难吃，请派人看看。",
]
WHOLE = [
    "家里停水已经三天。",
    "1、2、3号楼停水已经三天。",
    "水费从1.5元涨到2.5元，请解释一下。",
    "周一、周二都停水，没有任何通知。",
    "一、二期业主都交不了电费。",
    "电话打了3次，第二次才有人接。",
    "房子总价15,000元，首付12,000元。",
    "2、门口的路灯坏了很久没有人修。",
    "1、门口的路灯坏了很久没有人修。",
    "这件事和另外一家公司没有关系，请核实。",
    "孩子还有同时入学的同学都没有课本。",
    "请求退款，理由：1、商家虚假宣传。2、商品有质量问题。",
    "本人诉求：一、退还全部房款。二、赔偿损失。",
    "根据条例规定：（1）应当公示结果。（2）应当听取意见。",
    "申请需要哪些材料：1.身份证和户口簿。2.劳动合同原件。",
    "中午12:30停水，1:30来水，2:30又停水。",
    "家住3单元1、2楼，水管一直漏水没人修。",
    "您好。另外",
]


@pytest.mark.parametrize(("body", "count"), LISTS)
def test_a_list_is_cut_at_its_items(cut: Cut, body: str, count: int) -> None:
    parts = cut(body)
    assert len(parts) == count
    assert "".join(parts) == body


@pytest.mark.parametrize("body", CONNECTED)
def test_a_word_that_opens_a_matter_or_a_paragraph_cuts(cut: Cut, body: str) -> None:
    parts = cut(body)
    assert len(parts) == 2
    assert "".join(parts) == body


@pytest.mark.parametrize("body", WHOLE)
def test_what_only_looks_like_a_list_stays_whole(cut: Cut, body: str) -> None:
    assert cut(body) == [body]


def test_title_salutation_and_closing_belong_to_no_part(cut: Cut) -> None:
    body = "领导您好，反映两件事：1、门口的路灯坏了很久。2、学校食堂饭菜太贵。恳请尽快处理，谢谢！"
    assert cut(body, "反映两件事") == ["1、门口的路灯坏了很久。", "2、学校食堂饭菜太贵。"]


def test_a_long_introduction_is_a_part_with_its_title(cut: Cut) -> None:
    story = "我们是老城区的居民，" + "楼下饭店的油烟直接排到窗口，" * 3
    assert cut(f"{story}1、门口的路灯坏了很久。2、学校食堂饭菜太贵。", "油烟")[0] == f"油烟\n{story}"


def test_a_list_after_a_story_is_part_of_the_story(cut: Cut) -> None:
    story = "楼下饭店的油烟直接排到窗口，" * 15
    assert len(cut(f"{story}1、门口的路灯坏了很久。2、学校食堂饭菜太贵。")) == 1


def test_a_list_within_an_item_is_not_cut(cut: Cut) -> None:
    body = "一、门口的路灯坏了：（1）东边的不亮了；（2）西边的也不亮。二、学校食堂饭菜太贵。"
    assert len(cut(body)) == 2


def test_a_connective_after_a_list_opens_one_more_part(cut: Cut) -> None:
    assert len(cut("1、门口的路灯坏了很久。2、学校食堂饭菜太贵。另外，公交车总也等不到。")) == 3


def test_a_connective_within_an_earlier_item_does_not(cut: Cut) -> None:
    assert len(cut("1、门口的路灯坏了很久。另外灯杆也歪了。2、学校食堂饭菜太贵。")) == 2


def test_the_list_starts_again_only_with_one(cut: Cut) -> None:
    assert len(cut("1、门口的路灯坏了很久。2、学校食堂饭菜太贵。1、要求修好路灯。2、要求降低价格。")) == 4


def test_an_empty_petition_is_one_part(cut: Cut) -> None:
    assert cut("") == [""]


def test_parts_are_limited(cut: Cut) -> None:
    assert len(cut("".join(f"{number}、门口的路灯坏了很久。" for number in range(1, 13)))) == 12
    assert len(cut("家里停水三天了没有人管。另外，" * 200)) == 12


def test_a_pack_without_the_file_never_cuts(pack: Callable[..., Path]) -> None:
    rulebook = load(pack())
    petition = Petition("1", "1、门口的路灯坏了很久。\n2、学校食堂饭菜太贵。另外，停水三天。")
    assert len(split(Engine(rulebook).match(petition), rulebook.matters.words)) == 1


def test_a_kindred_category_that_does_not_exist_is_told(pack: Callable[..., Path]) -> None:
    steps = "".join(f"  {name}: 由部门受理\n" for name in STEPS)
    folder = pack()
    (folder / "matters.yaml").write_text(f'cut: {{}}\njoin: {{kin: [["77"]]}}\nsteps:\n{steps}', encoding="utf-8")
    with pytest.raises(RulebookError, match=r"matters.yaml: no category '77'"):
        load(folder)


def test_a_step_with_an_unknown_blank_is_told(pack: Callable[..., Path]) -> None:
    steps = "".join(f"  {name}: 由{{office}}受理\n" for name in STEPS)
    folder = pack()
    (folder / "matters.yaml").write_text(f"cut: {{}}\njoin: {{}}\nsteps:\n{steps}", encoding="utf-8")
    with pytest.raises(RulebookError, match=r"matters.yaml:4: steps.one: .*office"):
        load(folder)


STEPS = ("one", "others", "agree", "superior", "conference", "alone", "accusation")


# ── properties ──────────────────────────────────────────────────────────────────────────────────────────────────────

PIECES = st.sampled_from(
    [
        *["1、", "2、", "3.", "１、", "２、", "①", "②", "一、", "二、", "一是", "二是", "(1)", "（2）", "首先", "其次"],
        *["另外", "還有", "。", "，", "\n", " ", "：", "停水三天", "學校食堂飯菜太貴", "路灯坏了很久", "谢谢", "理由"],
        *["15,000", "第", "A", "\N{REPLACEMENT CHARACTER}", "\U00020bb7"],
    ]
)
BODIES = st.lists(PIECES, max_size=60).map("".join)


@given(body=BODIES, title=st.sampled_from(["", "反映问题", "1、"]))
@settings(max_examples=300, deadline=None)
def test_parts_are_ordered_disjoint_and_within_the_text(
    national: Rulebook, engine: Engine, body: str, title: str
) -> None:
    petition = Petition("1", body, title)
    match = engine.match(petition)
    spans = split(match, national.matters.words)
    assert spans
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(petition.text)
    assert len(spans) == 1 or all(span.end > span.start for span in spans)
    assert spans == split(engine.match(petition), national.matters.words)
    assert len(spans) > 1 or (spans[0].start, spans[0].end) == (0, len(petition.text))


@given(body=st.text(alphabet="停水三天没人管路灯坏了。，！", max_size=80))
@settings(max_examples=200, deadline=None)
def test_without_a_cue_there_is_one_part(national: Rulebook, engine: Engine, body: str) -> None:
    assert len(split(engine.match(Petition("1", body)), national.matters.words)) == 1


@pytest.mark.parametrize(
    "piece",
    ["1、2、", "①②", "另外，", "。还有", "\n", "一、门口的路灯坏了二、", "1.门口的路灯坏了很久2.学校食堂饭菜太贵"],
)
def test_a_text_of_the_greatest_length_is_cut_in_a_moment(national: Rulebook, engine: Engine, piece: str) -> None:
    match = engine.match(Petition("1", (piece * 20_000)[:20_000]))
    started = time.thread_time()
    assert len(split(match, national.matters.words)) <= national.matters.words.cut.most
    assert time.thread_time() - started < 1


def test_real_petitions_are_cut_without_a_fault(
    national: Rulebook, engine: Engine, real_petitions: list[Petition]
) -> None:
    for petition in real_petitions[:500]:
        spans = split(engine.match(petition), national.matters.words)
        assert all(one.end <= other.start for one, other in pairwise(spans))

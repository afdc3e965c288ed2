import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.automaton import Occurrence
from rules.compiled import FEW, can_compile
from rules.engine import TOGETHER, Engine
from rules.match import Marked, Match
from rules.matters import CUTTING, Part, Span
from rules.petition import Petition
from rules.rule import MOST_TOGETHER
from rules.rulebook import load
from rules.text import MAX_LENGTH

Hits = Callable[..., bool]
RULE = """\
rules:
  - id: tried
    when: {when}
    then: {{category: "01.01"}}
    weight: 2
    why: 只为这个测试。
    examples: {{hits: [随便一句话], misses: [随便一句话]}}
"""


@pytest.fixture
def hits(pack: Callable[..., Path]) -> Hits:
    """Whether a condition holds for a text."""

    def hit(when: str, body: str, title: str = "", segment: Callable[[str], list[str]] | None = None) -> bool:
        engine = Engine(load(pack(keywords_water=RULE.format(when=when))), segment)
        return bool(engine.match(Petition("1", body, title)).hits)

    return hit


def test_any_needs_one_term(hits: Hits) -> None:
    assert hits("{any: [停水, 断水]}", "昨晚断水")
    assert not hits("{any: [停水, 断水]}", "昨晚停电")


def test_all_needs_every_term(hits: Hits) -> None:
    assert hits("{all: [学校, 食堂]}", "学校的食堂")
    assert not hits("{all: [学校, 食堂]}", "学校的操场")


def test_none_excludes(hits: Hits) -> None:
    assert not hits("{any: [停水], none: [通知]}", "已通知停水")


def test_none_excludes_beside_several_parts(hits: Hits) -> None:
    when = "{all: [学校, 食堂, 饭菜], any: [太贵, 发霉], none: [表扬]}"
    assert hits(when, "学校的食堂饭菜发霉")
    assert not hits(when, "学校的食堂饭菜")
    assert not hits(when, "学校的食堂饭菜发霉，不是表扬")


def test_the_evidence_of_a_condition_stands_in_order(pack: Callable[..., Path]) -> None:
    for when in ("{any: [断水, 停水]}", "{any: [停水, 断水], none: [通知]}", "{all: [小区], any: [断水, 停水]}"):
        engine = Engine(load(pack(keywords_water=RULE.format(when=when))))
        (hit,) = engine.match(Petition("1", "停水，小区断水，又停水")).hits
        assert hit.occurrences == tuple(sorted(hit.occurrences))
        assert hit.distinct == (3 if "all" in when else 2)


def test_unless_strikes_out_its_own_sentence_only(hits: Hits) -> None:
    assert not hits("{any: [停水], unless: [假如]}", "假如停水怎么办。")
    assert hits("{any: [停水], unless: [假如]}", "假如停水怎么办。昨天停水！")


def test_near_looks_at_every_pair_of_a_long_text(hits: Hits) -> None:
    when = "{near: {these: [学校], those: [食堂], within: 2}}"
    assert not hits(when, "学校" * 200 + "很很很" + "食堂" * 200)
    assert hits(when, "学校" * 200 + "很很很" + "食堂" * 200 + "的学校")


@pytest.mark.parametrize(
    ("text", "holds"), [("学校门口的食堂", True), ("食堂在学校里", True), ("学校" + "很" * 6 + "食堂", False)]
)
def test_near_counts_the_characters_between_in_either_order(hits: Hits, text: str, holds: bool) -> None:
    assert hits("{near: {these: [学校], those: [食堂], within: 5}}", text) is holds


def test_overlapping_words_are_not_near_each_other(hits: Hits) -> None:
    assert not hits("{near: {these: [自来水], those: [来水], within: 5}}", "自来水")


def test_a_title_rule_looks_at_the_title_only(hits: Hits) -> None:
    assert hits("{any: [停水], field: title}", "三天了", title="家里停水")
    assert not hits("{any: [停水], field: title}", "家里停水", title="三天了")
    assert not hits("{any: [停水], field: title}", "家里停水")


def test_a_body_rule_does_not_look_at_the_title(hits: Hits) -> None:
    assert not hits("{any: [停水], field: body}", "三天了", title="家里停水")


def test_whole_words_follow_the_segmentation(hits: Hits) -> None:
    assert hits("{any: [水费], whole_word: true}", "交水费", segment=lambda text: ["交", "水费"])
    assert not hits("{any: [水费], whole_word: true}", "抽水费电", segment=lambda text: ["抽水", "费电"])


def test_whole_words_without_a_segmenter_are_refused(hits: Hits) -> None:
    with pytest.raises(ValueError, match="segmenter"):
        hits("{any: [水费], whole_word: true}", "交水费")


def test_traditional_and_full_width_texts_hit_simplified_terms(hits: Hits) -> None:
    assert hits("{any: [12345热线]}", "打過１２３４５熱線")


def test_spans_point_into_the_original_text(engine: Engine) -> None:
    petition = Petition("1", "門口的路燈壞了，小區漆黑一片", "路燈")
    match = engine.match(petition)
    assert match.hits
    for hit in match.hits:
        for start, end, _ in hit.occurrences:
            assert match.text[start:end] in engine.terms
            assert len(petition.text[start:end]) == end - start


def test_duty_rows_know_whose_words_hold(pack: Callable[..., Path]) -> None:
    rulebook = load(pack())
    match = Engine(rulebook).match(Petition("1", "楼下广场舞太吵"))
    (row,) = match.worded
    assert rulebook.duties.rows[row].lead == "station"


NO_NUMBA = pytest.mark.skipif(not can_compile(), reason="numba has no wheel for this machine")
WAYS = [pytest.param("loops", marks=NO_NUMBA), "arrays"]


def seen(match: Match) -> tuple[object, ...]:
    """All that others read of a match."""
    rest = (
        match.reading,
        match.worded,
        match.held,
        match.place_kind,
        {name: tuple(match.marked(name)) for name in match.marks},
    )
    return (*rest, match.hits, list(match.distinct), match.sayings)


@pytest.mark.parametrize("many", WAYS)
def test_many_texts_are_matched_as_each_alone(many: str) -> None:
    rulebook = load("national")
    engine, rules = Engine(rulebook, list, many=many), rulebook.rules
    petitions = [
        Petition(rule.id, text, title)
        for title in ("", "举报村支书贪污")
        for rule in rules
        for text in (*rule.examples.hits, "我叫张小明，电话13800138000。" + " ".join(rule.examples.misses), "")
    ]
    together = engine.matches(petitions)
    assert [seen(match) for match in together] == [seen(engine.match(petition)) for petition in petitions]


WHENS = (
    "{any: [停水, 水费], none: [通知]}",
    "{any: [停水], unless: [假如, 通知]}",
    "{all: [停水, 水费], unless: [假如]}",
    "{near: {these: [停水, 水], those: [水费, 家里], within: 3}}",
    "{near: {these: [停水], those: [水费], within: 9}, any: [家里, 通知], unless: [假如]}",
    "{any: [停水], field: title}",
    "{all: [水, 家里], field: body, unless: [通知]}",
    "{any: [水费], whole_word: true}",
)
PIECES = st.sampled_from(
    ["停水", "水费", "家里", "通知", "假如", "。", "，", "\n", "很", "１", "電話13800138000", "費😀", "\uffff"]
)
TEXTS = st.lists(PIECES, max_size=9).map("".join)
PETITIONS = st.lists(st.builds(Petition, st.just("1"), TEXTS, TEXTS), min_size=FEW, max_size=12)


def with_every_condition(test: Callable[..., None]) -> Callable[..., None]:
    """Runs it with each of WHENS in both ways, on many petitions."""
    drawn = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)(
        given(petitions=PETITIONS)(test)
    )
    return pytest.mark.parametrize("many", WAYS)(pytest.mark.parametrize("when", WHENS)(drawn))


@with_every_condition
def test_every_sort_of_condition_holds_among_many_as_alone(
    pack: Callable[..., Path], many: str, when: str, petitions: list[Petition]
) -> None:
    engine = small_engine(pack, when, many)
    assert [seen(match) for match in engine.matches(petitions)] == [seen(engine.match(one)) for one in petitions]


@pytest.mark.parametrize("many", WAYS)
def test_an_empty_text_may_be_matched_by_itself(pack: Callable[..., Path], many: str) -> None:
    engine = small_engine(pack, WHENS[0], many)
    petitions = [*[Petition("1", "停水")] * TOGETHER, Petition("2", "")]
    assert [len(match.hits) for match in engine.matches(petitions)] == [1] * TOGETHER + [0]


@pytest.mark.parametrize("many", WAYS)
def test_the_longest_condition_holds_among_many_as_alone(pack: Callable[..., Path], many: str) -> None:
    terms = [f"第{number}号楼" for number in range(MOST_TOGETHER)]
    near = "near: {these: [停水], those: [水费], within: 9}"
    engine = small_engine(pack, f"{{{near}, any: [家里], all: [{', '.join(terms)}]}}", many)
    text = "停水水费家里" + "".join(terms)
    petitions = [Petition("1", text), Petition("2", text.replace(terms[-1], ""))] * FEW
    assert [len(match.hits) for match in engine.matches(petitions)] == [1, 0] * FEW
    assert [seen(match) for match in engine.matches(petitions)] == [seen(engine.match(one)) for one in petitions]


@pytest.mark.parametrize("many", WAYS)
def test_where_words_end_is_asked_once_for_each_text(pack: Callable[..., Path], many: str) -> None:
    asked: list[str] = []

    def segment(text: str) -> list[str]:
        asked.append(text)
        return list(text)

    engine = Engine(load(pack(keywords_water=RULE.format(when="{any: [水], whole_word: true}"))), segment, many=many)
    petitions = [Petition("1", "水水水" * number) for number in range(1, FEW + 1)]
    assert all(match.hits for match in engine.matches(petitions))
    assert len(asked) == FEW


@pytest.mark.parametrize(
    ("when", "words"),
    [("{any: [停水], unless: [假如]}", "停水假如"), ("{near: {these: [停水], those: [水费], within: 9}}", "停水水费")],
)
@pytest.mark.parametrize("many", WAYS)
def test_words_repeated_to_the_longest_text_are_not_compared_each_with_each(
    pack: Callable[..., Path], many: str, when: str, words: str
) -> None:
    """Of so many texts all pairs of places would be more than memory holds."""
    engine = small_engine(pack, when, many)
    text = (words * MAX_LENGTH)[:MAX_LENGTH]
    petitions = [Petition("1", text[number:]) for number in range(3 * FEW)]
    assert [seen(match) for match in engine.matches(petitions)] == [seen(engine.match(one)) for one in petitions]


@lru_cache
def small_engine(pack: Callable[..., Path], when: str, many: str) -> Engine:
    return Engine(load(pack(keywords_water=RULE.format(when=when))), lambda text: [text[:3], text[3:]], many=many)


def test_who_matches_one_text_at_a_time_loads_no_numpy() -> None:
    """It would make every short command slower to start."""
    told = (
        "import sys; from rules.engine import Engine; from rules.petition import Petition;"
        "from rules.rulebook import load;"
        "Engine(load('national'), list).match(Petition('1', '小区停水三天')).hits; print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "False"


def cut_anywhere(text: Marked) -> list[Part]:
    """Two parts of a text, the second without its last character."""
    petition, middle = text.reading.petition, max(text.reading.body_start, len(text.text) // 2)
    whole = petition.text
    first, second = Span(0, middle), Span(middle, max(middle, len(whole) - 1))
    body = petition.body_start
    return [
        Part(first, Petition("1", whole[body:middle], petition.title)),
        Part(second, Petition("1", whole[middle : second.end])),
    ]


@with_every_condition
def test_parts_are_matched_among_many_as_alone(
    pack: Callable[..., Path], many: str, when: str, petitions: list[Petition]
) -> None:
    engine = small_engine(pack, when, many)
    together = engine.parted(petitions, cut_anywhere)
    alone = [small_engine.__wrapped__(pack, when, many).parted([one], cut_anywhere) for one in petitions[:3]]
    assert [len(cut) for cut in together.cuts] == [2] * len(petitions)
    assert list(map(seen, together.matches)) == [seen(engine.match(one)) for one in petitions]
    assert list(map(seen, together.inside[:6])) == [seen(one) for own in alone for one in own.inside]


@pytest.mark.parametrize("many", WAYS)
def test_what_is_hidden_in_a_petition_is_hidden_in_its_parts(pack: Callable[..., Path], many: str) -> None:
    engine = small_engine(pack, WHENS[0], many)
    petition = Petition("1", "停水三天，电话13800138000。")

    def cut(text: Marked) -> list[Part]:
        return [
            Part(Span(0, 12), Petition("1", petition.body[:12])),
            Part(Span(12, 19), Petition("1", petition.body[12:])),
        ]

    (first, second, *_) = engine.parted([petition] * FEW, cut).inside
    assert first.text + second.text == engine.match(petition).text
    assert "8" not in first.text + second.text


@pytest.mark.parametrize("many", WAYS)
def test_who_cuts_sees_lists_as_a_match_tells_of_them(many: str) -> None:
    engine = Engine(load("national"), list, many=many)
    told: list[dict[str, list[Occurrence]]] = []

    def cut(text: Marked) -> tuple[Part, ...]:
        told.append({name: list(text.marked(name)) for name in CUTTING})
        return ()

    texts = ["1、停水。2、路灯不亮。另外，学校乱收费。", "停水", "电话1、3800138000。2、停水", "①停水②停电"]
    matches = engine.parted([Petition("1", text) for text in texts * FEW], cut).matches
    assert told == [{name: list(match.marked(name)) for name in CUTTING} for match in matches]
    assert all(told[0].values())

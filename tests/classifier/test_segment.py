import math

import pytest

from classifier.segment import JiebaSegmenter, build_segmenter
from rules.petition import Petition
from rules.text import fold

USER = ["柳湾水厂", "以旧换新补贴", "断头路"]
CORPUS = [
    "柳湾水厂停水两天了",
    "以旧换新补贴什么时候发",
    "门口的断头路2025年还没通，电话12345",
    "abc公司拖欠工资（3个月）！！",
    "",
    "😀 空格　全角",
    "12.5元/m²",
]


@pytest.mark.parametrize("text", CORPUS)
def test_both_segmenters_cut_alike_user_words_included(text: str) -> None:
    fast, reference = build_segmenter(USER, "rjieba"), build_segmenter(USER, "jieba")
    assert fast.words(fold(text)) == reference.words(fold(text))


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_user_words_stay_whole_and_words_join_to_the_text(engine: str) -> None:
    segmenter = build_segmenter(USER, engine)
    assert "柳湾水厂" in segmenter.words("昨天柳湾水厂停水")
    assert "".join(segmenter.words("昨天柳湾水厂停水")) == "昨天柳湾水厂停水"


def test_without_the_wheel_jieba_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rjieba", None)
    assert build_segmenter(USER).words("柳湾水厂") == ["柳湾水厂"]
    with pytest.raises(ImportError):
        build_segmenter(USER, "rjieba")


def score(words: list[str], segmenter: JiebaSegmenter) -> float:
    """What the dictionary gives a cut; the two engines may break an exact tie (咚|咚咚, 咚咚|咚) differently."""
    dictionary = segmenter._jieba
    return sum(math.log(dictionary.FREQ.get(word) or 1) - math.log(dictionary.total) for word in words)


def test_both_segmenters_cut_all_real_texts_alike_but_for_exact_ties(engine, real_petitions: list[Petition]) -> None:
    fast, reference = build_segmenter(engine.terms, "rjieba"), build_segmenter(engine.terms, "jieba")
    assert isinstance(reference, JiebaSegmenter)
    cuts = [(fast.words(text), reference.words(text)) for text in (fold(petition.text) for petition in real_petitions)]
    different = [(one, other) for one, other in cuts if one != other]
    untied = sum(abs(score(one, reference) - score(other, reference)) > 1e-6 for one, other in different)
    assert untied == 0
    assert len(different) <= 3

from itertools import pairwise

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.features import BATCH, FeatureSpace, fit_features
from classifier.segment import build_segmenter
from classifier.texts import LEAD_LENGTH, field_text, places
from classifier.trie import Alphabet
from classifier.vocabulary import Block
from rules.petition import Petition
from rules.reading import Reading, read

TEXTS = ["小区停水了停水了", "小区路灯不亮", "停水三天没人管", "路灯和停水都要管", ""]
CHARACTERS = Block("char", "text", 1, 2, 1.0, min_rows=1)
WORDS = Block("word", "text", 1, 1, 1.0, min_rows=1)
LEAD = Block("char", "lead", 1, 1, 1.0, min_rows=1)


def reading(body: str, title: str = "") -> Reading:
    return read(Petition("1", body, title))


READINGS = [reading(text or "空") for text in TEXTS]


def fitted(*blocks: Block) -> FeatureSpace:
    return fit_features(READINGS, build_segmenter(), blocks) if blocks else fit_features(READINGS, build_segmenter())


def test_character_features_equal_those_of_scikit_learn() -> None:
    space = fitted(CHARACTERS)
    peer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    expected = peer.fit_transform([one.text for one in READINGS]).toarray()
    order = [space.grams.index(gram) for gram in peer.get_feature_names_out()]
    np.testing.assert_allclose(space.transform(READINGS).toarray()[:, order], expected, atol=1e-6)


def test_longer_n_grams_too() -> None:
    space = fitted(Block("char", "text", 2, 3, 1.0, min_rows=1))
    peer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
    expected = peer.fit_transform([one.text for one in READINGS]).toarray()
    order = [space.grams.index(gram) for gram in peer.get_feature_names_out()]
    np.testing.assert_allclose(space.transform(READINGS).toarray()[:, order], expected, atol=1e-6)


def test_a_block_of_words_counts_what_the_segmenter_cuts() -> None:
    segmenter = build_segmenter()
    space = fitted(WORDS)
    peer = TfidfVectorizer(tokenizer=segmenter.words, sublinear_tf=True, token_pattern=None, lowercase=False)
    peer.fit([one.text for one in READINGS])
    counts = space.transform(READINGS).toarray() > 0
    expected = peer.transform([one.text for one in READINGS]).toarray() > 0
    order = [peer.vocabulary_[gram] for gram in space.grams]
    assert space.grams and all(len(gram) > 1 for gram in space.grams)
    np.testing.assert_array_equal(counts, expected[:, order])


def test_blocks_stand_side_by_side_each_with_its_own_weight() -> None:
    space = fitted(CHARACTERS, Block("word", "text", 1, 1, 0.6, 1), Block("char", "lead", 1, 2, 0.5, 1))
    row = space.transform(READINGS[:1]).toarray()[0]
    edges = np.cumsum([0, *(len(vocabulary.grams) for vocabulary in space.vocabularies)])
    lengths = [np.linalg.norm(row[start:end]) for start, end in pairwise(edges)]
    np.testing.assert_allclose(lengths, [1.0, 0.6, 0.5], atol=1e-6)


def test_n_grams_that_are_words_count_more() -> None:
    plain, stressed = fitted(CHARACTERS), fitted(Block("char", "text", 1, 2, 1.0, 1, words=1.5))
    ratio = dict(zip(plain.grams, stressed.vocabularies[0].idf / plain.vocabularies[0].idf, strict=True))
    assert ratio["小区"] == ratio["停水"] == pytest.approx(1.5)
    assert ratio["区停"] == ratio["水"] == 1


def test_a_space_without_words_needs_no_segmenter() -> None:
    space = fitted(CHARACTERS)
    assert FeatureSpace(space.vocabularies).transform(READINGS).nnz == space.transform(READINGS).nnz
    with pytest.raises(ValueError, match="segmenter"):
        FeatureSpace(fitted(WORDS).vocabularies)


def test_a_text_with_nothing_known_is_an_empty_row() -> None:
    space = fit_features(READINGS[:4], build_segmenter())
    assert space.transform([reading("qqq")]).nnz == 0


def test_numbers_and_white_space_do_not_count() -> None:
    space = fitted()
    one = space.transform([reading("停水3天电话13800000001")]).toarray()
    other = space.transform([reading("停 水\t7天\n电话１５９\u30001111　2222")]).toarray()
    np.testing.assert_array_equal(one, other)


def test_the_title_is_the_lead_where_there_is_one() -> None:
    space = fit_features([reading("正文", "停水"), reading("停水在正文里")], build_segmenter(), [LEAD])
    row = space.transform([reading("路灯", "停水")])
    assert {space.grams[column] for column in row.indices} == {"停", "水"}


@pytest.mark.parametrize("gap", ["", " ", "   ", "\n\n　"])
def test_what_is_blank_does_not_shift_the_lead(gap: str) -> None:
    """A name that was masked is blank: its length changes nothing."""
    body = f"我是{gap}某村村民反映" + "路" * 40
    assert field_text(reading(body), "lead") == field_text(reading(body.replace(gap, "")), "lead")
    assert len(field_text(reading(body), "lead")) == LEAD_LENGTH


@pytest.mark.parametrize(
    ("body", "title"),
    [("停 水了" * 30, ""), ("停水", "路 灯"), ("停水", " \u3000"), ("", ""), ("\U00020bb7野家", "𠮷"), (" ", "")],
)
def test_places_are_those_of_the_text(body: str, title: str) -> None:
    alphabet = Alphabet(["停水路灯了\U00020bb7野家"])
    around = [reading("灯"), reading(body, title), reading("水", "路")]
    where = places(around, alphabet)
    for one, start, size, lead in zip(around, where.starts, where.sizes, where.leads, strict=True):
        text = field_text(one, "text")
        assert where.codes[start : start + size].tolist() == [int(alphabet.codes(c)[0]) for c in text]
        assert text[:lead] == field_text(one, "lead")
        assert where.codes[start + size] == 0


@pytest.mark.parametrize("size", [1, 3])
def test_batches_and_single_texts_give_the_same_rows(size: int) -> None:
    space = fitted()
    whole = space.transform(READINGS).toarray()
    parts = [space.transform(READINGS[i : i + size]).toarray() for i in range(0, len(READINGS), size)]
    np.testing.assert_array_equal(np.vstack(parts), whole)


@pytest.mark.parametrize("texts", [READINGS, READINGS[:1], [reading("無關")]])
def test_margins_are_the_same_to_the_last_bit_alone_and_together(texts: list[Reading]) -> None:
    space = fitted()
    weights = np.random.default_rng(0).normal(size=(space.size, 7)).astype(np.float32)
    together = space.rows([*texts, *READINGS]).times(weights)[: len(texts)]
    alone = np.vstack([space.rows([one]).times(weights) for one in texts])
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_allclose(alone, space.transform(texts).toarray() @ weights, rtol=1e-5, atol=1e-6)


def test_a_space_may_be_restricted_to_some_columns() -> None:
    space = fitted(CHARACTERS, LEAD)
    columns = np.array([0, 2, 5, space.size - 1])
    some = space.restricted(columns)
    assert some.grams == tuple(space.grams[column] for column in columns)
    assert space.restricted(np.zeros(0, dtype=np.int64)).transform(READINGS).nnz == 0


def test_how_strange_a_text_is() -> None:
    space = fitted(CHARACTERS)
    known, half, strange, none = space.strange([reading(t) for t in ("小区停水了", "小区停电", "abcdefgh", "水")])
    assert (known.share, half.share, strange.share, none.share) == (0, 1 / 3, 1, 0)
    assert strange.beyond(0.5) and not known.beyond(0.5)
    assert not none.beyond(0.0)


def test_a_short_text_is_strange_by_chance_more_often_than_a_long_one() -> None:
    space = fitted(CHARACTERS)
    short, long = space.strange([reading("停水qqqqqq"), reading("停水qqqqqq" * 20)])
    assert short.share == pytest.approx(long.share, abs=0.02)
    assert long.beyond(0.8) and not short.beyond(0.8)


def test_more_texts_than_one_batch() -> None:
    space = fitted()
    many = READINGS * (BATCH // 2)
    np.testing.assert_array_equal(
        space.transform(many).toarray(), np.tile(space.transform(READINGS).toarray(), (BATCH // 2, 1))
    )

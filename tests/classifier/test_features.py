import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from classifier.features import Block, fit_features
from classifier.segment import build_segmenter
from rules.petition import Petition

TEXTS = ["小区停水了停水了", "小区路灯不亮", "停水三天没人管", "路灯和停水都要管", ""]
PETITIONS = [Petition(str(number), text or "空", title="") for number, text in enumerate(TEXTS)]


def test_character_features_equal_those_of_scikit_learn() -> None:
    space = fit_features(PETITIONS, build_segmenter(), [Block("char", "text", 1, 2, 1.0, min_rows=1)])
    peer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    expected = peer.fit_transform([petition.body for petition in PETITIONS]).toarray()
    order = [space.grams.index(gram) for gram in peer.get_feature_names_out()]
    np.testing.assert_allclose(space.transform(PETITIONS).toarray()[:, order], expected, atol=1e-6)


def test_a_text_with_nothing_known_is_an_empty_row() -> None:
    space = fit_features(PETITIONS[:4], build_segmenter())
    assert space.transform([Petition("x", "qqq")]).nnz == 0


def test_numbers_do_not_count() -> None:
    space = fit_features(PETITIONS, build_segmenter())
    one = space.transform([Petition("1", "停水3天电话13800000001")]).toarray()
    other = space.transform([Petition("1", "停水7天电话15911112222")]).toarray()
    np.testing.assert_array_equal(one, other)


def test_the_title_is_the_lead_where_there_is_one() -> None:
    space = fit_features(
        [Petition("1", "正文", "停水"), Petition("2", "停水在正文里")],
        build_segmenter(),
        [Block("char", "lead", 1, 1, 1.0, 1)],
    )
    row = space.transform([Petition("1", "路灯", "停水")])
    assert {space.grams[column] for column in row.indices} == {"停", "水"}


@pytest.mark.parametrize("size", [1, 3])
def test_batches_and_single_texts_give_the_same_rows(size: int) -> None:
    space = fit_features(PETITIONS, build_segmenter())
    whole = space.transform(PETITIONS).toarray()
    parts = [space.transform(PETITIONS[i : i + size]).toarray() for i in range(0, len(PETITIONS), size)]
    np.testing.assert_allclose(np.vstack(parts), whole, atol=1e-7)

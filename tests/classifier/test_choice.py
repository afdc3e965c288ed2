from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classifier.backlog import Backlog
from classifier.choice import choose, doubt, spread, typical, unit
from classifier.dataset import Example
from classifier.model import Classifier
from classifier.segment import build_segmenter
from classifier.train import Knowledge, Recipe, train
from rules.petition import Petition
from rules.rule import Urgency
from rules.verdict import RuleVerdict

WATER, NOISE, ROAD = "自来水停水水管没有水", "工地施工噪音音响太吵", "道路坑洼路面塌陷破损"


@pytest.fixture(scope="module")
def classifier(examples: list[Example]) -> Classifier:
    """Two classes; one label in seven is wrong, so that it is never quite sure."""
    named = [("01" if (e.labels["category"] == "01.01") == (n % 7 > 0) else "02") for n, e in enumerate(examples)]
    apart = [Example(e.petition, {"category": label}) for e, label in zip(examples, named, strict=True)]
    knowledge = Knowledge(build_segmenter(), lambda petitions: [{} for _ in petitions])
    return train("tiny", apart, knowledge, Recipe(), lambda _: None)[0]


def backlog(texts: Sequence[str], said: Sequence[str | None] = ()) -> Backlog:
    """`said`: what the rules clearly say of each text."""
    verdicts = [
        RuleVerdict(category, category is not None, {}, {}, None, Urgency.ORDINARY, (), None)
        for category in (said or [None] * len(texts))
    ]
    petitions = [Petition(str(number), text) for number, text in enumerate(texts)]
    return Backlog(tuple(petitions), tuple(verdicts))


def test_what_the_classifier_is_unsure_of_is_worth_more(classifier: Classifier) -> None:
    sure, unsure = doubt(backlog([WATER, WATER + NOISE]), classifier)
    assert 1 <= sure < unsure <= 2


def test_a_petition_on_which_rules_object_is_worth_more(classifier: Classifier) -> None:
    agreed, at_odds, silent = doubt(backlog([WATER] * 3, ["01.01", "02.01", None]), classifier)
    assert at_odds > agreed == silent


def test_near_identical_petitions_are_never_both_chosen(classifier: Classifier) -> None:
    texts = [WATER + NOISE, WATER + NOISE + "！", ROAD]
    chosen = choose(backlog(texts), classifier, 3)
    assert len(chosen) == 2
    assert 2 in chosen


def test_all_is_listed_when_less_is_there_than_asked(classifier: Classifier) -> None:
    assert sorted(choose(backlog([WATER, NOISE, ROAD]), classifier, 100)) == [0, 1, 2]


def test_the_choice_is_the_same_every_time(classifier: Classifier) -> None:
    some = backlog([WATER, NOISE, ROAD, WATER[:5] + NOISE[5:], ROAD + WATER])
    assert choose(some, classifier, 3) == choose(some, classifier, 3)


def test_the_next_one_is_far_from_those_before() -> None:
    rows = csr_matrix(np.array([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32))
    worth = np.array([1.0, 0.95, 0.5, 0.4], dtype=np.float32)
    assert spread(unit(rows), worth, [0, 1, 2, 3], 4) == [0, 2, 3, 1]


def test_a_petition_like_none_other_is_less_typical() -> None:
    rows = csr_matrix(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
    first, second, alone = typical(unit(rows))
    assert first == second > alone


def test_an_empty_row_has_no_length() -> None:
    assert unit(csr_matrix(np.zeros((1, 2), dtype=np.float32))).nnz == 0

"""What deciding computes, in batches or one by one, equals what training computes, and that a plain count."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.arithmetic import RANKED
from classifier.artifact import Origin, load, save
from classifier.corpus import read_corpus
from classifier.dataset import Example
from classifier.features import FeatureSpace
from classifier.gate import Gate
from classifier.head import Head
from classifier.linear import Fit
from classifier.manifest import Training
from classifier.model import Classifier
from classifier.prediction import FEWEST, HeadPrediction, Wanted
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.texts import field_text
from classifier.train import Knowledge, Recipe, train
from classifier.vocabulary import BlockVocabulary
from rules.compiled import can_compile
from rules.petition import Petition
from rules.reading import Reading, read
from rules.tally import Points
from rules.taxonomy import at_level

UNLABELLED = Path(__file__).resolve().parents[3] / "shared" / "data" / "unlabelled.csv"
COUNT = 5000
CLOSE = 1e-5
ODD = (
    "",
    " \n\u3000\t",
    "水",
    "😀😀😀停水😀",
    "𠮷野家后面的路灯坏了𠮷",
    "\uffff停\uffff水",
    "\x00停水\x00",
    "停水" * 10_000,
    "The water has been cut off for three days",
    "１３８００００００００停水３天",
)


def no_points(petitions: Sequence[Petition]) -> list[Points]:
    return [{} for _ in petitions]


def silent(_: str) -> None:
    return None


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """A part of the petitions that come with fenban: three branches of the taxonomy, all kinds."""
    found = [e for e in read_corpus().examples() if e.labels["category"][:2] in {"01", "02", "03"}]
    assert len(found) > 300
    return found


@pytest.fixture(scope="module")
def folder(examples: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, trained and saved."""
    recipe = Recipe(fit=Fit(), rule_weight=0.7, sharpness=1.6, most_features=8000, gated=False, inner_folds=2)
    made, _ = train("served", examples, Knowledge(build_segmenter(), no_points), recipe, silent)
    origin = Origin("0", "digest", Training(dataset="x", rows=len(examples), seed=0), ())
    return save(made, Report(_figures(made)), origin, tmp_path_factory.mktemp("models"))


NO_NUMBA = pytest.mark.skipif(not can_compile(), reason="numba has no wheel for this machine")


@pytest.fixture(scope="module", params=[pytest.param(True, marks=NO_NUMBA), False], ids=["loops", "arrays"])
def classifier(folder: Path, request: pytest.FixtureRequest) -> Iterator[Classifier]:
    """Loaded again, as one that serves, on a machine that compiles loops, and on one that does not."""
    with pytest.MonkeyPatch.context() as machine:
        machine.setattr("classifier.arithmetic.can_compile", lambda: request.param)
        yield load(folder)


def _figures(made: Classifier) -> dict[str, object]:
    from classifier.evaluate import head_report

    said = HeadPrediction((("a", 0.9), ("b", 0.1)))
    return {name: head_report(["a", "a"], [said, said]) for name in made.heads}


def combined(examples: Sequence[Example], count: int) -> list[Petition]:
    """Petitions put together from ours: of one the title, of others the body, now and then something odd."""
    draw = random.Random(0)
    made = []
    for number in range(count):
        one, two, three = (draw.choice(examples).petition for _ in range(3))
        body = two.body + draw.choice(["", "\n", "　"]) + three.body[: draw.randrange(80)] * draw.randrange(3)
        body = draw.choice(ODD[:8]) + body if number % 50 == 0 else body
        made.append(Petition(str(number), body, one.title if number % 3 else ""))
    return made


def given_points(petitions: Sequence[Petition]) -> list[Points]:
    """Points as rules might give them: of categories the model knows and of others."""
    draw = random.Random(1)
    tables: list[Points] = [
        {},
        {"01": 4.0, "99": 1.0, "01.01": 4.0, "01.01.01": 2.0},
        {"02": 0.5},
    ]
    return [draw.choice(tables) for _ in petitions]


def plain_row(space: FeatureSpace, columns: list[dict[str, int]], reading: Reading) -> np.ndarray:
    """The features of one petition, counted with dictionaries."""
    row = np.zeros(space.size)
    start = 0
    for vocabulary, column in zip(space.vocabularies, columns, strict=True):
        end = start + len(vocabulary.grams)
        row[start:end] = plain_block(vocabulary, column, field_text(reading, vocabulary.block.field))
        start = end
    return row


def plain_block(vocabulary: BlockVocabulary, column: dict[str, int], text: str) -> np.ndarray:
    block = vocabulary.block
    row = np.zeros(len(vocabulary.grams))
    counts = Counter(
        text[start : start + length]
        for length in range(block.low, block.high + 1)
        for start in range(len(text) - length + 1)
    )
    for gram in counts.keys() & column.keys():
        row[column[gram]] = (1 + math.log(counts[gram])) * vocabulary.idf[column[gram]]
    return row / max(float(np.linalg.norm(row)), 1e-12) * block.weight


def differences(said: HeadPrediction, head: Head, probabilities: np.ndarray) -> float:
    """How far a prediction is from these probabilities, over the labels it lists."""
    places = [head.labels.index(label) for label, _ in said.ranked]
    assert len(set(places)) == min(RANKED, len(head.labels))
    return float(np.abs(np.array([p for _, p in said.ranked]) - probabilities[places]).max())


def check_equal(classifier: Classifier, petitions: list[Petition]) -> None:
    """Served predictions against the margins that training looks at."""
    readings, points = [read(petition) for petition in petitions], given_points(petitions)
    served = classifier.predict(readings, points)
    rows = classifier.features.transform(readings)
    for name, head in classifier.heads.items():
        expected = head.probabilities(head.margins(rows, points))
        far = [differences(one.heads[name], head, row) for one, row in zip(served, expected, strict=True)]
        assert max(far) <= CLOSE
        best = expected.max(axis=1)
        assert np.abs(best - [one.heads[name].probability for one in served]).max() <= CLOSE


def test_serving_equals_training_on_texts_put_together_from_ours(
    classifier: Classifier, examples: list[Example]
) -> None:
    check_equal(classifier, combined(examples, COUNT))


def test_serving_equals_training_on_real_texts(classifier: Classifier) -> None:
    if not UNLABELLED.exists():
        pytest.skip(f"no development data at {UNLABELLED}")
    with UNLABELLED.open(encoding="utf-8-sig") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(COUNT), strict=False)]
    check_equal(classifier, [Petition(row["id"], row["text"], row["title"] or "") for row in rows])


def test_features_equal_a_plain_count(classifier: Classifier, examples: list[Example]) -> None:
    petitions = [*combined(examples, 150), *(Petition("odd", body) for body in ODD)]
    readings = [read(petition) for petition in petitions]
    space = classifier.features
    columns = [{gram: i for i, gram in enumerate(v.grams)} for v in space.vocabularies]
    found = space.transform(readings).toarray()
    expected = np.array([plain_row(space, columns, reading) for reading in readings])
    assert np.abs(found - expected).max() <= CLOSE


def test_one_by_one_is_the_same_as_together(classifier: Classifier, examples: list[Example]) -> None:
    petitions = [*combined(examples, 130), *(Petition("odd", body) for body in ODD)]
    readings, points = [read(petition) for petition in petitions], given_points(petitions)
    together = classifier.predict(readings, points, Wanted(tuple(classifier.heads)))
    alone = [
        one
        for reading, levels in zip(readings, points, strict=True)
        for one in classifier.predict([reading], [levels], Wanted(tuple(classifier.heads)))
    ]
    assert alone == together


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("title", ["", "停水", " "])
def test_odd_texts_get_an_answer_of_every_head(classifier: Classifier, body: str, title: str) -> None:
    (said,) = classifier.predict([read(Petition("1", body, title))], no_points([Petition("1", body)]))
    assert set(said.heads) == set(classifier.heads)
    for name, head in said.heads.items():
        known = len(classifier.heads[name].labels)
        assert sum(p for _, p in head.ranked) <= 1 + CLOSE
        assert len(head.ranked) == min(RANKED, known)
        assert list(head.ranked) == sorted(head.ranked, key=lambda pair: -pair[1])


def test_nothing_to_read_is_nothing_predicted(classifier: Classifier) -> None:
    assert classifier.predict([], []) == []


def test_telling_words_are_the_strongest_pulls_and_of_the_asked_heads_only(classifier: Classifier) -> None:
    reading = read(Petition("1", "小区停水三天了，物业说水泵坏了，一直没人来修", "小区停水"))
    (said,) = classifier.predict([reading], no_points([reading.petition]))
    assert said.heads["kind"].telling == ()
    told = said.heads["category"].telling
    head = classifier.heads["category"]
    first, second = (head.labels.index(label) for label, _ in said.heads["category"].ranked[:2])
    row = classifier.features.transform([reading]).toarray()[0]
    (part,) = head.parts
    pulled = row * (part.weights[:, first] - part.weights[:, second])
    strongest = np.sort(pulled)[::-1][: len(told)]
    np.testing.assert_allclose([word.pull for word in told], strongest, atol=1e-6)
    assert told and all(word.gram in reading.text for word in told)


def test_only_as_much_is_told_as_is_wanted(classifier: Classifier, examples: list[Example]) -> None:
    petitions = combined(examples, 20)
    readings, points = [read(petition) for petition in petitions], given_points(petitions)
    whole = classifier.predict(readings, points)
    some = classifier.predict(readings, points, Wanted(shown=3, least=0.01))
    assert [one.heads["category"].telling for one in some[:3]] == [one.heads["category"].telling for one in whole[:3]]
    assert not any(one.heads["category"].telling for one in some[3:])
    assert [one.unseen for one in some] == [*[one.unseen for one in whole[:3]], *[0.0] * (len(some) - 3)]
    for one, other in zip(some, whole, strict=True):
        likely = [pair for pair in other.heads["category"].ranked if pair[1] >= 0.01]
        assert list(one.heads["category"].ranked) == list(other.heads["category"].ranked[: max(FEWEST, len(likely))])


def test_a_gate_still_sees_every_label_it_asks_for(classifier: Classifier, examples: list[Example]) -> None:
    petitions = combined(examples, 20)
    readings, points = [read(petition) for petition in petitions], given_points(petitions)
    every = dict.fromkeys(classifier.heads["category"].labels, 0.001)
    gated = replace(classifier.heads["category"], gate=Gate(every, every, every))
    guarded = Classifier("gated", classifier.features, {**classifier.heads, "category": gated}, 1.0, classifier.stack)
    whole = guarded.predict(readings, points)
    some = guarded.predict(readings, points, Wanted(least=0.5))
    assert [one.heads["category"].plausible for one in some] == [one.heads["category"].plausible for one in whole]


def test_a_leaf_that_is_told_is_where_the_tree_leads(classifier: Classifier, examples: list[Example]) -> None:
    petitions = combined(examples, 300)
    readings, points = [read(petition) for petition in petitions], given_points(petitions)
    heads = [one.heads["category"] for one in classifier.predict(readings, points, Wanted(least=0.01))]
    told = [head for head in heads if head.leaf]
    assert len(told) in {0, len(heads)}
    assert [head.leaf for head in told] == [descended(head.ranked) for head in told]


def descended(ranked: tuple[tuple[str, float], ...]) -> str:
    """The likeliest first level, within it the likeliest second, and so on."""
    pairs = [pair for pair in ranked if pair[1] >= 0.01]
    for level in (1, 2, 3):
        sums = Counter[str]()
        for label, share in pairs:
            sums[at_level(label, level)] += share
        best = max(sorted(sums), key=sums.__getitem__)
        pairs = [pair for pair in pairs if at_level(pair[0], level) == best]
    return pairs[0][0]


def test_a_loaded_model_uses_its_weights_as_they_lie(classifier: Classifier) -> None:
    weights = classifier.stack.weights
    assert weights.dtype == np.float32 and not weights.flags.owndata and not weights.flags.writeable
    assert all(np.shares_memory(part.weights, weights) for head in classifier.heads.values() for part in head.parts)


STRANGE = (
    "Please repair the street light in front of my house, it has been broken for more than two weeks now",
    "鸑鷟麒麟饕餮魑魅魍魉犄角旮旯耄耋蹀躞踟蹰徜徉氤氲龃龉觊觎囹圄饾饤貔貅",
    "滚滚长江东逝水，浪花淘尽英雄。是非成败转头空。青山依旧在，几度夕阳红。白发渔樵江渚上，惯看秋月春风。"
    "一壶浊酒喜相逢。古今多少事，都付笑谈中。",
)


@pytest.mark.parametrize("text", STRANGE, ids=("english", "random", "poem"))
def test_what_is_no_petition_is_unfamiliar(classifier: Classifier, text: str) -> None:
    (said,) = classifier.predict([read(Petition("1", text))], [{}])
    assert said.unfamiliar and said.unseen > 0.8


def test_petitions_like_those_trained_on_are_familiar(classifier: Classifier, examples: list[Example]) -> None:
    petitions = [example.petition for example in examples]
    said = classifier.predict([read(petition) for petition in petitions], no_points(petitions))
    assert np.mean([one.unfamiliar for one in said]) <= 0.01


@pytest.mark.parametrize("text", ["", "qqq", "zzzzz"])
def test_a_very_short_text_is_not_judged(classifier: Classifier, text: str) -> None:
    (said,) = classifier.predict([read(Petition("1", text))], [{}])
    assert not said.unfamiliar


def test_a_model_with_words_serves_as_it_was_trained(examples: list[Example], tmp_path: Path) -> None:
    """An office may switch a block of words on: then the words to know are kept with the model."""
    from classifier.features import DEFAULT_BLOCKS
    from classifier.vocabulary import Block

    recipe = Recipe(blocks=(*DEFAULT_BLOCKS, Block("word", "text", 1, 1, 0.6)), gated=False, inner_folds=2)
    words = ("物业费", "水泵")
    made, report = train("w", examples[:200], Knowledge(build_segmenter(words), no_points), recipe, silent)
    folder = save(made, report, Origin("0", "d", Training(dataset="x", rows=200, seed=0), words), tmp_path)
    petitions = combined(examples, 40)
    readings = [read(petition) for petition in petitions]
    assert load(folder).predict(readings, given_points(petitions)) == made.predict(readings, given_points(petitions))
    check_equal(load(folder), petitions)
    assert (folder / "words.txt").read_text(encoding="utf-8").split() == list(words)

"""A tiny office: our petitions speak of pipes and bars, its own of valves and drums; only its rules know both."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from classifier.adapt import Adaptation, Agreed, Limits, Teaching, adapt, agreement, balanced, learn
from classifier.backlog import MOST_ROWS, Backlog, read_texts
from classifier.dataset import Columns, Example
from classifier.errors import InputError
from classifier.features import fit_shared_features
from classifier.model import Classifier
from classifier.segment import build_segmenter
from classifier.train import Knowledge, Recipe, train
from classifier.vocabulary import BACKLOG_ROWS, Block
from rules.petition import Petition
from rules.reading import read
from rules.rule import Urgency
from rules.tally import Points
from rules.value import replace
from rules.verdict import RuleVerdict

FILLERS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽玉出昆冈"
OURS = {"01.01": ("管道", "龙头", "水压"), "01.02": ("酒吧", "音响", "打桩")}
THEIRS = {"01.01": ("阀门", "水表"), "01.02": ("锣鼓", "喇叭")}
LIMITS = Limits(least_probability=0.0, cap=30, least_rows=40)
RECIPE = Recipe(rule_weight=0.4, sharpness=3.0, inner_folds=2, gated=False)


def silent(_: str) -> None:
    return None


def written(number: int, words: Sequence[str]) -> Petition:
    """A petition with one of these words among filler, no two alike."""
    rng = random.Random(number)
    around = ["".join(rng.choices(FILLERS, k=12)) for _ in range(2)]
    return Petition(str(number), f"{around[0]}{rng.choice(words)}{around[1]}")


def levels(petition: Petition) -> Points:
    """What the office's rules give: they know its own words only."""
    found = {label: 4.0 for label, words in THEIRS.items() if any(word in petition.body for word in words)}
    return {"01": 4.0, **found} if found else {}


def verdict(petition: Petition) -> RuleVerdict:
    points = levels(petition)
    found = [code for code in points if code != "01"]
    return RuleVerdict(next(iter(found), None), len(found) == 1, points, {}, None, Urgency.ORDINARY, (), None)


def backlog_of(petitions: Sequence[Petition]) -> Backlog:
    return Backlog(tuple(petitions), tuple(verdict(petition) for petition in petitions))


def teaching() -> Teaching:
    corpus = tuple(
        Example(written(number, words), {"category": label, "kind": "appeal" if number % 2 else "inquiry"})
        for start, (label, words) in enumerate(OURS.items())
        for number in range(start * 1000, start * 1000 + 40)
    )
    knowledge = Knowledge(build_segmenter(), lambda petitions: [levels(petition) for petition in petitions])
    return Teaching(corpus, knowledge, RECIPE)


@pytest.fixture(scope="module")
def backlog() -> Backlog:
    theirs = [
        written(number, words)
        for start, words in enumerate(THEIRS.values(), 5)
        for number in range(start * 1000, start * 1000 + 60)
    ]
    return backlog_of(theirs)


@pytest.fixture(scope="module")
def default() -> Classifier:
    ours = teaching()
    return train("default", ours.corpus, ours.knowledge, ours.recipe, silent)[0]


@pytest.fixture(scope="module")
def adapted(backlog: Backlog) -> Adaptation:
    return adapt("office", backlog, teaching(), LIMITS, silent)


def test_an_adapted_model_has_learnt_the_words_of_the_office(adapted: Adaptation, default: Classifier) -> None:
    assert adapted.classifier is not None and adapted.refusal is None
    unseen = [written(number, words) for number, words in zip((1, 2), THEIRS.values(), strict=True)]
    silent_rules: list[Points] = [{}] * 2
    said = adapted.classifier.predict([read(petition) for petition in unseen], silent_rules)
    assert [prediction.heads["category"].label for prediction in said] == list(THEIRS)
    before = default.predict([read(petition) for petition in unseen], silent_rules)
    for label, one, other in zip(THEIRS, before, said, strict=True):
        assert dict(other.heads["category"].ranked)[label] > dict(one.heads["category"].ranked)[label]


def test_our_petitions_stay_and_every_head_of_the_default_with_them(adapted: Adaptation) -> None:
    assert adapted.classifier is not None
    assert set(adapted.classifier.heads) == {"category", "kind"}
    assert adapted.classifier.version == "office"
    ours = [written(number, words) for number, words in zip((3, 4), OURS.values(), strict=True)]
    said = adapted.classifier.predict([read(petition) for petition in ours], [{}] * 2)
    assert [prediction.heads["category"].label for prediction in said] == list(OURS)


def test_the_gain_is_measured_on_rows_that_taught_nothing(adapted: Adaptation) -> None:
    assert adapted.check is not None
    held_back = adapted.check.words[0].rows
    assert held_back == adapted.check.words[1].rows == adapted.agreed // 5
    assert adapted.check.gain >= LIMITS.least_gain
    assert adapted.report.heads["agreement"] == adapted.check.words[1]


def test_the_same_backlog_gives_the_same_model(backlog: Backlog, adapted: Adaptation) -> None:
    again = adapt("office", backlog, teaching(), LIMITS, silent)
    assert again.classifier is not None and adapted.classifier is not None
    assert again.classifier.features.grams == adapted.classifier.features.grams
    for one, other in zip(
        again.classifier.heads["category"].parts, adapted.classifier.heads["category"].parts, strict=True
    ):
        assert (one.weights == other.weights).all()


def test_without_a_gain_the_default_is_kept(backlog: Backlog) -> None:
    outcome = adapt("office", backlog, teaching(), replace(LIMITS, least_gain=1.0), silent)
    assert outcome.classifier is None
    assert outcome.refusal is not None and "gain on held-back agreement" in outcome.refusal


def test_a_model_that_forgets_our_petitions_is_refused(backlog: Backlog) -> None:
    outcome = adapt("office", backlog, teaching(), replace(LIMITS, most_loss=-1.0), silent)
    assert outcome.classifier is None
    assert outcome.refusal is not None and "our own petitions" in outcome.refusal


def test_a_worse_calibration_is_a_reason_to_refuse(adapted: Adaptation) -> None:
    assert adapted.check is not None
    before, after = adapted.check.ours
    worse = replace(adapted.check, ours=(before, replace(after, macro_f1=before.macro_f1, ece=before.ece + 0.5)))
    assert "calibration error" in (worse.refusal(LIMITS) or "")


def test_a_backlog_the_rules_say_nothing_of_teaches_nothing() -> None:
    strange = backlog_of([written(number, ("桌椅",)) for number in range(60)])
    outcome = adapt("office", strange, teaching(), LIMITS, silent)
    assert (outcome.classifier, outcome.agreed, outcome.check) == (None, 0, None)
    assert "at least 40 are needed" in (outcome.refusal or "")


def test_agreement_asks_for_clear_rules_and_the_same_category(backlog: Backlog, default: Classifier) -> None:
    agreed = list(agreement(default, backlog, 0.0))
    assert agreed
    assert all(item.label == backlog.verdicts[item.row].category for item in agreed)
    unclear = Backlog(backlog.petitions, tuple(replace(verdict, clear=False) for verdict in backlog.verdicts))
    assert list(agreement(default, unclear, 0.0)) == []
    assert list(agreement(default, backlog, 1.1)) == []


def test_a_rule_on_the_third_level_agrees_with_its_second(backlog: Backlog, default: Classifier) -> None:
    deeper = tuple(replace(verdict, category=f"{verdict.category}.01") for verdict in backlog.verdicts)
    assert list(agreement(default, Backlog(backlog.petitions, deeper), 0.0)) == list(agreement(default, backlog, 0.0))


def test_a_large_category_keeps_its_surest_rows_only() -> None:
    rows = [Agreed(0, "a", 0.5), Agreed(1, "b", 0.1), Agreed(2, "a", 0.9), Agreed(3, "a", 0.7)]
    assert [item.row for item in balanced(rows, 2)] == [1, 2, 3]


def test_a_second_round_never_learns_from_rows_held_back(backlog: Backlog, default: Classifier) -> None:
    held_back = list(agreement(default, backlog, 0.0))[:10]
    _, _, taught = learn((default, held_back), backlog, teaching(), replace(LIMITS, rounds=2), silent)
    aside = {backlog.petitions[item.row].id for item in held_back}
    assert taught
    assert aside.isdisjoint(example.petition.id for example in taught)


def test_progress_tells_each_round_before_and_after_the_check(backlog: Backlog) -> None:
    steps: list[str] = []
    adapt("office", backlog, teaching(), replace(LIMITS, rounds=2, cap=1000), steps.append)
    told = [step for step in steps if "petitions teach" in step]
    assert [step.split(":")[0] for step in told] == ["round 1 of 2", "round 2 of 2"] * 2
    before, after = (int(told[place].split()[4]) for place in (0, 2))
    assert before < after, "rows held back for the check teach in the end"


def test_a_gram_of_fewer_than_three_petitions_of_the_backlog_is_not_kept() -> None:
    block = Block("char", "text", 2, 2, 1.0)
    ours = [read(Petition("1", "甲乙")), read(Petition("2", "甲乙丙丁"))]
    theirs = [read(Petition(str(n), text)) for n, text in enumerate(["丙丁戊己", "戊己庚辛", "戊己庚辛"], 3)]
    (vocabulary,) = fit_shared_features(ours, theirs, build_segmenter(), (block,)).vocabularies
    assert BACKLOG_ROWS == 3
    assert vocabulary.grams == ("戊己", "甲乙")


def test_row_frequencies_count_our_petitions_and_the_backlog() -> None:
    block = Block("char", "text", 1, 1, 1.0)
    ours = [read(Petition("1", "水")), read(Petition("2", "水火"))]
    theirs = [read(Petition("3", "火")), read(Petition("4", "火"))]
    (vocabulary,) = fit_shared_features(ours, theirs, build_segmenter(), (block,)).vocabularies
    idf = dict(zip(vocabulary.grams, vocabulary.idf.tolist(), strict=True))
    assert idf["水"] == pytest.approx(1.5108, abs=1e-3)
    assert "火" not in idf, "one petition of ours and two of theirs are too few"


def test_a_backlog_is_read_once_where_texts_are_nearly_the_same(tmp_path: Path) -> None:
    path = tmp_path / "backlog.csv"
    text = written(1, THEIRS["01.01"]).body
    path.write_text(f"标题,内容\n一,{text}\n二,{text}！\n三,{written(2, ['喇叭']).body}\n四,\n", encoding="utf-8")
    texts = read_texts(path, Columns())
    assert [petition.title for petition in texts.petitions] == ["一", "三", "四"]
    assert texts.unreadable == 0


def test_rows_that_cannot_be_read_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "backlog.csv"
    path.write_text("编号,内容\n1,停水三天了\n2,\n3,太吵,多\n", encoding="utf-8")
    texts = read_texts(path, Columns())
    assert (len(texts.petitions), texts.unreadable) == (1, 2)
    path.write_text("编号,内容\n1,\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row can be read"):
        read_texts(path, Columns())


def test_of_a_very_long_backlog_every_second_row_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS == 20_000
    monkeypatch.setattr("classifier.backlog.MOST_ROWS", 3)
    path = tmp_path / "backlog.csv"
    rows = "".join(f"{n},{written(n, ['喇叭']).body}\n" for n in range(5))
    path.write_text(f"编号,内容\n{rows}", encoding="utf-8")
    assert [petition.id for petition in read_texts(path, Columns()).petitions] == ["0", "2", "4"]

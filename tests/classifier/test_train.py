import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.artifact import Origin, dataset_digest, load, read_manifest, save, versions
from classifier.calibrate import calibration_error, coverage_at, fit_sharpness
from classifier.dataset import Example
from classifier.errors import ArtifactError, TooFewRowsError
from classifier.evaluate import report_of
from classifier.manifest import Training
from classifier.model import Classifier
from classifier.prediction import Prediction
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.telling import pulls
from classifier.train import Knowledge, Recipe, train
from classifier.validation import cross_validate
from rules.petition import Petition
from rules.reading import read
from rules.tally import Points


def silent(_: str) -> None:
    return None


def no_points(petitions: Sequence[Petition]) -> list[Points]:
    return [{} for _ in petitions]


def say(classifier: Classifier, *petitions: Petition) -> list[Prediction]:
    return classifier.predict([read(petition) for petition in petitions], no_points(petitions))


KNOWLEDGE = Knowledge(build_segmenter(), no_points)
RECIPE = Recipe()


@pytest.fixture(scope="session")
def trained(examples: list[Example]) -> tuple[Classifier, Report]:
    return train("tiny", examples, KNOWLEDGE, RECIPE, silent)


@pytest.fixture
def saved(trained: tuple[Classifier, Report], examples: list[Example], tmp_path: Path) -> Path:
    training = Training(dataset=dataset_digest(examples), rows=len(examples), seed=0)
    return save(*trained, Origin("0", "digest", training, ("水厂",)), tmp_path)


def test_the_classifier_knows_what_it_was_taught(trained: tuple[Classifier, Report]) -> None:
    (prediction,) = say(trained[0], Petition("1", "家里停水，水管没有水"))
    assert prediction.heads["category"].label == "01.01"
    assert prediction.heads["department"].label == "水务"
    assert sum(p for _, p in prediction.heads["category"].ranked) == pytest.approx(1, abs=1e-5)


def test_pulls_add_up_to_the_margin(trained: tuple[Classifier, Report]) -> None:
    classifier = trained[0]
    head = classifier.heads["category"]
    reading = read(Petition("1", "工地夜间施工噪音，水管也坏了"))
    margins = head.word_margins(classifier.features.transform([reading]))[0]
    stack = classifier.stack
    start = stack.spans["category"].start
    told = pulls(classifier.features.rows([reading]), stack.weights, np.array([start]), np.array([start + 1]))
    assert told.sum() + stack.bias[start] - stack.bias[start + 1] == pytest.approx(margins[0] - margins[1], abs=1e-5)


def test_telling_words_are_in_the_text(trained: tuple[Classifier, Report]) -> None:
    (prediction,) = say(trained[0], Petition("1", "工地夜间施工噪音"))
    grams = [word.gram for word in prediction.heads["category"].telling]
    assert grams and all(gram in "工地夜间施工噪音" for gram in grams)


def test_one_label_alone_cannot_be_learnt(examples: list[Example]) -> None:
    alone = [Example(example.petition, {"category": "01.01"}) for example in examples]
    with pytest.raises(TooFewRowsError, match="only one label"):
        train("x", alone, KNOWLEDGE, RECIPE, silent)


def test_training_twice_gives_the_same_weights(examples: list[Example], trained: tuple[Classifier, Report]) -> None:
    again, _ = train("tiny", examples, KNOWLEDGE, RECIPE, silent)
    for name, head in trained[0].heads.items():
        for one, other in zip(head.parts, again.heads[name].parts, strict=True):
            np.testing.assert_array_equal(one.weights, other.weights)


def test_cross_validation_reports_every_row(examples: list[Example]) -> None:
    report = report_of(cross_validate(examples, KNOWLEDGE, 2, RECIPE, silent))
    head = report.heads["category"]
    assert head.rows == len(examples)
    assert 0.8 <= head.accuracy <= 1
    assert set(head.per_class) == {"01.01", "01.02"}


def test_an_artifact_gives_back_the_same_answers(saved: Path, trained: tuple[Classifier, Report]) -> None:
    petitions = [Petition("1", "停水"), Petition("2", "工地噪音"), Petition("3", "x")]
    before, after = say(trained[0], *petitions), say(load(saved), *petitions)
    for one, other in zip(before, after, strict=True):
        assert one == other


def test_an_artifact_holds_no_pickle(saved: Path) -> None:
    assert {path.suffix for path in saved.iterdir()} == {".json", ".md", ".npy", ".txt"}
    for path in saved.glob("*.npy"):
        np.load(path, allow_pickle=False)


def test_a_changed_file_is_refused_before_use(saved: Path) -> None:
    path = saved / "weights.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactError, match="changed since it was made"):
        load(saved)


def test_a_missing_file_is_refused(saved: Path) -> None:
    (saved / "block0.txt").unlink()
    with pytest.raises(ArtifactError, match="missing"):
        load(saved)


@pytest.mark.parametrize(("number", "advice"), [(1, "train it again"), (99, "update fenban")])
def test_another_format_is_refused_with_advice(saved: Path, number: int, advice: str) -> None:
    path = saved / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8")) | {"format": number}
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ArtifactError, match=f"format {number}.*{advice}"):
        read_manifest(saved)


def test_a_manifest_may_not_name_files_elsewhere(saved: Path) -> None:
    path = saved / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["files"]["../secret"] = "0" * 64
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ArtifactError):
        load(saved)


def test_a_name_is_not_used_twice(saved: Path, trained: tuple[Classifier, Report], examples: list[Example]) -> None:
    training = Training(dataset="x", rows=1, seed=0)
    with pytest.raises(ArtifactError, match="already"):
        save(*trained, Origin("0", "d", training, ()), saved.parent)
    assert versions(saved.parent) == ["tiny"]


def test_a_bad_name_is_refused(trained: tuple[Classifier, Report], tmp_path: Path) -> None:
    bad = Classifier("../up", trained[0].features, trained[0].heads)
    with pytest.raises(ArtifactError, match="name"):
        save(bad, trained[1], Origin("0", "d", Training(dataset="x", rows=1, seed=0), ()), tmp_path / "models")
    assert not (tmp_path / "up").exists()


def test_sharpness_makes_overconfident_margins_honest() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 4000)
    margins = np.zeros((4000, 2), dtype=np.float32)
    right = random.random(4000) < 0.7
    margins[np.arange(4000), np.where(right, truth, 1 - truth)] = 10
    assert fit_sharpness(margins, truth) == pytest.approx(np.log(0.7 / 0.3) / 10, rel=0.1)


def test_calibration_error_of_honest_and_boastful_confidence() -> None:
    right = np.array([True] * 7 + [False] * 3)
    assert calibration_error(np.full(10, 0.7, dtype=np.float32), right) == pytest.approx(0, abs=1e-6)
    assert calibration_error(np.full(10, 1.0, dtype=np.float32), right) == pytest.approx(0.3, abs=1e-6)


def test_coverage_counts_the_most_confident_rows_first() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6], dtype=np.float32)
    assert coverage_at(confidence, np.array([True, True, False, True]), 0.98) == 0.5
    assert coverage_at(confidence, np.array([False, True, True, True]), 0.98) == 0.0


def test_heads_may_be_absent_in_some_rows(examples: list[Example]) -> None:
    mixed = [replace(e, labels={"category": e.labels["category"]}) if i % 2 else e for i, e in enumerate(examples)]
    classifier, report = train("mixed", mixed, KNOWLEDGE, RECIPE, silent)
    assert report.heads["category"].rows == len(examples)
    assert report.heads["department"].rows == len(examples) // 2
    assert set(classifier.heads) == {"category", "department"}


def test_rules_count_less_when_labels_say_enough(examples: list[Example]) -> None:
    """Points that mislead get no weight; points that tell get some."""

    def right(petitions: Sequence[Petition]) -> list[Points]:
        return [{"01.01" if "水" in petition.text else "01.02": 4.0} for petition in petitions]

    def wrong(petitions: Sequence[Petition]) -> list[Points]:
        return [{"01.02" if "水" in petition.text else "01.01": 4.0} for petition in petitions]

    told, _ = train("told", examples, replace(KNOWLEDGE, points=right), RECIPE, silent)
    misled, _ = train("misled", examples, replace(KNOWLEDGE, points=wrong), RECIPE, silent)
    assert told.heads["category"].rule_weight > misled.heads["category"].rule_weight == 0


def test_background_petitions_teach_what_an_office_has_few_labels_of(examples: list[Example]) -> None:
    few = [e for e in examples if e.petition.title in {"自来水停水", "工地噪音"}]
    alone, _ = train("alone", few, KNOWLEDGE, RECIPE, silent)
    helped, _ = train("helped", few, replace(KNOWLEDGE, background=tuple(examples)), RECIPE, silent)
    petition = Petition("1", "酒吧音响吵闹，机器轰鸣")
    (one,), (other,) = say(alone, petition), say(helped, petition)
    assert helped.features.size > alone.features.size
    assert dict(other.heads["category"].ranked)["01.02"] > dict(one.heads["category"].ranked)["01.02"]


def background(**labels: int) -> tuple[Example, ...]:
    """Petitions of ours: `c07=3` three of category 07.01.01."""
    return tuple(
        Example(Petition(f"{code}-{n}", f"我们写的第{n}件{code}"), {"category": f"{code[1:]}.01.01"})
        for code, count in labels.items()
        for n in range(count)
    )


def test_labels_of_a_file_are_all_there_are(examples: list[Example]) -> None:
    known = replace(KNOWLEDGE, background=background(c07=3))
    classifier, _ = train("closed", examples, known, RECIPE, silent)
    assert set(classifier.heads["category"].labels) == {"01.01", "01.02"}


def test_what_nobody_settled_yet_stays_as_we_know_it(examples: list[Example]) -> None:
    known = replace(KNOWLEDGE, background=background(c07=3, c08=1))
    classifier, _ = train("open", examples, known, replace(RECIPE, open_level=2), silent)
    assert set(classifier.heads["category"].labels) == {"01.01", "01.02", "07.01", "08.01"}


def test_an_own_class_stands_for_what_it_covers_before_anybody_settled_it(examples: list[Example]) -> None:
    known = replace(KNOWLEDGE, background=background(c07=3), covered={"07.01.01": "51"})
    classifier, _ = train("open", examples, known, replace(RECIPE, open_level=2), silent)
    assert set(classifier.heads["category"].labels) == {"01.01", "01.02", "51"}


def test_ours_do_not_fade_where_the_office_has_few_rows_of_a_label(examples: list[Example]) -> None:
    many = replace(RECIPE, enough_rows=len(examples), open_level=2)
    known = replace(KNOWLEDGE, background=background(c07=3))
    closed, _ = train("closed", examples, known, replace(many, open_level=None), silent)
    opened, _ = train("open", examples, known, many, silent)
    assert "07.01" not in closed.heads["category"].labels
    assert "07.01" in opened.heads["category"].labels

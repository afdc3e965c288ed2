"""The model that comes with fenban: made from what is here, the same whenever it is made again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from classifier.artifact import dataset_digest, read_manifest
from classifier.corpus import read_corpus
from classifier.manifest import Manifest
from rules.petition import Petition
from rules.policy import Band
from rules.rulebook import Rulebook
from service.assemble import ModelShelf, build_triage, shipped_models
from service.decision import Reason
from service.settings import Settings
from service.training import train_default

MOST_BYTES = 16_000_000


@pytest.fixture(scope="module")
def shipped() -> Path:
    return shipped_models() / (ModelShelf((shipped_models(),)).active or "none")


@pytest.fixture(scope="module")
def manifest(shipped: Path) -> Manifest:
    return read_manifest(shipped)


def test_the_shipped_model_is_small(shipped: Path) -> None:
    assert sum(path.stat().st_size for path in shipped.iterdir()) <= MOST_BYTES


def test_it_was_made_from_the_corpus_and_the_rulebook_that_are_here(manifest: Manifest, national: Rulebook) -> None:
    assert manifest.training.dataset == dataset_digest(read_corpus().examples())
    assert manifest.rulebook == national.digest


def test_making_it_again_gives_the_same_files(manifest: Manifest, national: Rulebook, tmp_path: Path) -> None:
    folder, _ = train_default("default", national, Settings(models_dir=tmp_path), lambda _: None)
    assert read_manifest(folder).files == manifest.files


def test_its_answers_cover_every_second_level_and_every_kind(manifest: Manifest, national: Rulebook) -> None:
    second = {category.code for category in national.taxonomy.by_code.values() if category.level == 2}
    assert second <= set(manifest.heads["category"].labels)
    assert set(manifest.heads["kind"].labels) == {"suggestion", "accusation", "appeal", "inquiry"}


def test_an_accusation_goes_to_the_discipline_side_alone(national: Rulebook) -> None:
    text = "举报柳湾村党支部书记挪用移民后扶款，私分补偿金，镇水利站的人也知道"
    (decision,) = build_triage(Settings()).decide([Petition("1", text)], date(2026, 11, 22))
    assert decision.assignment.lead is not None
    assert decision.assignment.lead.code == "discipline"
    assert decision.assignment.supporting == decision.assignment.candidates == ()
    assert (decision.band, decision.review_reasons[0]) == (Band.REVIEW, Reason.ACCUSATION)

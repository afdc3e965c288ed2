"""What store and model still name, and the rulebook has no place for."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.artifact import read_manifest
from rules.rulebook import Rulebook, load
from service.review import Stored
from service.stale import stale_labels, stale_references


@pytest.fixture
def book(pack_folder: Path, tmp_path: Path) -> Rulebook:
    """School matters have ended without a successor; the station went to the transport office."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: later\nextends: {pack_folder}\n", encoding="utf-8")
    (folder / "taxonomy.yaml").write_text(
        'categories: [{code: "03", name: 教育, children: [{code: "03.01", name: 学校, until: 2025-01-01}]}]',
        encoding="utf-8",
    )
    (folder / "departments.yaml").write_text(
        "departments: [{code: station, name: 城管所, parent: urban, until: 2025-01-01, successors: [transport]}]",
        encoding="utf-8",
    )
    return load(folder)


def test_codes_that_mean_something_are_no_problem(book: Rulebook) -> None:
    assert stale_references(Stored({"01.01": 3}, {"water": 2, "station": 5}), book) == []


def test_unknown_and_retired_codes_are_told_with_their_counts(book: Rulebook) -> None:
    stored = Stored({"03.01": 7, "88": 2, "01": 1}, {"nobody": 4})
    assert [str(problem) for problem in stale_references(stored, book)] == [
        "store: category '03.01' ends without a successor (stands there 7 times)",
        "store: no category '88' (stands there 2 times)",
        "store: no department 'nobody' (stands there 4 times)",
    ]


def test_categories_of_a_model_that_lead_nowhere_are_told(book: Rulebook) -> None:
    manifest = read_manifest(Path(__file__).resolve().parents[2] / "models" / "default")
    told = [str(problem) for problem in stale_labels(manifest, book)]
    assert "model default: category '03.01' ends without a successor" in told
    assert "model default: no category '01.04'" in told


def test_the_default_model_fits_the_national_rulebook(national: Rulebook) -> None:
    manifest = read_manifest(Path(__file__).resolve().parents[2] / "models" / "default")
    assert stale_labels(manifest, national) == []

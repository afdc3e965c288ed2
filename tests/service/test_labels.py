"""Labels of a file in terms of today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from classifier.dataset import Columns, Example, read_dataset
from classifier.errors import InputError
from rules.petition import Petition
from rules.rulebook import Rulebook, load
from service.labels import as_of, current

BEFORE, AFTER = date(2026, 12, 31), date(2027, 1, 1)
TAXONOMY = """\
categories:
  - code: "01"
    name: 城乡建设
    children:
      - {code: "01.01", name: 供水, until: 2027-01-01, successors: ["01.03"]}
      - {code: "01.02", name: 噪音, until: 2027-01-01, successors: ["01.03", "02.02"]}
      - {code: "01.03", name: 照明, formerly: [{name: 亮化, until: 2025-01-01}]}
"""
DEPARTMENTS = """\
departments:
  - {code: water, name: 水务局, parent: government, until: 2027-01-01, successors: [transport]}
  - code: transport
    name: 交通局
    parent: government
    aliases: [市交通局]
    formerly: [{name: 路政局, until: 2020-01-01}]
"""


@pytest.fixture
def book(pack_folder: Path, tmp_path: Path) -> Rulebook:
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"name: later\nextends: {pack_folder}\n", encoding="utf-8")
    (folder / "taxonomy.yaml").write_text(TAXONOMY, encoding="utf-8")
    (folder / "departments.yaml").write_text(DEPARTMENTS, encoding="utf-8")
    return load(folder)


def examples(head: str, *labels: str) -> list[Example]:
    return [Example(Petition(str(number), "一句话"), {head: label}) for number, label in enumerate(labels)]


def told_of(given: list[Example], book: Rulebook, day: date = AFTER) -> tuple[list[str], list[str]]:
    """Labels as they are on the day, and what was told."""
    said: list[str] = []
    return [next(iter(one.labels.values()), "") for one in as_of(given, book, day, said.append)], said


def test_a_merged_category_becomes_its_successor(book: Rulebook) -> None:
    assert told_of(examples("category", "01.01", "01.03"), book) == (["01.03", "01.03"], [])


def test_before_its_end_a_label_stays(book: Rulebook) -> None:
    assert told_of(examples("category", "01.01", "01.02"), book, BEFORE) == (["01.01", "01.02"], [])


def test_labels_of_a_split_category_are_left_out_and_counted(book: Rulebook) -> None:
    labels, said = told_of(examples("category", "01.02", "01.02", "01.03"), book)
    assert labels == ["", "", "01.03"]
    assert said == ["2 labels are left out: category '01.02' was split into 01.03, 02.02"]


def test_an_own_class_of_the_office_stays(book: Rulebook) -> None:
    assert told_of(examples("category", "本单位的一类"), book) == (["本单位的一类"], [])


def test_a_merged_department_is_called_as_the_file_calls_its_successor(book: Rulebook) -> None:
    labels, _ = told_of(examples("department", "水务局", "路政局", "市交通局", "别的单位"), book)
    assert labels == ["市交通局", "市交通局", "市交通局", "别的单位"]


def test_a_merged_department_that_the_file_does_not_know_gets_its_name(book: Rulebook) -> None:
    assert told_of(examples("department", "水务局"), book)[0] == ["交通局"]


def test_rows_without_a_label_in_force_teach_nothing(book: Rulebook) -> None:
    kept = current(examples("category", "01.02", "01.03"), book, AFTER, lambda _: None)
    assert [one.petition.id for one in kept] == ["1"]


def test_a_file_without_any_label_in_force_is_refused(book: Rulebook) -> None:
    with pytest.raises(InputError, match="no row has a label that is in force"):
        current(examples("category", "01.02"), book, AFTER, lambda _: None)


def test_a_former_name_in_a_file_is_understood(book: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("内容,分类\n路灯不亮了,亮化\n路灯太暗了,城乡建设/亮化\n", encoding="utf-8")
    read = read_dataset(path, {"category": "分类"}, Columns(), book.taxonomy)
    assert [one.labels["category"] for one in read] == ["01.03", "01.03"]

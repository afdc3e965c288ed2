from datetime import date
from pathlib import Path

import pytest

from classifier.dataset import Columns, parse_date, read_dataset
from classifier.errors import InputError
from rules.rulebook import Rulebook


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labelled.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_in_taxonomy_terms_become_codes(tmp_path: Path, national: Rulebook) -> None:
    path = table(tmp_path, "内容,类\n停水,城乡建设\n路灯,01.02\n涨价,我们自己的类\n无,\n")
    found = read_dataset(path, {"category": "类"}, Columns(), national.taxonomy)
    assert [example.labels["category"] for example in found] == ["01", "01.02", "我们自己的类"]


def test_a_path_of_names_is_a_label_too(tmp_path: Path, national: Rulebook) -> None:
    path = table(tmp_path, "内容,类\n停水,城乡建设_城市建设和市政管理\n")
    assert read_dataset(path, {"category": "类"}, Columns(), national.taxonomy)[0].labels == {"category": "01.02"}


def test_bad_rows_are_all_told_with_their_numbers(tmp_path: Path, national: Rulebook) -> None:
    path = table(tmp_path, f"内容,类\n,城乡建设\n{'水' * 20001},城乡建设\n停水,城乡建设\n")
    with pytest.raises(InputError, match=r"(?s)row 2: the text is empty.*row 3: the text has 20001.*2 rows"):
        read_dataset(path, {"category": "类"}, Columns(), national.taxonomy)


def test_a_label_column_that_is_not_there_is_told(tmp_path: Path, national: Rulebook) -> None:
    with pytest.raises(InputError, match="no column '部门'"):
        read_dataset(table(tmp_path, "内容\n停水\n"), {"department": "部门"}, Columns(), national.taxonomy)


@pytest.mark.parametrize(
    "text", ["2019/4/1 17:07:36", "2019-04-01", "20190401", "2019年04月01日", "2019-04-01T08:00:00"]
)
def test_dates_are_read_in_the_forms_offices_use(text: str) -> None:
    assert parse_date(text) == date(2019, 4, 1)


def test_no_date_is_no_date() -> None:
    assert parse_date("昨天") is None

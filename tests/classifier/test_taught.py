"""Marks of the petitions a model was trained on."""

from __future__ import annotations

from pathlib import Path

from classifier.taught import TAUGHT, mark, marks, taught
from rules.petition import Petition


def test_texts_that_differ_by_digits_and_blanks_have_one_mark() -> None:
    assert mark(Petition("1", "3 栋停水 12 天")) == mark(Petition("2", "5栋停水48天"))


def test_another_text_has_another_mark() -> None:
    assert mark(Petition("1", "三栋停水")) != mark(Petition("1", "路灯不亮"))


def test_marks_stand_once_and_tell_no_text() -> None:
    found = marks([Petition("1", "停水"), Petition("2", "停水"), Petition("3", "路灯不亮")])
    assert len(found) == 2
    assert all(len(one) == 20 and set(one) <= set("0123456789abcdef") for one in found)


def test_a_model_made_without_marks_has_none(tmp_path: Path) -> None:
    assert taught(tmp_path) is None


def test_marks_are_read_as_written(tmp_path: Path) -> None:
    (tmp_path / TAUGHT).write_text("aa\nbb\n", encoding="utf-8")
    assert taught(tmp_path) == {"aa", "bb"}

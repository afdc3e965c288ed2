"""Which model is in force, and how it came to be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifier.errors import ArtifactError
from classifier.succession import Active, read_active, write_active

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def after(*steps: str) -> Active:
    """`+b` promotes b, `-` rolls back, `=c` writes the file by hand; it begins with what is shipped."""
    active = Active()
    for step in steps:
        if step == "-":
            active = active.rolled_back(AT)
        elif step.startswith("="):
            active = active.model_copy(update={"version": step[1:]})
        else:
            active = active.promoted(step[1:], AT, "better")
    return active


def test_without_a_file_nothing_is_active(tmp_path: Path) -> None:
    assert read_active(tmp_path) is None


def test_the_short_form_written_by_hand_is_read(tmp_path: Path) -> None:
    (tmp_path / "active.json").write_text('{"version": "tiny"}', encoding="utf-8")
    assert read_active(tmp_path) == Active(version="tiny")


@pytest.mark.parametrize("text", ["[]", "{", '{"version": 3}', '{"version": "../up"}', '{"model": "tiny"}'])
def test_another_form_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "active.json").write_text(text, encoding="utf-8")
    with pytest.raises(ArtifactError, match="not of the form"):
        read_active(tmp_path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_active(tmp_path / "models", after("+b", "-"))
    assert read_active(tmp_path / "models") == after("+b", "-")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["active.json"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("", encoding="utf-8")
    with pytest.raises(ArtifactError, match="cannot be written"):
        write_active(tmp_path / "models", Active())


@pytest.mark.parametrize(
    ("steps", "version"),
    [
        (("+b",), "b"),
        (("+b", "+c", "-"), "b"),
        (("+b", "+c", "-", "-"), None),
        (("+b", "-", "+c", "-"), None),
        (("+b", "+a", "+b", "-", "-"), "b"),
        (("+b", "=c", "-"), "b"),
        (("=c", "+b", "-"), "c"),
    ],
)
def test_a_rollback_returns_to_the_model_before(steps: tuple[str, ...], version: str | None) -> None:
    assert after(*steps).version == version


def test_where_no_model_was_before_nothing_is_rolled_back() -> None:
    with pytest.raises(ArtifactError, match="nothing to return to"):
        after("+b", "-", "-")


def test_every_change_keeps_when_from_what_and_why() -> None:
    active = Active(version="a").promoted("b", AT, "the old labels were wrong", ("class 01 loses",)).rolled_back(AT)
    first, second = active.history
    assert (first.before, first.version, first.at, first.why) == ("a", "b", AT, "the old labels were wrong")
    assert first.objections == ("class 01 loses",)
    assert (second.action, second.before, second.version) == ("rollback", "b", "a")


def test_a_shadow_that_is_promoted_no_longer_decides_beside() -> None:
    active = Active(version="a", shadow="b")
    assert active.promoted("b", AT, "").shadow is None
    assert active.promoted("c", AT, "").shadow == "b"

"""Values are frozen records with and without msgspec; the garbage collector rests while a batch is decided."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter, ValidationError

from rules import value as values
from rules.petition import Petition
from rules.value import no_collection, replace, value


@pytest.fixture(params=[True, False], ids=["msgspec", "dataclasses"])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type:
    """A class of values as both kinds of machines make it."""
    if not request.param:
        monkeypatch.setattr(values, "msgspec", None)
    elif values.msgspec is None:
        pytest.skip("msgspec has no wheel for this machine")

    @value
    class Word:
        """A word."""

        text: str
        places: tuple[int, ...] = ()

        @property
        def size(self) -> int:
            return len(self.text)

    return Word


def test_a_value_has_fields_defaults_and_properties(made: type) -> None:
    word = made("停水")
    assert (word.text, word.places, word.size) == ("停水", (), 2)
    assert made(places=(3,), text="停水").places == (3,)
    assert made.__doc__ == "A word."


def test_values_are_equal_and_hashed_by_their_fields(made: type) -> None:
    assert made("停水") == made("停水") != made("停电")
    assert len({made("停水"), made("停水"), made("停电")}) == 2


def test_replace_gives_another_value(made: type) -> None:
    word = made("停水", (1,))
    assert replace(word, text="停电") == made("停电", (1,))
    assert word == made("停水", (1,))
    with pytest.raises(TypeError):
        replace(word, size=2)


def test_a_value_has_no_other_attributes(made: type) -> None:
    with pytest.raises(AttributeError):
        made("停水").other = 1


def test_pydantic_reads_and_describes_a_value(made: type) -> None:
    adapter = TypeAdapter(made)
    assert adapter.validate_python({"text": "停水", "places": [1, 2]}) == made("停水", (1, 2))
    assert adapter.json_schema()["title"] == "Word"
    assert set(adapter.json_schema()["properties"]) == {"text", "places"}
    with pytest.raises(ValidationError):
        adapter.validate_python({"text": 1})


@pytest.mark.skipif(values.msgspec is None, reason="msgspec has no wheel for this machine")
def test_with_msgspec_a_value_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Petition("1", "停水").body = "停电"  # type: ignore[misc]


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    """Whatever a test does, the next one begins with a collector that works."""
    gc.enable()
    yield
    gc.enable()


def test_nothing_is_collected_within_the_block() -> None:
    with no_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_leaves_the_collector_on() -> None:
    with pytest.raises(RuntimeError), no_collection():
        raise RuntimeError
    assert gc.isenabled()


def test_who_turned_it_off_finds_it_off() -> None:
    gc.disable()
    with no_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_a_block_within_a_block_does_not_turn_it_on_too_early() -> None:
    with no_collection():
        with no_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()

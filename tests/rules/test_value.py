"""The garbage collector rests while a batch is decided, and is left as it was found."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from rules.value import no_collection


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

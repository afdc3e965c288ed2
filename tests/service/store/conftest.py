"""Ways to keep petitions of the small office."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.petition import Petition
from service.decision import Decision
from service.store.store import Store
from tests.service.people import CLERK

SURE = {"category": {"01.01.01": 0.95}}
"""What a classifier says of a petition that goes out by itself; without it a clerk must look."""


@pytest.fixture
def sent(decide: Callable[..., Decision]) -> Decision:
    """A decision of the auto band: water leads, urban and government support."""
    return decide("家里停水三天了", **SURE)


@pytest.fixture
def waiting(decide: Callable[..., Decision]) -> Decision:
    """A decision that a clerk must look at: urban leads."""
    return decide("楼下噪音很大")


@pytest.fixture
def kept(store: Store, sent: Decision) -> int:
    """The number of a petition that went out by itself."""
    return store.petitions.add(Petition("2026-1", "家里停水三天了"), sent, CLERK).id


@pytest.fixture
def held(store: Store, waiting: Decision) -> int:
    """The number of a petition that waits for a clerk."""
    return store.petitions.add(Petition("2026-2", "楼下噪音很大"), waiting, CLERK).id

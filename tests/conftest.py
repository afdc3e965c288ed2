"""Shared by all tests: the national rulebook, its engine, and the development texts where they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rules.engine import Engine
from rules.petition import Petition
from rules.rulebook import Rulebook, load

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def national() -> Rulebook:
    return load("national")


@pytest.fixture(scope="session")
def engine(national: Rulebook) -> Engine:
    return Engine(national)


@pytest.fixture(scope="session")
def township() -> Rulebook:
    return load("township")


@pytest.fixture(scope="session")
def town_engine(township: Rulebook) -> Engine:
    return Engine(township)


@pytest.fixture(scope="session")
def real_petitions() -> list[Petition]:
    """Real, masked petitions; they are beside a development checkout only, and never part of the project."""
    path = SHARED / "unlabelled.csv"
    if not path.is_file():
        pytest.skip("the development texts (shared/data) are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return [Petition(row["id"], row["text"], row["title"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="session")
def labelled_file() -> Path:
    path = SHARED / "messages_dev.csv"
    if not path.is_file():
        pytest.skip("the development texts (shared/data) are not beside this checkout")
    return path

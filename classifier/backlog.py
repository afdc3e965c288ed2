"""An office's unlabelled petitions: read from a file, near-identical ones once, and what the rules say of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from classifier.dataset import ColumnReader, Columns
from classifier.errors import InputError
from classifier.rows import read_rows
from classifier.twins import twin_groups
from rules.petition import Petition
from rules.reading import Reading, read
from rules.tally import Points
from rules.verdict import RuleVerdict

MOST_ROWS = 20_000
"""Petitions looked at; of a larger file every second, third … one."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The petitions of a file, and how many of its rows could not be read."""

    petitions: tuple[Petition, ...]
    unreadable: int


@dataclass(frozen=True)
class Backlog:
    """Row i of each belongs together: a petition and the rules' verdict on it."""

    petitions: tuple[Petition, ...]
    verdicts: tuple[RuleVerdict, ...]

    @cached_property
    def readings(self) -> list[Reading]:
        """The petitions as features read them."""
        return [read(petition) for petition in self.petitions]

    @property
    def points(self) -> list[Points]:
        """What the rules give each petition."""
        return [verdict.by_category for verdict in self.verdicts]


def read_texts(path: Path, columns: Columns) -> Texts:
    """Every readable row, of near-identical ones the first. Raises InputError when there is none."""
    file = read_rows(path)
    reader = ColumnReader(file, columns)
    read = [reader.petition(row) for row in file.rows]
    petitions = [item for item in read if isinstance(item, Petition)]
    if not petitions:
        raise InputError(f"{path}: no row can be read")
    step = -(-len(petitions) // MOST_ROWS)
    return Texts(tuple(_distinct(petitions[::step])), len(read) - len(petitions))


def _distinct(petitions: Sequence[Petition]) -> Iterator[Petition]:
    seen: set[int] = set()
    for petition, group in zip(petitions, twin_groups(petitions), strict=True):
        if group not in seen:
            seen.add(group)
            yield petition

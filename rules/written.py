"""What the files of a pack, and of the packs below, say together, before it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rules.clocks import Clocks
from rules.departments import Department
from rules.duties import Duty, PlaceKind
from rules.errors import Problem
from rules.matter_file import Matters
from rules.places import Place
from rules.policy import Policy
from rules.procedure import Procedure
from rules.respondent_file import RespondentFile
from rules.rule import Rule
from rules.taxonomy import Category, Uncovered


@dataclass
class Written:
    """Everything by its code or id; `where…`: on which line it stands. `problems`: those found while reading."""

    name: str = ""
    content: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    categories: dict[str, Category] = field(default_factory=dict)
    where_category: dict[str, Problem] = field(default_factory=dict)
    uncovered: Uncovered = "assign"
    departments: dict[str, Department] = field(default_factory=dict)
    where_department: dict[str, Problem] = field(default_factory=dict)
    duties: list[tuple[Duty, Problem]] = field(default_factory=list)
    kinds: dict[PlaceKind, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    policy: Policy | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    procedures: dict[str, tuple[Procedure, Problem]] = field(default_factory=dict)
    respondents: RespondentFile = field(default_factory=RespondentFile)
    where_respondent: list[tuple[str, Problem]] = field(default_factory=list)
    clocks: Clocks = field(default_factory=Clocks)
    where: dict[str, Problem] = field(default_factory=dict)
    matters: Matters = field(default_factory=Matters)

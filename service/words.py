"""The Chinese text for clerks (words.yaml), read once, each list complete."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from classifier.manifest import HeadName
from rules.clocks import Unit
from rules.duties import Certainty
from rules.policy import Agreement, Band
from rules.respondent_file import Sort
from rules.rule import Kind, RuleState, Strict
from rules.yaml_source import read
from service.decision import Reason
from service.review import Action, ReasonCode, State


class FigureWords(Strict):
    """A figure of an evaluation: its name, one sentence on what it means, and how it is written and judged."""

    name: str
    hint: str
    form: Literal["share", "number"]
    better: Literal["high", "low"]


SheetName = Literal["overview", "suspects", "twins", "usage", "rules"]
"""The sheets of the label audit."""


class SheetWords(Strict):
    """A sheet of the label audit: its name, one sentence on what to do with it, its columns."""

    title: str
    hint: str
    columns: dict[str, str]


class TroubleWords(Strict):
    """What a page says when something went wrong, and what to do."""

    title: str
    advice: str


class Words(Strict):
    """words.yaml. A code without its words is a load error."""

    kinds: dict[Kind, str]
    bands: dict[Band, str]
    band_hints: dict[Band, str]
    sources: dict[str, str]
    marks: dict[str, str]
    respondents: dict[Sort, str]
    certainty: dict[Certainty, str]
    agreement: dict[Agreement, str]
    reasons: dict[Reason, str]
    columns: dict[str, str]
    undated: dict[Unit, str]
    to_label: dict[str, str]
    labels: dict[str, str]
    page: dict[str, str]
    troubles: dict[str, TroubleWords]
    states: dict[State, str]
    actions: dict[Action, str]
    return_reasons: dict[ReasonCode, str]
    origins: dict[str, str]
    orders: dict[str, str]
    people: dict[str, str]
    notices: dict[Literal["beyond"], str]
    heads: dict[HeadName, str]
    figures: dict[str, FigureWords]
    audit: dict[SheetName, SheetWords]
    rule_states: dict[RuleState, str]
    change: dict[str, str]
    change_columns: dict[str, str]

    @property
    def kind_names(self) -> dict[str, str]:
        return {kind.value: name for kind, name in self.kinds.items()}


@lru_cache(maxsize=1)
def words() -> Words:
    """The words that come with this version."""
    return read(Path(str(files("service"))) / "words.yaml", "words.yaml").parse(Words)

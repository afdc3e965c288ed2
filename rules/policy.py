"""How the verdicts of rules and classifier become one answer, and from which confidence on: a table."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from rules.rule import Code, Strict


class Band(StrEnum):
    """What happens next: sent on, suggested to a clerk, or decided by a clerk."""

    AUTO = "auto"
    SUGGEST = "suggest"
    REVIEW = "review"


AUTO, SUGGEST, REVIEW = Band.AUTO, Band.SUGGEST, Band.REVIEW
BAND_ORDER = (AUTO, SUGGEST, REVIEW)


class Agreement(StrEnum):
    """How the two verdicts stand to each other."""

    AGREE = "agree"
    SAME_BRANCH = "same_branch"
    DISAGREE = "disagree"
    CLASSIFIER_ONLY = "classifier_only"
    RULES_ONLY = "rules_only"
    NEITHER = "neither"


SILENT = (
    (Agreement.RULES_ONLY, "classifier"),
    (Agreement.CLASSIFIER_ONLY, "rules"),
    (Agreement.NEITHER, "classifier"),
    (Agreement.NEITHER, "rules"),
)
"""Who said nothing, so that nobody may take their answer."""


class Combination(Strict):
    """Whose answer counts, and the best band such an answer may reach."""

    answer: Literal["classifier", "rules", "none"]
    best_band: Band


class Thresholds(Strict):
    """Least confidence for a band."""

    auto: float = Field(ge=0, le=1)
    suggest: float = Field(ge=0, le=1)


class Policy(Strict):
    """policy.yaml."""

    thresholds: Thresholds
    confidence_level: Literal[1, 2, 3]
    candidates: int = Field(ge=1, le=20)
    clear_margin: float = Field(ge=0)
    accusation_duty: Code | None = None
    combination: dict[Agreement, Combination]

    @model_validator(mode="after")
    def _complete(self) -> Policy:
        missing = [state.value for state in Agreement if state not in self.combination]
        if missing:
            raise ValueError(f"combination lacks {', '.join(missing)}")
        if self.thresholds.auto < self.thresholds.suggest:
            raise ValueError("thresholds: auto is below suggest")
        for state, source in SILENT:
            if self.combination[state].answer == source:
                raise ValueError(f"combination {state.value}: {source} said nothing there")
        return self

    def band(self, confidence: float | None, agreement: Agreement, trust: Band | None = None) -> Band:
        """The band for a confidence (None: no classifier spoke), never better than the table allows.

        `trust`: what the model's own thresholds, set on an office's rows, say; they go before the policy's.
        """
        own = trust or self._by_confidence(confidence)
        best, rank = self.combination[agreement].best_band, BAND_ORDER.index
        return own if rank(own) > rank(best) else best

    def _by_confidence(self, confidence: float | None) -> Band:
        if confidence is None:
            return SUGGEST
        if confidence >= self.thresholds.auto:
            return AUTO
        return SUGGEST if confidence >= self.thresholds.suggest else REVIEW

"""Why a person must look, and the band that follows: a table, most pressing first."""

from __future__ import annotations

from classifier.prediction import HeadPrediction
from rules.policy import REVIEW, Agreement, Band, Policy
from rules.value import value
from rules.verdict import ORDINARY, RuleVerdict
from service.answer import Answer
from service.decision import Assignment, KindAnswer, Reason, accuses

FOUND = (Reason.CONDUCT, Reason.RESPONDENT_UNCLEAR, Reason.OUT_OF_SCOPE, Reason.PROCEDURE_UNCLEAR)
"""Reasons that guards and procedure give."""
NOTHING = [False] * len(FOUND)
TABLE = (
    Reason.CRITICAL,
    Reason.HELP,
    Reason.ACCUSATION,
    *FOUND,
    Reason.SPLIT,
    Reason.NO_ANSWER,
    Reason.UNFAMILIAR,
    Reason.LOW_CONFIDENCE,
    Reason.DISAGREEMENT,
    Reason.NO_DEPARTMENT,
    Reason.DUTY_UNCLEAR,
    Reason.PLACE_UNCLEAR,
)
"""Most pressing first; `reasons` tells in this order whether each holds."""
DISAGREE = Agreement.DISAGREE


@value
class Weighed:
    """Everything about a matter that can call for a person. `found`: reasons that guards and procedure gave."""

    answer: Answer
    kind: KindAnswer | None
    rules: RuleVerdict
    assignment: Assignment
    found: tuple[Reason, ...] = ()
    unfamiliar: bool = False


def reasons(weighed: Weighed, policy: Policy) -> tuple[Reason, ...]:
    """Every reason for which a person must look, in the order of the table."""
    category, rules, assignment, found = weighed.answer.category, weighed.rules, weighed.assignment, weighed.found
    confidence = category.confidence if category else None
    explained = assignment.unclear or Reason.OUT_OF_SCOPE in found
    holding = (
        rules.urgency is not ORDINARY,
        rules.notice is not None,
        accuses(weighed.kind),
        *([one in found for one in FOUND] if found else NOTHING),
        weighed.answer.split,
        category is None and not weighed.answer.split,
        weighed.unfamiliar,
        confidence is not None and confidence < policy.thresholds.suggest,
        rules.clear and weighed.answer.agreement is DISAGREE,
        category is not None and assignment.lead is None and not explained,
        assignment.unclear,
        assignment.place_unclear,
    )
    return tuple([reason for reason, holds in zip(TABLE, holding, strict=True) if holds])


def band(answer: Answer, why: tuple[Reason, ...], head: HeadPrediction | None, policy: Policy) -> Band:
    """Review where a person must look; else what confidence, agreement and the model's own thresholds allow."""
    if why:
        return REVIEW
    confidence = answer.category.confidence if answer.category else None
    trust = Band(head.trust) if head is not None and head.trust is not None else None
    return policy.band(confidence, answer.agreement, trust)

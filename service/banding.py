"""Why a person must look, and the band that follows: a table, most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress

from classifier.prediction import HeadPrediction
from rules.policy import Agreement, Band, Policy
from rules.rule import Kind, Urgency
from rules.verdict import RuleVerdict
from service.answer import Answer
from service.decision import Assignment, KindAnswer, Reason


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything about a matter that can call for a person. `found`: reasons that guards and procedure gave."""

    answer: Answer
    kind: KindAnswer | None
    rules: RuleVerdict
    assignment: Assignment
    found: tuple[Reason, ...] = ()
    unfamiliar: bool = False


ORDER = (
    Reason.CRITICAL,
    Reason.HELP,
    Reason.ACCUSATION,
    Reason.CONDUCT,
    Reason.RESPONDENT_UNCLEAR,
    Reason.OUT_OF_SCOPE,
    Reason.PROCEDURE_UNCLEAR,
    Reason.SEVERAL_MATTERS,
    Reason.NO_ANSWER,
    Reason.UNFAMILIAR,
    Reason.LOW_CONFIDENCE,
    Reason.DISAGREEMENT,
    Reason.NO_DEPARTMENT,
    Reason.DUTY_UNCLEAR,
    Reason.PLACE_UNCLEAR,
)
"""Most pressing first; `reasons` looks at them in this order."""


def reasons(weighed: Weighed, policy: Policy) -> tuple[Reason, ...]:
    """Every reason for which a person must look, in ORDER."""
    category, rules, assignment, found = weighed.answer.category, weighed.rules, weighed.assignment, weighed.found
    confidence = category.confidence if category else None
    unclear = assignment.unclear
    outside = Reason.OUT_OF_SCOPE in found
    checks = (
        rules.urgency is Urgency.CRITICAL,
        rules.notice is not None,
        weighed.kind is not None and weighed.kind.code == Kind.ACCUSATION,
        Reason.CONDUCT in found,
        Reason.RESPONDENT_UNCLEAR in found,
        outside,
        Reason.PROCEDURE_UNCLEAR in found,
        Reason.SEVERAL_MATTERS in found,
        category is None,
        weighed.unfamiliar,
        confidence is not None and confidence < policy.thresholds.suggest,
        rules.clear and weighed.answer.agreement is Agreement.DISAGREE,
        category is not None and assignment.lead is None and not (unclear or outside),
        unclear,
        assignment.place_unclear,
    )
    return tuple(compress(ORDER, checks)) if any(checks) else ()


def band(answer: Answer, why: tuple[Reason, ...], head: HeadPrediction | None, policy: Policy) -> Band:
    """Review where a person must look; else what confidence, agreement and the model's own thresholds allow."""
    if why:
        return Band.REVIEW
    confidence = answer.category.confidence if answer.category else None
    trust = Band(head.trust) if head is not None and head.trust is not None else None
    return policy.band(confidence, answer.agreement, trust)

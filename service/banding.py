"""Why a person must look, and the band that follows: a table, most pressing first."""

from __future__ import annotations

from classifier.prediction import HeadPrediction
from rules.policy import Agreement, Band, Policy
from rules.rule import Urgency
from rules.value import value
from rules.verdict import RuleVerdict
from service.answer import Answer
from service.decision import Assignment, KindAnswer, Reason, accuses


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
    """Every reason for which a person must look, in the order of this table."""
    category, rules, assignment, found = weighed.answer.category, weighed.rules, weighed.assignment, weighed.found
    confidence = category.confidence if category else None
    explained = assignment.unclear or Reason.OUT_OF_SCOPE in found
    checks = {
        Reason.CRITICAL: rules.urgency is not Urgency.ORDINARY,
        Reason.HELP: rules.notice is not None,
        Reason.ACCUSATION: accuses(weighed.kind),
        Reason.CONDUCT: Reason.CONDUCT in found,
        Reason.RESPONDENT_UNCLEAR: Reason.RESPONDENT_UNCLEAR in found,
        Reason.OUT_OF_SCOPE: Reason.OUT_OF_SCOPE in found,
        Reason.PROCEDURE_UNCLEAR: Reason.PROCEDURE_UNCLEAR in found,
        Reason.NO_ANSWER: category is None,
        Reason.UNFAMILIAR: weighed.unfamiliar,
        Reason.LOW_CONFIDENCE: confidence is not None and confidence < policy.thresholds.suggest,
        Reason.DISAGREEMENT: rules.clear and weighed.answer.agreement is Agreement.DISAGREE,
        Reason.NO_DEPARTMENT: category is not None and assignment.lead is None and not explained,
        Reason.DUTY_UNCLEAR: assignment.unclear,
        Reason.PLACE_UNCLEAR: assignment.place_unclear,
    }
    return tuple([reason for reason, holds in checks.items() if holds])


def band(answer: Answer, why: tuple[Reason, ...], head: HeadPrediction | None, policy: Policy) -> Band:
    """Review where a person must look; else what confidence, agreement and the model's own thresholds allow."""
    if why:
        return Band.REVIEW
    confidence = answer.category.confidence if answer.category else None
    trust = Band(head.trust) if head is not None and head.trust is not None else None
    return policy.band(confidence, answer.agreement, trust)

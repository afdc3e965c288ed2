"""Why a person must look, and the band that follows: a table, most pressing first."""

from __future__ import annotations

from functools import lru_cache

from classifier.prediction import HeadPrediction
from rules.policy import REVIEW, Agreement, Band, Policy
from rules.value import value
from rules.verdict import ORDINARY, RuleVerdict
from service.answer import Answer
from service.decision import Assignment, KindAnswer, Reason, accuses

FOUND = (Reason.CONDUCT, Reason.RESPONDENT_UNCLEAR, Reason.OUT_OF_SCOPE, Reason.PROCEDURE_UNCLEAR)
"""Reasons that guards and procedure give."""
NOTHING = [False] * len(FOUND)
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


@value
class Checks:
    """Whether each reason holds, most pressing first; named as they are."""

    critical: bool
    help: bool
    accusation: bool
    conduct: bool
    respondent_unclear: bool
    out_of_scope: bool
    procedure_unclear: bool
    split: bool
    no_answer: bool
    unfamiliar: bool
    low_confidence: bool
    disagreement: bool
    no_department: bool
    duty_unclear: bool
    place_unclear: bool


def reasons(weighed: Weighed, policy: Policy) -> tuple[Reason, ...]:
    """Every reason for which a person must look, in the order of this table."""
    category, rules, assignment, found = weighed.answer.category, weighed.rules, weighed.assignment, weighed.found
    confidence = category.confidence if category else None
    conduct, respondent_unclear, out_of_scope, procedure_unclear = [one in found for one in FOUND] if found else NOTHING
    explained = assignment.unclear or out_of_scope
    return _holding(
        Checks(
            critical=rules.urgency is not ORDINARY,
            help=rules.notice is not None,
            accusation=accuses(weighed.kind),
            conduct=conduct,
            respondent_unclear=respondent_unclear,
            out_of_scope=out_of_scope,
            procedure_unclear=procedure_unclear,
            split=weighed.answer.split,
            no_answer=category is None and not weighed.answer.split,
            unfamiliar=weighed.unfamiliar,
            low_confidence=confidence is not None and confidence < policy.thresholds.suggest,
            disagreement=rules.clear and weighed.answer.agreement is DISAGREE,
            no_department=category is not None and assignment.lead is None and not explained,
            duty_unclear=assignment.unclear,
            place_unclear=assignment.place_unclear,
        )
    )


@lru_cache(maxsize=4096)
def _holding(checks: Checks) -> tuple[Reason, ...]:
    """Kept, as few of the possible answers ever come up."""
    return tuple(Reason(name) for name in Checks.__annotations__ if getattr(checks, name))


def band(answer: Answer, why: tuple[Reason, ...], head: HeadPrediction | None, policy: Policy) -> Band:
    """Review where a person must look; else what confidence, agreement and the model's own thresholds allow."""
    if why:
        return REVIEW
    confidence = answer.category.confidence if answer.category else None
    trust = Band(head.trust) if head is not None and head.trust is not None else None
    return policy.band(confidence, answer.agreement, trust)

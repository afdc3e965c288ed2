"""THE MAIN FLOW: petitions in, decisions out. Pure: no I/O, no clock of its own, no memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from classifier.model import Predictor
from classifier.prediction import HeadPrediction, Prediction
from rules.engine import Engine, Match
from rules.petition import Petition
from rules.policy import Agreement, Band
from rules.rule import Kind, Urgency
from rules.rulebook import Rulebook
from rules.verdict import RuleVerdict, judge
from service.answer import Answer, answer_category, answer_kind
from service.decision import (
    Assignment,
    Decision,
    KindAnswer,
    LabelSaid,
    Reason,
    RulesSaid,
    UrgencyAnswer,
    Verdicts,
    Versions,
)
from service.evidence import classifier_evidence, rule_evidence
from service.route import Routing, route

SILENT = Prediction({})
"""What a missing classifier says."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One petition and what engine, rules and classifier each say of it."""

    petition: Petition
    match: Match
    rules: RuleVerdict
    prediction: Prediction


@dataclass(frozen=True)
class Triage:
    """Everything deciding needs, handed in once."""

    rulebook: Rulebook
    engine: Engine
    classifier: Predictor | None
    code_version: str
    kind_names: Mapping[str, str]

    def decide(self, petitions: Sequence[Petition], today: date) -> list[Decision]:
        """One decision for each petition, in order. `today` stands in for a missing day of receipt."""
        matches = [self.engine.match(petition) for petition in petitions]
        verdicts = [judge(match, self.rulebook.policy.clear_margin) for match in matches]
        points = [verdict.levels for verdict in verdicts]
        predictions = self.classifier.predict(petitions, points) if self.classifier else [SILENT] * len(petitions)
        return [
            self._decide(Reading(*read), today) for read in zip(petitions, matches, verdicts, predictions, strict=True)
        ]

    def _decide(self, reading: Reading, today: date) -> Decision:
        petition, match, rules, prediction = reading.petition, reading.match, reading.rules, reading.prediction
        heads = prediction.heads
        answer = answer_category(rules, heads.get("category"), self.rulebook)
        kind = answer_kind(rules, heads.get("kind"), self.kind_names)
        accusation = kind is not None and kind.code == Kind.ACCUSATION
        routing = Routing(petition, match, today, heads.get("department"), accusation)
        assignment = route(answer, routing, self.rulebook)
        reasons = self._reasons(answer, kind, rules, assignment)
        category = answer.category.code if answer.category else None
        return Decision(
            petition_id=petition.id,
            band=self._band(answer, reasons, heads.get("category")),
            review_reasons=reasons,
            kind=kind,
            category=answer.category,
            candidates=answer.candidates,
            assignment=assignment,
            urgency=UrgencyAnswer(rules.urgency, rules.call, rules.urgency_reason),
            evidence=(
                *rule_evidence(match, category, kind),
                *classifier_evidence(match, heads.get("category"), category),
            ),
            verdicts=self._verdicts(rules, prediction, answer.agreement),
            versions=self.versions,
        )

    def _reasons(
        self, answer: Answer, kind: KindAnswer | None, rules: RuleVerdict, assignment: Assignment
    ) -> tuple[Reason, ...]:
        """Every reason for which a person must look, most pressing first."""
        confidence = answer.category.confidence if answer.category else None
        suggest = self.rulebook.policy.thresholds.suggest
        checks = {
            Reason.CRITICAL: rules.urgency is Urgency.CRITICAL,
            Reason.ACCUSATION: kind is not None and kind.code == Kind.ACCUSATION,
            Reason.NO_ANSWER: answer.category is None,
            Reason.LOW_CONFIDENCE: confidence is not None and confidence < suggest,
            Reason.DISAGREEMENT: answer.agreement is Agreement.DISAGREE and rules.clear,
            Reason.NO_DEPARTMENT: answer.category is not None and assignment.lead is None,
            Reason.DUTY_UNCLEAR: assignment.unclear,
        }
        return tuple(reason for reason, holds in checks.items() if holds)

    def _band(self, answer: Answer, reasons: tuple[Reason, ...], head: HeadPrediction | None) -> Band:
        if reasons:
            return Band.REVIEW
        confidence = answer.category.confidence if answer.category else None
        trust = Band(head.trust) if head is not None and head.trust is not None else None
        return self.rulebook.policy.band(confidence, answer.agreement, trust)

    def _verdicts(self, rules: RuleVerdict, prediction: Prediction, agreement: Agreement) -> Verdicts:
        path = self.rulebook.taxonomy.path(rules.category) if rules.category else ()
        said = {name: LabelSaid(head.label, head.probability) for name, head in prediction.heads.items()}
        return Verdicts(
            rules=RulesSaid(rules.category, path, rules.clear, rules.points, rules.kind),
            classifier=said or None,
            agreement=agreement,
        )

    @property
    def versions(self) -> Versions:
        """The three clocks that stand in every decision."""
        model = self.classifier.version if self.classifier else None
        return Versions(self.code_version, self.rulebook.digest, model)

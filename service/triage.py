"""THE MAIN FLOW: petitions in, decisions out. Pure: no I/O, no clock of its own, no memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from classifier.model import Predictor
from classifier.prediction import Prediction
from rules.engine import Engine, Match
from rules.petition import Petition
from rules.policy import Agreement
from rules.procedure import Lead
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.verdict import RuleVerdict, judge
from service.answer import answer_category, answer_kind
from service.banding import Weighed, band, reasons
from service.decision import Decision, KindAnswer, LabelSaid, Received, RulesSaid, UrgencyAnswer, Verdicts, Versions
from service.due import due_dates
from service.evidence import Sources, all_evidence
from service.guard import accuses, all_respondents, guard, is_accusation
from service.handling import handle, led, matter_of
from service.joining import Part, Whole
from service.office import in_office_terms, within_office
from service.route import Routing, route
from service.several import combine, parts
from service.whole import as_whole

SILENT = Prediction({})
"""What a missing classifier says."""


@dataclass(frozen=True, slots=True)
class Heard:
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
    beyond_notice: str = ""

    def decide(self, petitions: Sequence[Petition], today: date) -> list[Decision]:
        """One decision for each petition, in order. `today` stands in for a missing day of receipt."""
        heard = self._hear(petitions)
        cuts = [parts(one.match, self.rulebook) for one in heard]
        inner = iter(
            [
                self._matter(one, today, shown=False)
                for one in self._hear([part.petition for cut in cuts for part in cut])
            ]
        )
        return [
            self._petition(one, cut, list(islice(inner, len(cut))), today) for one, cut in zip(heard, cuts, strict=True)
        ]

    def _hear(self, petitions: Sequence[Petition]) -> list[Heard]:
        """Rules and classifier, each by itself; the classifier takes the rules' points for prior knowledge."""
        matches = [self.engine.match(petition) for petition in petitions]
        verdicts = [judge(match, self.rulebook.policy.clear_margin) for match in matches]
        predictions = [SILENT] * len(matches)
        if self.classifier and matches:
            readings = [match.reading for match in matches]
            predictions = self.classifier.predict(readings, [verdict.levels for verdict in verdicts])
        return [Heard(*one) for one in zip(petitions, matches, verdicts, predictions, strict=True)]

    def _petition(self, heard: Heard, cut: Sequence[Part], inner: Sequence[Decision], today: date) -> Decision:
        """The petition as a whole, and its matters where it raises several."""
        whole = self._matter(heard, today)
        several = combine(Whole(heard.match, whole), cut, inner, self.rulebook)
        if several.accusation and not accuses(whole.kind):
            whole = self._matter(heard, today, accusation=True)
        return as_whole(whole, several)

    def _matter(self, heard: Heard, today: date, accusation: bool = False, shown: bool = True) -> Decision:
        """What it is, which way it goes, who leads, who must not see it, by when; why a person must look.

        Not `shown`: only a part of a petition, whose evidence nobody will read.
        """
        petition, match, rules, heads = heard.petition, heard.match, heard.rules, heard.prediction.heads
        book, day = self.rulebook, petition.received_at or today
        answer = answer_category(rules, heads.get("category"), book)
        said = answer_kind(rules, heads.get("kind"), self.kind_names)
        respondents = all_respondents(match, said, book)
        kind = self._accusation if accusation or is_accusation(respondents, said.code if said else None) else said
        routed = route(answer, Routing(petition, match, day, heads.get("department"), accuses(kind)), book)
        handling = handle(match, matter_of(answer.category, kind, routed.paths), day, book)
        settled = handling.lead is Lead.ALONE
        guarded = guard(led(routed, handling, book), respondents, kind.code if kind else None, book, settled)
        placed = within_office(answer, guarded, self.beyond_notice, book)
        told = in_office_terms(answer, book)
        found = (*handling.reasons, *placed.reasons)
        weighed = Weighed(told, kind, rules, placed.assignment, found, heard.prediction.unfamiliar)
        why = reasons(weighed, book.policy)
        return Decision(
            petition_id=petition.id,
            band=band(told, why, heads.get("category"), book.policy),
            review_reasons=why,
            kind=kind,
            category=told.category,
            candidates=told.candidates,
            assignment=placed.assignment,
            urgency=UrgencyAnswer(rules.urgency, rules.call, rules.urgency_reason),
            evidence=all_evidence(match, answer, kind, Sources(heads.get("category"), respondents)) if shown else (),
            verdicts=self._verdicts(rules, heard.prediction, answer.agreement),
            versions=self.versions,
            procedure=handling.procedure,
            due=due_dates(handling.clocks, day, book),
            notice="\n".join([told for told in (rules.notice, handling.notice, placed.notice) if told]) or None,
            received=Received(day.isoformat(), petition.received_at is None),
        )

    def _verdicts(self, rules: RuleVerdict, prediction: Prediction, agreement: Agreement) -> Verdicts:
        path = self.rulebook.taxonomy.path(rules.category) if rules.category else ()
        said = {name: LabelSaid(head.label, head.probability) for name, head in prediction.heads.items()}
        return Verdicts(
            rules=RulesSaid(rules.category, path, rules.clear, rules.points, rules.kind),
            classifier=said or None,
            agreement=agreement,
        )

    @cached_property
    def _accusation(self) -> KindAnswer:
        """What a plain accusation is, whatever the classifier says."""
        return KindAnswer(Kind.ACCUSATION, self.kind_names[Kind.ACCUSATION], None)

    @cached_property
    def versions(self) -> Versions:
        """The three clocks that stand in every decision."""
        model = self.classifier.version if self.classifier else None
        return Versions(self.code_version, self.rulebook.digest, model)

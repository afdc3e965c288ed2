"""THE MAIN FLOW: petitions in, decisions out. Pure: no I/O, no clock of its own, no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress, islice, repeat, starmap
from operator import itemgetter

from classifier.model import Predictor
from classifier.prediction import Prediction, Wanted
from rules.compiled import FEW
from rules.engine import Engine
from rules.match import Marked, Match
from rules.matters import Part
from rules.petition import Petition
from rules.policy import Agreement
from rules.procedure import Lead
from rules.respondents import Respondent
from rules.rulebook import Rulebook
from rules.value import no_collection, replace
from rules.verdict import RuleVerdict, judge
from service.answer import LEAST_SHARE, answer_kind
from service.banding import Weighed, band, reasons
from service.correction import Correction, answered, judged, led_by, named, within
from service.decision import (
    ACCUSATION,
    Decision,
    Evidence,
    KindAnswer,
    LabelSaid,
    MatterAnswer,
    RulesSaid,
    TextSpan,
    Verdicts,
    Versions,
    accuses,
)
from service.due import due_dates
from service.evidence import all_evidence
from service.guard import accusing_respondents, all_respondents, guard, is_accusation
from service.handling import Handling, led
from service.joining import Judged, Seen, look_at, may_differ
from service.office import Placed, within_office
from service.parts import Whole, may_be_sure, too_few
from service.route import Routed
from service.several import Several, combine, one_matter, parts
from service.steps import (
    Grasped,
    Heard,
    Inner,
    Known,
    answer_of,
    handling_of,
    label_of,
    named_of,
    received_on,
    routed_of,
    shown_of,
    urgency_of,
)
from service.succession import brought_up, points_of_both_times, read_on_its_day
from service.whole import as_whole

ALONE = Lead.ALONE
Finder = Callable[[Match, KindAnswer | None, Rulebook], tuple[Respondent, ...]]
"""See `service.guard.all_respondents`."""
SILENT = Prediction({})
"""What a missing classifier says."""


@dataclass(frozen=True)
class Triage:
    """Everything deciding needs, handed in once."""

    rulebook: Rulebook
    engine: Engine
    classifier: Predictor | None
    code_version: str
    kind_names: Mapping[str, str]
    beyond_notice: str = ""

    def prepare(self, today: date) -> None:
        """Make now what takes longer than a decision: arrays, or loops, which a machine compiles once."""
        self.decide([Petition("", "")] * FEW, today)

    def decide(self, petitions: Sequence[Petition], today: date) -> list[Decision]:
        """One decision for each petition, in order. `today` stands in for a missing day of receipt."""
        with no_collection():
            matches, cuts, inside = self.engine.parted(petitions, self._parts)
            heard = self._hear([*matches, *inside], today, shown=len(petitions))
            count = len(petitions)
            known, of_parts = (
                self._known(heard[:count], all_respondents),
                self._known(heard[count:], accusing_respondents),
            )
            grasped, inner = self._grasped(heard[:count], known), zip(heard[count:], of_parts, strict=True)
            decisions = self._decisions(grasped)
            return [
                self._whole(decision, matter, cut, inner) if cut else decision
                for decision, matter, cut in zip(decisions, grasped, cuts, strict=True)
            ]

    def correct(self, petition: Petition, correction: Correction, today: date) -> Decision:
        """What follows from what a clerk says instead: departments, guards, procedure and due dates anew."""
        (whole,) = self.decide([petition], today)
        heard = self._hear([self.engine.match(petition)], today, shown=1)
        (grasped,) = self._grasped(heard, self._known(heard, all_respondents))
        if accuses(whole.kind):
            grasped = replace(grasped, kind=self._accusation)
        (corrected,) = self._decisions([self._corrected(grasped, correction)])
        own = within(corrected, whole, correction.kind)
        return led_by(own, correction.department, grasped.heard.book)

    def _corrected(self, grasped: Grasped, correction: Correction) -> Grasped:
        """What it is about, as a clerk sees it."""
        code, kind, book = correction.category, correction.kind, grasped.heard.book
        said = KindAnswer(kind, self.kind_names[kind], None) if kind else None
        respondents = all_respondents(grasped.heard.match, said or grasped.kind, book)
        answer = answered(grasped.answer, code, book)
        return replace(
            grasped,
            answer=answer,
            named=named(grasped.named if code is None else answer, code, book),
            kind=said or grasped.kind,
            respondents=judged(respondents, said),
        )

    def _parts(self, match: Marked) -> tuple[Part, ...]:
        return parts(match, self.rulebook)

    def _hear(self, matches: Sequence[Match], today: date, shown: int) -> list[Heard]:
        """Rules and classifier, each by itself, in what is in force on the day of receipt; the classifier takes the
        rules' points for prior knowledge, and says of the first ones, those `shown`, which words told.
        """
        days = [match.reading.petition.received_at or today for match in matches]
        books = list(map(self.rulebook.on, days))
        read = list(starmap(read_on_its_day, zip(matches, books, strict=True)))
        verdicts = list(map(judge, read, repeat(self.rulebook.policy.clear_margin)))
        predictions = [SILENT] * len(matches)
        if self.classifier and matches:
            points = list(starmap(points_of_both_times, zip(matches, verdicts, books, strict=True)))
            wanted = Wanted(shown=shown, least=LEAST_SHARE)
            predictions = self.classifier.predict([match.reading for match in matches], points, wanted)
        told = starmap(brought_up, zip(predictions, books, strict=True))
        return list(starmap(Heard, zip(read, verdicts, told, days, books, strict=True)))

    def _whole(self, decision: Decision, matter: Grasped, cut: Sequence[Part], inner: Iterator[Inner]) -> Decision:
        """The petition with its matters where it raises several. `inner`: what is known of its parts comes next."""
        match, book = matter.heard.match, matter.heard.book
        several = self._several(Whole(match, decision, cut, book.matters), list(islice(inner, len(cut))))
        if several.accusation and not accuses(decision.kind):
            (decision,) = self._decisions([replace(matter, kind=self._accusation)])
        return as_whole(decision, several, match.text)

    def _several(self, whole: Whole, inner: Sequence[Inner]) -> Several:
        """Its matters. Parts are answered, and their ways decided, only where they may be matters of their own."""
        book, accusation = inner[0][0].book, any(accuses(kind) for _, (kind, _) in inner)
        maybe = [True] * len(inner)
        if not accusation and not accuses(whole.decision.kind):
            maybe = may_be_sure(whole, [heard.rules for heard, _ in inner], map(label_of, inner), book)
            if too_few(maybe, book.matters):
                return one_matter(whole, accusation)
        answered = self._answered(inner, maybe)
        seen = look_at(whole, [one.told if one else None for one in answered])
        if not may_differ(seen, book.matters):
            return one_matter(whole, accusation)
        if None in answered:
            others = self._answered(inner, [one is None for one in answered])
            answered = [one or other for one, other in zip(answered, others, strict=True)]
        return combine(whole, self._judged(whole, seen, [_complaining(one) for one in answered if one]), book)

    def _answered(self, inner: Sequence[Inner], which: Sequence[bool]) -> list[Grasped | None]:
        """What some parts are about; nothing of the others."""
        chosen = list(compress(inner, which))
        grasped = iter(self._grasped([heard for heard, _ in chosen], [known for _, known in chosen], listed=False))
        return [next(grasped) if own else None for own in which]

    def _judged(self, whole: Whole, seen: Sequence[Seen], matters: Sequence[Grasped]) -> list[Judged]:
        """Parts, and which way each goes."""
        return [
            Judged(part, one.told, placed.assignment, handling.procedure, look.accusation, look.sure)
            for part, one, look, (handling, placed) in zip(whole.cut, matters, seen, self._ways(matters), strict=True)
        ]

    def _known(self, heard: Sequence[Heard], complained_of: Finder) -> list[Known]:
        """What each wants, and of whom it complains: who that is is found by `complained_of`."""
        kinds = [answer_kind(one.rules, one.prediction.heads.get("kind"), self.kind_names) for one in heard]
        respondents = [complained_of(one.match, kind, one.book) for one, kind in zip(heard, kinds, strict=True)]
        return [
            (self._accusation if is_accusation(found, kind.code if kind else None) else kind, found)
            for kind, found in zip(kinds, respondents, strict=True)
        ]

    def _grasped(self, heard: Sequence[Heard], known: Sequence[Known], listed: bool = True) -> list[Grasped]:
        """What each is about. Not `listed`: without what else was considered."""
        answers = [answer_of(one, listed) for one in heard]
        named = starmap(named_of, zip(heard, answers, strict=True))
        kinds, respondents = map(itemgetter(0), known), map(itemgetter(1), known)
        return list(starmap(Grasped, zip(heard, answers, named, kinds, respondents, strict=True)))

    def _decisions(self, matters: Sequence[Grasped]) -> list[Decision]:
        """One for each."""
        ways, evidence = self._ways(matters), all_evidence(list(map(shown_of, matters)))
        return [self._decision(matter, *way, own) for matter, way, own in zip(matters, ways, evidence, strict=True)]

    def _ways(self, matters: Sequence[Grasped]) -> list[tuple[Handling, Placed]]:
        """Which way each goes, and who has it.

        All go one step, then the next: what a step needs stays near the core, which makes deciding a seventh quicker.
        """
        routed = list(map(routed_of, matters))
        handlings = list(starmap(handling_of, zip(matters, routed, strict=True)))
        placed = starmap(self._placed, zip(matters, routed, handlings, strict=True))
        return list(zip(handlings, placed, strict=True))

    def _placed(self, matter: Grasped, routed: Routed, handling: Handling) -> Placed:
        """Who leads, and who must not see it."""
        kind, book = matter.kind, matter.heard.book
        settled = handling.lead is ALONE
        guarded = guard(led(routed, handling, book), matter.respondents, kind.code if kind else None, book, settled)
        return within_office(matter.answer, guarded, self.beyond_notice, book)

    def _decision(
        self, matter: Grasped, handling: Handling, placed: Placed, evidence: tuple[Evidence, ...]
    ) -> Decision:
        """All that is known of it; by when, and why a person must look."""
        heard, told, kind = matter.heard, matter.named, matter.kind
        rules, heads, book = heard.rules, heard.prediction.heads, heard.book
        petition = heard.match.reading.petition
        assignment, procedure = placed.assignment, handling.procedure
        found = (*handling.reasons, *placed.reasons)
        why = reasons(Weighed(told, kind, rules, assignment, found, heard.prediction.unfamiliar), book.policy)
        notices = [one for one in (rules.notice, handling.notice, placed.notice) if one]
        end = len(heard.match.reading.text)
        own = MatterAnswer(0, end, told.category, kind, assignment, procedure, (TextSpan(0, end),))
        return Decision(
            petition_id=petition.id,
            band=band(told, why, heads.get("category"), book.policy),
            review_reasons=why,
            kind=kind,
            category=told.category,
            candidates=told.candidates,
            assignment=assignment,
            urgency=urgency_of(rules),
            evidence=evidence,
            verdicts=self._verdicts(rules, heard.prediction, told.agreement),
            versions=self.versions,
            procedure=procedure,
            due=due_dates(handling.clocks, heard.day, book),
            matters=(own,),
            notice="\n".join(notices) if notices else None,
            received=received_on(heard.day, petition.received_at is None),
        )

    def _verdicts(self, rules: RuleVerdict, prediction: Prediction, agreement: Agreement) -> Verdicts:
        path = self.rulebook.taxonomy.paths[rules.category] if rules.category else ()
        said = {name: LabelSaid(*head.ranked[0]) for name, head in prediction.heads.items()}
        return Verdicts(
            rules=RulesSaid(rules.category, path, rules.clear, rules.points, rules.kind),
            classifier=said or None,
            agreement=agreement,
            unseen=round(prediction.unseen, 4),
        )

    @cached_property
    def _accusation(self) -> KindAnswer:
        """What a plain accusation is, whatever the classifier says."""
        return KindAnswer(ACCUSATION, self.kind_names[ACCUSATION], None)

    @cached_property
    def versions(self) -> Versions:
        """The three clocks that stand in every decision."""
        model = self.classifier.version if self.classifier else None
        return Versions(self.code_version, self.rulebook.digest, model)


def _complaining(part: Grasped) -> Grasped:
    """A part with all of whom it complains: so far none was looked for where nobody may be accused."""
    if part.respondents:
        return part
    return replace(part, respondents=all_respondents(part.heard.match, part.kind, part.heard.book))

"""The steps of deciding that look at one text alone, and what they leave for the next."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from classifier.prediction import Prediction
from rules.match import Match
from rules.respondents import Respondent
from rules.rule import Urgency
from rules.rulebook import Rulebook
from rules.value import value
from rules.verdict import RuleVerdict
from service.answer import Answer, answer_category, category_of
from service.decision import KindAnswer, Received, UrgencyAnswer, accuses
from service.evidence import Shown
from service.handling import Handling, handle, matter_of
from service.joining import Told
from service.office import in_office_terms
from service.route import Routed, Routing, route
from service.succession import left_to_a_clerk

ORDINARY = UrgencyAnswer(Urgency.ORDINARY)


@value
class Heard:
    """One petition, what engine, rules and classifier each say of it, its day of receipt, and the rulebook as it stands
    then.
    """

    match: Match
    rules: RuleVerdict
    prediction: Prediction
    day: date
    book: Rulebook


Known = tuple[KindAnswer | None, tuple[Respondent, ...]]
"""What a text wants, and of whom it complains."""
Inner = tuple[Heard, Known]
"""What is known of a part of a petition before it is answered."""


@value
class Grasped:
    """What it is about, before it is known who leads: `answer` in national terms, `named` in the office's own."""

    heard: Heard
    answer: Answer
    named: Answer
    kind: KindAnswer | None
    respondents: tuple[Respondent, ...]

    @property
    def told(self) -> Told:
        """As parts are compared."""
        rules = self.heard.rules
        return Told(self.named.category, self.kind, self.answer.agreement, rules.clear, rules.points)


def answer_of(heard: Heard, listed: bool) -> Answer:
    """What it is about, in national terms; no candidates unless `listed`."""
    head, book = heard.prediction.heads.get("category"), heard.book
    return left_to_a_clerk(answer_category(heard.rules, head, book, listed), book.taxonomy)


def named_of(heard: Heard, answer: Answer) -> Answer:
    """The answer in the office's own terms."""
    taxonomy = heard.book.taxonomy
    if not taxonomy.covering and not taxonomy.gone:
        return answer
    return left_to_a_clerk(in_office_terms(answer, heard.book), taxonomy)


def label_of(inner: Inner) -> str | None:
    """The classifier's category of a part."""
    head = inner[0].prediction.heads.get("category")
    return category_of(head) if head else None


def routed_of(matter: Grasped) -> Routed:
    """Which departments answer for it."""
    heard, answer = matter.heard, matter.answer
    routing = Routing(heard.match, heard.day, heard.prediction.heads.get("department"), accuses(matter.kind))
    return route(answer, routing, heard.book)


def handling_of(matter: Grasped, routed: Routed) -> Handling:
    """Which way it goes."""
    meant = matter_of(matter.answer.category, matter.kind, routed.paths)
    return handle(matter.heard.match, meant, matter.heard.day, matter.heard.book)


def shown_of(matter: Grasped) -> Shown:
    """What evidence is looked for."""
    heard, category, kind = matter.heard, matter.answer.category, matter.kind
    head = heard.prediction.heads.get("category")
    return Shown(
        heard.match, category.code if category else None, kind.code if kind else None, head, matter.respondents
    )


def urgency_of(rules: RuleVerdict) -> UrgencyAnswer:
    """How urgent it is, whom to call, and why."""
    if rules.urgency_reason is None:
        return ORDINARY
    return UrgencyAnswer(rules.urgency, rules.call, rules.urgency_reason)


@lru_cache(maxsize=4096)
def received_on(day: date, assumed: bool) -> Received:
    """The day that clocks count from. Kept, as most petitions came in on few days."""
    return Received(day.isoformat(), assumed)

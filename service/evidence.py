"""Which words of the petition spoke for the decision, as spans of the original text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from classifier.prediction import HeadPrediction
from classifier.texts import unnumbered
from rules.engine import Match
from rules.respondents import Respondent
from rules.rule import Saying
from rules.taxonomy import at_level
from rules.value import value
from service.answer import Answer
from service.decision import Evidence, KindAnswer

MOST = 40
PER_RULE = 6
"""Places shown of one rule."""
PER_GRAM = 2
"""Places shown of one n-gram."""

Spoke = tuple[Saying, int]
"""What a rule says, and its place in the match's evidence."""
_DIGIT = "0"
"""As n-grams have every digit."""


@value
class Sources:
    """Who spoke besides the rules."""

    head: HeadPrediction | None = None
    respondents: Sequence[Respondent] = ()


def all_evidence(match: Match, answer: Answer, kind: KindAnswer | None, sources: Sources) -> tuple[Evidence, ...]:
    """What rules, classifier and the search for respondents found, in this order."""
    category = answer.category.code if answer.category else None
    return (
        *respondent_evidence(match, sources.respondents),
        *rule_evidence(match, category, kind),
        *classifier_evidence(match, sources.head, category),
    )


def respondent_evidence(match: Match, respondents: Sequence[Respondent]) -> list[Evidence]:
    """Where the text names those it complains of; who was given by the caller stands nowhere."""
    return [
        Evidence(one.start, one.end, "respondent", match.reading.text[one.start : one.end], None, one.sort.value)
        for one in respondents
        if one.end > one.start
    ]


def rule_evidence(match: Match, category: str | None, kind: KindAnswer | None) -> list[Evidence]:
    """Spans of the rules that spoke for the decided branch, its kind, or an urgency; these two are never cut off."""
    text, branch, said = match.reading.text, at_level(category, 1) if category else None, kind.code if kind else None
    others: list[Spoke] = []
    own: list[Spoke] = []
    for place, saying in enumerate(match.sayings, match.first):
        steps = saying.steps
        if steps:
            if steps[0] == branch:
                own.append((saying, place))
        elif saying.kind is None or saying.kind == said:
            others.append((saying, place))
    spans = match.evidence.spans(others + own, PER_RULE)
    return [
        Evidence(start, end, "rule", text[start:end], saying.id, saying.conclusion)
        for saying, start, end in islice(spans, MOST)
    ]


def classifier_evidence(match: Match, head: HeadPrediction | None, conclusion: str | None) -> list[Evidence]:
    """Where the telling n-grams stand; those that white space breaks up are left out."""
    if head is None or conclusion is None:
        return []
    grams, text, found = dict.fromkeys([gram for gram, _ in head.telling]), match.reading.text, []
    find = (unnumbered(text) if _DIGIT in "".join(grams) else text).find
    for gram in grams:
        start, more = find(gram), PER_GRAM
        while start >= 0:
            end = start + len(gram)
            found.append(Evidence(start, end, "classifier", text[start:end], None, conclusion))
            more -= 1
            start = find(gram, start + 1) if more else -1
    return found

"""Which words of the petition spoke for the decision, as spans of the original text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from classifier.prediction import HeadPrediction
from classifier.texts import unnumbered
from rules.match import Match
from rules.respondents import Respondent
from rules.rule import Saying
from rules.taxonomy import at_level
from rules.value import value
from service.decision import Evidence

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
class Shown:
    """What is shown the evidence for: what was decided of a text, and who spoke besides the rules."""

    match: Match
    category: str | None
    kind: str | None
    head: HeadPrediction | None = None
    respondents: Sequence[Respondent] = ()


def all_evidence(shown: Sequence[Shown]) -> list[tuple[Evidence, ...]]:
    """For each what the search for respondents, rules and classifier found, in this order."""
    rules, words = list(map(rule_evidence, shown)), list(map(classifier_evidence, shown))
    return [
        (*respondent_evidence(one), *of_rules, *said) for one, of_rules, said in zip(shown, rules, words, strict=True)
    ]


def respondent_evidence(shown: Shown) -> list[Evidence]:
    """Where the text names those it complains of; who was given by the caller stands nowhere."""
    text = shown.match.reading.text
    return [
        Evidence(one.start, one.end, "respondent", text[one.start : one.end], None, one.sort.value)
        for one in shown.respondents
        if one.end > one.start
    ]


def rule_evidence(shown: Shown) -> list[Evidence]:
    """Spans of the rules that spoke for the decided branch, its kind, or an urgency; these two are never cut off."""
    match, kind, branch = shown.match, shown.kind, at_level(shown.category, 1) if shown.category else None
    text = match.reading.text
    others: list[Spoke] = []
    own: list[Spoke] = []
    for place, saying in enumerate(match.sayings, match.first):
        steps = saying.steps
        if steps:
            if steps[0] == branch:
                own.append((saying, place))
        elif saying.kind is None or saying.kind == kind:
            others.append((saying, place))
    spans = match.evidence.spans(others + own, PER_RULE)
    return [
        Evidence(start, end, "rule", text[start:end], saying.id, saying.conclusion)
        for saying, start, end in islice(spans, MOST)
    ]


def classifier_evidence(shown: Shown) -> list[Evidence]:
    """Where the telling n-grams stand; those that white space breaks up are left out."""
    head, conclusion, text = shown.head, shown.category, shown.match.reading.text
    if head is None or conclusion is None:
        return []
    grams, found = dict.fromkeys([gram for gram, _ in head.telling]), list[Evidence]()
    numbered = _DIGIT in "".join(grams)
    find = (unnumbered(text) if numbered else text).find
    for gram in grams:
        start, more = find(gram), PER_GRAM
        while start >= 0:
            end = start + len(gram)
            found.append(Evidence(start, end, "classifier", text[start:end] if numbered else gram, None, conclusion))
            more -= 1
            start = find(gram, start + 1) if more else -1
    return found

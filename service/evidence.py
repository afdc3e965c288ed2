"""Which words of the petition spoke for the decision, as spans of the original text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifier.prediction import HeadPrediction
from classifier.texts import unnumbered
from rules.engine import Match, RuleHit
from rules.respondents import Respondent
from rules.taxonomy import at_level
from service.answer import Answer
from service.decision import Evidence, KindAnswer

MOST = 40
PER_RULE = 6
"""Places shown of one rule."""
PER_GRAM = 2
"""Places shown of one n-gram."""


@dataclass(frozen=True, slots=True)
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
        Evidence(one.start, one.end, "respondent", match.text[one.start : one.end], None, one.sort.value)
        for one in respondents
        if one.end > one.start
    ]


def rule_evidence(match: Match, category: str | None, kind: KindAnswer | None) -> list[Evidence]:
    """Spans of the rules that spoke for the decided branch, its kind, or an urgency; these two are never cut off."""
    text = match.text
    branch = at_level(category, 1) if category else ""
    spoke = [hit for hit in match.hits if hit.rule.then.category is None and _speaks(hit, kind)]
    spoke += [hit for hit in match.hits if (code := hit.rule.then.category) and at_level(code, 1) == branch]
    found: list[Evidence] = []
    for hit in spoke:
        rule, conclusion = hit.rule.id, hit.rule.conclusion
        for start, end, _ in hit.occurrences[:PER_RULE]:
            found.append(Evidence(start, end, "rule", text[start:end], rule, conclusion))
    return found[:MOST]


def _speaks(hit: RuleHit, kind: KindAnswer | None) -> bool:
    """Whether a rule that names no category speaks of an urgency, or for the decided kind."""
    return hit.rule.then.kind is None or (kind is not None and hit.rule.then.kind == kind.code)


def classifier_evidence(match: Match, head: HeadPrediction | None, conclusion: str | None) -> list[Evidence]:
    """Where the telling n-grams stand; those that white space breaks up are left out."""
    if head is None or conclusion is None:
        return []
    text, readable = match.text, unnumbered(match.text)
    return [
        Evidence(start, start + len(gram), "classifier", text[start : start + len(gram)], None, conclusion)
        for gram in dict.fromkeys([word.gram for word in head.telling])
        for start in _places(readable, gram)
    ]


def _places(text: str, gram: str) -> Iterator[int]:
    start = text.find(gram)
    for _ in range(PER_GRAM):
        if start < 0:
            return
        yield start
        start = text.find(gram, start + 1)

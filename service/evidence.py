"""Which words of the petition spoke for the decision, as spans of the original text."""

from __future__ import annotations

from collections.abc import Iterator

from classifier.features import unnumbered
from classifier.prediction import HeadPrediction
from rules.engine import Match, RuleHit
from rules.taxonomy import at_level
from service.decision import Evidence, KindAnswer

MOST = 60
PER_GRAM = 3
"""Places shown of one n-gram."""


def rule_evidence(match: Match, category: str | None, kind: KindAnswer | None) -> list[Evidence]:
    """Spans of the rules that spoke for the decided branch, its kind, or an urgency."""
    hits = sorted(match.hits, key=lambda hit: hit.rule.then.category is not None)  # urgency and kind are never cut off
    return [
        Evidence(start, end, "rule", match.text[start:end], hit.rule.id, str(hit.rule.then))
        for hit in hits
        if _speaks(hit, category, kind)
        for start, end, _ in hit.occurrences
    ][:MOST]


def _speaks(hit: RuleHit, category: str | None, kind: KindAnswer | None) -> bool:
    then = hit.rule.then
    if then.category is not None:
        return category is not None and at_level(then.category, 1) == at_level(category, 1)
    if then.kind is not None:
        return kind is not None and then.kind == kind.code
    return True


def classifier_evidence(match: Match, head: HeadPrediction | None, conclusion: str | None) -> list[Evidence]:
    """Where the telling n-grams stand; those that white space breaks up are left out."""
    if head is None or conclusion is None:
        return []
    text = unnumbered(match.text)
    return [
        Evidence(start, start + len(gram), "classifier", match.text[start : start + len(gram)], None, conclusion)
        for gram in dict.fromkeys(word.gram for word in head.telling)
        for start in _places(text, gram)
    ]


def _places(text: str, gram: str) -> Iterator[int]:
    start = text.find(gram)
    for _ in range(PER_GRAM):
        if start < 0:
            return
        yield start
        start = text.find(gram, start + 1)

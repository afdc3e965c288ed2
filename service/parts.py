"""A petition and the parts in which it may raise matters of their own, before it is known whether they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import maxsize

from rules.match import Match
from rules.matter_file import ACCUSING, Matters
from rules.matters import Part, Span
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import at_level
from rules.verdict import RuleVerdict
from service.answer import AGREE, agreement_of
from service.decision import Decision

ANNOUNCED = 70
"""So many characters before the first cut may announce several matters."""
HINT = 1
"""Weight of rules that are a hint only."""


@dataclass(frozen=True)
class Whole:
    """The petition as one: its match and its decision; the parts into which it is cut, by which words."""

    match: Match
    decision: Decision
    cut: Sequence[Part]
    matters: Matters

    @cached_property
    def hinted(self) -> bool:
        """Whether parts are likely matters: words say that there are several, or the petition tells no story."""
        text = self.match.text
        if self.matters.file is None:
            return False
        if len(text) <= self.matters.join.short:
            return True
        first = self.cut[0].span.start or self.cut[1].span.start
        return self.matters.words.several.search(text, max(0, first - ANNOUNCED), first) is not None

    @cached_property
    def accusations(self) -> frozenset[int]:
        """Where words stand that accuse: of rules, and such as no recipient of another matter may read."""
        match = self.match
        rules = [place for place, saying in enumerate(match.sayings, match.first) if saying.kind is Kind.ACCUSATION]
        return self._words(rules).union([start for start, _, _ in match.marked(ACCUSING)])

    def accuses(self, span: Span) -> bool:
        """Whether a word of an accusation stands there."""
        return any(span.start <= place < span.end for place in self.accusations)

    def telling(self, code: str) -> frozenset[int]:
        """Where words of the body stand that speak, by more than a hint, for a category of this second level."""
        match, level = self.match, at_level(code, 2)
        return self._words(
            [
                place
                for place, saying in enumerate(match.sayings, match.first)
                if saying.second == level and saying.rule.weight > HINT
            ]
        )

    def _words(self, places: Sequence[int]) -> frozenset[int]:
        """Where the words of some rules stand, which have these places in the match's evidence."""
        spans = self.match.evidence.spans(zip(places, places, strict=True), maxsize)
        return frozenset([start for _, start, _ in spans])


def may_be_sure(
    whole: Whole, rules: Sequence[RuleVerdict], labels: Iterable[str | None], rulebook: Rulebook
) -> list[bool]:
    """Which parts may be sure (joining.look_at), however probable their categories are, of a petition that does not
    accuse, nor does any part of it. `labels`: the classifier's categories, None without a classifier.
    """
    if whole.hinted:
        return [one.category is not None for one in rules]
    return [_may_be_sure(*one, rulebook) for one in zip(rules, labels, strict=True)]


def too_few(sure: Sequence[bool], matters: Matters) -> bool:
    """Whether it is plain already that too few parts can be sure for several matters (joining.may_differ)."""
    return matters.file is None or sum(sure) < max(2, matters.join.share * len(sure))


def _may_be_sure(rules: RuleVerdict, label: str | None, rulebook: Rulebook) -> bool:
    """Whether a part may be sure; where the rules' own answer counts, by points."""
    if rules.category is None or label is None:
        return rules.category is not None
    agreement = agreement_of(rules.category, label, rulebook.taxonomy)
    return (rules.clear and agreement is AGREE) or rulebook.policy.combination[agreement].answer == "rules"

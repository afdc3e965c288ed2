"""Rules whose conclusion clerks keep overruling: candidates for a narrower condition or a lower weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.match import Match
from rules.taxonomy import Taxonomy
from rules.verdict import judge

FEWEST = 5
"""Times that a rule must have been overruled."""
LEAST_SHARE = 0.3
"""Share of its conclusions that must have been overruled."""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How often the conclusion of a rule, where the rules' verdict followed it, was confirmed and overruled by clerks.

    `instead`: what clerks said most often where they overruled it.
    """

    rule: str
    conclusion: str
    confirmed: int
    overruled: int
    instead: str

    @property
    def share(self) -> float:
        """Of its conclusions, those overruled."""
        return self.overruled / (self.confirmed + self.overruled)


def overruled_rules(
    matches: Sequence[Match], labels: Sequence[Mapping[str, str]], taxonomy: Taxonomy, clear_margin: float
) -> list[RuleRecord]:
    """Rules that clerks keep overruling, the most often overruled first; row i of both belongs together."""
    said: dict[tuple[str, str], Counter[str]] = {}
    for match, given in zip(matches, labels, strict=True):
        for head, rule, conclusion in _followed(match, clear_margin):
            label = given.get(head)
            if label and (head == "kind" or label in taxonomy):
                said.setdefault((rule, conclusion), Counter())[label] += 1
    records = [_record(*key, labels, taxonomy) for key, labels in said.items()]
    kept = [one for one in records if one.overruled >= FEWEST and one.share >= LEAST_SHARE]
    return sorted(kept, key=lambda one: (-one.overruled, one.rule))


def _followed(match: Match, clear_margin: float) -> Iterator[tuple[str, str, str]]:
    """Head, rule and conclusion of each hit that the rules' verdict followed."""
    verdict = judge(match, clear_margin)
    for hit in match.hits:
        category, kind = hit.rule.then.category, hit.rule.then.kind
        if category and verdict.category and _within(verdict.category, category):
            yield "category", hit.rule.id, category
        if kind and kind == verdict.kind:
            yield "kind", hit.rule.id, kind.value


def _record(rule: str, conclusion: str, said: Counter[str], taxonomy: Taxonomy) -> RuleRecord:
    against = Counter({label: count for label, count in said.items() if not _agree(label, conclusion, taxonomy)})
    overruled = against.total()
    instead = min(against, key=lambda label: (-against[label], label)) if against else ""
    return RuleRecord(rule, conclusion, said.total() - overruled, overruled, instead)


def _agree(label: str, conclusion: str, taxonomy: Taxonomy) -> bool:
    """Whether one lies within the other, or the office's own category covers the conclusion."""
    return _within(label, conclusion) or _within(conclusion, label) or taxonomy.covering.get(conclusion) == label


def _within(code: str, branch: str) -> bool:
    return code == branch or code.startswith(f"{branch}.")

"""From the two verdicts to one category and one kind, by the policy's table; nothing is averaged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifier.prediction import HeadPrediction
from rules.policy import Agreement
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy, at_level
from rules.verdict import RuleVerdict
from service.decision import Candidate, CategoryAnswer, KindAnswer

LEAST_SHARE = 0.002
"""Probability below which a category is not considered any more."""
Shares = Mapping[str, float]
"""Probability by category code; sums to at most 1."""
Pairs = Sequence[tuple[str, float]]
"""Category codes with their probabilities."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The category that counts, what else was considered, and how the verdicts stood."""

    category: CategoryAnswer | None
    candidates: tuple[Candidate, ...]
    agreement: Agreement
    shares: Shares


@dataclass(frozen=True, slots=True)
class _Branches:
    """Considered categories, gathered by their branch at the policy's level."""

    inside: dict[str, list[tuple[str, float]]]

    def share(self, branch: str) -> float:
        """Probability of the whole branch."""
        return min(1.0, sum(share for _, share in self.inside[branch]))

    def holding(self, code: str) -> str | None:
        """The branch that `code` lies in, or is."""
        return next((step for step in (at_level(code, level) for level in (3, 2, 1)) if step in self.inside), None)

    def ranked(self) -> list[str]:
        """Likeliest first."""
        if all(len(inside) == 1 for inside in self.inside.values()):
            return sorted(self.inside, key=lambda branch: (-self.inside[branch][0][1], branch))
        return sorted(self.inside, key=lambda branch: (-self.share(branch), branch))


def answer_category(rules: RuleVerdict, head: HeadPrediction | None, rulebook: Rulebook) -> Answer:
    """One category by the policy's table, the candidates with it first."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    considered = _considered(head) if head else ()
    said = _best_leaf(considered) if considered else None
    agreement = _agreement(rules.category, said, taxonomy)
    shares = _refined(considered, rules)
    source = policy.combination[agreement].answer
    chosen = {"classifier": said, "rules": rules.category, "none": None}[source]
    if chosen is None:
        return Answer(None, (), agreement, shares)
    chosen = rules.below(chosen)
    branches = _branches(shares, policy.confidence_level)
    own = branches.holding(chosen)
    confidence = (branches.share(own) if own else 0.0) if source == "classifier" else None
    category = CategoryAnswer(chosen, _path(chosen, taxonomy), confidence)
    return Answer(category, _candidates(category, rules, branches, rulebook), agreement, shares or {chosen: 1.0})


def answer_kind(rules: RuleVerdict, head: HeadPrediction | None, names: Mapping[str, str]) -> KindAnswer | None:
    """What the rules say, else the classifier (benchmarks/kinds.py); but a head for which held-back rows of the office
    vouch goes before rules that see no accusation.
    """
    vouched = head is not None and head.trust is not None
    if rules.kind is not None and (rules.kind is Kind.ACCUSATION or not vouched):
        return KindAnswer(rules.kind, names[rules.kind], None)
    if head is None:
        return None
    return KindAnswer(head.label, names.get(head.label, head.label), head.probability)


def _considered(head: HeadPrediction) -> Pairs:
    """The likely labels, the best one in any case."""
    ranked = head.ranked
    count = bisect_right(ranked, -LEAST_SHARE, key=lambda pair: -pair[1])
    return ranked[: max(1, count)]


def _refined(considered: Pairs, rules: RuleVerdict) -> Shares:
    """The classifier's shares, each category as deep as the rules can tell within it."""
    shares: dict[str, float] = {}
    for label, share in considered:
        code = rules.below(label)
        shares[code] = shares.get(code, 0.0) + share
    return shares


def _branches(shares: Shares, level: int) -> _Branches:
    inside: dict[str, list[tuple[str, float]]] = {}
    for code, share in shares.items():
        branch = at_level(code, level)
        if branch in inside:
            inside[branch].append((code, share))
        else:
            inside[branch] = [(code, share)]
    return _Branches(inside)


def _agreement(rules: str | None, said: str | None, taxonomy: Taxonomy) -> Agreement:
    if said is None:
        return Agreement.RULES_ONLY if rules else Agreement.NEITHER
    if rules is None or said not in taxonomy:
        return Agreement.CLASSIFIER_ONLY
    if at_level(rules, 1) != at_level(said, 1):
        return Agreement.DISAGREE
    level = min(2, taxonomy[said].level, taxonomy[rules].level)
    return Agreement.AGREE if at_level(rules, level) == at_level(said, level) else Agreement.SAME_BRANCH


def _best_leaf(pairs: Pairs) -> str:
    """Down the tree: the likeliest first level, within it the likeliest second, and so on."""
    for level in (1, 2, 3):
        if len(pairs) == 1:
            break
        sums: dict[str, float] = {}
        for code, share in pairs:
            step = at_level(code, level)
            sums[step] = sums.get(step, 0.0) + share
        best = min(sums, key=lambda step: (-sums[step], step))
        pairs = [pair for pair in pairs if at_level(pair[0], level) == best]
    return pairs[0][0]


def _candidates(
    chosen: CategoryAnswer, rules: RuleVerdict, branches: _Branches, rulebook: Rulebook
) -> tuple[Candidate, ...]:
    """The chosen category, then the best leaf of each other branch, then what the rules say."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    level = policy.confidence_level
    found = [Candidate(chosen.code, chosen.path, chosen.confidence)]
    for branch in branches.ranked():
        if len(found) == policy.candidates:
            break
        if not _same_branch(branch, chosen.code, level):
            leaf = _best_leaf(branches.inside[branch])
            found.append(Candidate(leaf, _path(leaf, taxonomy), branches.share(branch)))
    return tuple(_with_rules(found, rules, level, taxonomy))


def _with_rules(found: list[Candidate], rules: RuleVerdict, level: int, taxonomy: Taxonomy) -> list[Candidate]:
    code = rules.category
    if code is None or any(_same_branch(candidate.code, code, level) for candidate in found):
        return found
    return [*found, Candidate(code, _path(code, taxonomy), None)]


def _same_branch(one: str, other: str, level: int) -> bool:
    depth = min(level, one.count(".") + 1, other.count(".") + 1)
    return at_level(one, depth) == at_level(other, depth)


def _path(code: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Names down to `code`; an office's own class is its own path."""
    return taxonomy.path(code) if code in taxonomy else (code,)

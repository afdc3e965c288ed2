"""From the two verdicts to one category and one kind, by the policy's table; nothing is averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.prediction import HeadPrediction
from rules.policy import Agreement, Policy
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy, at_level
from rules.verdict import RuleVerdict, deepest
from service.decision import Candidate, CategoryAnswer, KindAnswer

LEAST_SHARE = 0.002
"""Probability below which a category is not considered any more."""
Shares = Mapping[str, float]
"""Probability by category code; sums to at most 1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The category that counts, what else was considered, and how the verdicts stood."""

    category: CategoryAnswer | None
    candidates: tuple[Candidate, ...]
    agreement: Agreement
    shares: Shares


def answer_category(rules: RuleVerdict, head: HeadPrediction | None, rulebook: Rulebook) -> Answer:
    """One category by the policy's table, the candidates with it first."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    said = _best_leaf(dict(head.ranked)) if head else None
    agreement = _agreement(rules.category, said, taxonomy)
    shares = _refined(head, rules) if head else {}
    source = policy.combination[agreement].answer
    chosen = {"classifier": said, "rules": rules.category, "none": None}[source]
    if chosen is None:
        return Answer(None, (), agreement, shares)
    chosen = deepest(rules.levels, below=chosen) or chosen
    confidence = _branch_share(chosen, shares, policy) if source == "classifier" else None
    category = CategoryAnswer(chosen, _path(chosen, taxonomy), confidence)
    return Answer(category, _candidates(category, rules, shares, rulebook), agreement, shares or {chosen: 1.0})


def answer_kind(rules: RuleVerdict, head: HeadPrediction | None, names: Mapping[str, str]) -> KindAnswer | None:
    """The classifier's kind where it has that head; an accusation that rules see is never overruled."""
    if rules.kind is Kind.ACCUSATION or head is None:
        return KindAnswer(rules.kind, names[rules.kind], None) if rules.kind else None
    return KindAnswer(head.label, names.get(head.label, head.label), head.probability)


def _refined(head: HeadPrediction, rules: RuleVerdict) -> Shares:
    """The classifier's shares, each category as deep as the rules can tell within it."""
    shares: dict[str, float] = {}
    for rank, (label, share) in enumerate(head.ranked):
        if share >= LEAST_SHARE or rank == 0:
            code = deepest(rules.levels, below=label) or label
            shares[code] = shares.get(code, 0.0) + share
    return shares


def _agreement(rules: str | None, said: str | None, taxonomy: Taxonomy) -> Agreement:
    if said is None:
        return Agreement.RULES_ONLY if rules else Agreement.NEITHER
    if rules is None or said not in taxonomy:
        return Agreement.CLASSIFIER_ONLY
    if at_level(rules, 1) != at_level(said, 1):
        return Agreement.DISAGREE
    level = min(2, taxonomy[said].level, taxonomy[rules].level)
    return Agreement.AGREE if at_level(rules, level) == at_level(said, level) else Agreement.SAME_BRANCH


def _best_leaf(shares: Shares) -> str | None:
    """Down the tree: the likeliest first level, within it the likeliest second, and so on."""
    if not shares:
        return None
    inside = shares
    for level in (1, 2, 3):
        sums = _sums(inside, level)
        best = max(sorted(sums), key=lambda code: sums[code])
        inside = {code: share for code, share in inside.items() if at_level(code, level) == best}
    return best


def _sums(shares: Shares, level: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for code, share in shares.items():
        sums[at_level(code, level)] = sums.get(at_level(code, level), 0.0) + share
    return sums


def _branch_share(code: str, shares: Shares, policy: Policy) -> float:
    """Probability of the branch at the policy's level, or of the ancestor that the model knows."""
    sums = _sums(shares, policy.confidence_level)
    known = [step for step in (at_level(code, level) for level in (3, 2, 1)) if step in sums]
    return min(1.0, sums[known[0]]) if known else 0.0


def _candidates(
    chosen: CategoryAnswer, rules: RuleVerdict, shares: Shares, rulebook: Rulebook
) -> tuple[Candidate, ...]:
    """The chosen category, then the best leaf of each other branch, then what the rules say."""
    level, taxonomy = rulebook.policy.confidence_level, rulebook.taxonomy
    sums = _sums(shares, level)
    others = [code for code in sums if not _same_branch(code, chosen.code, level)]
    best = sorted(others, key=lambda code: (-sums[code], code))[: rulebook.policy.candidates - 1]
    leaves = {branch: _best_leaf({c: s for c, s in shares.items() if at_level(c, level) == branch}) for branch in best}
    found = [
        Candidate(leaf, _path(leaf, taxonomy), min(1.0, sums[branch]))
        for branch, leaf in leaves.items()
        if leaf is not None
    ]
    first = Candidate(chosen.code, chosen.path, chosen.confidence)
    return tuple(_with_rules([first, *found], rules, level, taxonomy))


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

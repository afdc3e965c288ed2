"""From the two verdicts to one category and one kind, by the policy's table; nothing is averaged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import repeat

from classifier.prediction import HeadPrediction
from rules.policy import Agreement
from rules.rule import Kind
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy, at_level
from rules.value import value
from rules.verdict import RuleVerdict
from service.decision import Candidate, CategoryAnswer, KindAnswer

LEAST_SHARE = 0.002
"""Probability below which a category is not considered any more."""
MAJORITY = 0.5001
"""A category with this share outweighs all others together."""
Shares = Mapping[str, float]
"""Probability by category code; sums to at most 1."""
Pairs = Sequence[tuple[str, float]]
"""Category codes with their probabilities."""


@value
class Answer:
    """The category that counts, what else was considered, and how the verdicts stood."""

    category: CategoryAnswer | None
    candidates: tuple[Candidate, ...]
    agreement: Agreement
    shares: Shares


@value
class _Branches:
    """Considered categories by their branch at the policy's level: its best leaf, its whole probability."""

    leaves: Mapping[str, str]
    totals: Shares

    def share(self, branch: str) -> float:
        """Probability of the whole branch."""
        return min(1.0, self.totals[branch])


@lru_cache(maxsize=16384)
def steps(code: str) -> tuple[str, str, str]:
    """`code` at the first, second and third level."""
    return at_level(code, 1), at_level(code, 2), at_level(code, 3)


def answer_category(rules: RuleVerdict, head: HeadPrediction | None, rulebook: Rulebook, listed: bool = True) -> Answer:
    """One category by the policy's table, the candidates with it first; no candidates unless `listed`."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    considered = _considered(head) if head else ()
    said = _best_leaf(considered) if considered else None
    agreement = _agreement(rules.category, said, taxonomy)
    shares = _refined(considered, rules)
    source = policy.combination[agreement].answer
    chosen = {"classifier": said, "rules": rules.category, "none": None}[source]
    if chosen is None:
        return Answer(None, (), agreement, shares)
    chosen, level = rules.below(chosen), policy.confidence_level
    own = at_level(chosen, level)
    branches = _branches(shares if listed else _inside(own, shares, level), level)
    confidence = branches.share(own) if source == "classifier" else None
    category = CategoryAnswer(chosen, _path(chosen, taxonomy), confidence)
    candidates = _candidates(category, rules, branches, rulebook) if listed else ()
    return Answer(category, candidates, agreement, shares or {chosen: 1.0})


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


def by_share(shares: Shares) -> list[str]:
    """Codes, the greatest share first, equal ones in order of code."""
    alone = len(set(shares.values())) == len(shares)
    return sorted(shares if alone else sorted(shares), key=shares.__getitem__, reverse=True)


def foremost(shares: Shares, count: int) -> list[str]:
    """The first so many codes of `by_share`."""
    if len(shares) > count:
        least = sorted(shares.values(), reverse=True)[count - 1]
        shares = {code: share for code, share in shares.items() if share >= least}
    return by_share(shares)[:count]


def _refined(considered: Pairs, rules: RuleVerdict) -> Shares:
    """The classifier's shares, each category as deep as the rules can tell within it."""
    shares: dict[str, float] = {}
    deeper = rules.deeper
    for label, share in considered:
        code = rules.below(label) if label in deeper else label
        shares[code] = shares[code] + share if code in shares else share
    return shares


def _inside(branch: str, shares: Shares, level: int) -> Shares:
    return {code: share for code, share in shares.items() if at_level(code, level) == branch}


def _branches(shares: Shares, level: int) -> _Branches:
    names = list(map(at_level, shares, repeat(level)))
    if len(set(names)) == len(names):
        return _Branches(dict(zip(names, shares, strict=True)), dict(zip(names, shares.values(), strict=True)))
    inside: dict[str, list[tuple[str, float]]] = {}
    for name, pair in zip(names, shares.items(), strict=True):
        inside.setdefault(name, []).append(pair)
    return _Branches(
        {name: _best_leaf(pairs) for name, pairs in inside.items()},
        {name: sum([share for _, share in pairs]) for name, pairs in inside.items()},
    )


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
    """Down the tree: the likeliest first level, within it the likeliest second, and so on.

    Most shares end here at once: a first pair with more than half of all is the best at every level.
    """
    for level in (0, 1, 2):
        if len(pairs) == 1 or pairs[0][1] > MAJORITY:
            break
        sums: dict[str, float] = {}
        for code, share in pairs:
            step = steps(code)[level]
            sums[step] = sums[step] + share if step in sums else share
        if len(sums) > 1:
            most = max(sums.values())
            best = min([step for step, total in sums.items() if total == most])
            pairs = [pair for pair in pairs if steps(pair[0])[level] == best]
    return pairs[0][0]


def _candidates(
    chosen: CategoryAnswer, rules: RuleVerdict, branches: _Branches, rulebook: Rulebook
) -> tuple[Candidate, ...]:
    """The chosen category, then the best leaf of each other branch, then what the rules say."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    level = policy.confidence_level
    found = [Candidate(chosen.code, chosen.path, chosen.confidence)]
    for branch in by_share(branches.totals):
        if len(found) == policy.candidates:
            break
        if not _same_branch(branch, chosen.code, level):
            leaf = branches.leaves[branch]
            found.append(Candidate(leaf, _path(leaf, taxonomy), branches.share(branch)))
    return tuple(_with_rules(found, rules, level, taxonomy))


def _with_rules(found: list[Candidate], rules: RuleVerdict, level: int, taxonomy: Taxonomy) -> list[Candidate]:
    code = rules.category
    if code is None or any(_same_branch(candidate.code, code, level) for candidate in found):
        return found
    return [*found, Candidate(code, _path(code, taxonomy), None)]


def _same_branch(one: str, other: str, level: int) -> bool:
    """Whether one lies in the other's branch, or is above it."""
    ours, theirs = steps(one)[level - 1], steps(other)[level - 1]
    return ours in steps(theirs) or theirs in steps(ours)


def _path(code: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Names down to `code`; an office's own class is its own path."""
    return taxonomy.path(code) if code in taxonomy else (code,)

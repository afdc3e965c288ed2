"""From the two verdicts to one category and one kind, by the policy's table; nothing is averaged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import eq, neg

from classifier.prediction import HeadPrediction
from rules.policy import Agreement
from rules.rulebook import Rulebook
from rules.taxonomy import BRANCHES, LEVELS, Taxonomy, at_level
from rules.value import value
from rules.verdict import RuleVerdict
from service.decision import ACCUSATION, Candidate, CategoryAnswer, KindAnswer

AGREE = Agreement.AGREE
LEAST_SHARE = 0.01
"""Probability below which a category is not considered any more: of 0.002, benchmarks/day_one.py had 2 more of
4,916 rows right, and deciding took 4 % longer.
"""
MAJORITY = 0.5001
"""A category with this part of all shares outweighs all others together."""
Shares = Mapping[str, float]
"""Probability by category code; sums to at most 1."""
Pairs = Sequence[tuple[str, float]]
"""Category codes with their probabilities."""


@value
class Answer:
    """The category that counts, what else was considered, and how the verdicts stood.

    `shares`: the greatest first; `split`: it has become several by the day of the petition, so a clerk must choose.
    """

    category: CategoryAnswer | None
    candidates: tuple[Candidate, ...]
    agreement: Agreement
    shares: Shares
    split: bool = False


def answer_category(rules: RuleVerdict, head: HeadPrediction | None, rulebook: Rulebook, listed: bool = True) -> Answer:
    """One category by the policy's table, the candidates with it first; no candidates unless `listed`."""
    policy, taxonomy = rulebook.policy, rulebook.taxonomy
    considered = _considered(head) if head else ()
    said = category_of(head) if head else None
    agreement = agreement_of(rules.category, said, taxonomy)
    shares = _refined(considered, rules.deeper)
    source = policy.combination[agreement].answer
    chosen = {"classifier": said, "rules": rules.category, "none": None}[source]
    if chosen is None:
        return Answer(None, (), agreement, shares)
    chosen, level = rules.below(chosen), policy.confidence_level
    branches = _branches(shares, level) if listed else shares
    confidence = _confidence(chosen, branches, level) if source == "classifier" else None
    category = CategoryAnswer(chosen, _path(chosen, taxonomy), confidence)
    candidates = _candidates(category, rules, branches, rulebook) if listed else ()
    return Answer(category, candidates, agreement, shares or {chosen: 1.0})


def category_of(head: HeadPrediction) -> str:
    """Down the tree the classifier's likeliest category."""
    return head.leaf or _best_leaf(_considered(head))


def answer_kind(rules: RuleVerdict, head: HeadPrediction | None, names: Mapping[str, str]) -> KindAnswer | None:
    """What the rules say, else the classifier (benchmarks/kinds.py); but a head for which held-back rows of the office
    vouch goes before rules that see no accusation.
    """
    vouched = head is not None and head.trust is not None
    if rules.kind is not None and (rules.kind is ACCUSATION or not vouched):
        return KindAnswer(rules.kind, names[rules.kind], None)
    if head is None:
        return None
    label, probability = head.ranked[0]
    return KindAnswer(label, names.get(label, label), probability)


def _considered(head: HeadPrediction) -> Pairs:
    """The likely labels, the best one in any case."""
    ranked = head.ranked
    if ranked[-1][1] >= LEAST_SHARE:
        return ranked
    count = bisect_right(ranked, -LEAST_SHARE, key=lambda pair: -pair[1])
    return ranked[: max(1, count)]


def falling(shares: Shares) -> Shares:
    """The greatest share first, equal ones in order of code."""
    return {code: shares[code] for _, code in sorted(zip(map(neg, shares.values()), shares, strict=True))}


def _refined(considered: Pairs, deeper: Mapping[str, str]) -> Shares:
    """The classifier's shares, each category as deep as the rules can tell within it (Tally)."""
    shares: dict[str, float] = {}
    for code, share in considered:
        while code in deeper:
            code = deeper[code]
        shares[code] = shares[code] + share if code in shares else share
    return shares if len(shares) == len(considered) else falling(shares)


def _branches(shares: Shares, level: int) -> Shares:
    """The best leaf of each branch at `level`, with the probability of the whole branch; the greatest first."""
    branches = list(map(BRANCHES[level].__getitem__, shares))
    if len(set(branches)) == len(branches):
        return shares
    inside: dict[str, list[tuple[str, float]]] = {}
    for branch, pair in zip(branches, shares.items(), strict=True):
        inside.setdefault(branch, []).append(pair)
    return falling({_best_leaf(pairs): sum([share for _, share in pairs]) for pairs in inside.values()})


def _confidence(chosen: str, shares: Shares, level: int) -> float:
    """Probability of the branch of a category that was considered."""
    inside = map(eq, map(BRANCHES[level].__getitem__, shares), repeat(at_level(chosen, level)))
    return min(1.0, sum(compress(shares.values(), inside)))


def agreement_of(rules: str | None, said: str | None, taxonomy: Taxonomy) -> Agreement:
    """How the category of the rules and that of the classifier stand to each other."""
    if said is None:
        return Agreement.RULES_ONLY if rules else Agreement.NEITHER
    if rules is None or said not in taxonomy.by_code:
        return Agreement.CLASSIFIER_ONLY
    return _compared(rules, said)


@lru_cache(maxsize=16384)
def _compared(rules: str, said: str) -> Agreement:
    """How two categories of the taxonomy stand to each other."""
    if at_level(rules, 1) != at_level(said, 1):
        return Agreement.DISAGREE
    level = min(2, *(code.count(".") + 1 for code in (said, rules)))
    return AGREE if at_level(rules, level) == at_level(said, level) else Agreement.SAME_BRANCH


def _best_leaf(pairs: Pairs) -> str:
    """Down the tree: the likeliest first level, within it the likeliest second, and so on.

    Most shares end here at once: a first pair with more than half of all is the best at every level.
    """
    for level in range(len(LEVELS)):
        if len(pairs) == 1 or pairs[0][1] > MAJORITY * sum([share for _, share in pairs]):
            break
        sums: dict[str, float] = {}
        for code, share in pairs:
            name = steps(code)[level]
            sums[name] = sums[name] + share if name in sums else share
        if len(sums) > 1:
            most = max(sums.values())
            best = min([name for name, total in sums.items() if total == most])
            pairs = [pair for pair in pairs if steps(pair[0])[level] == best]
    return pairs[0][0]


def _candidates(
    chosen: CategoryAnswer, rules: RuleVerdict, branches: Shares, rulebook: Rulebook
) -> tuple[Candidate, ...]:
    """The chosen category, then the best leaf of each other branch, then what the rules say."""
    policy, paths, code = rulebook.policy, rulebook.taxonomy.paths, chosen.code
    branch, most = BRANCHES[policy.confidence_level], policy.candidates
    found, own = [Candidate(code, chosen.path, chosen.confidence)], branch[code]
    for leaf, share in branches.items():
        if len(found) == most:
            break
        if _apart(branch[leaf], own):
            found.append(Candidate(leaf, paths.get(leaf) or (leaf,), share if share < 1.0 else 1.0))
    said = rules.category
    if said is None or said == code or not all(_apart(branch[one.code], branch[said]) for one in found):
        return tuple(found)
    return (*found, Candidate(said, _path(said, rulebook.taxonomy), None))


def _apart(one: str, other: str) -> bool:
    """Whether two branches, cut at one level, are not the same and neither is above the other."""
    return one != other and (len(one) == len(other) or (one not in steps(other) and other not in steps(one)))


@lru_cache(maxsize=16384)
def steps(code: str) -> tuple[str, ...]:
    """The category at each level, from the first down."""
    return tuple([branches[code] for branches in BRANCHES.values()])


def _path(code: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Names down to `code`; an office's own class is its own path."""
    return taxonomy.paths.get(code) or (code,)

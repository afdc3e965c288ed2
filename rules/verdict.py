"""What the rules alone say of a petition: points for each category, a kind, an urgency, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

from rules.engine import Match, RuleHit
from rules.rule import Kind, Urgency
from rules.taxonomy import ancestors

POINTS = {1: 0.5, 2: 2.0, 3: 4.0}
"""Points of one hit, by weight of its rule. A rule never makes a probability of them."""
Levels = tuple[dict[str, float], dict[str, float], dict[str, float]]
"""Points by category code: first, second, third level."""
URGENCY_ORDER = (Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """`category` is None when no rule hit; `points` of a category include those of its children."""

    category: str | None
    clear: bool
    levels: Levels
    kind: Kind | None
    urgency: Urgency
    call: tuple[str, ...]
    urgency_reason: str | None

    @property
    def points(self) -> float:
        """Points of the category it names."""
        return self.levels[self.category.count(".")][self.category] if self.category else 0.0


def judge(match: Match, clear_margin: float) -> RuleVerdict:
    """The rules' own verdict. It is clear when the best second level leads the next by `clear_margin`."""
    levels = points_by_level(match.hits)
    urgent = _most_urgent(match.hits)
    category = deepest(levels)
    return RuleVerdict(
        category=category,
        clear=_lead(levels) >= clear_margin,
        levels=levels,
        kind=_kind(match.hits),
        urgency=urgent.rule.then.urgency or Urgency.ORDINARY if urgent else Urgency.ORDINARY,
        call=urgent.rule.then.call if urgent else (),
        urgency_reason=urgent.rule.why if urgent else None,
    )


def points_by_level(hits: Iterable[RuleHit]) -> Levels:
    """Points of categories, summed up the tree: one table for each level."""
    levels: Levels = ({}, {}, {})
    for hit in hits:
        if hit.rule.then.category is not None:
            points = _points(hit)
            for table, code in zip(levels, ancestors(hit.rule.then.category), strict=False):
                table[code] = table.get(code, 0.0) + points
    return levels


def _points(hit: RuleHit) -> float:
    """More of a rule's terms say more, but ever less so."""
    return POINTS[hit.rule.weight] * (1 + log2(hit.distinct))


def deepest(levels: Levels, below: str | None = None) -> str | None:
    """Down the tree from `below` (None: from the top), at each level the child with most points."""
    best = below
    for table in levels[below.count(".") + 1 if below else 0 :]:
        children = [code for code in table if best is None or code.startswith(f"{best}.")]
        if not children:
            return best
        best = min(children, key=lambda code: (-table[code], code))
    return best


def _lead(levels: Levels) -> float:
    """Points by which the best second-level category leads (a first level alone stands for itself)."""
    alone = [points for code, points in levels[0].items() if not any(two.startswith(f"{code}.") for two in levels[1])]
    ranked = sorted([*levels[1].values(), *alone], reverse=True)
    return ranked[0] - sum(ranked[1:2]) if ranked else 0.0


def _kind(hits: Iterable[RuleHit]) -> Kind | None:
    points: dict[Kind, float] = defaultdict(float)
    for hit in hits:
        if hit.rule.then.kind is not None:
            points[hit.rule.then.kind] += _points(hit)
    return max(sorted(points), key=lambda kind: points[kind]) if points else None


def _most_urgent(hits: Iterable[RuleHit]) -> RuleHit | None:
    urgent = [hit for hit in hits if hit.rule.then.urgency is not None]
    return min(urgent, key=lambda hit: URGENCY_ORDER.index(hit.rule.then.urgency or Urgency.ORDINARY), default=None)

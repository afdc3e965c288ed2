"""What the rules alone say of a petition: points for each category, a kind, an urgency, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

from rules.engine import Match, RuleHit
from rules.rule import Kind, Urgency
from rules.taxonomy import ancestors, at_level

POINTS = {1: 0.5, 2: 2.0, 3: 4.0}
"""Points of one hit, by weight of its rule. A rule never makes a probability of them."""
URGENCY_ORDER = (Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """`category` is None when no rule hit. `points` are summed up the tree, best first, per level."""

    category: str | None
    clear: bool
    points: tuple[tuple[str, float], ...]
    kind: Kind | None
    urgency: Urgency
    call: tuple[str, ...]
    urgency_reason: str | None


def judge(match: Match, clear_margin: float) -> RuleVerdict:
    """The rules' own verdict. It is clear when the best second level leads the next by `clear_margin`."""
    points = category_points(match.hits)
    urgent = _most_urgent(match.hits)
    return RuleVerdict(
        category=_deepest(points),
        clear=_lead(points) >= clear_margin,
        points=tuple(sorted(points.items(), key=lambda item: (-item[1], item[0]))),
        kind=_kind(match.hits),
        urgency=urgent.rule.then.urgency or Urgency.ORDINARY if urgent else Urgency.ORDINARY,
        call=urgent.rule.then.call if urgent else (),
        urgency_reason=urgent.rule.why if urgent else None,
    )


def category_points(hits: Iterable[RuleHit]) -> dict[str, float]:
    """Points for each category and, summed, for each of its ancestors."""
    points: dict[str, float] = defaultdict(float)
    for hit in hits:
        if hit.rule.then.category is not None:
            for code in ancestors(hit.rule.then.category):
                points[code] += _points(hit)
    return dict(points)


def _points(hit: RuleHit) -> float:
    """More of a rule's terms say more, but ever less so."""
    return POINTS[hit.rule.weight] * (1 + log2(hit.distinct))


def _deepest(points: dict[str, float]) -> str | None:
    """Down the tree, at each level the child with most points."""
    best: str | None = None
    for level in (1, 2, 3):
        below = [
            code
            for code in points
            if code.count(".") + 1 == level and (best is None or at_level(code, level - 1) == best)
        ]
        if not below:
            return best
        best = max(sorted(below), key=lambda code: points[code])
    return best


def _lead(points: dict[str, float]) -> float:
    ranked = sorted(
        (value for code, value in points.items() if code.count(".") <= 1 and not _has_child(code, points)), reverse=True
    )
    if not ranked:
        return 0.0
    return ranked[0] - (ranked[1] if len(ranked) > 1 else 0.0)


def _has_child(code: str, points: dict[str, float]) -> bool:
    return code.count(".") == 0 and any(other.startswith(f"{code}.") for other in points)


def _kind(hits: Iterable[RuleHit]) -> Kind | None:
    points: dict[Kind, float] = defaultdict(float)
    for hit in hits:
        if hit.rule.then.kind is not None:
            points[hit.rule.then.kind] += _points(hit)
    return max(sorted(points), key=lambda kind: points[kind]) if points else None


def _most_urgent(hits: Iterable[RuleHit]) -> RuleHit | None:
    urgent = [hit for hit in hits if hit.rule.then.urgency is not None]
    return min(urgent, key=lambda hit: URGENCY_ORDER.index(hit.rule.then.urgency or Urgency.ORDINARY), default=None)

"""What the rules alone say of a petition: points for each category, a kind, an urgency, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import TypeVar

from rules.engine import Match, RuleHit
from rules.rule import Kind, Urgency
from rules.taxonomy import ancestors

POINTS = {1: 0.5, 2: 2.0, 3: 4.0}
"""Points of one hit, by weight of its rule. A rule never makes a probability of them."""
Levels = tuple[dict[str, float], dict[str, float], dict[str, float]]
"""Points by category code: first, second, third level."""
Name = TypeVar("Name", bound=str)
URGENCY_ORDER = (Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """`category` is None when no rule hit; `points` of a category include those of its children.

    `deeper`: of each category with points below it, the child with most.
    """

    category: str | None
    clear: bool
    levels: Levels
    kind: Kind | None
    urgency: Urgency
    call: tuple[str, ...]
    urgency_reason: str | None
    notice: str | None = None
    deeper: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """Points of the category it names."""
        return self.levels[self.category.count(".")][self.category] if self.category else 0.0

    def below(self, code: str) -> str:
        """Down the tree from `code`, at each level the child with most points; `code` itself where none has any."""
        return _down(self.deeper, code)


def judge(match: Match, clear_margin: float) -> RuleVerdict:
    """The rules' own verdict. It is clear when the best second level leads the next by `clear_margin`."""
    levels, others = _told(match.hits)
    first, deeper = _best(levels[0]), _deeper(levels)
    urgent = _most_urgent(others)
    level = urgent.rule.then.urgency if urgent else None
    return RuleVerdict(
        category=_down(deeper, first) if first else None,
        clear=_lead(levels, deeper) >= clear_margin,
        levels=levels,
        kind=_kind(others),
        urgency=level or Urgency.ORDINARY,
        call=_lines(others, level),
        urgency_reason=urgent.rule.why if urgent else None,
        notice=_notice(others),
        deeper=deeper,
    )


def points_by_level(hits: Iterable[RuleHit]) -> Levels:
    """Points of categories, summed up the tree: one table for each level."""
    return _told(hits)[0]


def _told(hits: Iterable[RuleHit]) -> tuple[Levels, list[RuleHit]]:
    """Points of categories; and the hits of rules that conclude something else."""
    levels: Levels = ({}, {}, {})
    first, second, third = levels
    others = []
    for hit in hits:
        category = hit.rule.then.category
        if category is None:
            others.append(hit)
            continue
        points, steps = _points(hit), ancestors(category)
        depth, code = len(steps), steps[0]
        first[code] = first[code] + points if code in first else points
        if depth > 1:
            code = steps[1]
            second[code] = second[code] + points if code in second else points
        if depth > 2:
            third[category] = third[category] + points if category in third else points
    return levels, others


def _points(hit: RuleHit) -> float:
    """More of a rule's terms say more, but ever less so."""
    points = POINTS[hit.rule.weight]
    return points if len(hit.occurrences) == 1 else points * (1 + log2(hit.distinct))


def _best(table: Mapping[Name, float]) -> Name | None:
    """The code or kind with most points, the smallest of equal ones."""
    if len(table) < 2:
        return next(iter(table), None)
    most = max(table.values())
    return min([name for name, points in table.items() if points == most])


def _deeper(levels: Levels) -> dict[str, str]:
    """Of each category with points below it, the child with most, the smallest of equal ones."""
    best: dict[str, str] = {}
    for table in levels[1:]:
        for code, points in table.items():
            parent = code[:-3]
            rival = best.get(parent)
            if rival is None or points > table[rival] or (points == table[rival] and code < rival):
                best[parent] = code
    return best


def _down(deeper: Mapping[str, str], code: str) -> str:
    while code in deeper:
        code = deeper[code]
    return code


def _lead(levels: Levels, deeper: Mapping[str, str]) -> float:
    """Points by which the best second-level category leads (a first level alone stands for itself)."""
    ranked = [*levels[1].values(), *[points for code, points in levels[0].items() if code not in deeper]]
    ranked.sort(reverse=True)
    return ranked[0] - ranked[1] if len(ranked) > 1 else sum(ranked)


def _kind(hits: list[RuleHit]) -> Kind | None:
    points: dict[Kind, float] = {}
    for hit in hits:
        kind = hit.rule.then.kind
        if kind is not None:
            points[kind] = points.get(kind, 0.0) + _points(hit)
    return _best(points)


def _most_urgent(hits: Iterable[RuleHit]) -> RuleHit | None:
    urgent = [hit for hit in hits if hit.rule.then.urgency is not None]
    if len(urgent) < 2:
        return urgent[0] if urgent else None
    return min(urgent, key=lambda hit: URGENCY_ORDER.index(hit.rule.then.urgency or Urgency.ORDINARY))


def _lines(hits: Iterable[RuleHit], level: Urgency | None) -> tuple[str, ...]:
    """Every line to call that rules of this level name, each once."""
    spoke = [hit.rule.then for hit in hits if level is not None and hit.rule.then.urgency is level]
    return tuple(dict.fromkeys([line for then in spoke for line in then.call]))


def _notice(hits: Iterable[RuleHit]) -> str | None:
    """What the most urgent rule that has something to say tells the clerk."""
    return next((hit.rule.then.notice for hit in hits if hit.rule.then.notice), None)

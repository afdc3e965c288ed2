"""What the rules alone say of a petition: points for each category, a kind, an urgency, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log2
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from rules.engine import Match, RuleHit
from rules.rule import Kind, Rule, Saying, Urgency

Levels = tuple[dict[str, float], dict[str, float], dict[str, float]]
"""Points by category code: first, second, third level."""
Name = TypeVar("Name", bound=str)
Spoken = tuple[Saying, float]
"""What a rule that holds says, and its points."""
URGENCY_ORDER = (Urgency.CRITICAL, Urgency.URGENT, Urgency.ORDINARY)


class RuleVerdict(NamedTuple):
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
    deeper: Mapping[str, str] = MappingProxyType({})

    @property
    def points(self) -> float:
        """Points of the category it names."""
        return self.levels[self.category.count(".")][self.category] if self.category else 0.0

    def below(self, code: str) -> str:
        """Down the tree from `code`, at each level the child with most points; `code` itself where none has any."""
        return _down(self.deeper, code)


def judge(match: Match, clear_margin: float) -> RuleVerdict:
    """The rules' own verdict. It is clear when the best second level leads the next by `clear_margin`."""
    levels, others = _told(zip(match.sayings, match.distinct, strict=True))
    first, deeper = _best(levels[0]), _deeper(levels)
    urgent = [saying.rule for saying, _ in others if saying.kind is None]
    most = _most_urgent(urgent)
    level = most.then.urgency if most else None
    return RuleVerdict(
        category=_down(deeper, first) if first else None,
        clear=_lead(levels, deeper) >= clear_margin,
        levels=levels,
        kind=_kind(others),
        urgency=level or Urgency.ORDINARY,
        call=_lines(urgent, level) if level else (),
        urgency_reason=most.why if most else None,
        notice=_notice(urgent),
        deeper=deeper,
    )


def points_by_level(hits: Iterable[RuleHit]) -> Levels:
    """Points of categories, summed up the tree: one table for each level."""
    return _told((hit.rule.saying, hit.distinct) for hit in hits)[0]


def _told(said: Iterable[tuple[Saying, int]]) -> tuple[Levels, list[Spoken]]:
    """Points of categories; and the rules that conclude something else. `said`: and how many terms of each."""
    first: dict[str, float] = {}
    second: dict[str, float] = {}
    third: dict[str, float] = {}
    others: list[Spoken] = []
    for saying, distinct in said:
        points, steps = saying[0], saying[1]
        if distinct > 1:
            points *= 1 + log2(distinct)
        if not steps:
            others.append((saying, points))
            continue
        depth, code = len(steps), steps[0]
        first[code] = first[code] + points if code in first else points
        if depth > 1:
            code = steps[1]
            second[code] = second[code] + points if code in second else points
        if depth > 2:
            code = steps[2]
            third[code] = third[code] + points if code in third else points
    return (first, second, third), others


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


def _kind(others: Iterable[Spoken]) -> Kind | None:
    points: dict[Kind, float] = {}
    for saying, own in others:
        kind = saying.kind
        if kind is not None:
            points[kind] = points.get(kind, 0.0) + own
    return _best(points)


def _most_urgent(urgent: Iterable[Rule]) -> Rule | None:
    return min(urgent, key=lambda rule: URGENCY_ORDER.index(rule.then.urgency or Urgency.ORDINARY), default=None)


def _lines(urgent: Iterable[Rule], level: Urgency) -> tuple[str, ...]:
    """Every line to call that rules of this level name, each once."""
    return tuple(dict.fromkeys([line for rule in urgent if rule.then.urgency is level for line in rule.then.call]))


def _notice(urgent: Iterable[Rule]) -> str | None:
    """What the first rule that has something to say tells the clerk."""
    return next((rule.then.notice for rule in urgent if rule.then.notice), None)

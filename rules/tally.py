"""Adds up the points of the rules that hold in a text: for every category, and for every kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log2
from typing import TypeVar

from rules.rule import Kind, Saying
from rules.value import value

Points = Mapping[str, float]
"""Points by category code; those of a category include those of its children."""
FIRST, SECOND, STEP = 2, 5, 3
"""Characters of a code of the first and of the second level, and of each further step."""
Name = TypeVar("Name", bound=str)


@value
class Tally:
    """The points of one text, and what follows from them alone.

    `deeper`: of each category with points below it, the child with most, the smallest of equal ones; `category`: from
    the first level with most points down by these; `lead`: the points by which the best second level leads the next (a
    first level without points below it stands for itself); `kind`: that with most points; `pressing`: whether a rule
    holds that concludes an urgency, or has something to tell.
    """

    points: Points
    deeper: Mapping[str, str]
    category: str | None
    lead: float
    kind: Kind | None
    pressing: bool


def tallied(said: Iterable[tuple[Saying, int]]) -> Tally:
    """Of the rules that hold, and how many different terms of each stand there."""
    points: dict[str, float] = {}
    kinds: dict[Kind, float] = {}
    pressing = False
    for one, distinct in said:
        own, kind = one.points * weight(distinct) if distinct > 1 else one.points, one.kind
        if one.steps:
            for code in one.steps:
                points[code] = points[code] + own if code in points else own
        elif kind is None:
            pressing = True
        else:
            kinds[kind] = kinds.get(kind, 0.0) + own
    deeper = _deeper(points)
    first = _best({code: own for code, own in points.items() if len(code) == FIRST})
    return Tally(points, deeper, first and down(deeper, first), _lead(points, deeper), _best(kinds), pressing)


def weight(distinct: int) -> float:
    """What a rule counts of which so many different terms stand there, at least one."""
    return 1 + log2(distinct)


def down(deeper: Mapping[str, str], code: str) -> str:
    """Down the tree from `code`, at each level the child with most points; `code` itself where none has any."""
    while code in deeper:
        code = deeper[code]
    return code


def _best(table: Mapping[Name, float]) -> Name | None:
    """The code or kind with most points, the smallest of equal ones."""
    best, most = None, 0.0
    for name, own in table.items():
        if best is None or own > most or (own == most and name < best):
            best, most = name, own
    return best


def _deeper(points: Points) -> dict[str, str]:
    best: dict[str, str] = {}
    for code, own in points.items():
        if len(code) > FIRST:
            parent = code[:-STEP]
            rival = best.get(parent)
            if rival is None or own > points[rival] or (own == points[rival] and code < rival):
                best[parent] = code
    return best


def _lead(points: Points, deeper: Mapping[str, str]) -> float:
    ranked = [own for code, own in points.items() if len(code) == SECOND or (len(code) == FIRST and code not in deeper)]
    ranked.sort(reverse=True)
    return ranked[0] - ranked[1] if len(ranked) > 1 else sum(ranked)

"""Which parts of a petition, decided one by one, tell of one matter; only clearly different matters stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rules.matter_file import Join, Matters
from rules.matters import Part, Span
from rules.policy import Agreement
from rules.taxonomy import ancestors, at_level
from rules.value import value
from service.answer import AGREE
from service.decision import Assignment, CategoryAnswer, Decision, KindAnswer, ProcedureAnswer, accuses
from service.parts import Whole

RELATED = (AGREE, Agreement.SAME_BRANCH)


@value
class Told:
    """What a part is about, and how surely; who leads is left open."""

    category: CategoryAnswer | None
    kind: KindAnswer | None
    agreement: Agreement
    clear: bool
    points: float

    @property
    def code(self) -> str:
        return self.category.code if self.category else ""

    @property
    def accuses(self) -> bool:
        return accuses(self.kind)


@value
class Seen:
    """A part before it is known who leads; `sure`: taken by itself it is clearly about something."""

    code: str
    accusation: bool
    sure: bool


UNSURE = Seen("", False, False)
"""A part that is not clearly about anything."""


@value
class Judged:
    """A part and what was decided of it; `sure`: taken by itself it is clearly about something."""

    part: Part
    told: Told
    assignment: Assignment
    procedure: ProcedureAnswer | None
    accusation: bool
    sure: bool

    @property
    def code(self) -> str:
        return self.told.code

    @property
    def lead(self) -> str | None:
        lead = self.assignment.lead
        return lead.code if lead else None


Group = list[Judged]


def may_differ(seen: Sequence[Seen], matters: Matters) -> bool:
    """Whether parts may be matters of their own; where not, `grouped` finds fewer than two, whoever leads.

    A common lead only ever joins parts, so it is left out of account; a part begins a group when it is of one matter
    with no part before it.
    """
    firm = [one for one in seen if one.accusation or one.sure]
    if matters.file is None or len(firm) < 2 or not _enough(seen, matters.join):
        return False
    first = [not any(_one_matter(one, other, matters, False) for other in firm[:at]) for at, one in enumerate(firm)]
    return sum(first) > 1


def grouped(whole: Whole, judged: Sequence[Judged]) -> list[Group]:
    """The parts by matter, in order of the text; fewer than two groups: the petition is one matter."""
    if whole.matters.file is None:
        return []
    groups = _owning(_groups(judged, whole.matters), whole)
    return sorted(groups, key=lambda group: group[0].part.span)


def look_at(whole: Whole, told: Sequence[Told | None]) -> list[Seen]:
    """What is told of each part, beside the others; None: of one of which it is known that it is not sure."""
    matters, words = whole.matters, whole.matters.words
    accused = _accusing(whole, [one is not None and one.accuses for one in told])
    text, written, hinted = whole.match.text, whole.match.reading.petition.text, whole.hinted
    plain, seen = [hinted] * len(told), list[Seen]()
    if hinted and len(text) > matters.join.short:
        plain = [words.is_item(written, text, part.span.start) for part in whole.cut]
    for one, accusing, own in zip(told, accused, plain, strict=True):
        sure = one is not None and not accusing and _sure(one, matters, hinted, own)
        seen.append(UNSURE if one is None else Seen(one.code, accusing, sure))
    return seen


def _accusing(whole: Whole, own: list[bool]) -> list[bool]:
    """Parts that accuse: by their own kind (`own`); in a petition that accuses, also by their words; and all items
    of a list whose introduction or title does: they tell what the accused did.
    """
    if not any(own) and not accuses(whole.decision.kind):
        return own
    parts, words = whole.cut, whole.matters.words
    worded = [kind or whole.accuses(part.span) for kind, part in zip(own, parts, strict=True)]
    match, body = whole.match, max(parts[0].span.start, whole.match.reading.body_start)
    introduced = worded[0] and not words.is_item(match.reading.petition.text, match.text, body)
    if not introduced and not whole.accuses(Span(0, body)):
        return worded
    starts = [part.span.start for part in parts]
    return [
        told or start <= body or not words.opens(match.text, start) for told, start in zip(worded, starts, strict=True)
    ]


def _sure(told: Told, matters: Matters, hinted: bool, plain: bool) -> bool:
    """Whether a part, taken by itself, is clearly about something; where matters are likely, less is enough, and for a
    `plain` part (of a short petition, or an item of a list) the clear word of the rules.
    """
    category, agreement, join = told.category, told.agreement, matters.join
    if category is None or _beside(category.code, matters):
        return False
    if category.confidence is None:
        return told.points >= (join.points / 2 if hinted else join.points)
    clear = agreement is AGREE and told.clear
    if not hinted:
        return clear and category.confidence >= join.confidence
    enough = category.confidence >= join.confidence or (told.clear and told.points >= 2 * join.points)
    if (clear and category.confidence >= join.hinted) or (plain and told.clear and told.points >= join.points):
        return True
    return enough and agreement in RELATED


def _enough(judged: Sequence[Seen | Judged], join: Join) -> bool:
    """Whether enough parts are sure. Where a part accuses, every other must be: what is unclear may belong to it."""
    plain = [one for one in judged if not one.accusation]
    least = len(plain) if len(plain) < len(judged) else join.share * len(plain)
    return bool(plain) and sum(one.sure for one in plain) >= max(1, least)


def _groups(judged: Sequence[Judged], matters: Matters) -> list[Group]:
    """Parts of one matter together; an unsure part goes with the one before it. One group: it is one matter."""
    if not _enough(judged, matters.join):
        return []
    groups: list[Group] = []
    current: Group = []
    for one in judged:
        if one.accusation or one.sure:
            home = next((group for group in groups if _belongs(one, group, matters)), None)
            if home is None:
                home = [] if groups else current
                groups.append(home)
            current = home
        current.append(one)
    return groups


def _owning(groups: list[Group], whole: Whole) -> list[Group]:
    """Groups whose words stand in their own parts; the others, but for the main one, join the main one."""
    plain = [group for group in groups if not any(one.accusation for one in group)]
    if len(plain) < 2:
        return groups
    main = max(plain, key=lambda group: mainness(speaker(group).code, [one.part.span for one in group], whole.decision))
    lost = [group for group in plain if group is not main and not _owns(group, whole)]
    if not lost:
        return groups
    joined = sorted((one for group in (main, *lost) for one in group), key=lambda one: one.part.span)
    return [joined if group is main else group for group in groups if not any(group is other for other in lost)]


def _owns(group: Group, whole: Whole) -> bool:
    spans, body = [one.part.span for one in group], whole.match.reading.body_start
    words = [place for place in whole.telling(speaker(group).code) if place >= body]
    own = sum([any(start <= place < end for start, end in spans) for place in words])
    return own >= whole.matters.join.own * len(words)


def speaker(group: Group) -> Judged:
    """The part that can speak best for its matter."""
    return max(group, key=_trust) if len(group) > 1 else group[0]


def _belongs(one: Judged, group: Group, matters: Matters) -> bool:
    """Whether a part tells of the matter of a group."""
    return any(_one_matter(one, other, matters, one.lead == other.lead) for other in group)


def _one_matter(one: Seen | Judged, other: Seen | Judged, matters: Matters, same_lead: bool) -> bool:
    """Whether two parts tell of one matter."""
    if not (other.sure or other.accusation):
        return False
    if one.accusation or other.accusation:
        return one.accusation == other.accusation or at_level(one.code, 1) == at_level(other.code, 1)
    return _related(one.code, other.code, same_lead, matters)


@lru_cache(maxsize=65536)
def _related(one: str, other: str, same_lead: bool, matters: Matters) -> bool:
    """Whether two categories are of one matter: equal or kindred, or with one lead of one first level."""
    join = matters.join
    if at_level(one, 2) == at_level(other, 2):
        return same_lead or one == other or not _within(one, join.broad)
    kindred = any(_within(one, group) and _within(other, group) for group in join.kin)
    return kindred or (same_lead and at_level(one, 1) == at_level(other, 1))


@lru_cache(maxsize=16384)
def _beside(code: str, matters: Matters) -> bool:
    """Whether a category only ever goes with another matter."""
    return _within(code, matters.join.beside)


def _within(code: str, codes: Sequence[str]) -> bool:
    return not set(ancestors(code)).isdisjoint(codes)


def mainness(code: str, spans: Sequence[Span], whole: Decision) -> tuple[bool, int]:
    """The matter of the whole's category, else the longest."""
    same = whole.category is not None and at_level(code, 2) == at_level(whole.category.code, 2)
    return (same, sum(span.end - span.start for span in spans))


def _trust(one: Judged) -> tuple[bool, float, float]:
    """The better a part can speak for its matter, the larger."""
    category = one.told.category
    confidence = category.confidence if category and category.confidence is not None else 0.0
    return (one.sure, confidence, one.told.points)

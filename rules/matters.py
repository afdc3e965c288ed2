"""Where a petition that raises several matters may be cut: lists, words that open a new matter, paragraphs.

A cut is a proposal: service/joining.py joins what tells of one matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from rules.automaton import Occurrence
from rules.match import Marked
from rules.matter_file import CUE, ITEM, SENTENCE_BREAKS, CutWords
from rules.petition import Petition
from rules.value import value

CLAUSE_BREAKS = frozenset(f'{SENTENCE_BREAKS},:、)”"—~.')
WEAK_ENDS = frozenset(" ,:")
"""After a figure they make a list item only where a clause begins."""
INSIDE = frozenset((".", "-"))
"""Before a figure they make it part of a number or an address."""
CUTTING = (CUE, ITEM)
"""Lexicons that cutting looks at."""
CLOSING = 60
"""Longest closing, in characters."""
ANNOUNCEMENT = 30
"""So many characters before a list may announce what it is."""


class Span(NamedTuple):
    """`petition.text[start:end]`."""

    start: int
    end: int


class Part(NamedTuple):
    """A proposed matter: where it stands in the petition, and itself as a petition."""

    span: Span
    petition: Petition


def split(match: Marked, words: CutWords) -> tuple[Span, ...]:
    """The parts in which the petition may raise matters of their own, in order; the whole text when there is one.

    The title and a short introduction before a list, and a closing, are in no part.
    """
    petition = match.reading.petition
    signed = any(sign in petition.body for sign in words.second_signs)
    cues = match.marked(CUE)
    if not cues and not signed and (not words.clauses or "\n" not in petition.body):
        return (Span(0, len(match.text)),)
    return _Text(match, words, signed, cues, match.reading.body_start).parts()


_Item = tuple[int, int, int]
"""Where an item of a list begins, the form of the list, the number of the item in it, counted from 0."""


@value
class _Text:
    """One text with a cue, its cues, and where its body begins."""

    match: Marked
    words: CutWords
    signed: bool
    cues: Sequence[Occurrence]
    body: int

    def parts(self) -> tuple[Span, ...]:
        cut, end = self.words.cut, len(self.match.text)
        items = self._list()
        proposed = sorted({*items, *self._opened(items), *(() if items else self._paragraphs())})
        cuts = _apart(proposed, cut.shortest, end)[: cut.most]
        if not cuts:
            return (Span(0, end),)
        introduced = cuts[0] - self.body < (cut.introduction if cuts[0] in items else cut.shortest)
        starts = cuts if introduced else [0, *cuts][: cut.most]
        edges = zip(starts, [*starts[1:], self._closing(starts[-1])], strict=True)
        parts = tuple([Span(*one) for one in edges])
        return parts if len(parts) > 1 else (Span(0, end),)

    def _closing(self, last: int) -> int:
        """Where the closing begins that belongs to no part."""
        text = self.match.text
        found = self.words.closing.search(text, max(last + self.words.cut.shortest, len(text) - CLOSING))
        return found.start() if found else len(text)

    def _opened(self, items: Sequence[int]) -> Iterator[int]:
        """Where words open a matter; inside a list only in its last item."""
        text, clauses, sentences = self.match.text, self.words.clauses, self.words.sentences
        after = items[-1] if items else self.body
        for start, end, _ in self.cues:
            if start > after:
                term = text[start:end]
                sentence = term in sentences
                if sentence or (term in clauses and text[start - 1] in CLAUSE_BREAKS):
                    yield start + sentence

    def _paragraphs(self) -> Iterator[int]:
        """Where paragraphs begin that are long enough."""
        text, start = self.match.text, self.body
        while (start := text.find("\n", start) + 1) > 0:
            end = text.find("\n", start)
            if len(text[start : end if end >= 0 else None].strip()) >= self.words.cut.paragraph:
                yield start

    def _list(self) -> tuple[int, ...]:
        """Where the items begin of the first list that may be of several matters, and of later ones of its form."""
        lists = [(form, run) for form, run in _runs(self._items(), self.words.cut.shortest) if not self._of_one(run[0])]
        return tuple([start for form, run in lists if form == lists[0][0] for start in run])

    def _of_one(self, start: int) -> bool:
        """Whether a list belongs to one matter: it follows a story, or is announced as its reasons or demands."""
        text = self.match.text
        if start - self.body >= self.words.cut.story:
            return True
        begin = max(text.rfind("。", 0, start - 1), start - ANNOUNCEMENT, 0)
        return self.words.reasons.search(text, begin, start) is not None

    def _items(self) -> list[_Item]:
        text, items, body = self.match.text, self.words.items, self.body
        found: list[_Item] = []
        for start, end, _ in (*self.cues, *self.match.marked(ITEM)):
            place = items.get(text[start:end])
            if place is not None and start >= body and _begins(text, start, end):
                found.append((start, *place))
        if self.signed:
            signs = self.words.signs
            written = enumerate(self.match.reading.petition.body, body)
            found += [(start, *signs[sign]) for start, sign in written if sign in signs]
        return sorted(found, key=itemgetter(0))


def _begins(text: str, start: int, end: int) -> bool:
    """Whether an item begins here, not a number, an address, a name."""
    before = text[start - 1 : start]
    opens = before == "" or before in CLAUSE_BREAKS
    if not text[start].isdecimal():
        return opens
    if (before.isascii() and before.isalnum()) or before in INSIDE or text[end : end + 1].isdecimal():
        return False
    return opens or text[end - 1] not in WEAK_ENDS


def _runs(items: Iterable[_Item], shortest: int) -> list[tuple[int, list[int]]]:
    """Lists, by their beginning: their form and where their items begin; items of one form numbered 1, 2, 3…, at least
    two, none too short.
    """
    latest: dict[int, list[int]] = {}
    runs: list[tuple[int, list[int]]] = []
    for start, form, number in items:
        if number == 0:
            latest[form] = run = [start]
            runs.append((form, run))
        elif (run := latest.get(form, [])) and number == len(run):
            if start - run[-1] >= shortest:
                run.append(start)
            else:
                latest[form] = []
    return [(form, run) for form, run in runs if len(run) > 1]


def _apart(cuts: Iterable[int], shortest: int, end: int) -> list[int]:
    """Cuts that leave every part long enough; what is too short stays with the part before it."""
    kept: list[int] = []
    for cut in cuts:
        if (not kept or cut - kept[-1] >= shortest) and end - cut >= shortest:
            kept.append(cut)
    return kept

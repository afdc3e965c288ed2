"""Conditions over numbered terms: which of them a text touches, which hold, and the places that made them hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rules.automaton import Occurrence
from rules.persons import MASK
from rules.reading import Reading
from rules.rule import Condition, FieldName

SENTENCE_ENDS = "。!?;\n"
"""As folded text has them."""
Found = dict[int, list[Occurrence]]
"""The occurrences of each term that stands in a text, in order."""
Numbering = Callable[[Iterable[str]], frozenset[int]]


LONGEST_TERM = 40
"""Characters (rules/rule.py)."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition over numbers of terms. `parts`: sets of terms, of each of which one at least must stand in the text;
    of a condition with `near` the first two are its `these` and `those`, at most `within` characters apart.
    """

    parts: tuple[frozenset[int], ...]
    none: frozenset[int]
    unless: frozenset[int]
    near: bool
    within: int
    field: FieldName
    whole_word: bool

    everywhere: bool
    """Whether an occurrence counts wherever it is, but for `unless`."""

    @property
    def simple(self) -> bool:
        """Whether any one of its terms, anywhere, is enough."""
        return len(self.parts) == 1 and not self.none and not self.unless and self.everywhere


def compiled(condition: Condition, number: Numbering) -> Compiled:
    """The condition with its terms numbered."""
    near = condition.near
    needed = [near.these, near.those] if near else []
    needed += [condition.any, *((term,) for term in condition.all)]
    return Compiled(
        parts=tuple(number(terms) for terms in needed if terms),
        none=number(condition.none),
        unless=number(condition.unless),
        near=near is not None,
        within=near.within if near else 0,
        field=condition.field,
        whole_word=condition.whole_word,
        everywhere=not condition.whole_word and condition.field == "text",
    )


@dataclass(frozen=True, slots=True)
class Places:
    """The occurrences of one text, as conditions look at them.

    `excluding`: terms found that stand in the `none` or `unless` of some condition; `masked`: how many characters are
    hidden; `boundaries`: where words begin and end.
    """

    found: Found
    excluding: frozenset[int]
    reading: Reading
    masked: int
    boundaries: frozenset[int] | None

    def evidence(self, condition: Compiled, touched: list[tuple[int, int]]) -> list[Occurrence]:
        """The occurrences that make the condition hold, in order; none when it does not hold.

        `touched`: its parts of which terms stand in the text, and which terms.
        """
        if condition.none and not condition.none.isdisjoint(self.excluding):
            return []
        by_part: list[list[Occurrence]] = [[] for _ in condition.parts]
        for part, number in touched:
            by_part[part] += self.found[number]
        if not all(by_part) or (condition.near and not self._pairs(by_part[0], by_part[1], condition.within)):
            return []
        struck = bool(condition.unless) and not condition.unless.isdisjoint(self.excluding)
        if struck or not condition.everywhere:
            by_part = [self._counting(condition, here) for here in by_part]
            if not all(by_part):
                return []
        if condition.near:
            by_part[:2] = [self._pairs(by_part[0], by_part[1], condition.within)]
        if not by_part[0]:
            return []
        return sorted({place for here in by_part for place in here})

    def _counting(self, condition: Compiled, here: list[Occurrence]) -> list[Occurrence]:
        """Those that stand where the condition looks."""
        struck = self._struck(condition)
        return [
            occurrence
            for occurrence in here
            if self._admits(condition, occurrence) and not (struck and self._sentence(occurrence[0]) in struck)
        ]

    def _struck(self, condition: Compiled) -> set[int]:
        """Sentences in which a term of `unless` stands."""
        return {
            self._sentence(start)
            for number in condition.unless.intersection(self.found)
            for start, _, _ in self.found[number]
        }

    def _admits(self, condition: Compiled, occurrence: Occurrence) -> bool:
        start, end, _ = occurrence
        if condition.field == "title" and end > self.reading.body_start:
            return False
        if condition.field == "body" and start < self.reading.body_start:
            return False
        if condition.whole_word and self.boundaries is not None:
            return start in self.boundaries and end in self.boundaries
        return True

    def _sentence(self, place: int) -> int:
        """Where the sentence begins that holds this place."""
        return max(self.reading.text.rfind(end, 0, place) for end in SENTENCE_ENDS)

    def _pairs(self, these: list[Occurrence], those: list[Occurrence], within: int) -> list[Occurrence]:
        """Occurrences of both lists that have one of the other near and do not overlap it; masked characters between
        them do not count.
        """
        masked = self.masked
        those = sorted(those)
        pairs = []
        for one in these:
            for place in range(bisect_left(those, (one[0] - within - masked - LONGEST_TERM,)), len(those)):
                other = those[place]
                if other[0] - one[1] > within + masked:
                    break
                gap = max(other[0] - one[1], one[0] - other[1])
                if masked and gap > within:
                    gap -= self.reading.text.count(MASK, min(one[1], other[1]), max(one[0], other[0]))
                if 0 <= gap <= within:
                    pairs += [one, other]
        return pairs

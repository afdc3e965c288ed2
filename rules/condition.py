"""Conditions over numbered terms: which of them a text touches, which hold, and the places that made them hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from rules.automaton import Occurrence
from rules.persons import MASK
from rules.reading import Reading
from rules.rule import LONGEST_TERM, Condition, FieldName, Saying
from rules.text import SENTENCE_ENDS

_SENTENCE_END = re.compile(f"[{SENTENCE_ENDS}]")
Found = dict[int, list[Occurrence]]
"""The occurrences of each term that stands in a text, in order."""
Numbering = Callable[[Iterable[str]], frozenset[int]]


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
        """Whether any one of its terms, anywhere, is enough, but for `none`."""
        return len(self.parts) == 1 and not self.unless and self.everywhere


class Numbered(NamedTuple):
    """All conditions of a rulebook, and the terms by number. `sayings`: of the first conditions, the rules; `sorts`:
    where each sort of conditions begins, and the last ends; `lexicons`: of some terms those that have them, which are
    seen before it is known what holds.
    """

    conditions: Sequence[Compiled]
    terms: Sequence[str]
    sayings: Sequence[Saying]
    sorts: Sequence[int]
    lexicons: Mapping[int, Sequence[str]]


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


def one_of(terms: frozenset[int]) -> Compiled:
    """The condition that one of these terms stands anywhere."""
    return Compiled((terms,), frozenset(), frozenset(), False, 0, "text", False, True)


class Sieve:
    """Tells of many conditions at once which have a term of every part, and none of `none`, among those of a text.

    Each term is a number of `rows` times `width` bits, `width` being how many conditions there are: bit i of row 0 is
    set when condition i has the term in `none`, bit i of row k when it has it in its k-th part. The terms of a text
    are joined by `or`, beginning with `lacking`: the parts that conditions do not have.
    """

    def __init__(self, conditions: Sequence[Compiled]) -> None:
        self._width = len(conditions)
        self._rows = 1 + max((len(condition.parts) for condition in conditions), default=0)
        self._all = (1 << self._width) - 1
        self.bits: dict[int, int] = {}
        self.lacking = 0
        for index, condition in enumerate(conditions):
            for row, terms in enumerate((condition.none, *condition.parts)):
                self._set(row * self._width + index, terms)
            for row in range(1 + len(condition.parts), self._rows):
                self.lacking |= 1 << row * self._width + index

    def _set(self, place: int, terms: Iterable[int]) -> None:
        for number in terms:
            self.bits[number] = self.bits.get(number, 0) | 1 << place

    def passing(self, joined: int) -> list[int]:
        """Indices of the conditions that pass."""
        passing = ~joined & self._all
        for _ in range(1, self._rows):
            joined >>= self._width
            passing &= joined
        indices = []
        while passing:
            index = passing.bit_length() - 1
            indices.append(index)
            passing ^= 1 << index
        return indices


@dataclass(frozen=True)
class Places:
    """The occurrences of one text, as conditions look at them.

    `present`: the terms found; `boundaries`: where words begin and end.
    """

    found: Found
    present: set[int]
    reading: Reading
    boundaries: frozenset[int] | None

    def evidence(self, condition: Compiled) -> list[Occurrence]:
        """The occurrences that make a condition hold that passed the sieve, in order; none when it does not hold."""
        found, present = self.found, self.present
        by_part = []
        for part in condition.parts:
            numbers = present & part
            here = found[numbers.pop()]
            if numbers:
                here = sorted([*here, *[occurrence for number in numbers for occurrence in found[number]]])
            by_part.append(here)
        evidence = self._near(condition, by_part) if condition.near else _joined(by_part)
        if evidence and not (condition.everywhere and condition.unless.isdisjoint(present)):
            by_part = [self._counting(condition, here) for here in by_part]
            return (self._near(condition, by_part) if condition.near else _joined(by_part)) if all(by_part) else []
        return evidence

    def _near(self, condition: Compiled, by_part: list[list[Occurrence]]) -> list[Occurrence]:
        pairs = self._pairs(by_part[0], by_part[1], condition.within)
        return _joined([pairs, *by_part[2:]]) if pairs and len(by_part) > 2 else pairs

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
            self._sentence(start) for number in condition.unless & self.present for start, _, _ in self.found[number]
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
        """The number of the sentence that holds this place."""
        return bisect_left(self._ends, place)

    @cached_property
    def _ends(self) -> list[int]:
        """Where sentences end."""
        return [end.start() for end in _SENTENCE_END.finditer(self.reading.text)]

    def _pairs(self, these: list[Occurrence], those: list[Occurrence], within: int) -> list[Occurrence]:
        """Occurrences of both lists, in order, that have one of the other near and do not overlap it; masked
        characters between them do not count.
        """
        text = self.reading.text
        masked = text.count(MASK)
        far = within + masked
        pairs: set[Occurrence] = set()
        first, last = 0, len(those)
        for one in these:
            start, end, _ = one
            while first < last and those[first][0] < start - far - LONGEST_TERM:
                first += 1
            for place in range(first, last):
                other = those[place]
                gap = other[0] - end
                if gap > far:
                    break
                if gap < 0:
                    gap = start - other[1]
                if masked and gap > within:
                    gap -= text.count(MASK, min(end, other[1]), max(start, other[0]))
                if 0 <= gap <= within:
                    pairs.add(one)
                    pairs.add(other)
        return sorted(pairs)


def _joined(by_part: list[list[Occurrence]]) -> list[Occurrence]:
    """The occurrences of all parts, in order, each once."""
    return by_part[0] if len(by_part) == 1 else sorted({*chain.from_iterable(by_part)})

"""Matches a whole rulebook against a petition: all terms in one pass, then the conditions of the rules they touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from rules.automaton import Occurrence, build_automaton
from rules.duties import PlaceKind
from rules.petition import Petition
from rules.rule import Condition, FieldName, Rule
from rules.rulebook import Rulebook
from rules.text import fold

Segment = Callable[[str], list[str]]
"""Cuts a folded text into its words; joined they are the text."""


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` of the original text; folded, it is `term`."""

    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule whose condition holds, and where."""

    rule: Rule
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """All that the rulebook says of one text. `worded`: rows of the duty table whose words hold."""

    hits: tuple[RuleHit, ...]
    worded: frozenset[int]
    place_kind: PlaceKind | None
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A condition over numbers of terms. `anchor`: without one of these it cannot hold."""

    any: frozenset[int]
    all: frozenset[int]
    none: frozenset[int]
    these: frozenset[int]
    those: frozenset[int]
    within: int
    field: FieldName
    whole_word: bool

    @property
    def anchor(self) -> frozenset[int]:
        return self.any or self.these or frozenset(sorted(self.all)[:1])


class Engine:
    """Holds one rulebook ready for matching. `segment` is needed by rules with `whole_word`."""

    def __init__(self, rulebook: Rulebook, segment: Segment | None = None, automaton: str = "auto") -> None:
        self._rulebook = rulebook
        self._segment = segment
        self._numbers: dict[str, int] = {}
        self._conditions = [self._compile(rule.when) for rule in rulebook.rules]
        self._duty_rows = [index for index, row in enumerate(rulebook.duties.rows) if row.when]
        self._conditions += [self._compile(row.when) for row in rulebook.duties.rows if row.when]
        self._kinds = {kind: self._number(terms) for kind, terms in rulebook.places.kinds.items()}
        self._places = {
            number: name
            for place in rulebook.places.places
            for name in (place.name, *place.aliases)
            for number in self._number([name])
        }
        self._terms = list(self._numbers)
        self._automaton = build_automaton(self._terms, automaton)
        self._watchers = self._index()
        self._whole_words = any(condition.whole_word for condition in self._conditions)
        if segment is None and self._whole_words:
            raise ValueError("the rulebook has whole_word rules: a segmenter is needed")

    @property
    def terms(self) -> tuple[str, ...]:
        """Every folded term that is looked for."""
        return tuple(self._terms)

    def match(self, petition: Petition) -> Match:
        """Every rule that holds, in rulebook order, with spans into `petition.text`."""
        folded = fold(petition.text)
        found = _grouped(self._automaton.find(folded))
        reading = _Reading(found, petition.body_start, self._boundaries(folded))
        holding = [index for index in self._candidates(found) if reading.holds(self._conditions[index])]
        count = len(self._rulebook.rules)
        return Match(
            hits=tuple(self._hit(index, reading) for index in holding if index < count),
            worded=frozenset(self._duty_rows[index - count] for index in holding if index >= count),
            place_kind=self._place_kind(found),
            places=frozenset(self._places[number] for number in found if number in self._places),
        )

    def _candidates(self, found: dict[int, list[Occurrence]]) -> list[int]:
        return sorted({index for number in found for index in self._watchers[number]})

    def _hit(self, index: int, reading: _Reading) -> RuleHit:
        occurrences = sorted(reading.evidence(self._conditions[index]))
        spans = tuple(Span(start, end, self._terms[number]) for start, end, number in occurrences)
        return RuleHit(self._rulebook.rules[index], spans)

    def _place_kind(self, found: dict[int, list[Occurrence]]) -> PlaceKind | None:
        """The kind with more mentions; none when they are equal."""
        mentions = {
            kind: sum(len(found.get(number, ())) for number in numbers) for kind, numbers in self._kinds.items()
        }
        ranked = sorted(mentions, key=lambda kind: -mentions[kind])
        if not ranked or (len(ranked) > 1 and mentions[ranked[0]] == mentions[ranked[1]]):
            return None
        return ranked[0]

    def _boundaries(self, folded: str) -> frozenset[int] | None:
        if self._segment is None or not self._whole_words:
            return None
        return frozenset(accumulate((len(word) for word in self._segment(folded)), initial=0))

    def _number(self, terms: Iterable[str]) -> frozenset[int]:
        return frozenset(self._numbers.setdefault(fold(term), len(self._numbers)) for term in terms)

    def _compile(self, condition: Condition) -> _Compiled:
        near = condition.near
        return _Compiled(
            any=self._number(condition.any),
            all=self._number(condition.all),
            none=self._number(condition.none),
            these=self._number(near.these if near else ()),
            those=self._number(near.those if near else ()),
            within=near.within if near else 0,
            field=condition.field,
            whole_word=condition.whole_word,
        )

    def _index(self) -> list[list[int]]:
        watchers: list[list[int]] = [[] for _ in self._terms]
        for index, condition in enumerate(self._conditions):
            for number in condition.anchor:
                watchers[number].append(index)
        return watchers


@dataclass(frozen=True, slots=True)
class _Reading:
    """The occurrences of one text, as conditions look at them."""

    found: dict[int, list[Occurrence]]
    body_start: int
    boundaries: frozenset[int] | None

    def holds(self, condition: _Compiled) -> bool:
        return (
            (not condition.any or any(self._present(condition, condition.any)))
            and all(any(self._present(condition, {number})) for number in condition.all)
            and not any(number in self.found for number in condition.none)
            and (not condition.these or any(self._pairs(condition)))
        )

    def evidence(self, condition: _Compiled) -> set[Occurrence]:
        """The occurrences that made the condition hold."""
        pairs = {occurrence for pair in self._pairs(condition) for occurrence in pair}
        return {*self._present(condition, condition.any), *self._present(condition, condition.all), *pairs}

    def _present(self, condition: _Compiled, numbers: Iterable[int]) -> Iterator[Occurrence]:
        for number in numbers:
            for occurrence in self.found.get(number, ()):
                if self._admits(condition, occurrence):
                    yield occurrence

    def _admits(self, condition: _Compiled, occurrence: Occurrence) -> bool:
        start, end, _ = occurrence
        if condition.field == "title" and end > self.body_start:
            return False
        if condition.field == "body" and start < self.body_start:
            return False
        if condition.whole_word and self.boundaries is not None:
            return start in self.boundaries and end in self.boundaries
        return True

    def _pairs(self, condition: _Compiled) -> Iterator[tuple[Occurrence, Occurrence]]:
        if not condition.these:
            return
        those = list(self._present(condition, condition.those))
        for one in self._present(condition, condition.these):
            for other in those:
                gap = max(other[0] - one[1], one[0] - other[1])
                if 0 <= gap <= condition.within:
                    yield one, other


def _grouped(occurrences: list[Occurrence]) -> dict[int, list[Occurrence]]:
    found: dict[int, list[Occurrence]] = {}
    for occurrence in occurrences:
        found.setdefault(occurrence[2], []).append(occurrence)
    return found

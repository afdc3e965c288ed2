"""Matches a whole rulebook against a petition: all terms in one pass, then the conditions whose terms it touches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from rules.automaton import Occurrence, build_automaton
from rules.condition import Compiled, Found, Places, Sieve, compiled
from rules.duties import PlaceKind
from rules.petition import Petition
from rules.reading import Reading, read
from rules.rule import Rule
from rules.rulebook import Rulebook
from rules.text import fold

Segment = Callable[[str], list[str]]
"""Cuts a folded text into its words; joined they are the text."""


class RuleHit(NamedTuple):
    """A rule whose condition holds, and where: spans of the original text; folded, each is a term."""

    rule: Rule
    occurrences: tuple[Occurrence, ...]

    @property
    def distinct(self) -> int:
        """How many different terms of the rule stand there."""
        return len({number for _, _, number in self.occurrences})


Meaning = tuple[tuple[int, ...], tuple[int, ...], int, bool]
"""What a term means: conditions that it satisfies alone, those of them that it forbids, its bits in the sieve, and
whether it is of a lexicon or tells town from country."""


@dataclass(frozen=True, slots=True)
class Match:
    """All that the rulebook says of one text.

    `worded`: rows of the duty table whose words hold; `held`: names of the rulebook's watched conditions that hold;
    `marks`: where terms of a lexicon of the rulebook stand, in order, for each lexicon of which any does.
    """

    reading: Reading
    hits: tuple[RuleHit, ...]
    worded: frozenset[int]
    held: frozenset[str]
    place_kind: PlaceKind | None
    marks: Mapping[str, tuple[Occurrence, ...]]

    @property
    def text(self) -> str:
        """What was read, offset by offset that of the petition."""
        return self.reading.text


class Standing(NamedTuple):
    """The occurrences of one text by term, and what all terms that stand there mean together (see Meaning).

    `joined`: for the sieve; `alone`: occurrences with the conditions that they satisfy; `denied`: conditions that are
    forbidden; `named`: terms of lexicons, or of town and country.
    """

    found: Found
    joined: int
    alone: list[tuple[list[Occurrence], tuple[int, ...]]]
    denied: list[int]
    named: list[int]


class Engine:
    """Holds one rulebook ready for matching. `segment` is needed by rules with `whole_word`.

    Conditions stand in one row: the rules', the duty table's, the watched ones.
    """

    def __init__(self, rulebook: Rulebook, segment: Segment | None = None, automaton: str = "auto") -> None:
        self._rules = rulebook.rules
        self._segment = segment
        self._numbers: dict[str, int] = {}
        self._duty_rows = [index for index, row in enumerate(rulebook.duties.rows) if row.when]
        self._watched = tuple(rulebook.watched)
        self._first_duty = len(self._rules)
        self._first_watched = self._first_duty + len(self._duty_rows)
        written = [
            *(rule.when for rule in rulebook.rules),
            *(row.when for row in rulebook.duties.rows if row.when),
            *rulebook.watched.values(),
        ]
        conditions = [compiled(condition, self._number) for condition in written]
        self._kind_of = {n: kind for kind, terms in rulebook.places.kinds.items() for n in self._number(terms)}
        self._lexicons = self._lexicon_names(rulebook)
        self._automaton = build_automaton(list(self._numbers), automaton)
        self._sort(conditions)
        self._whole_words = any(condition.whole_word for condition in conditions)
        if segment is None and self._whole_words:
            raise ValueError("the rulebook has whole_word rules: a segmenter is needed")

    @property
    def terms(self) -> tuple[str, ...]:
        """Every folded term that is looked for."""
        return tuple(self._numbers)

    def match(self, petition: Petition) -> Match:
        """Every rule that holds, in rulebook order, with places in `petition.text`."""
        reading = read(petition)
        standing = self._standing(self._automaton.find(reading.text))
        found, holding = standing.found, _alone(standing)
        if passing := self._sieve.passing(standing.joined):
            places = Places(found, set(found), reading, self._boundaries(reading.text))
            for index in passing:
                if evidence := places.evidence(self._sieved[index]):
                    holding[self._places[index]] = evidence
        order = sorted(holding)
        rules, duties = bisect_left(order, self._first_duty), bisect_left(order, self._first_watched)
        return Match(
            reading=reading,
            hits=tuple([RuleHit(self._rules[i], tuple(holding[i])) for i in order[:rules]]),
            worded=frozenset([self._duty_rows[i - self._first_duty] for i in order[rules:duties]]),
            held=frozenset([self._watched[i - self._first_watched] for i in order[duties:]]),
            place_kind=self._place_kind(found, standing.named),
            marks=self._marks(found, standing.named),
        )

    def _standing(self, occurrences: list[Occurrence]) -> Standing:
        """The occurrences by term, and what the terms mean."""
        found: Found = {}
        alone: list[tuple[list[Occurrence], tuple[int, ...]]] = []
        denied: list[int] = []
        named: list[int] = []
        joined, meanings = self._sieve.lacking, self._meanings
        for occurrence in occurrences:
            number = occurrence[2]
            if number in found:
                found[number].append(occurrence)
                continue
            found[number] = here = [occurrence]
            satisfies, denies, bits, is_named = meanings[number]
            if bits:
                joined |= bits
            if satisfies:
                alone.append((here, satisfies))
            if denies:
                denied += denies
            if is_named:
                named.append(number)
        return Standing(found, joined, alone, denied, named)

    def _sort(self, conditions: list[Compiled]) -> None:
        """What each term means: of conditions that any one of their terms satisfies, and, by the sieve, of others."""
        simple: dict[int, tuple[int, ...]] = {}
        denies: dict[int, tuple[int, ...]] = {}
        for index, condition in enumerate(conditions):
            for by_term, terms in ((simple, condition.parts[0]), (denies, condition.none)) if condition.simple else ():
                for number in terms:
                    by_term[number] = (*by_term.get(number, ()), index)
        self._places = [index for index, condition in enumerate(conditions) if not condition.simple]
        self._sieved = [conditions[index] for index in self._places]
        self._sieve = Sieve(self._sieved)
        bits, named = self._sieve.bits, self._kind_of.keys() | self._lexicons.keys()
        same: dict[Meaning, Meaning] = {}
        self._meanings: list[Meaning] = []
        for number in range(len(self._numbers)):
            meaning = simple.get(number, ()), denies.get(number, ()), bits.get(number, 0), number in named
            self._meanings.append(same.setdefault(meaning, meaning))

    def _marks(self, found: Found, named: list[int]) -> dict[str, tuple[Occurrence, ...]]:
        marks: dict[str, list[Occurrence]] = {}
        for number in named:
            for name in self._lexicons.get(number, ()):
                marks[name] = marks[name] + found[number] if name in marks else found[number]
        return {name: tuple(sorted(occurrences)) for name, occurrences in marks.items()}

    def _place_kind(self, found: Found, named: list[int]) -> PlaceKind | None:
        """The kind with more mentions; none when they are equal."""
        mentions: dict[PlaceKind, int] = {}
        for number in named:
            if kind := self._kind_of.get(number):
                mentions[kind] = mentions.get(kind, 0) + len(found[number])
        if len(mentions) < 2:
            return next(iter(mentions), None)
        most = max(mentions.values())
        kinds = [kind for kind, count in mentions.items() if count == most]
        return kinds[0] if len(kinds) == 1 else None

    def _lexicon_names(self, rulebook: Rulebook) -> dict[int, list[str]]:
        """The lexicons that each term is in."""
        names: dict[int, list[str]] = {}
        for name, terms in rulebook.lexicons.items():
            for number in self._number(terms):
                names.setdefault(number, []).append(name)
        return names

    def _boundaries(self, folded: str) -> frozenset[int] | None:
        if self._segment is None or not self._whole_words:
            return None
        return frozenset(accumulate((len(word) for word in self._segment(folded)), initial=0))

    def _number(self, terms: Iterable[str]) -> frozenset[int]:
        return frozenset(self._numbers.setdefault(fold(term), len(self._numbers)) for term in terms)


def _alone(standing: Standing) -> dict[int, list[Occurrence]]:
    """Conditions that hold by any one of their terms, with the occurrences of those."""
    holding: dict[int, list[Occurrence]] = {}
    for occurrences, indices in standing.alone:
        for index in indices:
            holding[index] = sorted([*holding[index], *occurrences]) if index in holding else occurrences
    for index in standing.denied:
        holding.pop(index, None)
    return holding

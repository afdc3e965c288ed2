"""Matches a whole rulebook against a petition: all terms in one pass, then the conditions whose terms it touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from rules.automaton import Occurrence, build_automaton
from rules.condition import Found, Places, compiled
from rules.duties import PlaceKind
from rules.persons import MASK
from rules.petition import Petition
from rules.reading import Reading, read
from rules.rule import Rule
from rules.rulebook import Rulebook
from rules.text import fold

Segment = Callable[[str], list[str]]
"""Cuts a folded text into its words; joined they are the text."""


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule whose condition holds, and where: spans of the original text; folded, each is a term."""

    rule: Rule
    occurrences: tuple[Occurrence, ...]

    @property
    def distinct(self) -> int:
        """How many different terms of the rule stand there."""
        return len({number for _, _, number in self.occurrences})


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
        written = [
            *(rule.when for rule in rulebook.rules),
            *(row.when for row in rulebook.duties.rows if row.when),
            *rulebook.watched.values(),
        ]
        self._conditions = [compiled(condition, self._number) for condition in written]
        self._kind_of = {n: kind for kind, terms in rulebook.places.kinds.items() for n in self._number(terms)}
        self._lexicons = self._lexicon_names(rulebook)
        self._automaton = build_automaton(list(self._numbers), automaton)
        self._touch()
        self._whole_words = any(condition.whole_word for condition in self._conditions)
        if segment is None and self._whole_words:
            raise ValueError("the rulebook has whole_word rules: a segmenter is needed")

    @property
    def terms(self) -> tuple[str, ...]:
        """Every folded term that is looked for."""
        return tuple(self._numbers)

    def match(self, petition: Petition) -> Match:
        """Every rule that holds, in rulebook order, with places in `petition.text`."""
        reading = read(petition)
        found: Found = defaultdict(list)
        for occurrence in self._automaton.find(reading.text):
            found[occurrence[2]].append(occurrence)
        holding = self._holding(found, reading)
        rules, duties = len(self._rules), len(self._rules) + len(self._duty_rows)
        order = sorted(holding)
        return Match(
            reading=reading,
            hits=tuple([RuleHit(self._rules[i], tuple(holding[i])) for i in order if i < rules]),
            worded=frozenset([self._duty_rows[i - rules] for i in order if rules <= i < duties]),
            held=frozenset([self._watched[i - duties] for i in order if i >= duties]),
            place_kind=self._place_kind(found),
            marks=self._marks(found),
        )

    def _holding(self, found: Found, reading: Reading) -> dict[int, list[Occurrence]]:
        """Conditions that hold, each with the occurrences that made it hold."""
        holding: dict[int, list[Occurrence]] = {}
        touched: dict[int, list[tuple[int, int]]] = defaultdict(list)
        simple, parts_of = self._simple, self._parts
        for number, occurrences in found.items():
            for index in simple[number]:
                holding[index] = sorted([*holding[index], *occurrences]) if index in holding else occurrences
            for index, part in parts_of[number]:
                touched[index].append((part, number))
        excluding = self._excluding.intersection(found)
        places = Places(found, excluding, reading, reading.text.count(MASK), self._boundaries(reading.text))
        for index, parts in touched.items():
            if len(parts) >= self._needed[index] and (evidence := places.evidence(self._conditions[index], parts)):
                holding[index] = evidence
        return holding

    def _touch(self) -> None:
        """For each term the conditions it satisfies alone, and the parts of others that it touches."""
        self._simple: list[list[int]] = [[] for _ in self._numbers]
        self._parts: list[list[tuple[int, int]]] = [[] for _ in self._numbers]
        self._excluding = frozenset().union(*(condition.none | condition.unless for condition in self._conditions))
        self._needed = [len(condition.parts) for condition in self._conditions]
        for index, condition in enumerate(self._conditions):
            for place, part in enumerate(condition.parts):
                for number in part:
                    if condition.simple:
                        self._simple[number].append(index)
                    else:
                        self._parts[number].append((index, place))

    def _marks(self, found: Found) -> dict[str, tuple[Occurrence, ...]]:
        marks: dict[str, list[Occurrence]] = {}
        for number in self._lexicons.keys() & found.keys():
            for name in self._lexicons[number]:
                marks.setdefault(name, []).extend(found[number])
        return {name: tuple(sorted(occurrences)) for name, occurrences in marks.items()}

    def _place_kind(self, found: Found) -> PlaceKind | None:
        """The kind with more mentions; none when they are equal."""
        mentions: dict[PlaceKind, int] = {}
        for number in self._kind_of.keys() & found.keys():
            kind = self._kind_of[number]
            mentions[kind] = mentions.get(kind, 0) + len(found[number])
        most = max(mentions.values(), default=0)
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

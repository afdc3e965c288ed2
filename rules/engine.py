"""Matches a whole rulebook against a petition: all terms in one pass, then the conditions of the rules they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from rules.automaton import Occurrence, build_automaton
from rules.duties import PlaceKind
from rules.petition import Petition
from rules.reading import Reading, read
from rules.rule import Condition, FieldName, Rule
from rules.rulebook import Rulebook
from rules.text import fold

SENTENCE_ENDS = "。!?;\n"
"""As folded text has them."""
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
    """All that the rulebook says of one text. `worded`: rows of the duty table whose words hold; `marks`: where terms
    of a lexicon of the rulebook stand, in order, for each lexicon of which any does.
    """

    reading: Reading
    hits: tuple[RuleHit, ...]
    worded: frozenset[int]
    place_kind: PlaceKind | None
    places: frozenset[str]
    marks: Mapping[str, tuple[Occurrence, ...]]

    @property
    def text(self) -> str:
        """What was read, offset by offset that of the petition."""
        return self.reading.text


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A condition over numbers of terms. `anchor`: without one of these it cannot hold."""

    any: frozenset[int]
    all: frozenset[int]
    none: frozenset[int]
    unless: frozenset[int]
    these: frozenset[int]
    those: frozenset[int]
    within: int
    field: FieldName
    whole_word: bool

    @property
    def anchor(self) -> frozenset[int]:
        return self.any or self.these or frozenset(sorted(self.all)[:1])

    @property
    def simple(self) -> bool:
        """Whether any one of its terms, anywhere, is enough."""
        return not (self.all or self.none or self.unless or self.these or self.whole_word) and self.field == "text"


class Engine:
    """Holds one rulebook ready for matching. `segment` is needed by rules with `whole_word`."""

    def __init__(self, rulebook: Rulebook, segment: Segment | None = None, automaton: str = "auto") -> None:
        self._rules = rulebook.rules
        self._segment = segment
        self._numbers: dict[str, int] = {}
        self._conditions = [self._compile(rule.when) for rule in rulebook.rules]
        self._duty_rows = [index for index, row in enumerate(rulebook.duties.rows) if row.when]
        self._conditions += [self._compile(row.when) for row in rulebook.duties.rows if row.when]
        self._kind_of = {n: kind for kind, terms in rulebook.places.kinds.items() for n in self._number(terms)}
        self._places = self._place_names(rulebook)
        self._lexicons = self._lexicon_names(rulebook)
        self._automaton = build_automaton(list(self._numbers), automaton)
        self._simple, self._complex = self._watchers()
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
        found: dict[int, list[Occurrence]] = {}
        for occurrence in self._automaton.find(reading.text):
            found.setdefault(occurrence[2], []).append(occurrence)
        holding = self._holding(found, _Found(found, reading, self._boundaries(reading.text)))
        count = len(self._rules)
        return Match(
            reading=reading,
            hits=tuple(
                RuleHit(self._rules[index], tuple(sorted(holding[index]))) for index in sorted(holding) if index < count
            ),
            worded=frozenset(self._duty_rows[index - count] for index in holding if index >= count),
            place_kind=self._place_kind(found),
            places=frozenset(self._places[number] for number in found.keys() & self._places.keys()),
            marks=self._marks(found),
        )

    def _marks(self, found: dict[int, list[Occurrence]]) -> dict[str, tuple[Occurrence, ...]]:
        marks: dict[str, list[Occurrence]] = {}
        for number in found.keys() & self._lexicons.keys():
            for name in self._lexicons[number]:
                marks.setdefault(name, []).extend(found[number])
        return {name: tuple(sorted(occurrences)) for name, occurrences in marks.items()}

    def _holding(self, found: dict[int, list[Occurrence]], places: _Found) -> dict[int, list[Occurrence]]:
        """Conditions that hold, each with the occurrences that made it hold."""
        holding: dict[int, list[Occurrence]] = {}
        doubtful: set[int] = set()
        for number, occurrences in found.items():
            for index in self._simple[number]:
                holding.setdefault(index, []).extend(occurrences)
            doubtful.update(self._complex[number])
        for index in doubtful:
            condition = self._conditions[index]
            if places.holds(condition):
                holding[index] = list(places.evidence(condition))
        return holding

    def _place_kind(self, found: dict[int, list[Occurrence]]) -> PlaceKind | None:
        """The kind with more mentions; none when they are equal."""
        mentions: Counter[PlaceKind] = Counter()
        for number in found.keys() & self._kind_of.keys():
            mentions[self._kind_of[number]] += len(found[number])
        ranked = mentions.most_common(2)
        if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]

    def _place_names(self, rulebook: Rulebook) -> dict[int, str]:
        return {
            number: name
            for place in rulebook.places.places
            for name in (place.name, *place.aliases)
            for number in self._number([name])
        }

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

    def _compile(self, condition: Condition) -> _Compiled:
        near = condition.near
        return _Compiled(
            any=self._number(condition.any),
            all=self._number(condition.all),
            none=self._number(condition.none),
            unless=self._number(condition.unless),
            these=self._number(near.these if near else ()),
            those=self._number(near.those if near else ()),
            within=near.within if near else 0,
            field=condition.field,
            whole_word=condition.whole_word,
        )

    def _watchers(self) -> tuple[list[list[int]], list[list[int]]]:
        """For each term the conditions it may make hold: those it satisfies alone, and the others."""
        simple: list[list[int]] = [[] for _ in self._numbers]
        others: list[list[int]] = [[] for _ in self._numbers]
        for index, condition in enumerate(self._conditions):
            for number in condition.anchor:
                (simple if condition.simple else others)[number].append(index)
        return simple, others


@dataclass(frozen=True, slots=True)
class _Found:
    """The occurrences of one text, as conditions look at them."""

    found: dict[int, list[Occurrence]]
    reading: Reading
    boundaries: frozenset[int] | None

    def holds(self, condition: _Compiled) -> bool:
        return (
            self.found.keys().isdisjoint(condition.none)
            and (not condition.any or bool(self._present(condition, condition.any)))
            and all(self._present(condition, frozenset((number,))) for number in condition.all)
            and (not condition.these or any(self._pairs(condition)))
        )

    def evidence(self, condition: _Compiled) -> set[Occurrence]:
        """The occurrences that made the condition hold."""
        pairs = {occurrence for pair in self._pairs(condition) for occurrence in pair}
        return {*self._present(condition, condition.any | condition.all), *pairs}

    def _present(self, condition: _Compiled, numbers: frozenset[int]) -> list[Occurrence]:
        """Occurrences of these terms where the condition looks."""
        here = [occurrence for number in self.found.keys() & numbers for occurrence in self.found[number]]
        if here and condition.unless and not self.found.keys().isdisjoint(condition.unless):
            struck = {
                self._sentence(start) for n in self.found.keys() & condition.unless for start, _, _ in self.found[n]
            }
            here = [occurrence for occurrence in here if self._sentence(occurrence[0]) not in struck]
        if condition.field == "text" and not condition.whole_word:
            return here
        return [occurrence for occurrence in here if self._admits(condition, occurrence)]

    def _admits(self, condition: _Compiled, occurrence: Occurrence) -> bool:
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

    def _pairs(self, condition: _Compiled) -> Iterator[tuple[Occurrence, Occurrence]]:
        if not condition.these:
            return
        those = self._present(condition, condition.those)
        if not those:
            return
        for one in self._present(condition, condition.these):
            for other in those:
                gap = max(other[0] - one[1], one[0] - other[1])
                if 0 <= gap <= condition.within:
                    yield one, other

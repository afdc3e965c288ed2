"""Matches a whole rulebook against a petition: all terms in one pass, then the conditions whose terms it touches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from rules.automaton import Occurrence, build_automaton
from rules.compiled import FEW
from rules.condition import Compiled, Found, Numbered, Places, Sieve, compiled, one_of
from rules.duties import PlaceKind
from rules.match import Marked, Match
from rules.matters import CUTTING, Part
from rules.occurrences import Evidence, Holding, Listed, Stretch
from rules.petition import Petition
from rules.reading import Reading, read
from rules.rulebook import Rulebook
from rules.tally import Tally
from rules.text import fold
from rules.value import value

if TYPE_CHECKING:
    from rules.many import Many

Segment = Callable[[str], list[str]]
"""Cuts a folded text into its words; joined they are the text."""


Meaning = tuple[tuple[int, ...], tuple[int, ...], int]
"""What a term means: conditions that it satisfies alone, those of them that it forbids, its bits in the sieve."""
Cut = Callable[[Marked], Sequence[Part]]
"""Cuts a petition into parts that do not overlap, in order."""
NO_MARKS: Mapping[str, int] = MappingProxyType({})
TOGETHER = 128
"""Texts matched in the same arrays: more would not stay in the cache of a core."""


class Standing(NamedTuple):
    """The occurrences of one text by term, and what all terms that stand there mean together (see Meaning).

    `joined`: for the sieve; `alone`: occurrences with the conditions that they satisfy; `denied`: conditions that are
    forbidden.
    """

    found: Found
    joined: int
    alone: list[tuple[list[Occurrence], tuple[int, ...]]]
    denied: list[int]


@value
class _Held:
    """Conditions that hold: what each is (a rule's saying, a row of duties, a name); how many different terms of a rule
    stand there, of others how many terms; and where.
    """

    names: list[Any]
    counts: Sequence[int]
    evidence: Evidence


class Parted(NamedTuple):
    """What holds in some petitions, the parts of each, and what holds in all of these, in order."""

    matches: list[Match]
    cuts: list[Sequence[Part]]
    inside: list[Match]


class Engine:
    """Holds one rulebook ready for matching. `segment` is needed by rules with `whole_word`; `many`: see build_many.

    Conditions stand in one row: the rules', the duty table's, the watched ones, one for each lexicon, one for each
    kind of place.
    """

    def __init__(
        self, rulebook: Rulebook, segment: Segment | None = None, automaton: str = "auto", many: str = "auto"
    ) -> None:
        self._segment, self._many_engine = segment, many
        self._numbers: dict[str, int] = {}
        duties = [index for index, row in enumerate(rulebook.duties.rows) if row.when]
        sayings = [rule.saying for rule in rulebook.rules]
        sorts: tuple[Collection[Any], ...] = (
            sayings,
            duties,
            rulebook.watched,
            rulebook.lexicons,
            rulebook.places.kinds,
        )
        self._names: list[Any] = list(chain.from_iterable(sorts))
        self._ends = tuple(accumulate(map(len, sorts[:-1])))
        self._conditions, self._lexicons = self._compiled(rulebook), self._cutting(rulebook)
        self._automaton = build_automaton(list(self._numbers), automaton)
        self._sort(self._conditions)
        self._whole_words = any(condition.whole_word for condition in self._conditions)
        if segment is None and self._whole_words:
            raise ValueError("the rulebook has whole_word rules: a segmenter is needed")

    @property
    def terms(self) -> tuple[str, ...]:
        """Every folded term that is looked for."""
        return tuple(self._numbers)

    def match(self, petition: Petition) -> Match:
        """Every rule that holds, in rulebook order, with places in `petition.text`."""
        return self._alone(read(petition))

    def _alone(self, reading: Reading) -> Match:
        holding = self._holding(reading)
        order = sorted(holding)
        found = Listed([holding[index] for index in order])
        cuts = [0, *[bisect_left(order, end) for end in self._ends], len(order)]
        counts = list(map(len, found))
        for place in range(cuts[1]):
            if counts[place] > 1:
                counts[place] = len({number for _, _, number in found[place]})
        return self._match(reading, _Held([self._names[index] for index in order], counts, found), cuts)

    def _holding(self, reading: Reading) -> dict[int, list[Occurrence]]:
        """The conditions that hold, with the places of their terms in order."""
        standing = self._standing(self._automaton.find(reading.text))
        holding = _by_themselves(standing)
        if passing := self._sieve.passing(standing.joined):
            places = Places(standing.found, set(standing.found), reading, self._boundaries(reading.text))
            for index in passing:
                if evidence := places.evidence(self._sieved[index]):
                    holding[self._places[index]] = evidence
        return holding

    def matches(self, petitions: Sequence[Petition]) -> list[Match]:
        """What `match` gives of each, in order; many are matched together, and few where that is ready and pays."""
        return self.parted(petitions, lambda _: ()).matches

    def parted(self, petitions: Sequence[Petition], cut: Cut) -> Parted:
        """The same, and what holds in the parts into which each is cut: terms of a part stand in it from end to end,
        and what is hidden in the petition is hidden there.
        """
        if len(petitions) < (self._many.least if "_many" in self.__dict__ else FEW):
            return self._one_by_one(petitions, cut)
        if len(petitions) <= TOGETHER:
            return self._together(petitions, cut)
        starts = range(0, len(petitions), TOGETHER)
        parted = [self._together(petitions[start : start + TOGETHER], cut) for start in starts]
        matches, cuts, inside = (list(chain.from_iterable(some)) for some in zip(*parted, strict=True))
        return Parted(matches, cuts, inside)

    def _one_by_one(self, petitions: Sequence[Petition], cut: Cut) -> Parted:
        matches = list(map(self.match, petitions))
        cuts = list(map(cut, matches))
        return Parted(matches, cuts, [self._alone(reading) for _, _, reading in _stretches(matches, cuts)])

    def _together(self, petitions: Sequence[Petition], cut: Cut) -> Parted:
        walked, count = self._many.walk(petitions), len(petitions)
        cuts = list(map(cut, walked.sights))
        held = walked.holding(_stretches(walked.sights, cuts))
        matches = [match for one in held for match in self._told(*one)]
        return Parted(matches[:count], cuts, matches[count:])

    def _told(self, readings: Iterable[Reading], holding: Holding) -> list[Match]:
        """What holds in each text, as one match each."""
        names = list(map(self._names.__getitem__, holding.conditions))
        held = _Held(names, holding.counts, holding.evidence)
        told = zip(readings, repeat(held), holding.cuts, holding.tallies or repeat(None), strict=False)
        return [self._match(*one) for one in told]

    def _match(self, reading: Reading, held: _Held, cuts: Sequence[int], tally: Tally | None = None) -> Match:
        """What holds in one text, as who asks for it sees it. `cuts`: where each sort of conditions begins and ends."""
        first, rules, duties, watched, lexicons, end = cuts
        names, evidence = held.names, held.evidence
        return Match(
            reading,
            tuple(names[first:rules]),
            frozenset(names[rules:duties]),
            frozenset(names[duties:watched]),
            _more(names[lexicons:end], held.counts[lexicons:end]) if end > lexicons else None,
            dict(zip(names[watched:lexicons], range(watched, lexicons), strict=True))
            if lexicons > watched
            else NO_MARKS,
            held.counts[first:rules],
            evidence,
            first,
            tally,
        )

    @cached_property
    def _many(self) -> Many:
        """Made when first wanted: who matches one text at a time needs no NumPy."""
        from rules.many import build_many

        sayings, sorts = self._names[: self._ends[0]], (0, *self._ends, len(self._names))
        return build_many(self._many_engine)(
            Numbered(self._conditions, self.terms, sayings, sorts, self._lexicons), self._boundaries
        )

    def _standing(self, occurrences: list[Occurrence]) -> Standing:
        """The occurrences by term, and what the terms mean."""
        found: Found = {}
        alone: list[tuple[list[Occurrence], tuple[int, ...]]] = []
        denied: list[int] = []
        joined, meanings = self._sieve.lacking, self._meanings
        for occurrence in occurrences:
            number = occurrence[2]
            if number in found:
                found[number].append(occurrence)
                continue
            found[number] = here = [occurrence]
            satisfies, denies, bits = meanings[number]
            if bits:
                joined |= bits
            if satisfies:
                alone.append((here, satisfies))
            if denies:
                denied += denies
        return Standing(found, joined, alone, denied)

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
        bits = self._sieve.bits
        same: dict[Meaning, Meaning] = {}
        self._meanings: list[Meaning] = []
        for number in range(len(self._numbers)):
            meaning = simple.get(number, ()), denies.get(number, ()), bits.get(number, 0)
            self._meanings.append(same.setdefault(meaning, meaning))

    def _compiled(self, rulebook: Rulebook) -> list[Compiled]:
        """Every condition, its terms numbered."""
        written = [
            *(rule.when for rule in rulebook.rules),
            *(row.when for row in rulebook.duties.rows if row.when),
            *rulebook.watched.values(),
        ]
        conditions = [compiled(condition, self._number) for condition in written]
        kind_of = {n: kind for kind, terms in rulebook.places.kinds.items() for n in self._number(terms)}
        lexicons = [self._number(terms) for terms in rulebook.lexicons.values()]
        kinds = [frozenset(n for n, own in kind_of.items() if own == kind) for kind in rulebook.places.kinds]
        return [*conditions, *map(one_of, lexicons), *map(one_of, kinds)]

    def _cutting(self, rulebook: Rulebook) -> dict[int, list[str]]:
        """The terms that cutting looks at, each with the lexicons that have it."""
        lexicons: dict[int, list[str]] = {}
        for name in CUTTING:
            for number in self._number(rulebook.lexicons.get(name, ())):
                lexicons.setdefault(number, []).append(name)
        return lexicons

    def _boundaries(self, folded: str) -> frozenset[int] | None:
        if self._segment is None or not self._whole_words:
            return None
        return frozenset(accumulate((len(word) for word in self._segment(folded)), initial=0))

    def _number(self, terms: Iterable[str]) -> frozenset[int]:
        return frozenset(self._numbers.setdefault(fold(term), len(self._numbers)) for term in terms)


def _more(kinds: Sequence[PlaceKind], mentions: Sequence[int]) -> PlaceKind | None:
    """The kind with more mentions; none when they are equal."""
    most = max(mentions)
    return kinds[mentions.index(most)] if mentions.count(most) == 1 else None


def _by_themselves(standing: Standing) -> dict[int, list[Occurrence]]:
    """Conditions that hold by any one of their terms, with the occurrences of those."""
    holding: dict[int, list[Occurrence]] = {}
    for occurrences, indices in standing.alone:
        for index in indices:
            holding[index] = sorted([*holding[index], *occurrences]) if index in holding else occurrences
    for index in standing.denied:
        holding.pop(index, None)
    return holding


def _stretches(texts: Iterable[Marked], cuts: Iterable[Sequence[Part]]) -> list[Stretch]:
    """The parts of some texts, each read as its text was."""
    return [
        (place, span.start, Reading(petition, text.text[span.start : span.end], petition.body_start))
        for place, (text, parts) in enumerate(zip(texts, cuts, strict=True))
        for span, petition in parts
    ]

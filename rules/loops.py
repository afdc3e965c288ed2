"""Matches petitions by compiled loops: folded, persons hidden, terms found, conditions weighed, text by text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

import numpy as np

from rules import finding, weighing
from rules.adding import FIGURES, TABLE
from rules.compiled import Straight
from rules.condition import Compiled, Numbered
from rules.finding import SIGHT, TRIAL, Flags, Found, Sought
from rules.lookup import Lookup
from rules.many import Held
from rules.memberships import Memberships
from rules.nearness import NUMBER
from rules.occurrences import Boundaries, Holding, Slices, Stretch
from rules.persons import hidden
from rules.petition import Petition
from rules.points import POINTS, Ints, code_units, written
from rules.reading import Reading
from rules.sight import Sight, sights
from rules.spread import cut, grouped
from rules.summing import Sums
from rules.text import fold_table
from rules.trie import Alphabet, Bools
from rules.weighing import PAIR

_FIELDS = {"text": weighing.ANYWHERE, "title": weighing.TITLE, "body": weighing.BODY}
_NOWHERE = np.empty(0, np.uint8)
_ROOM = 4
"""Occurrences for each character that there is room for at first."""


class Table(NamedTuple):
    """Conditions as `weighing.holding` takes them: the facts of each; the `slots` (condition, role) of term i from
    `firsts[i]` on; which term (its column, else -1) strikes in which row of `strikes`; where each of their `sorts`
    begins, first the rules, and the last ends; and which codes end a sentence.
    """

    facts: Ints
    slots: Ints
    firsts: Ints
    columns: Ints
    strikes: Flags
    sorts: Ints
    stops: Flags


def table_of(conditions: Sequence[Compiled], terms: int, sorts: Sequence[int], stops: Flags) -> Table:
    """The conditions as loops look at them. Raises ValueError for one of more parts than they tell apart."""
    if any(len(condition.parts) > weighing.MOST_PARTS for condition in conditions):
        raise ValueError(f"a condition has more than {weighing.MOST_PARTS} parts")
    slots: list[list[tuple[int, int]]] = [[] for _ in range(terms)]
    for index, condition in enumerate(conditions):
        for role, numbers in enumerate((condition.none, *condition.parts)):
            for number in numbers:
                slots[number].append((index, role))
    unless = Memberships([condition.unless for condition in conditions], terms)
    facts = [_facts(condition, unless.row(index)) for index, condition in enumerate(conditions)]
    return Table(
        facts=np.array(facts, dtype=np.int32).reshape(-1, weighing.FACTS),
        slots=np.array(list(chain.from_iterable(slots)), dtype=np.int32).reshape(-1, 2),
        firsts=np.array([0, *accumulate(map(len, slots))]),
        columns=unless.columns,
        strikes=unless.table.astype(np.uint8),
        sorts=np.array(sorts),
        stops=stops,
    )


def _facts(condition: Compiled, unless: int) -> tuple[int, ...]:
    """In the order of weighing.PARTS and so on."""
    parts, field = len(condition.parts), _FIELDS[condition.field]
    return parts, condition.simple, condition.near, condition.within, field, condition.whole_word, unless


class Letters:
    """What `finding.spell` asks of each code point: 0 until it is met. In one number, so that no other thread ever sees
    half of it.
    """

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self.table = np.zeros(POINTS, dtype=np.int64)

    def meet(self, units: Ints) -> None:
        """Fills in what these characters want."""
        points = np.unique(units[self.table[units] == 0])
        folds = np.array([ord(fold_table()[point]) for point in points.tolist()], dtype=np.int64)
        self.table[points] = (folds + 1) * finding.FOLD + self._alphabet.codes_of(folds)


class Loops:
    """Compiled by numba, for many texts or one."""

    least = 1

    def __init__(self, numbered: Numbered, boundaries: Boundaries) -> None:
        conditions, terms, sayings, sorts, self._lexicons = numbered
        lookup = Lookup(terms)
        trials = lookup.trials
        nodes = np.stack([*lookup.trie.steps, lookup.terms, lookup.cues], axis=1, dtype=np.int32, casting="same_kind")
        around = trials.before.view(np.uint8), trials.after.view(np.uint8)
        seen = np.zeros(len(terms), np.uint8)
        seen[list(self._lexicons)] = 1
        sought = Sought(nodes, trials.firsts, trials.numbers, *around, seen)
        self._trials, self._letters = trials, Letters(lookup.alphabet)
        self._scan = Straight(finding.scan, self._letters.table, *sought)
        self.table = table_of(conditions, len(terms), sorts, lookup.stops.view(np.uint8))
        most = max((len(frozenset().union(*one.parts)) for one in conditions[: len(sayings)]), default=1)
        self.sums = Sums(sayings, most)
        self.weigh = Straight(weighing.holding, *self.table, *self.sums.worth)
        self.boundaries, self.whole_word = boundaries, _whole_words(conditions, len(terms))

    def walk(self, petitions: Sequence[Petition]) -> Walked:
        texts = [petition.text for petition in petitions]
        begins = [0, *accumulate(map(len, texts))]
        found = self._found(code_units("".join(texts)), np.array(begins))
        masked = self._masked(found, begins)
        readings = list(map(Reading, petitions, masked, [petition.body_start for petition in petitions]))
        return Walked(self, sights(readings, grouped(found.sights, SIGHT), self._lexicons), found, begins)

    def _found(self, units: Ints, begins: Ints) -> Found:
        """Every term and every trial."""
        room = _ROOM * units.size
        while True:
            characters, occurrences, told, found, sighted, trials, strange = self._scan.call(units, begins, room)
            if strange:
                self._letters.meet(units)
            elif (most := max(found, trials)) > room:
                room = most
            else:
                edges, end = begins.size, begins.size + SIGHT * sighted
                figures = told.tolist()
                return Found(characters, occurrences, figures[:edges], figures[edges:end], figures[end:])

    def _masked(self, found: Found, begins: Sequence[int]) -> list[str]:
        """The texts with what belongs to persons hidden, in `found` too."""
        codes, whole = found.codes, written(found.characters[0])
        texts = [whole[begin:end] for begin, end in pairwise(begins)]
        for text, spans in self._trials.spans(texts, grouped(found.tried, TRIAL)).items():
            texts[text] = hidden(texts[text], spans)
            for start, end in spans:
                codes[begins[text] + start : begins[text] + end] = weighing.HIDDEN
        return texts


class Walked:
    """Some texts, one behind the other, and the terms that stand in them."""

    def __init__(self, loops: Loops, sights: list[Sight], found: Found, begins: Sequence[int]) -> None:
        self.sights = sights
        self._loops, self._found, self._begins = loops, found, begins

    def holding(self, parts: Sequence[Stretch]) -> Iterable[Held]:
        stretches = [*[(text, 0, sight.reading) for text, sight in enumerate(self.sights)], *parts]
        return [([reading for _, _, reading in stretches], self._holding(stretches))]

    def _holding(self, stretches: Sequence[Stretch]) -> Holding:
        begins, edges, found, loops = self._begins, self._found.edges, self._found, self._loops
        words, places = self._words(stretches)
        rows = [
            (begins[text] + start, len(reading.text), start, reading.body_start, edges[text], edges[text + 1], place)
            for (text, start, reading), place in zip(stretches, places, strict=False)
        ]
        told, (starts, ends, numbers), values, pairs, cells = loops.weigh.call(
            np.array(rows), found.codes, found.occurrences, words
        )
        texts, sorts = len(rows), loops.table.sorts.size
        sizes = [*[pairs] * PAIR, *[sorts] * texts, *[texts] * FIGURES, *[cells] * TABLE]
        conditions, counts, firsts, *figures = cut(told.tolist(), sizes)
        evidence, added = Slices(firsts, starts.tolist(), ends.tolist(), numbers), figures[texts:]
        tallies = loops.sums.tallies(added[FIGURES:], added[:FIGURES], values.tolist())
        return Holding(conditions, counts, evidence, figures[:texts], tallies)

    def _words(self, stretches: Sequence[Stretch]) -> tuple[Flags, Iterable[int]]:
        """Where words begin and end in texts in which that is asked, and where those of each text are; nothing where it
        is asked nowhere.
        """
        whole_word, found = self._loops.whole_word, self._found
        if whole_word is None or not (asked := whole_word[found.occurrences[:, NUMBER]]).any():
            return _NOWHERE, repeat(0)
        places = list(accumulate((len(reading.text) + 1 for _, _, reading in stretches), initial=0))
        words = np.ones(places[-1], np.uint8)
        for (text, _, reading), place in zip(stretches, places, strict=False):
            if asked[found.edges[text] : found.edges[text + 1]].any():
                edges = self._loops.boundaries(reading.text)
                if edges is not None:
                    words[place : place + len(reading.text)] = 0
                    words[place + np.array(sorted(edges))] = 1
        return words, places


def _whole_words(conditions: Sequence[Compiled], terms: int) -> Bools | None:
    """Which terms must be whole words for some condition; None where there is none."""
    asked = [number for one in conditions if one.whole_word for part in one.parts for number in part]
    flags = np.zeros(terms, dtype=np.bool_)
    flags[asked] = True
    return flags if asked else None

"""Matches petitions by compiled loops: folded, persons hidden, terms found, conditions weighed, text by text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import numpy as np

from rules import finding, weighing
from rules.condition import Compiled
from rules.finding import Flags, Room, Sought
from rules.lookup import Lookup
from rules.memberships import Memberships
from rules.occurrences import Boundaries, Holding, Slices
from rules.persons import hidden
from rules.petition import Petition
from rules.points import Ints, code_units, folded, written
from rules.reading import Reading
from rules.trie import Bools

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


class Loops:
    """Compiled by numba, for many texts or one."""

    least = 1

    def __init__(
        self, conditions: Sequence[Compiled], terms: Sequence[str], sorts: Sequence[int], boundaries: Boundaries
    ) -> None:
        lookup = Lookup(terms)
        trials, codes = lookup.trials, lookup.alphabet.table.astype(np.int32)
        nodes = np.stack([*lookup.trie.steps, lookup.terms, lookup.cues], axis=1, dtype=np.int32, casting="same_kind")
        around = trials.before.view(np.uint8), trials.after.view(np.uint8)
        self._trials, self._sought = trials, Sought(codes, nodes, trials.firsts, trials.numbers, *around)
        self._table = table_of(conditions, len(terms), sorts, lookup.stops.view(np.uint8))
        self._boundaries, self._whole_word = boundaries, _whole_words(conditions, len(terms))

    def match(self, petitions: Sequence[Petition]) -> tuple[list[Reading], Holding]:
        texts = [petition.text for petition in petitions]
        begins = np.array([0, *accumulate(map(len, texts))])
        folds, codes = folded(code_units("".join(texts))), np.empty(begins[-1], np.int32)
        room, firsts = self._found(folds, begins, codes)
        masked = self._masked(folds, codes, begins, room.trials)
        bodies = [petition.body_start for petition in petitions]
        words = self._words(masked, room.occurrences, firsts, begins)
        conditions, counts, edges, occurrences, cuts = weighing.holding(
            begins, codes, room.occurrences, firsts, np.array(bodies), words, *self._table
        )
        starts, ends, numbers = occurrences.T
        evidence = Slices(edges.tolist(), starts.tolist(), ends.tolist(), numbers)
        readings = list(map(Reading, petitions, masked, bodies))
        return readings, Holding(conditions, counts, evidence, cuts)

    def _found(self, folds: Ints, begins: Ints, codes: Ints) -> tuple[Room, Ints]:
        """Every term and every trial, and where the terms of each text begin."""
        size = _ROOM * folds.size
        while True:
            room = Room(np.empty((size, 3), np.int32), np.empty((size, 3), np.int32), np.zeros(2, np.int64))
            firsts = finding.scan(folds, begins, codes, *room, *self._sought)
            terms, trials = room.sizes.tolist()
            if max(terms, trials) <= size:
                return Room(room.occurrences[:terms], room.trials[:trials], room.sizes), firsts
            size = max(terms, trials)

    def _masked(self, folds: Ints, codes: Ints, begins: Ints, trials: Ints) -> list[str]:
        """The texts with what belongs to persons hidden, in `codes` too."""
        whole, edges = written(folds), begins.tolist()
        texts = [whole[begin:end] for begin, end in pairwise(edges)]
        for text, spans in self._trials.spans(texts, trials).items():
            texts[text] = hidden(texts[text], spans)
            for start, end in spans:
                codes[edges[text] + start : edges[text] + end] = weighing.HIDDEN
        return texts

    def _words(self, texts: Sequence[str], occurrences: Ints, firsts: Ints, begins: Ints) -> Flags:
        """Where words begin and end in texts in which that is asked; nothing where it is asked nowhere."""
        if self._whole_word is None or not (asked := self._whole_word[occurrences[:, weighing.NUMBER]]).any():
            return _NOWHERE
        words = np.ones(begins[-1] + 1, np.uint8)
        for text in np.unique(firsts.searchsorted(asked.nonzero()[0], side="right") - 1).tolist():
            edges = self._boundaries(texts[text])
            if edges is not None:
                words[begins[text] : begins[text + 1]] = 0
                words[begins[text] + np.array(sorted(edges))] = 1
        return words


def _whole_words(conditions: Sequence[Compiled], terms: int) -> Bools | None:
    """Which terms must be whole words for some condition; None where there is none."""
    asked = [number for one in conditions if one.whole_word for part in one.parts for number in part]
    flags = np.zeros(terms, dtype=np.bool_)
    flags[asked] = True
    return flags if asked else None

"""Which of many conditions hold in many texts at once, and the places that made them hold: arrays instead of loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.batch import Batch
from rules.condition import Compiled
from rules.memberships import Memberships
from rules.occurrences import Boundaries, Holding, Slices
from rules.points import Ints
from rules.spread import Spread, ranges
from rules.trie import Bools

_NONE, _FIRST, _SECOND = range(3)
"""Roles of a term in a condition: among `none`, in its first part, its second; more parts follow."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of a row and a condition that holds there, in order; of pair i the occurrences from `edges[i]` to
    `edges[i + 1]` made it hold. `starts`, `ends`: within the text.
    """

    pairs: Ints
    width: int
    edges: Ints
    starts: Ints
    ends: Ints
    numbers: Ints

    @property
    def conditions(self) -> Ints:
        """Of each pair."""
        return self.pairs % self.width

    def cuts(self, rows: int, conditions: Sequence[int]) -> Ints:
        """For each row the places among pairs at which these conditions begin. Shape (rows, conditions)."""
        sought = np.add.outer(np.arange(rows) * self.width, np.array(conditions))
        places: Ints = self.pairs.searchsorted(sought)
        return places

    def counts(self, rules: int) -> Ints:
        """How many occurrences each pair has; of the first conditions, the rules, how many different terms."""
        counts = self.edges[1:] - self.edges[:-1]
        several = ((counts > 1) & (self.conditions < rules)).nonzero()[0]
        places, which = ranges(self.edges[several], counts[several]), np.arange(several.size).repeat(counts[several])
        most = 1 + self.numbers.max(initial=0)
        keys = which * most + self.numbers.take(places)
        keys.sort()
        counts[several] = np.bincount(keys[_changes(keys)] // most, minlength=several.size)
        return counts

    def evidence(self) -> Slices:
        """The occurrences of each pair."""
        return Slices(self.edges.tolist(), self.starts.tolist(), self.ends.tolist(), self.numbers)


@dataclass(frozen=True, slots=True)
class _Entries:
    """Occurrences (`which` of the batch's) in their `roles` in conditions, by the table's own numbers of these."""

    which: Ints
    conditions: Ints
    roles: Ints

    def only(self, chosen: Ints | Bools) -> _Entries:
        return _Entries(self.which[chosen], self.conditions[chosen], self.roles[chosen])


class ConditionTable:
    """All conditions of a rulebook over so many terms, ready for arrays.

    What a text has is a row of flags: for each condition whether a term of `none` stands there, whether one of its
    first part; then the same of second and further parts, for conditions with several alone, which are numbered first.
    """

    def __init__(self, conditions: Sequence[Compiled], terms: int) -> None:
        self.width = len(conditions)
        self.order = np.array(sorted(range(self.width), key=lambda index: len(conditions[index].parts) == 1))
        ordered = [conditions[index] for index in self.order.tolist()]
        self._several = sum(len(condition.parts) > 1 for condition in conditions)
        self.parts = max((len(condition.parts) for condition in conditions), default=1)
        self._slots(ordered, terms)
        self.lacking = np.array([[k >= len(one.parts) for one in ordered] for k in range(self.parts)], dtype=np.bool_).T
        self.plain = np.array([condition.simple for condition in ordered], dtype=np.bool_)
        self.near = np.array([condition.near for condition in ordered], dtype=np.bool_)
        self.within = np.array([condition.within for condition in ordered], dtype=np.int64)
        self.in_title = np.array([condition.field == "title" for condition in ordered], dtype=np.bool_)
        self.in_body = np.array([condition.field == "body" for condition in ordered], dtype=np.bool_)
        self.whole_word = np.array([condition.whole_word for condition in ordered], dtype=np.bool_)
        self.unless = Memberships([condition.unless for condition in ordered], terms)

    def _slots(self, ordered: Sequence[Compiled], terms: int) -> None:
        """For each term the flags that it sets, with the condition and the role of each."""
        slots: list[list[tuple[int, int, int]]] = [[] for _ in range(terms)]
        for index, condition in enumerate(ordered):
            for role, numbers in enumerate((condition.none, *condition.parts)):
                flag = self._begin(role) + index
                for number in numbers:
                    slots[number].append((flag, index, role))
        self._of_term = Spread([len(some) for some in slots])
        table = np.array([slot for some in slots for slot in some], dtype=np.int64).reshape(-1, 3)
        self._flags, self._conditions, self._roles = np.ascontiguousarray(table.T)

    def _begin(self, role: int) -> int:
        """Where the flags of a role begin."""
        return min(role, _SECOND) * self.width + max(role - _SECOND, 0) * self._several

    def holding(self, batch: Batch, boundaries: Boundaries, sorts: Sequence[int]) -> Holding:
        """What holds where, and why. `sorts`: where each sort of conditions begins, and the last ends."""
        entries = self._passing(batch)
        plain = self.plain.take(entries.conditions)
        easy, hard = entries.only(plain), entries.only(~plain)
        hard = hard.only(_Hard(self, batch, hard).kept(boundaries))
        which = np.concatenate([easy.which, hard.which])
        conditions = self.order.take(np.concatenate([easy.conditions, hard.conditions]))
        pairs = self._ordered(batch.rows.take(which) * self.width + conditions, which, batch)
        cuts = pairs.cuts(len(batch.readings), sorts)
        counts = pairs.counts(sorts[1]).tolist()
        return Holding(pairs.conditions.tolist(), counts, pairs.evidence(), cuts.tolist())

    def _passing(self, batch: Batch) -> _Entries:
        """Those of conditions of which every part has a term in the text, and `none` has not."""
        flags = np.zeros((len(batch.readings), self._begin(_FIRST + self.parts)), dtype=np.bool_)
        places, which = self._of_term.of(batch.numbers)
        cells = (batch.rows * flags.shape[1]).take(which)
        cells += self._flags.take(places)
        flags.ravel()[cells] = True
        passing = flags[:, self.width : 2 * self.width]
        passing &= ~flags[:, : self.width]
        flags[:, : self.width] = False
        further = [flags[:, self._begin(role) :][:, : self._several] for role in range(_SECOND, _FIRST + self.parts)]
        for part, there in enumerate(further, 1):
            passing[:, : self._several] &= there | self.lacking[: self._several, part]
        for there in further:
            there[:] = passing[:, : self._several]
        kept = flags.ravel().take(cells).nonzero()[0]
        places = places.take(kept)
        return _Entries(which.take(kept), self._conditions.take(places), self._roles.take(places))

    def _ordered(self, pairs: Ints, which: Ints, batch: Batch) -> _Pairs:
        """By pair and place, each occurrence once."""
        starts, ends = batch.starts.take(which), batch.ends.take(which)
        lengths = ends - starts
        keys = (pairs * batch.masked.size + starts) * (1 + lengths.max(initial=0)) + lengths
        order = keys.argsort()
        keys = keys[order]
        order = order[_changes(keys)]
        pairs = pairs[order]
        firsts = _changes(pairs).nonzero()[0]
        begins = batch.begins.take(batch.rows.take(which[order]))
        return _Pairs(
            pairs=pairs[firsts],
            width=self.width,
            edges=np.append(firsts, pairs.size),
            starts=starts[order] - begins,
            ends=ends[order] - begins,
            numbers=batch.numbers.take(which[order]),
        )


class _Hard:
    """Entries of conditions that ask for more than that their terms stand there."""

    def __init__(self, table: ConditionTable, batch: Batch, entries: _Entries) -> None:
        self._table, self._batch, self._entries = table, batch, entries
        self._starts, self._ends = batch.starts.take(entries.which), batch.ends.take(entries.which)
        pairs = batch.rows.take(entries.which) * table.width + entries.conditions
        order = pairs.argsort()
        new = _changes(pairs[order])
        self._pairs = np.empty_like(pairs)
        self._pairs[order] = new.cumsum() - 1
        self._of_pair = entries.conditions[order[new]]

    def kept(self, boundaries: Boundaries) -> Bools:
        """Whether an entry is among those that make its condition hold."""
        kept = self._admitted(boundaries) & ~self._struck()
        there = self._table.lacking[self._of_pair]
        there[self._pairs[kept], self._entries.roles[kept] - _FIRST] = True
        kept &= np.logical_and.reduce(there, axis=1)[self._pairs]
        near = self._table.near[self._entries.conditions]
        return kept & (~near | self._near(kept & near))

    def _admitted(self, boundaries: Boundaries) -> Bools:
        """Those that stand in the field of the condition, and where whole words are asked for are such."""
        table, conditions = self._table, self._entries.conditions
        bodies = self._batch.bodies.take(self._batch.rows.take(self._entries.which))
        admitted = ~table.in_title[conditions] | (self._ends <= bodies)
        admitted &= ~table.in_body[conditions] | (self._starts >= bodies)
        kept: dict[int, frozenset[int] | None] = {}
        for place in table.whole_word[conditions].nonzero()[0].tolist():
            row = int(self._batch.rows[self._entries.which[place]])
            if row not in kept:
                kept[row] = boundaries(self._batch.readings[row].text)
            edges, begin = kept[row], int(self._batch.begins[row])
            words = edges is None or {self._starts[place] - begin, self._ends[place] - begin} <= edges
            admitted[place] &= words
        return admitted

    def _struck(self) -> Bools:
        """Those in whose sentence a term of `unless` stands; each is asked once of each condition and sentence."""
        unless, batch, width = self._table.unless, self._batch, self._table.width
        asked = unless.given[self._entries.conditions].nonzero()[0]
        own, terms = batch.sentences.take(batch.starts), 1 + batch.numbers.max(initial=0)
        sentences = batch.sentences.take(self._starts[asked])
        questions, question = np.unique(sentences * width + self._entries.conditions[asked], return_inverse=True)
        looked_at = np.zeros(batch.sentences[-1] + 1, dtype=np.bool_)
        looked_at[sentences] = True
        striking = (looked_at.take(own) & unless.anywhere(batch.numbers)).nonzero()[0]
        there = np.unique(own[striking] * terms + batch.numbers[striking])
        places, which = Spread(np.bincount(there // terms, minlength=looked_at.size)).of(questions // width)
        strikes = unless.inside(questions[which] % width, there[places] % terms)
        answers = np.zeros(questions.size, dtype=np.bool_)
        answers[which[strikes]] = True
        struck = np.zeros(self._starts.size, dtype=np.bool_)
        struck[asked] = answers[question]
        return struck

    def _near(self, kept: Bools) -> Bools:
        """Those that have one of the other of the first two parts near; further parts where any has."""
        roles = self._entries.roles
        these, those = (kept & (roles == _FIRST)).nonzero()[0], (kept & (roles == _SECOND)).nonzero()[0]
        near = np.zeros(kept.size, dtype=np.bool_)
        near[these], near[those] = self._beside(these, those), self._beside(those, these)
        any_near = np.zeros(self._of_pair.size, dtype=np.bool_)
        any_near[self._pairs[these[near[these]]]] = True
        return near | ((roles > _SECOND) & any_near[self._pairs])

    def _beside(self, these: Ints, those: Ints) -> Bools:
        """Which of these have one of those of their pair before or behind them, without overlap, and no more characters
        between than the condition allows. Hidden characters do not count: place `seen[i]` is i without them.
        """
        masked, within = self._batch.masked, self._table.within[self._entries.conditions[these]]
        seen, last = np.arange(masked.size) - masked, masked.size - 1
        own, others = self._pairs[these] * masked.size, self._pairs[those] * masked.size
        starts, ends = self._starts[these], self._ends[these]
        begins, closes = self._starts[those], self._ends[those]
        behind = np.sort(others + begins).searchsorted(own + ends) < np.sort(others + seen[begins]).searchsorted(
            own + np.minimum(seen[ends] + within, last), side="right"
        )
        before = np.sort(others + seen[closes]).searchsorted(own + np.maximum(seen[starts] - within, 0)) < np.sort(
            others + closes
        ).searchsorted(own + starts, side="right")
        return np.asarray(behind | before)


def _changes(keys: Ints) -> Bools:
    """Where another key begins."""
    changes = np.ones(keys.size, dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes

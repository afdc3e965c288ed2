"""Reads many petitions at once: folded, persons hidden, every term found, in arrays over the texts joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from rules.lookup import Lookup
from rules.persons import MASK, Span, hidden
from rules.petition import Petition
from rules.points import Ints, code_points, folded, written
from rules.reading import Reading
from rules.spread import Spread
from rules.trie import SEPARATOR, Bools


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts, one behind the other with a separator after each, and the terms that stand in them.

    `begins[i]`: place of the first character of text i; `bodies[i]`: of its body. `sentences`, `masked`: how many
    sentences (and texts) end, and how many characters are hidden, before each place. An occurrence is its row, first
    place, the place after its last, and the number of its term.
    """

    readings: list[Reading]
    begins: Ints
    bodies: Ints
    sentences: Ints
    masked: Ints
    rows: Ints
    starts: Ints
    ends: Ints
    numbers: Ints

    def among(self, terms: Bools) -> tuple[Ints, Ints, Ints, Ints]:
        """Row, start and end within the text, and number of the occurrences of these terms, in order."""
        which = terms.take(self.numbers).nonzero()[0]
        which = which[np.lexsort((self.ends[which], self.starts[which]))]
        begins = self.begins.take(self.rows[which])
        return self.rows[which], self.starts[which] - begins, self.ends[which] - begins, self.numbers[which]


@dataclass(frozen=True, slots=True)
class _Joined:
    """Folded texts in one: `points` and `codes` of its characters, and of which text each is."""

    texts: list[str]
    begins: list[int]
    points: Ints
    codes: Ints
    rows: Ints


class Reader:
    """Finds numbered terms in many petitions, and what belongs to persons."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._lookup = lookup = Lookup(terms)
        self._whole = np.maximum(lookup.terms, lookup.cues) >= 0
        self._of_cue = Spread(np.diff(lookup.trials.firsts))

    def read(self, petitions: Sequence[Petition]) -> Batch:
        """At least one petition; each occurrence of each term, in no order."""
        joined = self._joined([petition.text for petition in petitions], folded)
        starts, ends, nodes = self._walked(joined.codes)
        cues = self._lookup.cues.take(nodes)
        is_cue = (cues >= 0).nonzero()[0]
        tried = self._tried(joined, starts[is_cue], ends[is_cue], cues[is_cue])
        texts, covered = _masked(joined, self._lookup.trials.spans(joined.texts, tried.tolist()))
        readings = [Reading(one, text, one.body_start) for one, text in zip(petitions, texts, strict=True)]
        return self._batch(readings, joined, covered, (starts, ends, nodes))

    def again(self, readings: list[Reading]) -> Batch:
        """The same of at least one petition that is read already."""
        joined = self._joined([reading.text for reading in readings])
        return self._batch(readings, joined, joined.points == ord(MASK), self._walked(joined.codes))

    def _batch(self, readings: list[Reading], joined: _Joined, covered: Bools, found: tuple[Ints, Ints, Ints]) -> Batch:
        """`covered`: which characters are hidden; `found`: see _walked."""
        starts, ends, nodes = found
        joined.codes[covered] = 0
        masked, numbers = _before(covered), self._lookup.terms.take(nodes)
        kept = ((numbers >= 0) & (masked.take(starts) == masked.take(ends))).nonzero()[0]
        starts = starts[kept]
        ends_sentence = self._lookup.stops.take(joined.codes)
        ends_sentence[[begin - 1 for begin in joined.begins]] = True
        return Batch(
            readings=readings,
            begins=np.array(joined.begins),
            bodies=np.array(joined.begins) + np.array([reading.body_start for reading in readings]),
            sentences=_before(ends_sentence),
            masked=masked,
            rows=joined.rows.take(starts),
            starts=starts,
            ends=ends[kept],
            numbers=numbers[kept],
        )

    def _joined(self, texts: list[str], form: Callable[[Ints], Ints] = lambda points: points) -> _Joined:
        """`form`: what becomes of their characters."""
        points = form(code_points(SEPARATOR.join([*texts, ""])))
        whole = written(points)
        sizes = [len(text) for text in texts]
        begins = list(accumulate((size + 1 for size in sizes), initial=0))[:-1]
        return _Joined(
            texts=[whole[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)],
            begins=begins,
            points=points,
            codes=self._lookup.alphabet.codes_of(points),
            rows=np.arange(len(texts)).repeat([size + 1 for size in sizes]),
        )

    def _walked(self, codes: Ints) -> tuple[Ints, Ints, Ints]:
        """Where each term and cue stands, and its node."""
        found = [(codes[:0], codes[:0], codes[:0])]
        for length, (places, nodes) in enumerate(self._lookup.trie.reached(codes), 1):
            whole = self._whole.take(nodes).nonzero()[0]
            starts = places.take(whole)
            found.append((starts, starts + length, nodes.take(whole)))
        starts, ends, nodes = (np.concatenate(some) for some in zip(*found, strict=True))
        return starts, ends, nodes

    def _tried(self, joined: _Joined, starts: Ints, ends: Ints, cues: Ints) -> Ints:
        """The patterns that the characters around cues allow: text, place of the cue, pattern."""
        trials = self._lookup.trials
        places, which = self._of_cue.of(cues)
        patterns = trials.numbers.take(places)
        kept = trials.after[patterns, joined.codes.take(ends.take(which))]
        kept &= trials.before[patterns, joined.codes[starts.take(which) - 1]]
        starts = starts[which[kept]]
        rows = joined.rows[starts]
        return np.column_stack([rows, starts - np.array(joined.begins)[rows], patterns[kept]])


def _masked(joined: _Joined, spans: Mapping[int, list[Span]]) -> tuple[list[str], Bools]:
    """The texts with what belongs to persons hidden, and which characters are hidden."""
    texts, covered = joined.texts.copy(), np.zeros(joined.codes.size, dtype=np.bool_)
    for row, some in spans.items():
        texts[row] = hidden(texts[row], some)
        for start, end in some:
            covered[joined.begins[row] + start : joined.begins[row] + end] = True
    return texts, covered


def _before(there: Bools) -> Ints:
    """How many are there before each place."""
    counts = np.zeros(there.size, dtype=np.int64)
    np.cumsum(there[:-1], out=counts[1:])
    return counts

"""Reads many petitions at once: folded, persons hidden, every term found, in arrays over the texts joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from rules.persons import Masker, Span, groups, hidden, masker
from rules.petition import Petition
from rules.points import Ints, code_points, folded, written
from rules.reading import Reading
from rules.spread import Spread
from rules.text import SENTENCE_ENDS
from rules.trie import SEPARATOR, Alphabet, Bools, Trie


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


@dataclass(frozen=True, slots=True)
class _Joined:
    """Folded texts in one: `codes` of its characters, and of which text each is."""

    texts: list[str]
    begins: list[int]
    codes: Ints
    rows: Ints


class _Trials:
    """The patterns for persons that the characters around a cue allow."""

    def __init__(self, masks: Masker, alphabet: Alphabet) -> None:
        trials = list(dict.fromkeys(trial for some in masks.by_cue for trial in some))
        number = {trial: index for index, trial in enumerate(trials)}
        self._of_cue = Spread([len(some) for some in masks.by_cue])
        self._numbers = np.array([number[trial] for some in masks.by_cue for trial in some], dtype=np.int64)
        self._tried = [(trial.regex, trial.reach) for trial in trials]
        self._before = np.array([_allowed(trial.before, alphabet) for trial in trials])
        self._after = np.array([_allowed(trial.next, alphabet) for trial in trials])

    def spans(self, joined: _Joined, starts: Ints, ends: Ints, cues: Ints) -> list[tuple[int, Span]]:
        """What belongs to persons, by row, where these cues stand."""
        places, which = self._of_cue.of(cues)
        trials = self._numbers.take(places)
        kept = self._after[trials, joined.codes.take(ends.take(which))]
        kept &= self._before[trials, joined.codes[starts.take(which) - 1]]
        starts, trials = starts[which[kept]], trials[kept]
        found: list[tuple[int, Span]] = []
        for row, start, trial in zip(joined.rows[starts].tolist(), starts.tolist(), trials.tolist(), strict=True):
            regex, reach = self._tried[trial]
            first = start - joined.begins[row] - reach
            if told := regex.match(joined.texts[row], first if first > 0 else 0):
                found += [(row, span) for span in groups(told)]
        return found


def _allowed(characters: frozenset[str], alphabet: Alphabet) -> Bools:
    """For each code whether it may stand there; none given: all may."""
    allowed = np.full(alphabet.size + 1, not characters)
    allowed[alphabet.codes("".join(sorted(characters)))] = True
    return allowed


class Reader:
    """Finds numbered terms in many petitions, and what belongs to persons."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._masks = masker()
        around = [c for some in self._masks.by_cue for trial in some for c in (*trial.before, *trial.next)]
        sought = list(dict.fromkeys((*terms, *self._masks.cues)))
        alphabet = Alphabet([*sought, *around, SENTENCE_ENDS])
        self._trie = Trie(sought, alphabet)
        self._term, self._cue = self._numbered(terms), self._numbered(self._masks.cues)
        self._whole = np.maximum(self._term, self._cue) >= 0
        self._trials = _Trials(self._masks, alphabet)
        self._ends_sentence = np.zeros(alphabet.size + 1, dtype=np.bool_)
        self._ends_sentence[alphabet.codes(SENTENCE_ENDS)] = True

    def _numbered(self, words: Sequence[str]) -> Ints:
        """For each node the number of the word that ends there, else -1."""
        numbers = np.full(self._trie.size, -1, dtype=np.int64)
        numbers[self._trie.nodes(words)] = np.arange(len(words))
        numbers[0] = -1
        return numbers

    def read(self, petitions: Sequence[Petition]) -> Batch:
        """At least one petition; each occurrence of each term, in no order."""
        joined = self._joined([petition.text for petition in petitions])
        starts, ends, nodes = self._walked(joined.codes)
        cues = self._cue.take(nodes)
        is_cue = (cues >= 0).nonzero()[0]
        spans = self._trials.spans(joined, starts[is_cue], ends[is_cue], cues[is_cue])
        texts, masked = self._masked(joined, spans)
        numbers = self._term.take(nodes)
        kept = ((numbers >= 0) & (masked.take(starts) == masked.take(ends))).nonzero()[0]
        starts = starts[kept]
        ends_sentence = self._ends_sentence.take(joined.codes)
        ends_sentence[[begin - 1 for begin in joined.begins]] = True
        bodies = [begin + petition.body_start for begin, petition in zip(joined.begins, petitions, strict=True)]
        return Batch(
            readings=[Reading(*pair) for pair in zip(petitions, texts, strict=True)],
            begins=np.array(joined.begins),
            bodies=np.array(bodies),
            sentences=_before(ends_sentence),
            masked=masked,
            rows=joined.rows.take(starts),
            starts=starts,
            ends=ends[kept],
            numbers=numbers[kept],
        )

    def _joined(self, texts: list[str]) -> _Joined:
        points = folded(code_points(SEPARATOR.join([*texts, ""])))
        whole = written(points)
        sizes = [len(text) for text in texts]
        begins = list(accumulate((size + 1 for size in sizes), initial=0))[:-1]
        return _Joined(
            texts=[whole[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)],
            begins=begins,
            codes=self._trie.alphabet.codes_of(points),
            rows=np.arange(len(texts)).repeat([size + 1 for size in sizes]),
        )

    def _walked(self, codes: Ints) -> tuple[Ints, Ints, Ints]:
        """Where each term and cue stands, and its node."""
        found = [(codes[:0], codes[:0], codes[:0])]
        for length, (places, nodes) in enumerate(self._trie.reached(codes), 1):
            whole = self._whole.take(nodes).nonzero()[0]
            starts = places.take(whole)
            found.append((starts, starts + length, nodes.take(whole)))
        starts, ends, nodes = (np.concatenate(some) for some in zip(*found, strict=True))
        return starts, ends, nodes

    def _masked(self, joined: _Joined, spans: list[tuple[int, Span]]) -> tuple[list[str], Ints]:
        """The texts with what belongs to persons hidden, and how many characters are hidden before each place."""
        by_row: dict[int, list[Span]] = {}
        for row, span in spans:
            by_row.setdefault(row, []).append(span)
        for row, text in enumerate(joined.texts):
            if at_end := self._masks.at_end(text):
                by_row.setdefault(row, []).extend(at_end)
        texts, covered = joined.texts.copy(), np.zeros(joined.codes.size, dtype=np.bool_)
        for row, some in by_row.items():
            texts[row] = hidden(joined.texts[row], some)
            for start, end in some:
                covered[joined.begins[row] + start : joined.begins[row] + end] = True
        joined.codes[covered] = 0
        return texts, _before(covered)


def _before(there: Bools) -> Ints:
    """How many are there before each place."""
    counts = np.zeros(there.size, dtype=np.int64)
    np.cumsum(there[:-1], out=counts[1:])
    return counts

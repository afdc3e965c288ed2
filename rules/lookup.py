"""What is looked for in many texts at once: terms and the cues of persons in one trie, and the patterns of each cue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np

from rules.persons import Masker, Span, groups, masker
from rules.points import Ints
from rules.text import SENTENCE_ENDS
from rules.trie import Alphabet, Bools, Trie


class Trials:
    """The patterns for persons: cue i has those of `numbers` from `firsts[i]` on. `before`, `after`: which codes may
    stand around the cue. Shape (patterns, codes).
    """

    def __init__(self, masks: Masker, alphabet: Alphabet) -> None:
        trials = list(dict.fromkeys(trial for some in masks.by_cue for trial in some))
        number = {trial: index for index, trial in enumerate(trials)}
        self.firsts = np.array([0, *accumulate(map(len, masks.by_cue))])
        self.numbers = np.array([number[trial] for some in masks.by_cue for trial in some], dtype=np.int64)
        self.before = np.array([_allowed(trial.before, alphabet) for trial in trials])
        self.after = np.array([_allowed(trial.next, alphabet) for trial in trials])
        self._tried = [(trial.regex, trial.reach) for trial in trials]
        self._at_end = masks.at_end

    def spans(self, texts: Sequence[str], tried: Iterable[Sequence[int]]) -> dict[int, list[Span]]:
        """What belongs to persons in each text where anything does. `tried`: text, place of the cue, pattern."""
        found: dict[int, list[Span]] = {}
        for text, start, trial in tried:
            regex, reach = self._tried[trial]
            if told := regex.match(texts[text], start - reach if start > reach else 0):
                found.setdefault(text, []).extend(groups(told))
        for number, at_end in enumerate(map(self._at_end, texts)):
            if at_end:
                found.setdefault(number, []).extend(at_end)
        return found


class Lookup:
    """Numbered terms, and all cues. `terms`, `cues`: for each node of the trie the number of the one that ends there,
    else -1; `stops`: which codes end a sentence.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        masks = masker()
        around = [c for some in masks.by_cue for trial in some for c in (*trial.before, *trial.next)]
        words = list(dict.fromkeys((*terms, *masks.cues)))
        self.alphabet = Alphabet([*words, *around, SENTENCE_ENDS])
        self.trie = Trie(words, self.alphabet)
        self.terms, self.cues = self._numbered(terms), self._numbered(masks.cues)
        self.trials = Trials(masks, self.alphabet)
        self.stops = _allowed(SENTENCE_ENDS, self.alphabet)

    def _numbered(self, words: Sequence[str]) -> Ints:
        numbers = np.full(self.trie.size, -1, dtype=np.int64)
        numbers[self.trie.nodes(words)] = np.arange(len(words))
        numbers[0] = -1
        return numbers


def _allowed(characters: Iterable[str], alphabet: Alphabet) -> Bools:
    """For each code whether it may stand there; none given: all may."""
    allowed = np.full(alphabet.size + 1, not characters)
    allowed[alphabet.codes("".join(sorted(characters)))] = True
    return allowed

"""Finds known terms or n-grams: a trie walked from every place of many texts at once, in a few array operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rules.points import Ints, code_points

Bools = NDArray[np.bool_]
SEPARATOR = "\uffff"
"""Stands between texts; no character, and in no term."""
_LEAST = 0x3000
"""Up to here every code point has a place in an alphabet's table: all white space is there."""
_WINDOW = 512
"""Places looked at together when children of a node are given theirs."""
_PART = 32
"""Children looked at together: most places are ruled out by the first few."""


class Alphabet:
    """Numbers the characters that stand in some terms from 1; 0: another character.

    Frequent ones have low numbers: then the children of a node lie close together.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        counts = Counter("".join(terms))
        counts.pop(SEPARATOR, None)
        characters = sorted(counts, key=lambda character: (-counts[character], character))
        self.size = len(characters)
        points = [ord(character) for character in characters]
        self._codes = np.zeros(max([*points, _LEAST]) + 2, dtype=np.int64)
        self._codes[points] = np.arange(1, self.size + 1)

    @property
    def table(self) -> Ints:
        """The code of each code point; those beyond have the last one."""
        return self._codes

    def codes(self, text: str) -> Ints:
        """The code of each character."""
        return self.codes_of(code_points(text))

    def codes_of(self, points: Ints) -> Ints:
        """The code of each code point."""
        return self._codes.take(points, mode="clip")


class Trie:
    """A double-array trie (Aoe 1989): the child of node n by code c is `base[n] + c` if `check` there is n.

    Nodes 1, 2 … are the single characters; node 0 is what is not known.
    """

    def __init__(self, grams: Sequence[str], alphabet: Alphabet) -> None:
        """A term with SEPARATOR in it is never found. `alphabet`: numbers the characters of all terms at least."""
        self.alphabet = alphabet
        grams = [gram for gram in grams if SEPARATOR not in gram]
        self._base = np.zeros(self.alphabet.size + 1, dtype=np.int64)
        self._check = np.full(self.alphabet.size + 1, -1, dtype=np.int64)
        for length in range(2, max(map(len, grams), default=1) + 1):
            self._grow([gram[:length] for gram in grams if len(gram) >= length])
        self._pad()

    @property
    def size(self) -> int:
        """Nodes are below this."""
        return self._base.size

    @property
    def steps(self) -> Ints:
        """`base` and `check` of each node. Shape (2, nodes)."""
        return np.stack([self._base, self._check])

    def walk(self, codes: Ints, length: int) -> list[Ints]:
        """For n-grams of 1, 2 … `length` characters: the node of the one that begins at each place, 0 if unknown."""
        walked = [codes]
        for step in range(1, length):
            parents = walked[-1][:-1]
            nodes = self._base.take(parents)
            nodes += codes[step:]
            nodes *= self._check.take(nodes) == parents
            walked.append(nodes)
        return walked

    def reached(self, codes: Ints) -> Iterator[tuple[Ints, Ints]]:
        """For terms of 1, 2 … characters: places at which one may begin, and the node there; in the end there is none.

        The last of `codes` is 0.
        """
        places, nodes, length = np.arange(codes.size - 1), codes[:-1], 0
        while places.size:
            yield places, nodes
            length += 1
            further = self._base.take(nodes)
            further += codes.take(places + length) if length > 1 else codes[1:]
            kept = (self._check.take(further) == nodes).nonzero()[0]
            places, nodes = places.take(kept), further.take(kept)

    def nodes(self, grams: Sequence[str]) -> Ints:
        """The node of each n-gram; 0 for one that is not there."""
        found = np.zeros(len(grams), dtype=np.int64)
        for length in {len(gram) for gram in grams}:
            places = [i for i, gram in enumerate(grams) if len(gram) == length]
            codes = self.alphabet.codes("".join(grams[i] for i in places))
            found[places] = self.walk(codes, length)[-1][::length]
        return found

    def _grow(self, grams: list[str]) -> None:
        """Give the last character of each of these a node below the one of the characters before it."""
        self._pad()
        grams = sorted(set(grams))
        parents = self.nodes([gram[:-1] for gram in grams])
        codes = self.alphabet.codes("".join(gram[-1] for gram in grams))
        order = np.lexsort((codes, parents))
        parents, codes = parents[order], codes[order]
        owners, starts, counts = np.unique(parents, return_index=True, return_counts=True)
        bases = _Room(self._check.size, int(counts.sum()) + self.alphabet.size).bases(codes, starts, counts)
        nodes = np.repeat(bases, counts) + codes
        room = max(self._base.size, int(nodes.max()) + 1) - self._base.size
        self._base = np.concatenate([self._base, np.zeros(room, dtype=np.int64)])
        self._check = np.concatenate([self._check, np.full(room, -1, dtype=np.int64)])
        self._base[owners] = bases
        self._check[nodes] = parents

    def _pad(self) -> None:
        """No step from any node may lead outside."""
        room = np.full(max(0, int(self._base.max()) + self.alphabet.size + 1 - self._base.size), -1, dtype=np.int64)
        self._base = np.concatenate([self._base, np.zeros(room.size, dtype=np.int64)])
        self._check = np.concatenate([self._check, room])


class _Room:
    """Which places from `start` on are free still, while nodes are given their children's."""

    def __init__(self, start: int, expected: int) -> None:
        self._free = np.ones(start + expected + _WINDOW, dtype=np.bool_)
        self._free[:start] = False
        self._start = start

    def bases(self, codes: Ints, starts: Ints, counts: Ints) -> Ints:
        """A base for each group of codes, large groups first; groups of one fill the gaps."""
        bases = np.zeros(starts.size, dtype=np.int64)
        first, largest = self._start, int(counts.max(initial=0))
        for group in np.argsort(-counts, kind="stable")[: int((counts > 1).sum())].tolist():
            if 2 * counts[group] <= largest:  # so much smaller ones may fit where the larger did not
                self._start, largest = first, counts[group]
            bases[group] = self._place(codes[starts[group] : starts[group] + counts[group]])
        alone = np.flatnonzero(counts == 1)
        self._enlarge(alone.size)
        bases[alone] = np.flatnonzero(self._free)[: alone.size] - codes[starts[alone]]
        return bases

    def _place(self, codes: Ints) -> int:
        """The first base at which all these are free; where one window had none, none is sought again."""
        offsets = codes - codes[0]
        while True:
            if self._start + _WINDOW + int(offsets[-1]) >= self._free.size:
                self._enlarge(_WINDOW + int(offsets[-1]))
            places = np.flatnonzero(self._free[self._start : self._start + _WINDOW]) + self._start
            for part in range(1, offsets.size, _PART):
                places = places[self._free[places[:, None] + offsets[part : part + _PART]].all(axis=1)]
            if places.size:
                self._free[places[0] + offsets] = False
                return int(places[0] - codes[0])
            self._start += _WINDOW

    def _enlarge(self, places: int) -> None:
        self._free = np.concatenate([self._free, np.ones(places, dtype=np.bool_)])

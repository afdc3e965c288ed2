"""Turns petitions into numbers: n-grams of the text, and a block for its title or first words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array, csr_matrix, vstack

from classifier.grams import CharCounter, Known, Strange, WordCounter, distinct
from classifier.segment import Segmenter
from classifier.vocabulary import Block, BlockVocabulary, Floats, fit_shared_vocabularies, fit_vocabularies
from rules.points import Ints
from rules.reading import Reading
from rules.value import value

BATCH = 256
"""Texts counted together: fewer calls than for a few at a time, and their arrays still stay near a core."""
DEFAULT_BLOCKS = (Block("char", "text", 1, 2, 1.0, words=1.5), Block("char", "lead", 1, 2, 0.6))
"""No block of words: cutting a text costs more than all the rest, and n-grams that are words tell as much."""
DAMPED = (1 + np.log(np.arange(1, 1 << 15))).astype(np.float32)
"""What a count is worth, from 1; a greater one is worth the last of these."""
_NOTHING = 1e-30
"""Square of the length of a block that a text has nothing of: not zero, by which nothing can be divided."""


@value
class Rows:
    """Features of some petitions: row i has `values` from `starts[i]` to `starts[i + 1]`, in these `columns`.

    `strange`: how much of each text is not known.
    """

    starts: Ints
    columns: Ints
    values: Floats
    strange: list[Strange]

    @property
    def size(self) -> int:
        """How many petitions."""
        return self.starts.size - 1

    def first(self, count: int | None) -> Rows:
        """Those of the first so many petitions, None: all."""
        if count is None or count >= self.size:
            return self
        end = self.starts[count]
        return Rows(self.starts[: count + 1], self.columns[:end], self.values[:end], self.strange[:count])

    def spread(self, one_each: Ints) -> Ints:
        """One number for each row, as one for each feature."""
        return one_each if one_each.size == 1 else one_each.repeat(self.starts[1:] - self.starts[:-1])

    def matrix(self, width: int) -> csr_array:
        """The same as a csr_array. Shape (petitions, width)."""
        return csr_array((self.values, self.columns, self.starts), shape=(len(self.strange), width))

    def times(self, weights: Floats) -> Floats:
        """The matrix times `weights`, summed in order of the columns. Shape (petitions, columns of weights)."""
        if len(self.strange) > 1:
            return self.matrix(len(weights)) @ weights
        taken = weights.take(self.columns, axis=0)  # the same sum to the last bit, in half the time of a sparse matrix
        taken *= self.values[:, np.newaxis]
        return np.add.reduce(taken, axis=0, keepdims=True)


class FeatureSpace:
    """Columns of all blocks side by side; the same object serves training and deciding.

    `segmenter`: only needed by blocks of words.
    """

    def __init__(self, vocabularies: Sequence[BlockVocabulary], segmenter: Segmenter | None = None) -> None:
        self.vocabularies = tuple(vocabularies)
        self._segmenter = segmenter
        self._edges: list[int] = np.cumsum([0, *(len(v.grams) for v in self.vocabularies)]).tolist()
        self.idf = np.concatenate([v.idf for v in self.vocabularies])
        self.block_weights = np.array([v.block.weight for v in self.vocabularies], dtype=np.float32)
        self._weights = np.tile(self.block_weights, BATCH)
        narrow = self.size * BATCH <= np.iinfo(np.int32).max  # such keys are sorted faster
        self._begins: Ints = (np.arange(BATCH + 1) * self.size).astype(np.int32 if narrow else np.int64)
        self._limits = np.add.outer(self._begins, np.array(self._edges[:-1], dtype=self._begins.dtype)).ravel()
        placed = list(zip(self._edges, self.vocabularies, strict=False))
        self._characters = CharCounter([pair for pair in placed if pair[1].block.unit == "char"])
        self._words = [self._word_counter(*pair) for pair in placed if pair[1].block.unit == "word"]

    @property
    def size(self) -> int:
        return self._edges[-1]

    @property
    def edges(self) -> Ints:
        """Where the columns of each block begin, and where the last one's end."""
        return np.array(self._edges)

    @property
    def of_characters(self) -> bool:
        """Whether no block is of words."""
        return not self._words

    @property
    def known(self) -> Known:
        """What loops look n-grams of characters up in."""
        return self._characters.known

    @property
    def grams(self) -> tuple[str, ...]:
        """The n-gram of every column."""
        return tuple(gram for vocabulary in self.vocabularies for gram in vocabulary.grams)

    def restricted(self, columns: Ints) -> FeatureSpace:
        """The space of these columns only; the others are then unknown n-grams."""
        vocabularies = []
        for vocabulary, start, end in zip(self.vocabularies, self._edges, self._edges[1:], strict=False):
            own = columns[(columns >= start) & (columns < end)] - start
            grams = tuple(vocabulary.grams[i] for i in own.tolist())
            vocabularies.append(BlockVocabulary(vocabulary.block, grams, vocabulary.idf[own]))
        return FeatureSpace(vocabularies, self._segmenter)

    def transform(self, readings: Sequence[Reading]) -> csr_matrix:
        """Rows of log-damped, idf-weighted counts; each block has length `weight`. Shape (petitions, size)."""
        parts = [self.rows(readings[i : i + BATCH]).matrix(self.size) for i in range(0, len(readings), BATCH)]
        return csr_matrix(vstack(parts, format="csr"))

    def strange(self, readings: Sequence[Reading]) -> list[Strange]:
        """How much of each text is not known."""
        batches = (readings[i : i + BATCH] for i in range(0, len(readings), BATCH))
        return [strange for batch in batches for strange in self.rows(batch).strange]

    def rows(self, readings: Sequence[Reading]) -> Rows:
        """The same of 1 to BATCH petitions as plain arrays."""
        count, blocks = len(readings), len(self.vocabularies)
        begins = self._begins[:count]
        found, strange = self._characters.find(readings, begins)
        if self._words:
            found = np.concatenate([found, *(counter.find(readings, begins) for counter in self._words)])
        keys, counts = distinct(found)
        edges = keys.searchsorted(self._limits[: count * blocks + 1])
        columns = keys % self.size if count > 1 else keys
        return Rows(edges[::blocks], columns, self._values(columns, counts, edges), strange)

    def _values(self, columns: Ints, counts: Ints, edges: Ints) -> Floats:
        """Damped counts times idf; between two edges lies what one row has of one block: that has its weight."""
        values = DAMPED.take(counts - 1, mode="clip")
        values *= self.idf.take(columns)
        squares = np.empty(values.size + 1, dtype=np.float32)
        squares[-1] = _NOTHING
        np.multiply(values, values, out=squares[:-1])
        lengths = np.sqrt(np.add.reduceat(squares, edges[:-1], dtype=np.float64))
        scales = self._weights[: edges.size - 1] / lengths
        values *= scales.astype(np.float32).repeat(edges[1:] - edges[:-1])
        return values

    def _word_counter(self, first: int, vocabulary: BlockVocabulary) -> WordCounter:
        if self._segmenter is None:
            raise ValueError("a block of words needs a segmenter")
        return WordCounter(first, vocabulary, self._segmenter)


def fit_features(
    readings: Sequence[Reading], segmenter: Segmenter, blocks: Sequence[Block] = DEFAULT_BLOCKS
) -> FeatureSpace:
    """The feature space of these petitions."""
    return FeatureSpace(fit_vocabularies(readings, segmenter, blocks), segmenter)


def fit_shared_features(
    readings: Sequence[Reading], backlog: Sequence[Reading], segmenter: Segmenter, blocks: Sequence[Block]
) -> FeatureSpace:
    """The feature space of these petitions and an unlabelled backlog."""
    return FeatureSpace(fit_shared_vocabularies(readings, backlog, segmenter, blocks), segmenter)

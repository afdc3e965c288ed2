"""Turns petitions into numbers: character and word n-grams of the text, and a block for its title or first words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from classifier.segment import Segmenter
from rules.petition import Petition
from rules.text import fold

LEAD_LENGTH = 40
"""Characters of the body that stand in for a missing title."""
_PACK = 21
"""Bits of one code point; three fit into one 64-bit key."""
_DIGITS = str.maketrans("123456789", "000000000")
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """One group of features, normalised by itself: n-grams of `low`..`high` characters, or words."""

    unit: Literal["char", "word"]
    field: Literal["text", "lead"]
    low: int
    high: int
    weight: float
    min_rows: int = 2


DEFAULT_BLOCKS = (
    Block("char", "text", 1, 2, 1.0),
    Block("word", "text", 1, 1, 0.6),
    Block("char", "lead", 1, 2, 0.6),
)


def unnumbered(folded: str) -> str:
    """Folded text as features see it: digits made equal, so that no number of a person counts."""
    return folded.translate(_DIGITS)


def field_text(petition: Petition, field: str) -> str:
    """The part of a petition a block looks at, without white space."""
    text = petition.text if field == "text" else (petition.title or petition.body[:LEAD_LENGTH])
    return "".join(unnumbered(fold(text)).split())


@dataclass(frozen=True)
class BlockVocabulary:
    """The features of one block: `grams` in column order, and each one's inverse row frequency."""

    block: Block
    grams: tuple[str, ...]
    idf: Floats


class FeatureSpace:
    """Columns of all blocks side by side; the same object serves training and deciding."""

    def __init__(self, vocabularies: Sequence[BlockVocabulary], segmenter: Segmenter) -> None:
        self.vocabularies = tuple(vocabularies)
        self._segmenter = segmenter
        self._counters = [_counter(vocabulary, segmenter) for vocabulary in self.vocabularies]

    @property
    def size(self) -> int:
        return sum(len(vocabulary.grams) for vocabulary in self.vocabularies)

    @property
    def grams(self) -> tuple[str, ...]:
        """The n-gram of every column."""
        return tuple(gram for vocabulary in self.vocabularies for gram in vocabulary.grams)

    def restricted(self, columns: Ints) -> FeatureSpace:
        """The space of these columns only; the others are then unknown n-grams."""
        kept = set(columns.tolist())
        vocabularies, start = [], 0
        for vocabulary in self.vocabularies:
            own = [i for i in range(len(vocabulary.grams)) if start + i in kept]
            grams = tuple(vocabulary.grams[i] for i in own)
            vocabularies.append(BlockVocabulary(vocabulary.block, grams, vocabulary.idf[own]))
            start += len(vocabulary.grams)
        return FeatureSpace(vocabularies, self._segmenter)

    def transform(self, petitions: Sequence[Petition]) -> csr_matrix:
        """Rows of log-damped, idf-weighted counts; each block has length `weight`. Shape (petitions, size)."""
        parts = [
            _weighted(counter.count([field_text(p, vocabulary.block.field) for p in petitions]), vocabulary)
            for counter, vocabulary in zip(self._counters, self.vocabularies, strict=True)
        ]
        return csr_matrix(hstack(parts, format="csr", dtype=np.float32))


def fit_features(
    petitions: Sequence[Petition], segmenter: Segmenter, blocks: Sequence[Block] = DEFAULT_BLOCKS
) -> FeatureSpace:
    """The feature space of these petitions: every n-gram that stands in at least `min_rows` of them."""
    vocabularies = []
    for block in blocks:
        texts = [field_text(petition, block.field) for petition in petitions]
        vocabularies.append(_fit_block(block, texts, segmenter))
    return FeatureSpace(vocabularies, segmenter)


def _fit_block(block: Block, texts: list[str], segmenter: Segmenter) -> BlockVocabulary:
    if block.unit == "word":
        grams, rows = _word_rows(texts, block, segmenter)
    else:
        grams, rows = _char_rows(texts, block)
    idf = np.log((1 + len(texts)) / (1 + rows)) + 1
    return BlockVocabulary(block, tuple(grams), idf.astype(np.float32))


def _char_rows(texts: list[str], block: Block) -> tuple[list[str], Ints]:
    grams: list[str] = []
    rows: list[Ints] = []
    for length in range(block.low, block.high + 1):
        keys, documents = _char_keys(texts, length)
        pairs = np.unique(np.stack([keys, documents]), axis=1)[0] if keys.size else keys
        found, counts = np.unique(pairs, return_counts=True)
        kept = counts >= block.min_rows
        grams += [_unpack(int(key), length) for key in found[kept]]
        rows.append(counts[kept])
    return grams, np.concatenate(rows)


def _word_rows(texts: list[str], block: Block, segmenter: Segmenter) -> tuple[list[str], Ints]:
    rows: dict[str, int] = {}
    for text in texts:
        for gram in set(_word_grams(segmenter.words(text), block)):
            rows[gram] = rows.get(gram, 0) + 1
    kept = sorted(gram for gram, count in rows.items() if count >= block.min_rows)
    return kept, np.array([rows[gram] for gram in kept], dtype=np.int64)


def _word_grams(words: list[str], block: Block) -> Iterable[str]:
    """Words of two characters and more (single ones are characters already); pairs joined by a blank."""
    for length in range(block.low, block.high + 1):
        for start in range(len(words) - length + 1):
            if length > 1 or len(words[start]) > 1:
                yield " ".join(words[start : start + length])


class _CharCounter:
    def __init__(self, vocabulary: BlockVocabulary) -> None:
        self._tables = []
        self._size = len(vocabulary.grams)
        for length in range(vocabulary.block.low, vocabulary.block.high + 1):
            columns = np.array([i for i, gram in enumerate(vocabulary.grams) if len(gram) == length], dtype=np.int64)
            keys = np.array([_pack(vocabulary.grams[i]) for i in columns], dtype=np.int64)
            order = np.argsort(keys)
            self._tables.append((length, keys[order], columns[order]))

    def count(self, texts: list[str]) -> csr_matrix:
        documents, columns = [], []
        for length, keys, columns_of in self._tables:
            found, rows = _char_keys(texts, length)
            if keys.size and found.size:
                places = np.minimum(np.searchsorted(keys, found), keys.size - 1)
                known = keys[places] == found
                documents.append(rows[known])
                columns.append(columns_of[places[known]])
        return _counted(documents, columns, (len(texts), self._size))


class _WordCounter:
    def __init__(self, vocabulary: BlockVocabulary, segmenter: Segmenter) -> None:
        self._block = vocabulary.block
        self._columns = {gram: column for column, gram in enumerate(vocabulary.grams)}
        self._segmenter = segmenter

    def count(self, texts: list[str]) -> csr_matrix:
        get = self._columns.get
        documents, columns = [], []
        for row, text in enumerate(texts):
            grams = _word_grams(self._segmenter.words(text), self._block)
            found = [column for gram in grams if (column := get(gram)) is not None]
            columns.append(np.array(found, dtype=np.int64))
            documents.append(np.full(len(found), row, dtype=np.int64))
        return _counted(documents, columns, (len(texts), len(self._columns)))


def _counter(vocabulary: BlockVocabulary, segmenter: Segmenter) -> _CharCounter | _WordCounter:
    if vocabulary.block.unit == "word":
        return _WordCounter(vocabulary, segmenter)
    return _CharCounter(vocabulary)


def _char_keys(texts: list[str], length: int) -> tuple[Ints, Ints]:
    """Every n-gram of every text as one 64-bit key, and the row it stands in."""
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    documents = np.repeat(np.arange(len(texts)), sizes)
    count = max(0, points.size - length + 1)
    keys = np.zeros(count, dtype=np.int64)
    for step in range(length):
        keys = (keys << _PACK) | points[step : step + count]
    inside = documents[:count] == documents[length - 1 : length - 1 + count]
    return keys[inside], documents[:count][inside]


def _pack(gram: str) -> int:
    key = 0
    for char in gram:
        key = (key << _PACK) | ord(char)
    return key


def _unpack(key: int, length: int) -> str:
    mask = (1 << _PACK) - 1
    return "".join(chr((key >> (_PACK * step)) & mask) for step in reversed(range(length)))


def _counted(documents: list[Ints], columns: list[Ints], shape: tuple[int, int]) -> csr_matrix:
    """Occurrences summed to counts."""
    rows = np.concatenate(documents) if documents else np.zeros(0, dtype=np.int64)
    places = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    pairs, counts = np.unique(rows * max(1, shape[1]) + places, return_counts=True)
    row_of, column_of = np.divmod(pairs, max(1, shape[1]))
    starts = np.searchsorted(row_of, np.arange(shape[0] + 1))
    return csr_matrix((counts.astype(np.float32), column_of, starts), shape=shape)


def _weighted(counts: csr_matrix, vocabulary: BlockVocabulary) -> csr_matrix:
    values = (1 + np.log(counts.data)) * vocabulary.idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=counts.shape[0]))
    values = values / np.maximum(lengths, 1e-12)[rows] * vocabulary.block.weight
    return csr_matrix((values.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)

"""Turns petitions into numbers: character and word n-grams of the text, and a block for its title or first words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from classifier.grams import CharCounter, Ints, WordCounter, code_points, gram_keys, unpack, word_grams
from classifier.segment import Segmenter
from rules.petition import Petition
from rules.text import fold

LEAD_LENGTH = 40
"""Characters of the body that stand in for a missing title."""
BACKLOG_ROWS = 3
"""Petitions of an unlabelled backlog that an n-gram must stand in: a name in one or two of them is not kept."""
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


def field_text(petition: Petition, field: str) -> str:
    """What a block looks at: folded, without white space, digits made equal (no number of a person counts)."""
    return (petition.text if field == "text" else petition.title or petition.body[:LEAD_LENGTH]).translate(_READABLE)


def unnumbered(folded: str) -> str:
    """Folded text with digits made equal, white space kept: offsets survive."""
    return _DIGITS.sub("0", folded)


class _Readable(dict[int, str]):
    """Code point -> what features read of it; filled as characters are met."""

    def __missing__(self, point: int) -> str:
        folded = fold(chr(point))
        self[point] = read = "" if folded.isspace() else unnumbered(folded)
        return read


_DIGITS = re.compile("[1-9]")
_READABLE = _Readable()


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
        fields = {vocabulary.block.field for vocabulary in self.vocabularies}
        texts = {field: [field_text(petition, field) for petition in petitions] for field in fields}
        parts = [
            _weighted(counter.count(texts[vocabulary.block.field]), vocabulary)
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


def fit_shared_features(
    petitions: Sequence[Petition], backlog: Sequence[Petition], segmenter: Segmenter, blocks: Sequence[Block]
) -> FeatureSpace:
    """As `fit_features`, the backlog's rows counted too; a gram may also be there for BACKLOG_ROWS of these."""
    vocabularies = []
    for block in blocks:
        own, theirs = (_row_counts(block, some, segmenter) for some in (petitions, backlog))
        grams = sorted(
            gram for gram in own | theirs if own[gram] >= block.min_rows or theirs[gram] >= BACKLOG_ROWS
        )  # fmt: skip
        rows = np.array([own[gram] + theirs[gram] for gram in grams], dtype=np.int64)
        vocabularies.append(_vocabulary(block, grams, rows, len(petitions) + len(backlog)))
    return FeatureSpace(vocabularies, segmenter)


def _row_counts(block: Block, petitions: Sequence[Petition], segmenter: Segmenter) -> Counter[str]:
    """In how many petitions each gram of the block stands."""
    texts = [field_text(petition, block.field) for petition in petitions]
    grams, rows = _gram_rows(replace(block, min_rows=1), texts, segmenter)
    return Counter(dict(zip(grams, rows.tolist(), strict=True)))


def _fit_block(block: Block, texts: list[str], segmenter: Segmenter) -> BlockVocabulary:
    return _vocabulary(block, *_gram_rows(block, texts, segmenter), len(texts))


def _gram_rows(block: Block, texts: list[str], segmenter: Segmenter) -> tuple[list[str], Ints]:
    """Grams of at least `min_rows` texts, and of how many."""
    return _word_rows(texts, block, segmenter) if block.unit == "word" else _char_rows(texts, block)


def _vocabulary(block: Block, grams: list[str], rows: Ints, texts: int) -> BlockVocabulary:
    idf = np.log((1 + texts) / (1 + rows)) + 1
    return BlockVocabulary(block, tuple(grams), idf.astype(np.float32))


def _char_rows(texts: list[str], block: Block) -> tuple[list[str], Ints]:
    points, documents = code_points(texts)
    grams: list[str] = []
    rows: list[Ints] = []
    for length in range(block.low, block.high + 1):
        keys, inside = gram_keys(points, documents, length)
        pairs = np.unique(np.stack([keys[inside], documents[: keys.size][inside]]), axis=1)[0]
        found, counts = np.unique(pairs, return_counts=True)
        kept = counts >= block.min_rows
        grams += [unpack(int(key), length) for key in found[kept]]
        rows.append(counts[kept])
    return grams, np.concatenate(rows)


def _word_rows(texts: list[str], block: Block, segmenter: Segmenter) -> tuple[list[str], Ints]:
    """Words of two characters and more: single ones are characters already."""
    rows: Counter[str] = Counter()
    for text in texts:
        rows.update(set(word_grams(segmenter.words(text), block.low, block.high)))
    kept = sorted(gram for gram, count in rows.items() if count >= block.min_rows and len(gram) > 1)
    return kept, np.array([rows[gram] for gram in kept], dtype=np.int64)


def _counter(vocabulary: BlockVocabulary, segmenter: Segmenter) -> CharCounter | WordCounter:
    block = vocabulary.block
    if block.unit == "word":
        return WordCounter(vocabulary.grams, block.low, block.high, segmenter)
    return CharCounter(vocabulary.grams, block.low, block.high)


def _weighted(counts: csr_matrix, vocabulary: BlockVocabulary) -> csr_matrix:
    values = (1 + np.log(counts.data)) * vocabulary.idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=counts.shape[0]))
    values = values / np.maximum(lengths, 1e-12)[rows] * vocabulary.block.weight
    return csr_matrix((values.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)

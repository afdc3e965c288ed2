"""Which n-grams a model knows: those that stand in enough petitions, with their inverse row frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from classifier.segment import Segmenter
from classifier.texts import field_text
from rules.points import Ints
from rules.reading import Reading
from rules.trie import SEPARATOR

BACKLOG_ROWS = 3
"""Petitions of an unlabelled backlog that an n-gram must stand in: a name in one or two of them is not kept."""
LONGEST = 3
"""Characters of the longest n-gram of a block of characters."""
_PACK = 21
"""Bits of one code point; three fit into one 64-bit key."""
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """One group of features, normalised by itself: n-grams of `low`..`high` characters (at most LONGEST), or words.

    `words`: how much more an n-gram of characters counts that is a word.
    """

    unit: Literal["char", "word"]
    field: Literal["text", "lead"]
    low: int
    high: int
    weight: float
    min_rows: int = 2
    words: float = 1.0


@dataclass(frozen=True)
class BlockVocabulary:
    """The features of one block: `grams` in column order, and each one's inverse row frequency."""

    block: Block
    grams: tuple[str, ...]
    idf: Floats


def fit_vocabularies(
    readings: Sequence[Reading], segmenter: Segmenter, blocks: Sequence[Block]
) -> list[BlockVocabulary]:
    """Every n-gram that stands in at least `min_rows` of these."""
    return [
        _stressed(_vocabulary(block, *_gram_rows(block, readings, segmenter), len(readings)), readings, segmenter)
        for block in blocks
    ]


def fit_shared_vocabularies(
    readings: Sequence[Reading], backlog: Sequence[Reading], segmenter: Segmenter, blocks: Sequence[Block]
) -> list[BlockVocabulary]:
    """As `fit_vocabularies`, the backlog's rows counted too; a gram may also be there for BACKLOG_ROWS of these."""
    vocabularies = []
    for block in blocks:
        own, theirs = (_row_counts(block, some, segmenter) for some in (readings, backlog))
        grams = sorted(
            gram for gram in own | theirs if own[gram] >= block.min_rows or theirs[gram] >= BACKLOG_ROWS
        )  # fmt: skip
        rows = np.array([own[gram] + theirs[gram] for gram in grams], dtype=np.int64)
        vocabulary = _vocabulary(block, grams, rows, len(readings) + len(backlog))
        vocabularies.append(_stressed(vocabulary, [*readings, *backlog], segmenter))
    return vocabularies


def word_grams(words: list[str], low: int, high: int) -> Iterable[str]:
    """Words (single characters too: they are in no vocabulary of words), and runs joined by a blank."""
    if low == high == 1:
        return words
    return (
        " ".join(words[start : start + length])
        for length in range(low, high + 1)
        for start in range(len(words) - length + 1)
    )


def _row_counts(block: Block, readings: Sequence[Reading], segmenter: Segmenter) -> Counter[str]:
    """In how many petitions each gram of the block stands."""
    grams, rows = _gram_rows(replace(block, min_rows=1), readings, segmenter)
    return Counter(dict(zip(grams, rows.tolist(), strict=True)))


def _gram_rows(block: Block, readings: Sequence[Reading], segmenter: Segmenter) -> tuple[list[str], Ints]:
    """Grams of at least `min_rows` texts, and of how many."""
    texts = [field_text(reading, block.field) for reading in readings]
    return _word_rows(texts, block, segmenter) if block.unit == "word" else _char_rows(texts, block)


def _vocabulary(block: Block, grams: list[str], rows: Ints, texts: int) -> BlockVocabulary:
    idf = np.log((1 + texts) / (1 + rows)) + 1
    return BlockVocabulary(block, tuple(grams), idf.astype(np.float32))


def _stressed(vocabulary: BlockVocabulary, readings: Sequence[Reading], segmenter: Segmenter) -> BlockVocabulary:
    """Words among the n-grams of characters count `words` times as much."""
    block = vocabulary.block
    if block.unit == "word" or block.words == 1:
        return vocabulary
    cut, _ = _word_rows(
        [field_text(reading, block.field) for reading in readings], replace(block, low=1, high=1), segmenter
    )
    words = set(cut)
    factors = np.array([block.words if gram in words else 1.0 for gram in vocabulary.grams], dtype=np.float32)
    return replace(vocabulary, idf=vocabulary.idf * factors)


def _char_rows(texts: list[str], block: Block) -> tuple[list[str], Ints]:
    if block.high > LONGEST:
        raise ValueError(f"n-grams of {block.high} characters; {LONGEST} are the most")
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    documents = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    grams: list[str] = []
    rows: list[Ints] = []
    for length in range(block.low, block.high + 1):
        keys = _keys(points, length)
        inside = documents[: keys.size] == documents[documents.size - keys.size :]
        found, numbers = np.unique(keys[inside], return_inverse=True)
        pairs = np.unique(numbers * len(texts) + documents[: keys.size][inside])
        counts = np.bincount(pairs // len(texts), minlength=found.size)
        kept = [place for place in np.flatnonzero(counts >= block.min_rows).tolist() if not _separates(found[place])]
        grams += [_unpack(int(found[place]), length) for place in kept]
        rows.append(counts[kept])
    return grams, np.concatenate(rows)


def _keys(points: Ints, length: int) -> Ints:
    """A number for the n-gram that begins at each place."""
    count = max(0, points.size - length + 1)
    keys = points[:count].copy()
    for step in range(1, length):
        keys = (keys << _PACK) | points[step : step + count]
    return keys


def _unpack(key: int, length: int) -> str:
    """The n-gram of a number."""
    mask = (1 << _PACK) - 1
    return "".join(chr((key >> (_PACK * step)) & mask) for step in reversed(range(length)))


def _separates(key: int) -> bool:
    """Whether there is a SEPARATOR in the n-gram."""
    return SEPARATOR in _unpack(int(key), LONGEST)


def _word_rows(texts: list[str], block: Block, segmenter: Segmenter) -> tuple[list[str], Ints]:
    """Words of two characters and more: single ones are characters already."""
    rows: Counter[str] = Counter()
    for text in texts:
        rows.update(set(word_grams(segmenter.words(text), block.low, block.high)))
    kept = sorted(gram for gram, count in rows.items() if count >= block.min_rows and len(gram) > 1)
    return kept, np.array([rows[gram] for gram in kept], dtype=np.int64)

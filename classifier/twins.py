"""Texts that are nearly the same: pairs by how much of the shorter one stands in the longer, and groups of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from classifier.texts import readable
from rules.petition import Petition
from rules.reading import read

SHINGLE = 8
"""Characters in a row that two texts share when they are twins."""
ALIKE = 0.3
"""Containment from which no split may separate two texts."""
SAME, SAME_LONGER = 0.8, 0.5
"""How much of the shorter and of the longer text both hold when they are as good as the same petition."""
COMMON = 1000
"""Shingles of more texts than this are turns of phrase: they make no twins."""
BLOCK = 500
"""Texts compared with all others at once."""


@dataclass(frozen=True, slots=True)
class Twins:
    """Rows `first` < `second` are nearly the same text. `shorter`, `longer`: how much of it stands in the other.

    Shared shingles count by how rare they are (inverse document frequency), so that turns of phrase join no texts.
    """

    first: int
    second: int
    shorter: float
    longer: float


def twin_groups(petitions: Sequence[Petition]) -> list[int]:
    """A group number for each petition: the row of its first text. Near-identical texts share one, so that no split
    separates them (Broder 1997, on the resemblance and containment of documents).
    """
    first_with, same = _distinct(petitions)
    parents = list(range(len(petitions)))
    rows = list(first_with.values())
    for twins in _pairs(list(first_with), ALIKE):
        first, second = _root(parents, rows[twins.first]), _root(parents, rows[twins.second])
        parents[max(first, second)] = min(first, second)
    return [_root(parents, row) for row in same]


def same_groups(petitions: Sequence[Petition]) -> list[int]:
    """A group number for each petition: the row of its first text, of which every other text of the group is as good
    as a copy. No chain: what is like a copy alone is not in it.
    """
    first_with, same = _distinct(petitions)
    rows = list(first_with.values())
    leaders: dict[int, int] = {}
    for twins in sorted(_pairs(list(first_with), SAME), key=lambda twins: (twins.second, twins.first)):
        first, second = rows[twins.first], rows[twins.second]
        if twins.longer >= SAME_LONGER and first not in leaders:
            leaders.setdefault(second, first)
    return [leaders.get(row, row) for row in same]


def _distinct(petitions: Sequence[Petition]) -> tuple[dict[str, int], list[int]]:
    """Each text with the first row that has it, and that row for every petition."""
    first_with: dict[str, int] = {}
    texts = [readable(read(petition).text) for petition in petitions]
    return first_with, [first_with.setdefault(text, row) for row, text in enumerate(texts)]


def _pairs(texts: Sequence[str], least: float) -> Iterator[Twins]:
    """Every pair of different texts that are twins."""
    rows = _weighed(_incidence(texts)) if texts else csr_matrix((0, 0))
    sizes = np.maximum(np.asarray(rows.multiply(rows).sum(axis=1)).ravel(), np.finfo(float).tiny)
    for start in range(0, len(texts), BLOCK):
        shared = (rows[start : start + BLOCK] @ rows.T).tocoo()
        firsts, seconds = shared.row + start, shared.col
        shorter, longer = (shared.data / end(sizes[firsts], sizes[seconds]) for end in (np.minimum, np.maximum))
        kept = np.flatnonzero((firsts < seconds) & (shorter >= least))
        yield from (Twins(int(firsts[n]), int(seconds[n]), float(shorter[n]), float(longer[n])) for n in kept)


def _weighed(rows: csr_matrix) -> csr_matrix:
    """Columns weighed so that a product of two rows sums the weights of the shingles they share."""
    texts_with = np.bincount(rows.indices, minlength=rows.shape[1])
    weights = np.log((1 + rows.shape[0]) / np.maximum(texts_with, 1)) * (texts_with <= COMMON)
    return csr_matrix(rows @ diags(np.sqrt(weights)))


def _incidence(texts: Sequence[str]) -> csr_matrix:
    """A row for each text, a column for each shingle: 1 where it stands."""
    shingles = [_shingles(text) for text in texts]
    distinct, columns = np.unique(np.concatenate(shingles), return_inverse=True)
    ends = np.cumsum([0, *(one.size for one in shingles)])
    return csr_matrix((np.ones(columns.size), columns, ends), shape=(len(texts), distinct.size))


def _shingles(text: str) -> NDArray[np.int64]:
    """Checksums of its runs of SHINGLE characters, each once; of a shorter text that of the whole."""
    runs = {text[start : start + SHINGLE] for start in range(max(1, len(text) - SHINGLE + 1))}
    return np.array(sorted({crc32(run.encode()) for run in runs}), dtype=np.int64)


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row

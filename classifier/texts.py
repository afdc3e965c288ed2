"""What features read of a petition: its folded text without white space, digits made equal, and how it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from rules.points import Ints
from rules.reading import Reading
from rules.trie import SEPARATOR, Alphabet

LEAD_LENGTH = 40
"""Characters of the body that stand in for a missing title; white space, and what was masked, are none."""
TAIL = 2 * SEPARATOR
"""Behind the last text, so that an n-gram may be looked for at every place."""


def field_text(reading: Reading, field: str) -> str:
    """What a block looks at: the text, or its lead: the title, or the first words of the body."""
    if field == "text":
        return readable(reading.text)
    return readable(reading.text[: reading.body_start]) or readable(reading.text[reading.body_start :])[:LEAD_LENGTH]


def readable(folded: str) -> str:
    """Folded text without white space, digits made equal: no number of a person counts."""
    return unnumbered("".join(folded.split()))


def unnumbered(folded: str) -> str:
    """Folded text with digits made equal, white space kept: offsets survive."""
    for digit in _DIGITS:
        folded = folded.replace(digit, "0")
    return folded


_DIGITS = "123456789"


@dataclass(frozen=True, slots=True)
class Places:
    """The readable characters of some texts in a row, as an alphabet numbers them; 0 stands behind each text.

    Text i begins at `starts[i]` and has `sizes[i]` characters, of which the first `leads[i]` are its lead.
    """

    codes: Ints
    starts: Ints
    sizes: Ints
    leads: Ints

    @property
    def count(self) -> int:
        """Of all places, those behind texts counted."""
        return int(self.starts[-1] + self.sizes[-1]) + 1


_ONE = np.zeros(1, dtype=np.int64)
"""Where a single text begins."""


def places(readings: Sequence[Reading], alphabet: Alphabet) -> Places:
    """The same characters as `field_text` gives, of all texts at once; at least one text."""
    texts = [reading.text for reading in readings]
    codes = alphabet.codes(SEPARATOR.join([*texts, TAIL]))
    kept = codes >= 0
    if len(texts) == 1:
        title, size = int(np.count_nonzero(kept[: readings[0].body_start])), int(np.count_nonzero(kept)) - len(TAIL) - 1
        return Places(codes[kept], _ONE, np.array([size]), np.array([title or min(size, LEAD_LENGTH)]))
    begins = list(accumulate([len(text) + 1 for text in texts], initial=0))
    bodies = [begin + reading.body_start for begin, reading in zip(begins, readings, strict=False)]
    before = np.zeros(codes.size, dtype=np.int64)
    np.cumsum(kept[:-1], out=before[1:])
    starts = before.take(begins)
    sizes = starts[1:] - starts[:-1] - 1
    titles = before.take(bodies) - starts[:-1]
    leads = np.where(titles > 0, titles, np.minimum(sizes, LEAD_LENGTH))
    return Places(codes[kept], starts[:-1], sizes, leads)

"""What features read of a petition: its folded text without white space, digits made equal, and how it begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    return _DIGITS.sub("0", folded)


_DIGITS = re.compile("[1-9]")


@dataclass(frozen=True, slots=True)
class Places:
    """The readable characters of some texts in a row, as an alphabet numbers them; 0 stands behind each text.

    Text i begins at `starts[i]` and has `sizes[i]` characters, of which the first `leads[i]` are its lead.
    """

    codes: Ints
    starts: list[int]
    sizes: list[int]
    leads: list[int]

    @property
    def count(self) -> int:
        """Of all places, those behind texts counted."""
        return self.starts[-1] + self.sizes[-1] + 1


def places(readings: Sequence[Reading], alphabet: Alphabet) -> Places:
    """The same characters as `field_text` gives, of all texts at once; at least one text."""
    codes = alphabet.codes(SEPARATOR.join([*(reading.text for reading in readings), TAIL]))
    kept = codes >= 0
    begin, starts, sizes, leads = 0, [0], [], []
    for reading in readings:
        body, end = begin + reading.body_start, begin + len(reading.text)
        title = int(np.count_nonzero(kept[begin:body]))
        size = title + int(np.count_nonzero(kept[body:end]))
        leads.append(title or min(size, LEAD_LENGTH))
        sizes.append(size)
        starts.append(starts[-1] + size + 1)
        begin = end + 1
    return Places(codes[kept], starts[:-1], sizes, leads)

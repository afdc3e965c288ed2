"""Texts as they are seen before it is known what holds in them, so that they are cut first and all matched at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.automaton import Occurrence
from rules.persons import MASK
from rules.reading import Reading
from rules.value import value

NOWHERE: Mapping[str, Sequence[Occurrence]] = {}


@value
class Sight:
    """One text, and where terms of some lexicons stand in it (see Marked)."""

    reading: Reading
    marks: Mapping[str, Sequence[Occurrence]]

    @property
    def text(self) -> str:
        """What was read."""
        return self.reading.text

    def marked(self, lexicon: str) -> Sequence[Occurrence]:
        """Where terms of a lexicon stand, in order."""
        return self.marks.get(lexicon, ())


def sights(
    readings: Sequence[Reading], found: Iterable[tuple[int, ...]], lexicons: Mapping[int, Sequence[str]]
) -> list[Sight]:
    """`found`: start, end, number and text of occurrences, in order; `lexicons`: of each term those that have it."""
    marks: dict[int, dict[str, list[Occurrence]]] = {}
    for start, end, number, text in found:
        if MASK not in readings[text].text[start:end]:
            own = marks.setdefault(text, {})
            for lexicon in lexicons[number]:
                own.setdefault(lexicon, []).append((start, end, number))
    return [Sight(reading, marks.get(text, NOWHERE)) for text, reading in enumerate(readings)]

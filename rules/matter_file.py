"""matters.yaml: how a petition that raises several matters is written, and when its parts are matters of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter

from pydantic import Field, ValidationInfo, field_validator

from rules.rule import Code, Sentence, Strict, Term
from rules.succession import Heirs, all_stand_for
from rules.text import SENTENCE_ENDS, fold

CUE, ITEM, ACCUSING = "matter", "matter-item", "matter-accusing"
"""Lexicons: terms without which no text is cut (but for paragraphs, and ①); other items of lists; accusing words."""
SENTENCE_BREAKS = f"{SENTENCE_ENDS}… "
HOLE = "{}"
BLANKS = {
    "one": frozenset({"lead"}),
    "others": frozenset({"lead"}),
    "agree": frozenset({"lead", "departments"}),
    "superior": frozenset({"superior"}),
    "accusation": frozenset({"lead"}),
}
"""What is filled into each sentence for clerks."""


class ListForm(Strict):
    """Ways to number the items of a list: each form with each numeral in its `{}`."""

    numerals: tuple[str, ...] = Field(min_length=2)
    forms: tuple[str, ...] = Field(min_length=1)


class Cut(Strict):
    """How several matters are written."""

    lists: tuple[ListForm, ...] = ()
    sentence: tuple[Term, ...] = ()
    clause: tuple[Term, ...] = ()
    several: tuple[Term, ...] = ()
    reasons: tuple[Term, ...] = ()
    accusing: tuple[Term, ...] = ()
    closings: tuple[Term, ...] = ()
    shortest: int = Field(default=8, ge=1)
    introduction: int = Field(default=40, ge=1)
    story: int = Field(default=150, ge=1)
    paragraph: int = Field(default=20, ge=1)
    most: int = Field(default=12, ge=2)


class Join(Strict):
    """When a decided part is a matter of its own, and which categories together are one matter."""

    confidence: float = Field(default=0.6, ge=0, le=1)
    hinted: float = Field(default=0.5, ge=0, le=1)
    short: int = Field(default=150, ge=0)
    points: float = Field(default=4, ge=0)
    own: float = Field(default=0.7, ge=0, le=1)
    share: float = Field(default=0.5, ge=0, le=1)
    broad: tuple[Code, ...] = ()
    kin: tuple[tuple[Code, ...], ...] = ()
    beside: tuple[Code, ...] = ()

    def as_of(self, gone: Heirs) -> Join:
        """With what stands in for the categories that are gone."""
        changed = {
            "broad": all_stand_for(self.broad, gone),
            "kin": tuple(all_stand_for(group, gone) for group in self.kin),
            "beside": all_stand_for(self.beside, gone),
        }
        return self.model_copy(update=changed)


class Steps(Strict):
    """Sentences for clerks; BLANKS are filled in."""

    one: Sentence
    others: Sentence
    agree: Sentence
    superior: Sentence
    conference: Sentence
    alone: Sentence
    accusation: Sentence

    @field_validator("*")
    @classmethod
    def _known_blanks(cls, sentence: str, info: ValidationInfo) -> str:
        blanks = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        if unknown := blanks - BLANKS.get(info.field_name or "", frozenset()):
            raise ValueError(f"unknown blank {', '.join(sorted(unknown))}")
        return sentence


class MatterFile(Strict):
    """matters.yaml."""

    cut: Cut
    join: Join
    steps: Steps


Place = tuple[int, int]
"""Which form of list, and which item of it, counted from 0."""


@dataclass(frozen=True)
class CutWords:
    """The words of `Cut`, folded and ready for looking up."""

    cut: Cut = field(default_factory=Cut)

    @cached_property
    def lexicons(self) -> Mapping[str, tuple[str, ...]]:
        """What the automaton looks for."""
        seconds = [term for term, (_, number) in self.items.items() if number == 1]
        others = [term for term, (_, number) in self.items.items() if number != 1]
        return {CUE: (*seconds, *self.clauses, *self.sentences), ITEM: tuple(others), ACCUSING: self.cut.accusing}

    @cached_property
    def items(self) -> dict[str, Place]:
        """Folded marker -> its place."""
        return {fold(marker): place for marker, place in self._markers() if not _is_sign(marker)}

    @cached_property
    def signs(self) -> dict[str, Place]:
        """Markers that fold to a plain figure (①), as written: they are looked for before folding."""
        return {marker: place for marker, place in self._markers() if _is_sign(marker)}

    @cached_property
    def second_signs(self) -> tuple[str, ...]:
        """Signs of second items: without one of them no signs make a list."""
        return tuple(sign for sign, (_, number) in self.signs.items() if number == 1)

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Words that open a matter where a clause begins."""
        return frozenset(fold(word) for word in self.cut.clause)

    @cached_property
    def sentences(self) -> frozenset[str]:
        """Words that open a matter where a sentence begins, each with the character before it."""
        return frozenset(end + fold(word) for word in self.cut.sentence for end in SENTENCE_BREAKS)

    @cached_property
    def reasons(self) -> re.Pattern[str]:
        """Words that announce a list of reasons or demands of one matter."""
        return _one_of(self.cut.reasons)

    def opens(self, text: str, start: int) -> bool:
        """Whether a word or a paragraph opens a matter at `start` of a folded text; an item of a list does not."""
        return text[start - 1 : start] == "\n" or self._openers.match(text, start) is not None

    def is_item(self, written: str, text: str, start: int) -> bool:
        """Whether an item of a list begins at `start` of a text as written and as folded."""
        markers = self._beginning_with.get(text[start : start + 1], ())
        return text.startswith(markers, start) or written[start : start + 1] in self.signs

    @cached_property
    def _beginning_with(self) -> dict[str, tuple[str, ...]]:
        """Folded markers by their first character."""
        return {one[0]: tuple(other for other in self.items if other[0] == one[0]) for one in self.items}

    @cached_property
    def _openers(self) -> re.Pattern[str]:
        return _one_of((*self.cut.clause, *self.cut.sentence))

    @cached_property
    def several(self) -> re.Pattern[str]:
        """Words that announce several matters."""
        return _one_of(self.cut.several)

    @cached_property
    def closing(self) -> re.Pattern[str]:
        """A closing where a sentence begins."""
        return re.compile(f"(?<=[{SENTENCE_BREAKS}])(?:{_one_of(self.cut.closings).pattern})")

    def _markers(self) -> Iterator[tuple[str, Place]]:
        styles = [(form, entry.numerals) for entry in self.cut.lists for form in entry.forms]
        for style, (form, numerals) in enumerate(styles):
            for number, numeral in enumerate(numerals):
                yield form.replace(HOLE, numeral), (style, number)


@dataclass(frozen=True, eq=False)
class Matters:
    """matters.yaml, ready for use; None: a pack without it never cuts."""

    file: MatterFile | None = None

    @cached_property
    def join(self) -> Join:
        """When parts are matters of their own."""
        return self.file.join if self.file else Join()

    @cached_property
    def words(self) -> CutWords:
        """The words by which a text is cut."""
        return CutWords(self.file.cut) if self.file else CutWords()

    def as_of(self, gone: Heirs) -> Matters:
        """The same words, with the categories of a day."""
        return self if self.file is None else Matters(self.file.model_copy(update={"join": self.join.as_of(gone)}))

    def codes(self) -> Iterator[str]:
        """Every category that is named."""
        yield from (code for group in (self.join.broad, self.join.beside, *self.join.kin) for code in group)


def _is_sign(marker: str) -> bool:
    return len(marker) == 1 and fold(marker) != marker


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(fold(word)) for word in words) or "(?!)")

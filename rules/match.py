"""What a rulebook says of one text, before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from rules.automaton import Occurrence
from rules.duties import PlaceKind
from rules.occurrences import Evidence, Listed
from rules.reading import Reading
from rules.rule import Rule, Saying
from rules.tally import Tally
from rules.value import replace, value


class Marked(Protocol):
    """A text, and where terms of lexicons stand in it."""

    @property
    def reading(self) -> Reading: ...

    @property
    def text(self) -> str:
        """What was read."""

    def marked(self, lexicon: str) -> Sequence[Occurrence]:
        """Where terms of a lexicon stand, in order."""


class RuleHit(NamedTuple):
    """A rule whose condition holds, and where: spans of the original text; folded, each is a term."""

    rule: Rule
    occurrences: tuple[Occurrence, ...]

    @property
    def distinct(self) -> int:
        """How many different terms of the rule stand there."""
        return len({number for _, _, number in self.occurrences})


@value
class Match:
    """All that the rulebook says of one text.

    `sayings`: of the rules that hold, in rulebook order; `distinct`: how many different terms of each stand there;
    `evidence`, from place `first` on: where. `worded`: rows of the duty table whose words hold; `held`: names of the
    rulebook's watched conditions that hold; `marks`: where terms of a lexicon of the rulebook stand, for each
    lexicon of which any does, its place in `evidence` (`marked`); `tally`: of `sayings`, where it is known already.
    """

    reading: Reading
    sayings: tuple[Saying, ...]
    worded: frozenset[int]
    held: frozenset[str]
    place_kind: PlaceKind | None
    marks: Mapping[str, int]
    distinct: Sequence[int]
    evidence: Evidence
    first: int = 0
    tally: Tally | None = None

    @property
    def hits(self) -> tuple[RuleHit, ...]:
        """The rules that hold, each with its places."""
        found = enumerate(self.sayings, self.first)
        return tuple([RuleHit(saying.rule, tuple(self.evidence[place])) for place, saying in found])

    def marked(self, lexicon: str) -> Sequence[Occurrence]:
        """Where terms of a lexicon stand, in order."""
        place = self.marks.get(lexicon)
        return () if place is None else self.evidence[place]

    def only(self, keep: Callable[[Rule], bool]) -> Match:
        """The same match with some of its rules."""
        kept = [place for place, saying in enumerate(self.sayings) if keep(saying.rule)]
        places = [*self.marks.values(), *[self.first + place for place in kept]]
        return replace(
            self,
            sayings=tuple([self.sayings[place] for place in kept]),
            marks={lexicon: place for place, lexicon in enumerate(self.marks)},
            distinct=[self.distinct[place] for place in kept],
            evidence=Listed([self.evidence[place] for place in places]),
            first=len(self.marks),
            tally=None,
        )

    @property
    def text(self) -> str:
        """What was read, offset by offset that of the petition."""
        return self.reading.text

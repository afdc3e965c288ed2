"""What the loops that weigh conditions work on: texts with their occurrences, and conditions as rows of numbers."""

from __future__ import annotations

from typing import NamedTuple

from rules.finding import Flags
from rules.points import Ints

PARTS, SIMPLE, NEAR, WITHIN, FIELD, WHOLE_WORD, UNLESS, FACTS = range(8)
"""Of a condition, as Compiled has them; `UNLESS`: its row in the table of terms that strike, else -1."""
ANYWHERE, TITLE, BODY = range(3)
"""Of `FIELD`."""
NONE, FIRST, SECOND = range(3)
"""Roles of a term in a condition: among `none`, in its first part, its second; more parts follow."""
START, END, NUMBER = range(3)
"""Of an occurrence."""
HIDDEN = -1
"""The code of a character that belongs to a person; 0 is of one that stands in no term."""


class Texts(NamedTuple):
    """Text i has the `codes` from `begins[i]` to `begins[i + 1]`, its occurrences from `firsts[i]` on, its body from
    `bodies[i]` on. `words`: where words begin and end, nothing where that does not matter.
    """

    begins: Ints
    codes: Ints
    occurrences: Ints
    firsts: Ints
    bodies: Ints
    words: Flags


class Table(NamedTuple):
    """Conditions: the facts of each; the `slots` (condition, role) of term i from `firsts[i]` on; which term (its
    column, else -1) strikes in which row of `strikes`; where each of their `sorts` begins, first the rules, and the
    last ends; and which codes end a sentence.
    """

    facts: Ints
    slots: Ints
    firsts: Ints
    columns: Ints
    strikes: Flags
    sorts: Ints
    stops: Flags


class Scene(NamedTuple):
    """One text: its occurrences in order, where its body begins, where words begin and end; and before each place how
    many characters are not hidden, how many sentences end.
    """

    occurrences: Ints
    body: int
    words: Flags
    seen: Ints
    sentences: Ints


class Bench(NamedTuple):
    """What is worked with. For each condition: the roles that were met, how many entries it has, where they begin, all
    that were met; for each term the pair that last had it; for each entry (occurrence, role) whether it counts.
    """

    roles: Ints
    sizes: Ints
    places: Ints
    touched: Ints
    stamps: Ints
    entries: Ints
    counting: Flags


class Held(NamedTuple):
    """Pairs of a text and a condition that holds, in order: its condition, how many terms it has (a rule: different
    ones), where its occurrences begin; and for each text the places among pairs at which each sort begins.
    """

    conditions: Ints
    counts: Ints
    edges: Ints
    occurrences: Ints
    cuts: Ints

"""Loops that tell which conditions hold in texts of which the terms are found, and why; as rules/holding.py does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rules.adding import Reals, add
from rules.compiled import calling, inlined
from rules.finding import Flags
from rules.nearness import END, NUMBER, START, together
from rules.points import Ints

PARTS, SIMPLE, NEAR, WITHIN, FIELD, WHOLE_WORD, UNLESS, FACTS = range(8)
"""Of a condition, as Compiled has them; `UNLESS`: its row in the table of terms that strike, else -1."""
ANYWHERE, TITLE, BODY = range(3)
"""Of `FIELD`."""
MOST_PARTS = 30
"""Of a condition: the roles are bits of 32."""
PLACE, SIZE, SHIFT, BODY_START, FROM, TO, WORDS = range(7)
"""Of a text: the place of its first character, how many it has; where it begins in the text whose occurrences are
given (0: it is that text), where its body begins in it; which occurrences are given; the place of its words.
"""
CONDITION, COUNT, EDGE, PAIR = range(4)
"""Of a pair: see Held; `PAIR`: so many figures."""
HIDDEN = -1
"""The code of a character that belongs to a person; 0 is of one that stands in no term."""


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
    """What is worked with. For each condition: the roles that were met, a bit for each (in `enter`: whether it may
    hold), how many entries it has, where they begin; all that were met; for each term which of the occurrences told is
    of it, if that one is (never filled with zeros: what is read there is looked up; Briggs & Torczon 1993); for each
    entry (occurrence, role) whether it counts.
    """

    roles: Ints
    sizes: Ints
    places: Ints
    touched: Ints
    latest: Ints
    entries: Ints
    counting: Flags


class Held(NamedTuple):
    """Pairs of a text and a condition that holds, in order. Rows of `pairs`: their conditions, how many terms each has
    (a rule: different ones), where its occurrences begin and at last end; of `occurrences`: see START; `cuts`: for each
    text the places among pairs at which each sort begins.
    """

    pairs: Ints
    occurrences: Ints
    cuts: Ints


@calling(add, together)
def holding(
    facts: Ints, slots: Ints, first_slots: Ints, columns: Ints, strikes: Flags, sorts: Ints, stops: Flags,
    said: Ints, worth: Reals, weights: Reals, parents: Ints, levels: Ints, kinds: int,
    texts: Ints, codes: Ints, occurrences: Ints, words: Flags,
) -> tuple[Ints, Ints, Reals, int, int]:  # fmt: skip
    """Which conditions hold in each text, and why: see Held; and what `add` makes of the rules among them. First all
    figures, one row behind the other: pairs, cuts, of `add` its figures and its table; then the occurrences, and the
    numbers of `add`; how many columns pairs have, and how many the table has. (Few arrays, as numba takes longer to
    hand one over than to fill it.)

    A row of `texts` has PLACE and so on; of the occurrences given those count that lie within the text. `words`: where
    words begin and end, nothing where that does not matter. The rest is a Table, and Worth. (One by one: numba looks
    longer at a NamedTuple than a text takes.)
    """
    count, width, room = len(texts), len(facts), 0
    for text in range(count):
        first, last = texts[text, SHIFT], texts[text, SHIFT] + texts[text, SIZE]
        for at in range(texts[text, FROM], texts[text, TO]):
            if occurrences[at, START] >= first and occurrences[at, END] <= last:
                number = occurrences[at, NUMBER]
                room += first_slots[number + 1] - first_slots[number]
    held = Held(
        np.zeros((PAIR, room + 1), np.int32), np.empty((3, room), np.int32), np.zeros((count, sorts.size), np.int32)
    )
    bench = Bench(
        np.zeros(width, np.int32), np.empty(width, np.int32), np.empty(width, np.int32), np.empty(width, np.int32),
        np.empty(first_slots.size - 1, np.int32), np.empty((room, 2), np.int32), np.empty(room, np.uint8),
    )  # fmt: skip
    pairs = 0
    for text in range(count):
        scene = stage(texts[text], codes, occurrences, words, stops)
        likely = passing(scene.occurrences, slots, first_slots, facts, bench)
        enter(scene.occurrences, slots, first_slots, bench, likely)
        mark(scene, facts, columns, strikes, bench, likely)
        pairs = tell(scene.occurrences, sorts, bench, held, (text, pairs, likely))
    table, figures, reals = add(
        held.pairs[CONDITION], held.pairs[COUNT], held.cuts, said, worth, weights, parents, levels, kinds
    )
    told = np.concatenate((held.pairs[:, : pairs + 1].ravel(), held.cuts.ravel(), figures.ravel(), table.ravel()))
    return told, held.occurrences[:, : held.pairs[EDGE, pairs]], reals, pairs + 1, table.shape[1]


@inlined
def stage(text: Ints, all_codes: Ints, occurrences: Ints, words: Flags, stops: Flags) -> Scene:
    """One text, with the occurrences within it in which no character is hidden."""
    size, shift, begin = text[SIZE], text[SHIFT], text[PLACE]
    codes = all_codes[begin : begin + size]
    seen, sentences = np.zeros(size + 1, np.int32), np.zeros(size + 1, np.int32)
    for place in range(size):
        code = codes[place]
        seen[place + 1] = seen[place] + (code != HIDDEN)
        sentences[place + 1] = sentences[place] + (code > 0 and stops[code])
    own, kept = np.empty((text[TO] - text[FROM], 3), np.int32), 0
    for at in range(text[FROM], text[TO]):
        first, last = occurrences[at, START] - shift, occurrences[at, END] - shift
        if first >= 0 and last <= size and seen[last] - seen[first] == last - first:
            own[kept, START], own[kept, END], own[kept, NUMBER] = first, last, occurrences[at, NUMBER]
            kept += 1
    return Scene(own[:kept], text[BODY_START], words[text[WORDS] : text[WORDS] + size + 1], seen, sentences)


@inlined
def mark(scene: Scene, facts: Ints, columns: Ints, strikes: Flags, bench: Bench, count: int) -> None:
    """Which entries of the first conditions in `touched` count; none of a condition that does not hold."""
    first = 0
    for which in range(count):
        condition = bench.touched[which]
        end = bench.places[condition]
        for entry in range(first, end):
            bench.counting[entry] = 1
        if not facts[condition, SIMPLE]:
            entries, counting = bench.entries[first:end], bench.counting[first:end]
            if not holds(entries, scene, facts[condition], columns, strikes, counting):
                counting[:] = 0
        first = end


@inlined
def passing(occurrences: Ints, slots: Ints, firsts: Ints, facts: Ints, bench: Bench) -> int:
    """Leaves in `touched`, in order, the conditions of which a term of every part stands there and none of `none`; how
    many they are.
    """
    met = kept = 0
    for at in range(len(occurrences)):
        number = occurrences[at, NUMBER]
        for slot in range(firsts[number], firsts[number + 1]):
            condition = slots[slot, 0]
            if bench.roles[condition] == 0:
                bench.touched[met], bench.sizes[condition] = condition, 0
                met += 1
            bench.roles[condition] |= 1 << slots[slot, 1]
            bench.sizes[condition] += 1
    for at in range(met):
        condition = bench.touched[at]
        if bench.roles[condition] == (2 << facts[condition, PARTS]) - 2:
            bench.touched[kept] = condition
            kept += 1
        bench.roles[condition] = 0
    for at in range(1, kept):  # they are few: sooner than numba's sort
        condition, place = bench.touched[at], at
        while place > 0 and bench.touched[place - 1] > condition:
            bench.touched[place] = bench.touched[place - 1]
            place -= 1
        bench.touched[place] = condition
    return kept


@inlined
def enter(occurrences: Ints, slots: Ints, firsts: Ints, bench: Bench, count: int) -> None:
    """Puts the entries of the first conditions in `touched` one behind the other; `places` are then where they end."""
    begin = 0
    for which in range(count):
        condition = bench.touched[which]
        bench.roles[condition], bench.places[condition] = 1, begin
        begin += bench.sizes[condition]
    for at in range(len(occurrences)):
        number = occurrences[at, NUMBER]
        for slot in range(firsts[number], firsts[number + 1]):
            condition = slots[slot, 0]
            if bench.roles[condition]:
                place = bench.places[condition]
                bench.entries[place, 0], bench.entries[place, 1] = at, slots[slot, 1]
                bench.places[condition] += 1
    for which in range(count):
        bench.roles[bench.touched[which]] = 0


@inlined
def tell(occurrences: Ints, sorts: Ints, bench: Bench, held: Held, at: tuple[int, int, int]) -> int:
    """Adds the conditions that hold among the first in `touched`, each occurrence once; how many pairs there are then.
    `at`: the text, the pairs before it, how many conditions are looked at.
    """
    text, pairs, count = at
    entry, sort, end = 0, 0, held.pairs[EDGE, pairs]
    for which in range(count):
        condition = bench.touched[which]
        while sorts[sort] <= condition:
            held.cuts[text, sort] = pairs
            sort += 1
        last, distinct, start = -1, 0, end
        while entry < bench.places[condition]:
            own = bench.entries[entry, 0]
            if bench.counting[entry] and own != last:
                number = occurrences[own, NUMBER]
                known = bench.latest[number]
                if not (start <= known < end and held.occurrences[NUMBER, known] == number):
                    bench.latest[number] = end
                    distinct += 1
                held.occurrences[START, end] = occurrences[own, START]
                held.occurrences[END, end] = occurrences[own, END]
                held.occurrences[NUMBER, end], last = number, own
                end += 1
            entry += 1
        if end > start:
            held.pairs[CONDITION, pairs] = condition
            held.pairs[COUNT, pairs] = distinct if condition < sorts[1] else end - start
            pairs += 1
            held.pairs[EDGE, pairs] = end
    held.cuts[text, sort:] = pairs
    return pairs


@inlined
def holds(entries: Ints, scene: Scene, facts: Ints, columns: Ints, strikes: Flags, counting: Flags) -> bool:
    """Whether a condition holds that asks for more than that its terms stand there, and which entries make it hold."""
    asked, answer, roles = -1, False, 0
    for entry in range(len(entries)):
        at = entries[entry, 0]
        start, end = scene.occurrences[at, START], scene.occurrences[at, END]
        fits = admitted(start, end, scene, facts)
        if fits and facts[UNLESS] >= 0:
            if scene.sentences[start] != asked:
                asked = scene.sentences[start]
                answer = struck(at, scene, facts[UNLESS], columns, strikes)
            fits = not answer
        counting[entry] = fits
        roles |= int(fits) << entries[entry, 1]
    if roles != (2 << facts[PARTS]) - 2:
        return False
    return bool(facts[NEAR] == 0 or together(entries, scene.occurrences, scene.seen, facts[WITHIN], counting))


@inlined
def admitted(start: int, end: int, scene: Scene, facts: Ints) -> bool:
    """Whether an occurrence stands in the field of the condition, and where whole words are asked for is one."""
    if facts[FIELD] == TITLE and end > scene.body:
        return False
    if facts[FIELD] == BODY and start < scene.body:
        return False
    return not facts[WHOLE_WORD] or scene.words.size == 0 or (scene.words[start] != 0 and scene.words[end] != 0)


@inlined
def struck(at: int, scene: Scene, row: int, columns: Ints, strikes: Flags) -> bool:
    """Whether a term of this row of `strikes` begins in the sentence of an occurrence."""
    sentence = scene.sentences[scene.occurrences[at, START]]
    while at > 0 and scene.sentences[scene.occurrences[at - 1, START]] == sentence:
        at -= 1
    for other in range(at, len(scene.occurrences)):
        if scene.sentences[scene.occurrences[other, START]] != sentence:
            break
        column = columns[scene.occurrences[other, NUMBER]]
        if column >= 0 and strikes[row, column]:
            return True
    return False

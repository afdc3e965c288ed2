"""Loops that tell which conditions hold in texts of which the terms are found, and why; as rules/holding.py does."""

from __future__ import annotations

import numpy as np

from rules.compiled import compiled, inlined
from rules.finding import Flags
from rules.points import Ints
from rules.scene import END, HIDDEN, NUMBER, PARTS, SIMPLE, START, Bench, Held, Scene, Table, Texts
from rules.strict import holds


@compiled
def holding(
    begins: Ints, codes: Ints, occurrences: Ints, firsts: Ints, bodies: Ints, words: Flags,
    facts: Ints, slots: Ints, first_slots: Ints, columns: Ints, strikes: Flags, sorts: Ints, stops: Flags,
) -> tuple[Ints, Ints, Ints, Ints, Ints]:  # fmt: skip
    """Which conditions hold in each text, and why: the fields of Held, of those of Texts and Table. (One by one: numba
    looks longer at a NamedTuple than a text takes.)
    """
    texts = Texts(begins, codes, occurrences, firsts, bodies, words)
    table = Table(facts, slots, first_slots, columns, strikes, sorts, stops)
    count, width, room = texts.begins.size - 1, len(table.facts), 0
    for at in range(len(texts.occurrences)):
        number = texts.occurrences[at, NUMBER]
        room += table.firsts[number + 1] - table.firsts[number]
    held = Held(
        np.empty(room, np.int64), np.empty(room, np.int64), np.zeros(room + 1, np.int64), np.empty((room, 3), np.int64),
        np.zeros((count, table.sorts.size), np.int64),
    )  # fmt: skip
    bench = Bench(
        np.zeros(width, np.int32), np.empty(width, np.int32), np.empty(width, np.int32), np.empty(width, np.int32),
        np.zeros(table.firsts.size - 1, np.int32), np.empty((room, 2), np.int32), np.empty(room, np.uint8),
    )  # fmt: skip
    pairs = 0
    for text in range(count):
        pairs = weigh(stage(texts, text, table.stops), table, bench, held, (text, pairs))
    end = held.edges[pairs]
    return held.conditions[:pairs], held.counts[:pairs], held.edges[: pairs + 1], held.occurrences[:end], held.cuts


@inlined
def stage(texts: Texts, text: int, stops: Flags) -> Scene:
    """One text, with the occurrences in which no character is hidden."""
    begin, end = texts.begins[text], texts.begins[text + 1]
    seen, sentences = np.zeros(end - begin + 1, np.int32), np.zeros(end - begin + 1, np.int32)
    for place in range(end - begin):
        code = texts.codes[begin + place]
        seen[place + 1] = seen[place] + (code != HIDDEN)
        sentences[place + 1] = sentences[place] + (code > 0 and stops[code])
    own, size = np.empty((texts.firsts[text + 1] - texts.firsts[text], 3), np.int32), 0
    for at in range(texts.firsts[text], texts.firsts[text + 1]):
        first, last = texts.occurrences[at, START], texts.occurrences[at, END]
        if seen[last] - seen[first] == last - first:
            own[size, START], own[size, END], own[size, NUMBER] = first, last, texts.occurrences[at, NUMBER]
            size += 1
    words = texts.words[begin : end + 1] if texts.words.size else texts.words
    return Scene(own[:size], texts.bodies[text], words, seen, sentences)


@inlined
def weigh(scene: Scene, table: Table, bench: Bench, held: Held, at: tuple[int, int]) -> int:
    """Adds the pairs of one text (its number, the pairs before it); how many there are then."""
    count = passing(scene.occurrences, table, bench)
    enter(scene.occurrences, table, bench, count)
    mark(scene, table, bench, count)
    return tell(scene.occurrences, table.sorts, bench, held, (*at, count))


@inlined
def mark(scene: Scene, table: Table, bench: Bench, count: int) -> None:
    """Which entries of the first conditions in `touched` count; none of a condition that does not hold."""
    first = 0
    for which in range(count):
        condition = bench.touched[which]
        end = bench.places[condition]
        for entry in range(first, end):
            bench.counting[entry] = 1
        if not table.facts[condition, SIMPLE]:
            entries, counting = bench.entries[first:end], bench.counting[first:end]
            if not holds(entries, scene, table.facts[condition], table, counting):
                counting[:] = 0
        first = end


@inlined
def passing(occurrences: Ints, table: Table, bench: Bench) -> int:
    """Leaves in `touched`, in order, the conditions of which a term of every part stands there and none of `none`; how
    many they are.
    """
    met = kept = 0
    for at in range(len(occurrences)):
        number = occurrences[at, NUMBER]
        for slot in range(table.firsts[number], table.firsts[number + 1]):
            condition = table.slots[slot, 0]
            if bench.roles[condition] == 0:
                bench.touched[met], bench.sizes[condition] = condition, 0
                met += 1
            bench.roles[condition] |= 1 << table.slots[slot, 1]
            bench.sizes[condition] += 1
    for at in range(met):
        condition = bench.touched[at]
        if bench.roles[condition] == (2 << table.facts[condition, PARTS]) - 2:
            place = kept
            while place > 0 and bench.touched[place - 1] > condition:
                bench.touched[place] = bench.touched[place - 1]
                place -= 1
            bench.touched[place] = condition
            kept += 1
        bench.roles[condition] = 0
    return kept


@inlined
def enter(occurrences: Ints, table: Table, bench: Bench, count: int) -> None:
    """Puts the entries of the first conditions in `touched` one behind the other; `places` are then where they end."""
    begin = 0
    for which in range(count):
        condition = bench.touched[which]
        bench.roles[condition], bench.places[condition] = 1, begin
        begin += bench.sizes[condition]
    for at in range(len(occurrences)):
        number = occurrences[at, NUMBER]
        for slot in range(table.firsts[number], table.firsts[number + 1]):
            condition = table.slots[slot, 0]
            if bench.roles[condition]:
                place = bench.places[condition]
                bench.entries[place, 0], bench.entries[place, 1] = at, table.slots[slot, 1]
                bench.places[condition] += 1
    for which in range(count):
        bench.roles[bench.touched[which]] = 0


@inlined
def tell(occurrences: Ints, sorts: Ints, bench: Bench, held: Held, at: tuple[int, int, int]) -> int:
    """Adds the conditions that hold among the first in `touched`, each occurrence once; how many pairs there are then.
    `at`: the text, the pairs before it, how many conditions are looked at.
    """
    text, pairs, count = at
    entry, sort, end = 0, 0, held.edges[pairs]
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
                held.occurrences[end, START] = occurrences[own, START]
                held.occurrences[end, END] = occurrences[own, END]
                held.occurrences[end, NUMBER] = number
                distinct += bench.stamps[number] != pairs + 1
                bench.stamps[number], last = pairs + 1, own
                end += 1
            entry += 1
        if end > start:
            held.conditions[pairs] = condition
            held.counts[pairs] = distinct if condition < sorts[1] else end - start
            pairs += 1
            held.edges[pairs] = end
    held.cuts[text, sort:] = pairs
    return pairs

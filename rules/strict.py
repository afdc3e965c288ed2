"""Loops for conditions that ask for more than that their terms stand in a text: where, and how near to one another."""

from __future__ import annotations

import numpy as np

from rules.compiled import inlined
from rules.finding import Flags
from rules.points import Ints
from rules.scene import (
    BODY,
    END,
    FIELD,
    FIRST,
    NEAR,
    NUMBER,
    PARTS,
    SECOND,
    START,
    TITLE,
    UNLESS,
    WHOLE_WORD,
    WITHIN,
    Scene,
    Table,
)


@inlined
def holds(entries: Ints, scene: Scene, facts: Ints, table: Table, counting: Flags) -> bool:
    """Whether a condition holds that asks for more than that its terms stand there, and which entries make it hold."""
    asked, answer, roles = -1, False, 0
    for entry in range(len(entries)):
        at = entries[entry, 0]
        start, end = scene.occurrences[at, START], scene.occurrences[at, END]
        fits = admitted(start, end, scene, facts)
        if fits and facts[UNLESS] >= 0:
            if scene.sentences[start] != asked:
                asked = scene.sentences[start]
                answer = struck(at, scene, facts[UNLESS], table)
            fits = not answer
        counting[entry] = fits
        roles |= int(fits) << entries[entry, 1]
    if roles != (2 << facts[PARTS]) - 2:
        return False
    return bool(facts[NEAR] == 0 or together(entries, scene, facts[WITHIN], counting))


@inlined
def admitted(start: int, end: int, scene: Scene, facts: Ints) -> bool:
    """Whether an occurrence stands in the field of the condition, and where whole words are asked for is one."""
    if facts[FIELD] == TITLE and end > scene.body:
        return False
    if facts[FIELD] == BODY and start < scene.body:
        return False
    return not facts[WHOLE_WORD] or scene.words.size == 0 or (scene.words[start] != 0 and scene.words[end] != 0)


@inlined
def struck(at: int, scene: Scene, row: int, table: Table) -> bool:
    """Whether a term of this row of `strikes` begins in the sentence of an occurrence."""
    sentence = scene.sentences[scene.occurrences[at, START]]
    while at > 0 and scene.sentences[scene.occurrences[at - 1, START]] == sentence:
        at -= 1
    for other in range(at, len(scene.occurrences)):
        if scene.sentences[scene.occurrences[other, START]] != sentence:
            break
        column = table.columns[scene.occurrences[other, NUMBER]]
        if column >= 0 and table.strikes[row, column]:
            return True
    return False


@inlined
def together(entries: Ints, scene: Scene, within: int, counting: Flags) -> bool:
    """Leaves, of the entries that count, those of the first two parts that are near one another; if any, all others."""
    near = np.zeros(len(entries), np.uint8)
    behind(entries, scene, (FIRST, SECOND, within), counting, near)
    behind(entries, scene, (SECOND, FIRST, within), counting, near)
    some = bool(near.any())
    for entry in range(len(entries)):
        counting[entry] &= near[entry] or (some and entries[entry, 1] > SECOND)
    return some


@inlined
def behind(entries: Ints, scene: Scene, asked: tuple[int, int, int], counting: Flags, near: Flags) -> None:
    """Marks entries of the first role that have one of the second behind them, and these: without overlap, and with no
    more characters between, hidden ones apart, than `asked`.
    """
    role, other, within = asked
    first = 0
    for entry in range(len(entries)):
        if not counting[entry] or entries[entry, 1] != role:
            continue
        at = entries[entry, 0]
        while first < len(entries) and entries[first, 0] < at:
            first += 1
        for rival in range(first, len(entries)):
            gap = scene.seen[scene.occurrences[entries[rival, 0], START]] - scene.seen[scene.occurrences[at, END]]
            if gap > within:
                break
            apart = scene.occurrences[entries[rival, 0], START] >= scene.occurrences[at, END]
            if apart and counting[rival] and entries[rival, 1] == other:
                near[entry] = near[rival] = 1

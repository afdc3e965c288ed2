"""How the words around a body and what is said decide whether the text complains of that body (respondents.yaml)."""

from __future__ import annotations

import re
from enum import IntEnum

from rules.persons import MASK
from rules.rule import Strict, Terms
from rules.text import SENTENCE_ENDS, fold
from rules.value import value

CLAUSE_ENDS = SENTENCE_ENDS + ",:"
"""As folded text has them."""
NEAR = 10
"""Most characters, in one clause, between a body and what may be said of it."""
REACH = 8
"""Most characters between an address (向) and the body addressed, or between a verb and its object."""

FAR = 16
"""Most characters between a body and what is said of it."""
LONGEST_CLAUSE = 80
"""Most characters that are looked at before a place, where no end of a clause stands."""
FURTHER = 30
"""Most characters before what is said in which a supposition in another clause still counts."""


class Standing(IntEnum):
    """Whether the text complains of a body: no, perhaps, plainly."""

    NONE = 0
    UNCLEAR = 1
    CERTAIN = 2


_CLAUSE_ENDS, _SENTENCE_ENDS = frozenset(CLAUSE_ENDS), frozenset(SENTENCE_ENDS)
_CLAUSES, _SENTENCES = (re.compile(rf"(?s:.*)[{ends}]") for ends in (CLAUSE_ENDS, SENTENCE_ENDS))
"""All that lies before the last clause or sentence of a stretch."""
NONE, UNCLEAR, CERTAIN = Standing.NONE, Standing.UNCLEAR, Standing.CERTAIN


class ContextWords(Strict):
    """Lists of words, looked for only where a body and a word of complaint stand close together.

    fillers: may stand between a body and what is said of it; means: with
    whom or by what it was done; joiners: join two bodies; describing: after the
    word, a body follows of which it is said; parts: of a
    body, between it and a person in office; areas: end a place, before a body; asks, approaches: before a body,
    it is asked to act or gone to; harmless: only look like one; reports: what is told begins anew; barriers: between
    them, what is said is of another; private: before a person in office, the office is no public one; negations,
    hypotheses, questions: it is not so; goals: between a verb and a body, the verb has another object; tried: after a
    body, it was gone to, or it marks a place; starts: before a verb, the writer speaks; surnames: single characters;
    masks: stand for a name.
    """

    fillers: Terms
    means: Terms
    joiners: Terms
    describing: Terms
    parts: Terms
    areas: Terms
    asks: Terms
    approaches: Terms
    harmless: Terms
    reports: Terms
    barriers: Terms
    private: Terms
    negations: Terms
    hypotheses: Terms
    questions: Terms
    goals: Terms
    tried: Terms
    starts: Terms
    surnames: str
    masks: Terms


@value
class Scene:
    """A body `text[start:end]` and a word of complaint `text[first:last]` near it. `floor`: where the body before this
    one ends; `office`: a person in office; `work`: the word speaks of how a body works, not of abuse.
    """

    text: str
    floor: int
    body: tuple[int, int]
    word: tuple[int, int]
    office: bool
    work: bool

    @property
    def gap(self) -> str:
        """What stands between body and word, whichever comes first, without what is masked."""
        gap = self.text[self.body[1] : self.word[0]] or self.text[self.word[1] : self.body[0]]
        return gap.replace(MASK, "") if MASK in gap else gap

    @property
    def lead(self) -> str:
        """The clause before the body, from the body before this one on."""
        return self.text[max(self.floor, _last(self.text, _CLAUSES, self.body[0])) : self.body[0]]

    @property
    def clause(self) -> str:
        """The clause before the word."""
        return self.text[_last(self.text, _CLAUSES, self.word[0]) : self.word[0]]

    @property
    def sentence(self) -> str:
        """The sentence before the word."""
        return self.text[_last(self.text, _SENTENCES, self.word[0]) : self.word[0]]


class Grammar:
    """Context words made ready once; `said`: the terms of complaint, which may follow one another."""

    def __init__(self, words: ContextWords, said: Terms) -> None:
        fillers, mask = _one_of((*words.fillers, *said)), _one_of(words.masks)
        name = rf"(?:(?:[{words.surnames}]|{mask})(?:{mask}|\w){{0,2}}?)"
        means = rf"(?:{_one_of(words.means)}[^{CLAUSE_ENDS}]{{1,{REACH}}})"
        self._plain = re.compile(f"{fillers}*+{means}??{fillers}*+")
        self._named = re.compile(f"{fillers}*+{name}?{fillers}*+{means}??{fillers}*+")
        self._of = re.compile(
            rf"(?:[^{CLAUSE_ENDS}]{{0,{REACH}}}{_one_of(words.parts)})?{_one_of((*words.describing, *words.masks))}*"
        )
        self._describing = re.compile(_one_of(words.describing))
        place = rf"(?:[^{CLAUSE_ENDS}]{{0,{REACH}}}{_one_of(words.areas)}[^{CLAUSE_ENDS}]{{0,4}})?"
        self._place = re.compile(f"{fillers}*+{place}")
        self._joiners = re.compile(_one_of(words.joiners) + place)
        self._area = re.compile(_one_of(words.areas))
        self._ends = re.compile(rf"$|[^\w]|{fillers}|{name}|{means}")
        self._asks = re.compile(rf"{_one_of(words.asks)}.{{0,{REACH}}}$")
        self._approaches = re.compile(rf"{_one_of(words.approaches)}.{{0,{REACH}}}$")
        self._harmless = re.compile(_one_of(words.harmless))
        self._reports = re.compile(rf"^.*{_one_of(words.reports)}")
        self._barriers = re.compile(_one_of(words.barriers))
        self._private = re.compile(rf"{_one_of(words.private)}.{{0,4}}$")
        self._negations = re.compile(_one_of(words.negations))
        self._hypotheses = re.compile(_one_of(words.hypotheses))
        self._questions = re.compile(rf"[^{CLAUSE_ENDS}]{{0,6}}{_one_of(words.questions)}.{{0,1}}(?:\?|!|$)", re.M)
        self._goals = re.compile(_one_of(words.goals))
        self._tried = re.compile(_one_of(words.tried))
        self._starts = re.compile(rf"(?:^|{_one_of(words.starts)}|[{CLAUSE_ENDS}\s]){_one_of(words.reports)}{{0,1}}$")

    def subject(self, scene: Scene) -> Standing:
        """What a word after a body says of it (村委会不作为)."""
        gap = scene.gap
        broken = not _CLAUSE_ENDS.isdisjoint(gap)
        if len(gap) > FAR or (broken and not scene.work):
            return NONE
        plain = not gap or (self._named if scene.office else self._plain).fullmatch(gap)
        if not plain and (self._barriers.search(gap) or (len(gap) > NEAR and not scene.work)):
            return NONE
        if self._denied(scene, gap):
            return NONE
        lead = self._harmless.sub("", self._reports.sub("", scene.lead))
        if self._asks.search(lead) or (scene.office and self._private.search(scene.lead)):
            return NONE
        if broken or self._approaches.search(lead):
            return UNCLEAR if scene.work else NONE
        if plain:
            return CERTAIN
        return UNCLEAR if len(gap) <= NEAR else NONE

    def described(self, scene: Scene) -> Standing:
        """What a word before a body says of it (滥用职权的镇长)."""
        gap = scene.gap
        if (
            not self._describing.fullmatch(gap)
            or self._denied(scene, gap)
            or self._asks.search(self._reports.sub("", scene.clause))
        ):
            return NONE
        return CERTAIN if scene.office else UNCLEAR

    def object(self, scene: Scene) -> Standing:
        """What a verb before a body says of it (举报村支书)."""
        gap, after = scene.gap, scene.text[scene.body[1] : scene.body[1] + 4]
        if len(gap) > REACH or not _CLAUSE_ENDS.isdisjoint(gap) or self._goals.search(gap):
            return NONE
        clause = scene.clause
        if self._negations.search(clause) or self._hypotheses.search(clause):
            return NONE
        if scene.office and self._private.search(gap):
            return NONE
        if scene.office and not self._ends.match(after):
            return NONE if self._area.match(scene.text, scene.body[0]) else UNCLEAR
        plain = self._starts.search(scene.text, max(0, scene.word[0] - REACH), scene.word[0]) and self._place.fullmatch(
            gap
        )
        return CERTAIN if plain and not self._tried.match(after) else UNCLEAR

    def holds(self, gap: str) -> bool:
        """Whether a person in office after `gap` is of the body before it."""
        return self._of.fullmatch(gap) is not None

    def joins(self, gap: str) -> bool:
        """Whether what stands between two bodies makes them one subject."""
        return self._joiners.fullmatch(gap) is not None

    def _denied(self, scene: Scene, gap: str) -> bool:
        """Another sentence, a denial, a supposition or a question stands there."""
        return bool(
            not _SENTENCE_ENDS.isdisjoint(gap)
            or self._negations.search(scene.clause)
            or self._hypotheses.search(scene.sentence[-FURTHER:])
            or self._questions.match(scene.text, scene.word[1])
        )


def _one_of(terms: Terms) -> str:
    """A group of a regular expression, longest term first."""
    return f"(?:{'|'.join(re.escape(fold(term)) for term in sorted(terms, key=len, reverse=True))})"


def _last(text: str, before: re.Pattern[str], place: int) -> int:
    """Where the clause or sentence begins that holds `place`, or how far back one looks."""
    begin = max(0, place - LONGEST_CLAUSE)
    found = before.match(text, begin, place)
    return found.end() if found else begin

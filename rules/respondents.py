"""Finds the respondents (被反映单位): organisations that a text complains of, never those it merely names or asks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from rules.automaton import Occurrence
from rules.context import CERTAIN, FAR, NONE, Grammar, Scene, Standing
from rules.departments import Departments
from rules.persons import MASK
from rules.respondent_file import RespondentFile, Sort
from rules.rule import LONGEST_TERM
from rules.succession import all_stand_for, stands_for
from rules.text import fold, fold_name
from rules.value import value

BODIES, SAID = "respondent_bodies", "respondent_said"
"""Names of the two lexicons: bodies and persons in office; what is said of them."""
NO_ORGAN = "enterprise"
"""Level of departments that are no organs: a complaint of one is an ordinary matter for who supervises it."""


@value
class Respondent:
    """`text[start:end]` names a body complained of. `department` None: none of the tree (a school).

    Not `certain`: the text may complain of it, and a person must look.
    """

    start: int
    end: int
    name: str
    department: str | None
    sort: Sort
    certain: bool


@value
class _Body:
    """A mention of a body, or of a person in office."""

    start: int
    end: int
    department: str | None
    office: bool
    subject_only: bool


@value
class _Said:
    """A term of complaint; `verb`: the body stands after it."""

    sort: Sort
    office: Sort
    certain: bool
    verb: bool


@dataclass(frozen=True)
class Respondents:
    """The finder of one rulebook; without a respondents.yaml it finds nothing."""

    words: RespondentFile = field(default_factory=RespondentFile)
    departments: Departments = field(default_factory=Departments)

    def find(self, text: str, marked: Callable[[str], Sequence[Occurrence]]) -> tuple[Respondent, ...]:
        """Respondents in the order of the folded text; each once, as its surest and gravest mention has it.

        `marked`: where terms of a lexicon stand (Match.marked).
        """
        if not (said := marked(SAID)) or not (named := marked(BODIES)):
            return ()
        starts = [start for start, _, _ in named]
        near = [mark for mark in said if _near(mark, named, starts)]
        if not near:
            return ()
        bodies = self._mentions(text, named)
        clear = [mark for mark in _longest(near) if not _inside(mark, bodies)]
        return _surest([found for mark in clear for found in self._complaints(text, mark, bodies)])

    def may_accuse(self, text: str, marked: Callable[[str], Sequence[Occurrence]]) -> bool:
        """Whether a word stands there that may make someone a respondent of an accusation; takes less than `find`."""
        said = marked(SAID)
        if not said or not marked(BODIES):
            return False
        words = [self._said[text[start:end]] for start, end, _ in said]
        return any(Sort.ACCUSATION in (word.sort, word.office) for word in words)

    @cached_property
    def lexicons(self) -> Mapping[str, tuple[str, ...]]:
        """Terms for the engine's one pass (Rulebook.lexicons). Asked for once, when all is made ready."""
        ready = self.words.context and self._grammar
        return {BODIES: tuple(self._bodies), SAID: tuple(self._said)} if ready else {}

    def as_of(self, departments: Departments) -> Respondents:
        """The same finder with the departments of a day."""
        gone, beyond = departments.gone, dict[str, tuple[str, ...]]()
        for code, others in self.words.beyond.items():
            own = stands_for(code, gone)
            beyond[own] = (*beyond.get(own, ()), *all_stand_for(others, gone))
        return Respondents(self.words.model_copy(update={"beyond": beyond}), departments)

    def department_of(self, name: str) -> str | None:
        """The department with this code, name or alias, or whose name ends this one (东河派出所); see `fold_name`."""
        folded = fold_name(name)
        whole = self.departments.find(name) or self.departments.find(folded)
        ends = (self._bodies[folded[start:]] for start in range(len(folded)) if folded[start:] in self._bodies)
        return whole or next((body.department for body in ends), None)

    def department_within(self, name: str) -> str | None:
        """The department whose name stands in this one, the longest: meant (教育局局长) or near (教育局旁饭店)."""
        folded, known = fold_name(name), self._bodies
        within = (one for one in known if one in folded and known[one].department)
        return known[found].department if (found := max(within, key=len, default=None)) else None

    def _complaints(self, text: str, mark: Occurrence, bodies: Sequence[_Body]) -> Iterator[Respondent]:
        """Bodies of which the term at `mark` is said: before it, or after it (举报…, 贪污的…)."""
        said = self._said[text[mark[0] : mark[1]]]
        following = bisect_right(bodies, mark[0], key=lambda body: body.end)
        if following > 0 and not said.verb and _reaches(text, bodies[following - 1].end, mark[0]):
            standing = self._grammar.subject(_scene(text, bodies, following - 1, mark, said))
            yield from self._told(text, bodies, following - 1, (said, standing))
        if following == len(bodies) or bodies[following].subject_only:
            return
        if _reaches(text, mark[1], bodies[following].start):
            scene = _scene(text, bodies, following, mark, said)
            standing = self._grammar.object(scene) if said.verb else self._grammar.described(scene)
            yield from _one(text, bodies[following], said, standing)

    def _told(
        self, text: str, bodies: Sequence[_Body], index: int, told: tuple[_Said, Standing]
    ) -> Iterator[Respondent]:
        """The body, and those joined to it before (镇政府和村委会互相推诿)."""
        said, standing = told
        certain = standing is CERTAIN
        for last in range(index, -1, -1):
            body = bodies[last]
            if body.subject_only and not (certain and said.certain):
                return
            yield from _one(text, body, said, standing)
            if not (certain and last and self._grammar.joins(text[bodies[last - 1].end : body.start])):
                return

    def _mentions(self, text: str, named: Sequence[Occurrence]) -> list[_Body]:
        """Mentions in order, the longest of those that overlap; a person in office is of the body named before."""
        mentions: list[_Body] = []
        for start, end, _ in _longest(named):
            body = self._bodies[text[start:end]]
            if body.office and mentions and self._grammar.holds(text[mentions[-1].end : start]):
                before = mentions.pop()
                mentions.append(_Body(before.start, end, before.department or body.department, True, False))
            else:
                mentions.append(_Body(start, end, body.department, body.office, body.subject_only))
        return mentions

    @cached_property
    def _grammar(self) -> Grammar:
        if self.words.context is None:
            raise ValueError("respondents.yaml gives no context")
        return Grammar(self.words.context, tuple(term for entry in self.words.said for term in entry.terms))

    @cached_property
    def _bodies(self) -> dict[str, _Body]:
        """Folded name -> the body; what respondents.yaml says goes before the names of departments."""
        bodies: dict[str, _Body] = {}
        for department in self.departments.by_code.values():
            if department.level != NO_ORGAN:
                for name in (*department.names, *department.former_names):
                    code = self.departments.find(name)
                    bodies[fold(name)] = _Body(0, 0, code, False, False)
        for office, entries in ((False, self.words.bodies), (True, self.words.offices)):
            for entry in entries:
                code = entry.department and stands_for(entry.department, self.departments.gone)
                bodies |= {fold(name): _Body(0, 0, code, office, entry.subject_only) for name in entry.names}
        return bodies

    @cached_property
    def _said(self) -> dict[str, _Said]:
        """Folded term -> what it says."""
        return {
            fold(term): _Said(entry.sort, entry.office or entry.sort, entry.certain, verb)
            for verb, entries in ((False, self.words.said), (True, self.words.verbs))
            for entry in entries
            for term in entry.terms
        }


def _scene(text: str, bodies: Sequence[_Body], index: int, mark: Occurrence, said: _Said) -> Scene:
    body, floor = bodies[index], bodies[index - 1].end if index else 0
    return Scene(text, floor, (body.start, body.end), mark[:2], body.office, said.sort is Sort.CONDUCT)


def _one(text: str, body: _Body, said: _Said, standing: Standing) -> Iterator[Respondent]:
    if standing is not NONE:
        certain = said.certain and standing is CERTAIN and (not body.office or body.department is not None)
        sort = said.office if body.office else said.sort
        yield Respondent(body.start, body.end, text[body.start : body.end], body.department, sort, certain)


def _reaches(text: str, end: int, start: int) -> bool:
    """Whether so little stands between a body and a word that one may be said of the other, without what is masked."""
    return start - end <= FAR or MASK in text[end:start]


def _near(mark: Occurrence, named: Sequence[Occurrence], starts: Sequence[int]) -> bool:
    """Whether a name stands close before or after; `named` in order, `starts` theirs."""
    first = bisect_left(starts, mark[0] - FAR - LONGEST_TERM)
    for start, end, _ in islice(named, first, None):
        if start - mark[1] > FAR:
            return False
        if mark[0] - end <= FAR:
            return True
    return False


def _inside(mark: Occurrence, bodies: Sequence[_Body]) -> bool:
    """Whether a term is only part of a name (反渎职局)."""
    after = bisect_left(bodies, mark[1], key=lambda body: body.start)
    return after > 0 and bodies[after - 1].end > mark[0]


def _longest(marks: Iterable[Occurrence]) -> list[Occurrence]:
    """Those that do not overlap a longer one that begins no later; `marks`, and these, in order."""
    kept: list[Occurrence] = []
    for mark in marks:
        if kept and mark[0] == kept[-1][0]:
            kept.pop()
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    return kept


def _surest(found: Sequence[Respondent]) -> tuple[Respondent, ...]:
    """One for each body: certain before unclear, accusation before conduct, then the first."""
    best: dict[str, Respondent] = {}
    ranked = sorted(found, key=lambda one: (not one.certain, one.sort is Sort.CONDUCT, one.start))
    for one in ranked:
        best.setdefault(one.department or one.name, one)
    return tuple(sorted(best.values(), key=lambda one: one.start))

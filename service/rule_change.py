"""A dry run of changed rules: what two rulebooks say of the same petitions, each by its rules alone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import combinations

from classifier.dataset import Example
from classifier.prediction import HEADS
from rules.engine import Engine
from rules.match import RuleHit
from rules.petition import Petition
from rules.rule import Kind, Rule, RuleState, Urgency
from rules.rulebook import Rulebook
from rules.succession import stands_for
from rules.taxonomy import at_level
from rules.verdict import judge
from service.answer import answer_category
from service.office import in_office_terms
from service.route import Routing, route
from service.succession import left_to_a_clerk, read_on_its_day

ANSWERS = (*HEADS, "urgency")
"""What of a decision is compared."""
COMPARED_LEVEL = 2
"""Level of the taxonomy from which on two conclusions differ."""
SPEAKS = 2
"""Least weight of a rule that can be in conflict: one of weight 1 supports only."""
Pair = tuple[str, str]
"""Ids of two rules, in order."""


class Flip(StrEnum):
    """How an answer that a clerk has confirmed is met before and after."""

    MENDED = "mended"
    """Wrong before, right after."""
    BROKEN = "broken"
    """Right before, wrong after."""


class Edit(StrEnum):
    """What happened to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Side:
    """A rulebook, and an engine of all its rules that are not retired (`Rulebook.tried`)."""

    book: Rulebook
    engine: Engine


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules of one side say of a petition: codes by head (and urgency), where they say any.

    `hits`: all rules that hit, drafts and shadows too; `deciding`: those of them that decide; `conflicts`: pairs of
    equally strong ones, the strongest there, that conclude differently.
    """

    answers: Mapping[str, str]
    hits: tuple[str, ...]
    deciding: tuple[str, ...]
    conflicts: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One petition before and after; `labels`: what a clerk confirmed, by head."""

    petition: Petition
    labels: Mapping[str, str]
    before: Said
    after: Said

    @property
    def gained(self) -> list[str]:
        """Rules that decide and newly catch it."""
        return sorted({*self.after.deciding} - {*self.before.deciding})

    @property
    def lost(self) -> list[str]:
        """Rules that decided and catch it no longer."""
        return sorted({*self.before.deciding} - {*self.after.deciding})

    def answered(self, before: bool, after: bool) -> bool:
        """Whether the rules knew a category before, and after, as said."""
        return ("category" in self.before.answers, "category" in self.after.answers) == (before, after)

    @property
    def changed(self) -> bool:
        """Whether anything that decides is different."""
        return self.before.answers != self.after.answers or self.before.deciding != self.after.deciding

    def differs(self, head: str) -> bool:
        return self.before.answers.get(head) != self.after.answers.get(head)

    def flip(self, head: str) -> Flip | None:
        """Whether the change made a confirmed answer right or wrong; None: neither, or none is known."""
        if head not in self.labels:
            return None
        before, after = (meets(side.answers.get(head), self.labels[head], head) for side in (self.before, self.after))
        return None if before == after else Flip.MENDED if after else Flip.BROKEN


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule does on one side. `labelled`: hits on rows whose answer is known; `share`: of all those."""

    hits: int
    labelled: int
    right: int
    share: float

    @property
    def precision(self) -> float | None:
        """Of labelled rows that it hits, how many have its conclusion; None where there are none."""
        return self.right / self.labelled if self.labelled else None


NO_EFFECT = Effect(0, 0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class RuleCompared:
    """One rule before and after; a state is None where the rule is not there."""

    id: str
    edit: Edit
    states: tuple[RuleState | None, RuleState | None]
    before: Effect
    after: Effect


@dataclass(frozen=True)
class RuleChange:
    """Every petition under both rulebooks."""

    old: Rulebook
    new: Rulebook
    rows: tuple[Compared, ...]

    @property
    def changed(self) -> tuple[Compared, ...]:
        """Petitions of which the rules say something else, or for other reasons."""
        return tuple(row for row in self.rows if row.changed)

    def flips(self, head: str) -> Counter[Flip]:
        return Counter(flip for row in self.rows if (flip := row.flip(head)))

    def labelled(self, head: str) -> int:
        """Rows with a confirmed answer for `head`."""
        return sum(head in row.labels for row in self.rows)

    def moves(self, head: str) -> Counter[tuple[str | None, str | None]]:
        """How many answers moved from where to where."""
        pairs = ((row.before.answers.get(head), row.after.answers.get(head)) for row in self.rows if row.differs(head))
        return Counter(pairs)

    @cached_property
    def conflicts(self) -> tuple[Counter[Pair], Counter[Pair]]:
        """Petitions on which two equally strong rules conclude differently, by pair, before and after."""
        before = Counter(pair for row in self.rows for pair in row.before.conflicts)
        return before, Counter(pair for row in self.rows for pair in row.after.conflicts)

    @property
    def disputed(self) -> tuple[int, int]:
        """How many petitions have a conflict, before and after."""
        return sum(bool(row.before.conflicts) for row in self.rows), sum(bool(row.after.conflicts) for row in self.rows)

    @cached_property
    def rules(self) -> tuple[RuleCompared, ...]:
        """Rules that were changed, or do something else than before, the most hits gained or lost first."""
        old, new = ({rule.id: rule for rule in book.every} for book in (self.old, self.new))
        effects = (
            _effects([row.before for row in self.rows], old, self),
            _effects([row.after for row in self.rows], new, self),
        )
        every = [_compared(name, (old.get(name), new.get(name)), effects) for name in {**old, **new}]
        told = [one for one in every if one.edit is not Edit.KEPT or one.before.hits != one.after.hits]
        return tuple(sorted(told, key=lambda one: -abs(one.after.hits - one.before.hits)))


def compare(before: Side, after: Side, examples: Iterable[Example], today: date) -> RuleChange:
    """Both rulebooks on every petition, as if it had come in today. Answers of both are told in the terms of the new
    rulebook of today, and so must the labels be.
    """
    terms = after.book.on(today)
    rows = [
        Compared(
            petition=example.petition,
            labels=example.labels,
            before=_in_terms(said(before, example.petition, today), terms),
            after=_in_terms(said(after, example.petition, today), terms),
        )
        for example in examples
    ]
    return RuleChange(before.book, after.book, tuple(rows))


def said(side: Side, petition: Petition, today: date) -> Said:
    """What the rules of one side say of a petition: category in the office's own terms, kind, and lead by its table."""
    book, match = side.book.on(today), side.engine.match(petition)
    own = read_on_its_day(match.only(lambda rule: rule.state is RuleState.ACTIVE), book)
    rules = judge(own, book.policy.clear_margin)
    answer = left_to_a_clerk(answer_category(rules, None, book, listed=False), book.taxonomy)
    named = left_to_a_clerk(in_office_terms(answer, book), book.taxonomy)
    lead = route(answer, Routing(own, today, None, rules.kind is Kind.ACCUSATION), book).assignment.lead
    told = {
        "category": named.category and named.category.code,
        "kind": rules.kind and rules.kind.value,
        "department": lead and lead.code,
        "urgency": None if rules.urgency is Urgency.ORDINARY else rules.urgency.value,
    }
    return Said(
        answers={head: code for head, code in told.items() if code},
        hits=tuple(hit.rule.id for hit in match.hits),
        deciding=tuple(hit.rule.id for hit in own.hits),
        conflicts=(*_conflicts(own.hits, "category"), *_conflicts(own.hits, "kind")),
    )


def meets(answer: str | None, label: str, head: str) -> bool:
    """Whether an answer is the label; a category may be deeper than its label."""
    return answer is not None and (answer == label or (head == "category" and answer.startswith(f"{label}.")))


def _in_terms(told: Said, terms: Rulebook) -> Said:
    gone = {"category": terms.taxonomy.gone, "department": terms.departments.gone}
    return replace(told, answers={head: stands_for(code, gone.get(head, {})) for head, code in told.answers.items()})


def _conflicts(hits: Sequence[RuleHit], head: str) -> list[Pair]:
    """Pairs of the strongest rules whose conclusions differ, one rule for each conclusion."""
    speaking = [hit.rule for hit in hits if getattr(hit.rule.then, head) is not None]
    most = max((rule.weight for rule in speaking), default=0)
    first: dict[str, str] = {}
    for rule in speaking:
        if rule.weight == most >= SPEAKS:
            first.setdefault(at_level(rule.conclusion, COMPARED_LEVEL), rule.id)
    return list(combinations(sorted(first.values()), 2))


def _effects(told: Sequence[Said], rules: Mapping[str, Rule], change: RuleChange) -> dict[str, Effect]:
    """By rule: what it hits, and how often its conclusion is the confirmed answer."""
    hits, labelled, right = Counter[str](), Counter[str](), Counter[str]()
    for row, one in zip(change.rows, told, strict=True):
        for name in one.hits:
            head = "category" if rules[name].then.category else "kind"
            label = row.labels.get(head) if rules[name].then.urgency is None else None
            hits[name] += 1
            labelled[name] += label is not None
            right[name] += label is not None and _concludes(rules[name], label, change.new)
    rows = {head: change.labelled(head) for head in ("category", "kind")}
    return {
        name: Effect(
            hits[name],
            labelled[name],
            right[name],
            labelled[name] / max(1, rows["category" if rules[name].then.category else "kind"]),
        )
        for name in hits
    }


def _concludes(rule: Rule, label: str, book: Rulebook) -> bool:
    """Whether the label is the rule's conclusion, above or below it, or the office's own name for it."""
    own = rule.conclusion
    return (
        own == label
        or f"{own}.".startswith(f"{label}.")
        or f"{label}.".startswith(f"{own}.")
        or (book.taxonomy.covering.get(own) == label)
    )


def _compared(
    name: str, rules: tuple[Rule | None, Rule | None], effects: tuple[Mapping[str, Effect], Mapping[str, Effect]]
) -> RuleCompared:
    old, new = rules
    edit = Edit.ADDED if old is None else Edit.REMOVED if new is None else Edit.KEPT if old == new else Edit.EDITED
    states = old.state if old else None, new.state if new else None
    return RuleCompared(name, edit, states, effects[0].get(name, NO_EFFECT), effects[1].get(name, NO_EFFECT))

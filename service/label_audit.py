"""Looks an office's labels over: suspect ones, copies with different labels, classes used differently, rules overruled.

It speaks of labels and conventions. It rates nobody: clerks appear only as two who should settle a convention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.dataset import Columns, Example, read_dataset
from classifier.errors import InputError, TooFewRowsError
from classifier.outcome import Outcome
from classifier.overruled import RuleRecord, overruled_rules
from classifier.suspects import Suspect, suspects
from classifier.train import Progress
from classifier.twins import same_groups
from classifier.usage import Difference, Usage, differences_of_use
from rules.rulebook import Rulebook
from service.assemble import build_engine
from service.learning import history, lessons
from service.review import Settled
from service.training import evaluate_folds

FOLDS = 5
"""Each row is judged by a model of the four fifths that do not hold it, nor a twin of it."""
CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled petition and who labelled it, where that is known."""

    example: Example
    clerk: str | None = None


@dataclass(frozen=True, slots=True)
class HeadAudit:
    """What one head's labels show. `twins`: copies of one text whose labels differ; `untested`: why no model could
    be asked, so that only twins were looked for.
    """

    rows: int
    suspects: tuple[Suspect, ...] = ()
    twins: tuple[tuple[Example, ...], ...] = ()
    differences: tuple[Difference, ...] = ()
    untested: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that was found, by head; rules by what clerks said of their conclusions."""

    rows: int
    heads: Mapping[str, HeadAudit]
    rules: tuple[RuleRecord, ...]

    @property
    def suspect_ids(self) -> frozenset[str]:
        """Petitions of which some label is suspect, or differs from that of a copy."""
        heads = self.heads.values()
        named = {suspect.example.petition.id for head in heads for suspect in head.suspects}
        return frozenset(named | {one.petition.id for head in heads for twins in head.twins for one in twins})


def suspect_ids(settled: Sequence[Settled], rulebook: Rulebook, told: Progress) -> frozenset[str]:
    """Ids of settled petitions whose labels someone should look at again."""
    return audit(of_settled(settled, rulebook), rulebook, told).suspect_ids


def of_settled(settled: Sequence[Settled], rulebook: Rulebook) -> list[Labelled]:
    """What clerks settled, each with who did; of a petition its last word."""
    clerks = {one.petition.id: one.clerk for one in settled}
    return [Labelled(one.example, clerks[one.example.petition.id]) for one in lessons(settled, rulebook)]


def of_file(
    path: Path, labels: Mapping[str, str], clerk: str | None, columns: Columns, rulebook: Rulebook
) -> list[Labelled]:
    """The labelled rows of a file; `clerk`: the column that says who labelled."""
    asked = {**labels, CLERK: clerk} if clerk else dict(labels)
    rows = []
    for one in history(read_dataset(path, asked, columns, rulebook.taxonomy), rulebook):
        given = {head: label for head, label in one.example.labels.items() if head != CLERK}
        if given:
            rows.append(Labelled(Example(one.example.petition, given), one.example.labels.get(CLERK)))
    if not rows:
        raise InputError(f"{path}: no row has a label")
    return rows


def audit(rows: Sequence[Labelled], rulebook: Rulebook, told: Progress) -> Audit:
    """Look over every head that the rows have labels for."""
    told("copies")
    groups = same_groups([row.example.petition for row in rows])
    heads = sorted({head for row in rows for head in row.example.labels})
    found = {head: _head(head, rows, groups, (rulebook, told)) for head in heads}
    told("rules")
    engine = build_engine(rulebook)
    matches = [engine.match(row.example.petition) for row in rows]
    labels = [row.example.labels for row in rows]
    overruled = overruled_rules(matches, labels, rulebook.taxonomy, rulebook.policy.clear_margin)
    return Audit(len(rows), found, tuple(overruled))


def _head(
    head: str, rows: Sequence[Labelled], groups: Sequence[int], how: tuple[Rulebook, Progress]
) -> HeadAudit:  # fmt: skip
    kept = [(row, group) for row, group in zip(rows, groups, strict=True) if head in row.example.labels]
    examples = [Example(row.example.petition, {head: row.example.labels[head]}) for row, _ in kept]
    twins = tuple(_conflicts(head, examples, [group for _, group in kept]))
    try:
        outcome = evaluate_folds(examples, how[0], FOLDS, how[1])[head]
    except TooFewRowsError as error:
        return HeadAudit(len(kept), twins=twins, untested=str(error))
    used = [_usage(row.clerk, outcome, place, group) for place, (row, group) in enumerate(kept) if row.clerk]
    return HeadAudit(len(kept), tuple(suspects(outcome)), twins, tuple(differences_of_use(used)))


def _usage(clerk: str, outcome: Outcome, place: int, group: int) -> Usage:
    return Usage(clerk, outcome.truth[place], outcome.predictions[place].label, group)


def _conflicts(head: str, examples: Sequence[Example], groups: Sequence[int]) -> Iterator[tuple[Example, ...]]:
    """Copies of one text that do not all have the same label, groups with most rows first."""
    together: dict[int, list[Example]] = defaultdict(list)
    for example, group in zip(examples, groups, strict=True):
        together[group].append(example)
    for group in sorted(together, key=lambda group: (-len(together[group]), group)):
        if len({example.labels[head] for example in together[group]}) > 1:
            yield tuple(together[group])

"""Labels in terms of today: what was renamed or merged counts for its successor; what was split teaches nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from classifier.dataset import Example
from classifier.errors import InputError
from rules.rulebook import Rulebook
from service.review import Settled

Told = Callable[[str], None]
"""Told what was done, in a sentence."""
Labelled = TypeVar("Labelled", Example, Settled)


def current(examples: Sequence[Example], rulebook: Rulebook, day: date, told: Told) -> list[Example]:
    """Examples to learn from: labels as of `day`; who has none left is left out. Raises InputError if all are."""
    kept = [example for example in as_of(examples, rulebook, day, told) if example.labels]
    if examples and not kept:
        raise InputError("no row has a label that is in force")
    return kept


def as_of(examples: Sequence[Labelled], rulebook: Rulebook, day: date, told: Told) -> list[Labelled]:
    """The same rows with labels that are in force on `day`; labels left out are counted and told of."""
    names = _Names(examples, rulebook.on(day), rulebook)
    result: list[Labelled] = []
    left_out = Counter[str]()
    for example in examples:
        labels = {head: names.label(head, label) for head, label in example.labels.items()}
        left_out.update(names.reason(head, example.labels[head]) for head, label in labels.items() if label is None)
        result.append(replace(example, labels={head: label for head, label in labels.items() if label is not None}))
    for reason, count in left_out.items():
        told(f"{count} labels are left out: {reason}")
    return result


@dataclass
class _Names:
    """What labels are called on a day. `before`: the rulebook that still knows what is gone."""

    examples: Sequence[Example] | Sequence[Settled]
    book: Rulebook
    before: Rulebook

    def __post_init__(self) -> None:
        self._used = self._names_used()

    def label(self, head: str, label: str) -> str | None:
        """The label that stands for this one; None where it was split or retired."""
        heirs = self._heirs(head, label)
        if heirs is None:
            return label
        if len(heirs) != 1:
            return None
        return heirs[0] if head == "category" else self._used.get(heirs[0], self.book.departments[heirs[0]].name)

    def reason(self, head: str, label: str) -> str:
        """Why a label is left out."""
        heirs = self._heirs(head, label) or ()
        return f"{head} '{label}' was split into {', '.join(heirs)}" if heirs else f"{head} '{label}' was retired"

    def _heirs(self, head: str, label: str) -> tuple[str, ...] | None:
        """Who stands in for what the label names; None for what is in force under this name."""
        if head == "category":
            return self.book.taxonomy.gone.get(label)
        code = self.before.departments.find(label) if head == "department" else None
        if code is None:
            return None
        if code in self.book.departments.gone:
            return self.book.departments.gone[code]
        return (code,) if self.before.departments.is_former(label) else None

    def _names_used(self) -> Mapping[str, str]:
        """How the file itself calls departments that are in force: what merges into one takes its name there."""
        used = Counter(example.labels["department"] for example in self.examples if "department" in example.labels)
        in_force = [label for label, _ in used.most_common() if self._heirs("department", label) is None]
        return {
            code: label for label in reversed(in_force) if (code := self.before.departments.find(label)) is not None
        }

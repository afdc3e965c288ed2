"""The label audit as a workbook: an overview in plain words, then one sheet for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from classifier.manifest import head_name
from rules.rulebook import Rulebook
from service.label_audit import Audit, HeadAudit
from service.tables import write_book
from service.words import SheetName, Words

Line = Sequence[str]


def write_audit(path: Path, audit: Audit, rulebook: Rulebook, words: Words) -> None:
    """Write the workbook, whole or not at all. It holds whole petitions."""
    book = _Book(audit, rulebook, words)
    write_book(
        path,
        {words.audit[name].title: [list(words.audit[name].columns.values()), *lines] for name, lines in book.sheets()},
    )


class _Book:
    """The lines of every sheet."""

    def __init__(self, audit: Audit, rulebook: Rulebook, words: Words) -> None:
        self._audit = audit
        self._rulebook = rulebook
        self._words = words

    def sheets(self) -> Iterator[tuple[SheetName, list[Line]]]:
        """Name and lines of each, the overview first."""
        heads = self._audit.heads.items()
        sheets: dict[SheetName, list[Line]] = {
            "suspects": [line for head, one in heads for line in self._suspects(head, one)],
            "twins": [line for head, one in heads for line in self._twins(head, one)],
            "usage": [line for head, one in heads for line in self._usage(head, one)],
            "rules": list(self._rules()),
        }
        yield "overview", list(self._overview())
        yield from sheets.items()

    def _overview(self) -> Iterator[Line]:
        heads, asked = self._audit.heads, self._words.audit
        counts: dict[SheetName, int] = {
            "suspects": sum(len(one.suspects) for one in heads.values()),
            "twins": sum(len(one.twins) for one in heads.values()),
            "usage": sum(len(one.differences) for one in heads.values()),
            "rules": len(self._audit.rules),
        }
        yield asked["overview"].title, str(self._audit.rows), asked["overview"].hint
        for name, count in counts.items():
            yield asked[name].title, str(count), asked[name].hint
        for head, one in heads.items():
            if one.untested:
                yield self._head(head), "—", self._words.labels["untested"]

    def _suspects(self, head: str, one: HeadAudit) -> Iterator[Line]:
        for found in one.suspects:
            petition = found.example.petition
            said = (found.given, f"{found.given_probability:.1%}", found.better, f"{found.better_probability:.1%}")
            named = (self._name(said[0]), said[1], self._name(said[2]), said[3])
            yield petition.id, self._head(head), *named, petition.title, petition.body

    def _twins(self, head: str, one: HeadAudit) -> Iterator[Line]:
        for number, twins in enumerate(one.twins, 1):
            for example in twins:
                petition = example.petition
                label = self._name(example.labels[head])
                yield str(number), self._head(head), petition.id, label, petition.title, petition.body

    def _usage(self, head: str, one: HeadAudit) -> Iterator[Line]:
        """Counts stand beside no name: who gave which is no matter of this sheet."""
        for found in one.differences:
            classes = tuple(self._name(label) for label in found.classes)
            counts = tuple(f"{first} : {second}" for first, second in found.counts)
            talk = self._words.labels["and"].join(found.talk)
            yield self._head(head), self._name(found.alike), *classes, *counts, f"{found.p_value:.2g}", talk

    def _rules(self) -> Iterator[Line]:
        for rule in self._audit.rules:
            counts = (str(rule.confirmed), str(rule.overruled), f"{rule.share:.0%}")
            yield rule.rule, self._name(rule.conclusion), *counts, self._name(rule.instead)

    def _head(self, head: str) -> str:
        return self._words.heads[head_name(head)]

    def _name(self, label: str) -> str:
        """As clerks read it."""
        if label in self._rulebook.taxonomy:
            return "/".join(self._rulebook.taxonomy.path(label))
        known = self._rulebook.departments.by_code.get(label)
        return known.name if known else self._words.kind_names.get(label, label)

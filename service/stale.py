"""What the store and the active model still name, though the rulebook does not know it or has retired it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date

from classifier.manifest import Manifest
from rules.errors import Problem
from rules.rulebook import Rulebook
from rules.succession import Succession
from rules.taxonomy import is_code
from service.review import Stored

STORE = "store"
"""Where these problems stand."""


def stale_references(stored: Stored, rulebook: Rulebook, day: date) -> list[Problem]:
    """Codes in the store that no longer mean anything: unknown, or retired without a successor by `day`."""
    trees = (
        ("category", stored.categories, rulebook.taxonomy, rulebook.taxonomy.succession),
        ("department", stored.departments, rulebook.departments, rulebook.departments.succession),
    )
    return [
        Problem(STORE, 0, f"{message} (stands there {counts[code]} times)")
        for noun, counts, tree, succession in trees
        for code, message in _stale(noun, sorted(counts), (tree, succession), day)
    ]


def stale_labels(manifest: Manifest, rulebook: Rulebook, day: date) -> list[Problem]:
    """Labels of a model that nobody can be sent to any more. A head's own names, which are no codes, are left alone."""
    labels = manifest.heads["category"].labels if "category" in manifest.heads else ()
    codes = [label for label in labels if is_code(label)]
    found = _stale("category", codes, (rulebook.taxonomy, rulebook.taxonomy.succession), day)
    return [Problem(f"model {manifest.version}", 0, message) for _, message in found]


def _stale(
    noun: str, codes: list[str], known: tuple[Container[str], Succession], day: date
) -> Iterator[tuple[str, str]]:
    tree, succession = known
    for code in codes:
        if code not in tree:
            yield code, f"no {noun} '{code}'"
        elif not succession.heirs(code, day):
            yield code, f"{noun} '{code}' was retired without a successor"

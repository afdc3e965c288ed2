"""What the store and the active model still name, and the rulebook does not know or ends without a successor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from classifier.manifest import Manifest
from rules.departments import Departments
from rules.errors import Problem
from rules.rulebook import Rulebook
from rules.taxonomy import Taxonomy, is_code
from service.review import Stored

STORE = "store"
"""Where these problems stand."""


def stale_references(stored: Stored, rulebook: Rulebook) -> list[Problem]:
    """Codes in the store that mean nothing any more, or will not once they end; with how often they stand there."""
    found: dict[str, tuple[Mapping[str, int], Taxonomy | Departments]] = {
        "category": (stored.categories, rulebook.taxonomy),
        "department": (stored.departments, rulebook.departments),
    }
    return [
        Problem(STORE, 0, f"{message} (stands there {counts[code]} times)")
        for noun, (counts, tree) in found.items()
        for code, message in _stale(noun, sorted(counts), tree)
    ]


def stale_labels(manifest: Manifest, rulebook: Rulebook) -> list[Problem]:
    """Categories of a model that lead nowhere. An office's own classes are no codes, and are left alone."""
    labels = manifest.heads["category"].labels if "category" in manifest.heads else ()
    found = _stale("category", filter(is_code, labels), rulebook.taxonomy)
    return [Problem(f"model {manifest.version}", 0, message) for _, message in found]


def _stale(noun: str, codes: Iterable[str], tree: Taxonomy | Departments) -> Iterator[tuple[str, str]]:
    for code in codes:
        if code not in tree:
            yield code, f"no {noun} '{code}'"
        elif (message := tree.succession.lacking(code)) is not None:
            yield code, f"{noun} {message}"

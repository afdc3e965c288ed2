"""Looks an installation over, so that IT people find what is wrong before clerks do."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import packages_distributions
from importlib.util import find_spec

from classifier.errors import ArtifactError
from rules.errors import RulebookError
from rules.petition import Petition
from service.assemble import build_classifier, build_engine, code_version
from service.errors import StoreError
from service.settings import Settings
from service.triage import Triage
from service.words import words

OURS = ("rules", "classifier", "service", "models")
FAST_PARTS = {
    "numba": "NumPy",
    "daachorse": "plain matching",
    "rjieba": "jieba",
    "msgspec": "dataclasses and pydantic",
    "argon2": "scrypt",
}
"""Packages that need a wheel for this processor, and what does their work without one."""
SAMPLE = "小区门口的路灯坏了半个月，晚上漆黑一片，请安排人来修。"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    good: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Every finding, good and bad."""
    return [*_packages(), *_parts(settings), _store(settings)]


def _packages() -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), f"Python {platform.python_version()} on {platform.machine()}")
    owners = packages_distributions()
    for name in OURS:
        strangers = sorted({owner for owner in owners.get(name, []) if owner != "fenban"})
        yield Finding(
            not strangers, f"package {name}" + (f" is also installed by {', '.join(strangers)}" if strangers else "")
        )
    for name, fallback in FAST_PARTS.items():
        found = find_spec(name) is not None
        yield Finding(True, name if found else f"{name} is not here; {fallback} does its work")


def _parts(settings: Settings) -> Iterator[Finding]:
    from rules.rulebook import load

    try:
        rulebook = load(settings.pack)
    except RulebookError as error:
        yield Finding(False, f"rulebook {settings.pack}: {len(error.problems)} problems, first: {error.problems[0]}")
        return
    yield Finding(True, f"rulebook {rulebook.name}: {len(rulebook.rules)} rules, digest {rulebook.digest[:12]}")
    try:
        classifier = build_classifier(settings)
    except ArtifactError as error:
        yield Finding(False, f"model: {error}")
        return
    yield Finding(True, f"model {classifier.version}" if classifier else "no model: rules alone decide")
    triage = Triage(rulebook, build_engine(rulebook), classifier, code_version(), words().kind_names)
    (decision,) = triage.decide([Petition("doctor", SAMPLE)], date.today())
    yield Finding(decision.category is not None, f"a decision: {decision.path or 'none'}")


def _store(settings: Settings) -> Finding:
    """Looks without making or changing anything."""
    from service.store.database import current_revision

    try:
        revision = current_revision(settings.database_url)
    except StoreError as error:
        return Finding(False, f"store: {error}")
    return Finding(True, f"store with schema {revision}" if revision else "no store yet; fenban serve makes it")

"""The only wiring: settings -> rulebook, engine, classifier -> Triage. Heavy imports happen here, not at start-up."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.artifact import load, read_manifest, versions
from classifier.errors import ArtifactError
from classifier.manifest import Manifest
from classifier.model import Classifier
from classifier.segment import build_segmenter
from classifier.succession import read_active
from rules.engine import Engine
from rules.rulebook import Rulebook
from rules.rulebook import load as load_rulebook
from rules.shadow import Shadow
from service.settings import Settings
from service.triage import Triage
from service.words import words

if TYPE_CHECKING:
    from service.desk import Watcher
    from service.store.store import Store

YOUNG_OBJECTS = 20_000
"""New objects between two looks of the garbage collector."""


def code_version() -> str:
    """Version of the installed package; `0+source` when run from a checkout that is not installed."""
    try:
        return version("fenban")
    except PackageNotFoundError:
        return "0+source"


def shipped_models() -> Path:
    """The folder of models that come with fenban."""
    return Path(str(files("models")))


@dataclass(frozen=True)
class ModelShelf:
    """Where models are: the office's folder first, then the shipped ones."""

    folders: tuple[Path, ...]

    def find(self, wanted: str | None) -> Path | None:
        """Folder of the wanted version, or of the active one; None when no version is wanted and none is active."""
        if wanted is None:
            wanted = self.active
        if wanted is None:
            return None
        for folder in self.folders:
            if wanted in versions(folder):
                return folder / wanted
        known = ", ".join(sorted({name for folder in self.folders for name in versions(folder)})) or "none"
        raise ArtifactError(f"no model '{wanted}'; there are: {known}")

    @property
    def active(self) -> str | None:
        """The version that the first active.json with one names; None when none does."""
        found = (read_active(folder) for folder in self.folders)
        return next((one.version for one in found if one and one.version), None)

    def manifests(self) -> list[Manifest]:
        """Manifests of all models, the office's first."""
        return [read_manifest(folder / name) for folder in self.folders for name in versions(folder)]


def shelf(settings: Settings) -> ModelShelf:
    return ModelShelf((settings.models_dir, shipped_models()))


def shadow_version(settings: Settings) -> str | None:
    """The model that decides beside the one in force: the setting goes before active.json."""
    active = read_active(settings.models_dir)
    return settings.shadow_model or (active.shadow if active else None)


def build_engine(rulebook: Rulebook) -> Engine:
    """The engine; a segmenter only if some rule looks at whole words."""
    whole = any(rule.when.whole_word for rule in rulebook.rules)
    terms = [term for rule in rulebook.rules for term in rule.when.terms()]
    return Engine(rulebook, build_segmenter(terms).words if whole else None)


def build_shadow(rulebook: Rulebook) -> Shadow:
    """What matches the shadow rules beside the decisions; it costs nothing where there are none."""
    rules = rulebook.shadow
    return Shadow(build_engine(rulebook.only(rules)) if rules else None)


def shadow_watchers(rulebook: Rulebook, store: Store) -> tuple[Watcher, ...]:
    """Counts the hits of shadow rules on every petition that is handed in; nobody watches where there are none."""
    shadow = build_shadow(rulebook)
    if shadow.engine is None:
        return ()
    return (lambda petition, _, __: store.ledger.count_rules(shadow.hits(petition)),)


def build_classifier(settings: Settings) -> Classifier | None:
    """The model the settings name; None when they name none and none is active."""
    folder = shelf(settings).find(settings.model)
    return load(folder) if folder else None


def build_store(settings: Settings) -> Store:
    """The store behind the settings' address, brought to the schema of this version. Raises StoreError."""
    from service.store.store import open_store

    return open_store(settings.database_url)


def build_triage(settings: Settings) -> Triage:
    """Everything that deciding needs."""
    rulebook = load_rulebook(settings.pack)
    triage = Triage(
        rulebook=rulebook,
        engine=build_engine(rulebook),
        classifier=build_classifier(settings),
        code_version=code_version(),
        kind_names=words().kind_names,
        beyond_notice=words().notices["beyond"],
    )
    _settle()
    return triage


def _settle() -> None:
    """What is loaded stays: the collector need not walk through it again, and may look more rarely.

    Decisions hold no cycles, so there is little for it to find; without this it takes a quarter of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])

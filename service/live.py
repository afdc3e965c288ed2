"""The triage in force while the service runs: a promoted model is loaded beside it, then takes its place at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Event, Thread

from classifier.artifact import load
from classifier.errors import ArtifactError
from classifier.succession import ACTIVE
from rules.petition import Petition
from service.assemble import shadow_version, shelf
from service.decision import Decision
from service.settings import Settings
from service.shadow import Disagreement, disagreements
from service.triage import Triage

EVERY = 2.0
"""Seconds between two looks at active.json."""
log = logging.getLogger("fenban")
Stamp = tuple[tuple[int, int, int] | None, ...]
"""Time of change, size and number of each file; None: it is not there."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Who decides, and who decides beside it unheard. One value, so that a reader never sees half a change."""

    triage: Triage
    shadow: Triage | None = None


class LiveTriage:
    """`now` is the triage in force; a caller takes it once for each piece of work. Rulebook and engine stay.

    `problem`: why what active.json names is not in use; None when all is well. The model before decides meanwhile.
    """

    def __init__(self, triage: Triage, settings: Settings, every: float = EVERY) -> None:
        """`triage`: what deciding begins with, as build_triage makes it of the same settings."""
        self._settings = settings
        self._every = every
        self._in_force = InForce(triage)
        self._stamp: Stamp | None = None
        self._stopped = Event()
        self._thread: Thread | None = None
        self.problem: str | None = None

    @property
    def now(self) -> Triage:
        return self._in_force.triage

    @property
    def shadow(self) -> Triage | None:
        """Who decides beside it; None when nobody does."""
        return self._in_force.shadow

    def beside(
        self, petitions: Sequence[Petition], decisions: Sequence[Decision], today: date
    ) -> list[Disagreement]:  # fmt: skip
        """Where the shadow parts from these decisions; empty without a shadow. To be called after the answer is out."""
        shadow = self.shadow
        return disagreements(decisions, shadow.decide(petitions, today)) if shadow else []

    def start(self) -> None:
        """Look now, and then again and again in a thread of its own."""
        self.look()
        self._thread = Thread(target=self._watch, name="fenban-models", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when the thread has ended."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(self._every):
            self.look()

    def look(self) -> None:
        """Take up what active.json names, if it changed since the last look or could not be used then."""
        stamp = self._seen()
        if stamp != self._stamp or self.problem:
            faults = [self._tried(step) for step in (self._take_model, self._take_shadow)]
            self._tell("; ".join(filter(None, faults)) or None)
            self._stamp = stamp

    def _tried(self, step: Callable[[], None]) -> str | None:
        """The door of this thread: whatever is wrong with a model, the one before decides on. Says what is wrong.

        Messages about models name files and versions; of other errors only the type is told.
        """
        try:
            step()
        except ArtifactError as error:
            return str(error)
        except Exception as error:
            return f"fault: {type(error).__name__}"
        return None

    def _take_model(self) -> None:
        folder = shelf(self._settings).find(self._settings.model)
        self._in_force = replace(self._in_force, triage=self._with(self.now, folder))

    def _take_shadow(self) -> None:
        """Who decides beside it; nobody when it is the model in force itself."""
        wanted = shadow_version(self._settings)
        folder = shelf(self._settings).find(wanted) if wanted else None
        heard = folder is None or folder.name == self.now.versions.model
        shadow = None if heard else self._with(self.shadow or self.now, folder)
        self._in_force = replace(self._in_force, shadow=shadow)

    def _with(self, triage: Triage, folder: Path | None) -> Triage:
        """`triage` itself when that is its model already; a new one has decided something before it is in force."""
        loaded = triage.classifier.version if triage.classifier else None
        if loaded == (folder.name if folder else None):
            return triage
        renewed = replace(triage, classifier=load(folder) if folder else None)
        renewed.prepare(date.today())
        log.info("model %s is loaded", renewed.versions.model)
        return renewed

    def _tell(self, problem: str | None) -> None:
        """Each problem once."""
        if problem and problem != self.problem:
            log.error("models in force stay as they are (%s): %s", self.now.versions.model, problem)
        self.problem = problem

    def _seen(self) -> Stamp:
        """The files that say what is in force; a few calls to the file system."""
        return tuple(_stamp(folder / ACTIVE) for folder in shelf(self._settings).folders)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

"""Where the time of a decision goes: functions of the main flow are wrapped, and each one's own time is summed."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from time import process_time
from typing import Any
from unittest.mock import patch

STAGES = (
    ("fold", "rules.reading", "fold"),
    ("mask of personal details", "rules.reading", "mask"),
    ("match: automaton", "rules.automaton", "DaachorseAutomaton.find"),
    ("match: conditions", "rules.engine", "Engine.match"),
    ("loops: reading, terms", "rules.loops", "Loops.walk"),
    ("loops: conditions, points", "rules.loops", "Walked.holding"),
    ("arrays: reading, finding terms", "rules.batch", "Reader.read"),
    ("arrays: conditions", "rules.holding", "ConditionTable.holding"),
    ("many: matches", "rules.engine", "Engine.parted"),
    ("judge", "service.triage", "judge"),
    ("loops: features, margins, likeliest labels, telling words", "classifier.loops", "Loops.said"),
    ("features: finding characters", "classifier.grams", "CharCounter.find"),
    ("features: finding words", "classifier.grams", "WordCounter.find"),
    ("features: counting, weighting", "classifier.features", "FeatureSpace.rows"),
    ("margins of all heads", "classifier.stack", "Stack.margins"),
    ("telling words: pulls", "classifier.arithmetic", "pulls"),
    ("telling words: choice", "classifier.arithmetic", "telling_words"),
    ("predictions", "classifier.model", "Classifier.predict"),
    ("answer", "service.steps", "answer_category"),
    ("route", "service.steps", "route"),
    ("evidence", "service.triage", "all_evidence"),
    ("respondents", "service.triage", "all_respondents"),
    ("procedure", "service.steps", "handle"),
    ("guard", "service.triage", "guard"),
    ("due dates", "service.triage", "due_dates"),
    ("several matters: cutting", "service.triage", "parts"),
    ("the rest of deciding", "service.triage", "Triage.decide"),
)
"""What it is called, its module, its name there. A stage that this machine or the code does not have is left out."""


class Watch:
    """Own time of each stage: what the stages it calls take is not counted twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def wrapped(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            start = process_time()
            try:
                return function(*arguments, **named)
            finally:
                took = process_time() - start
                self.seconds[stage] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        return timed


@contextmanager
def watching() -> Iterator[Watch]:
    """All stages are watched within the block."""
    watch = Watch()
    with ExitStack() as stack:
        for stage, module, name in STAGES:
            owner: Any = None
            with suppress(ModuleNotFoundError):
                owner = import_module(module)
            *path, last = name.split(".")
            for step in path:
                owner = getattr(owner, step, None)
            if hasattr(owner, last):
                stack.enter_context(patch.object(owner, last, watch.wrapped(stage, getattr(owner, last))))
        yield watch

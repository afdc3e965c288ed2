"""Evaluating as the command does it: labelled petitions in; outcomes, their comparison and what they rest on out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from json import dumps
from pathlib import Path

from classifier.artifact import dataset_digest, read_manifest
from classifier.bootstrap import intervals
from classifier.compare import Comparison, compare_heads
from classifier.curves import curves
from classifier.dataset import Example
from classifier.errors import InputError
from classifier.evaluate import report_of
from classifier.outcome import Outcome
from classifier.report import Report
from classifier.train import Progress
from rules.rulebook import Rulebook
from service.assemble import code_version, shelf
from service.settings import Settings
from service.tables import whole_file
from service.training import evaluate_by_time, evaluate_folds, evaluate_model


@dataclass(frozen=True, slots=True)
class Question:
    """What an evaluation is asked: how well the model of `settings` does, or `folds` of the rows, or a model of the
    earlier rows on the later ones (`by_time`); and against which model. Raises InputError for what excludes itself.
    """

    source: Path
    day: date
    folds: int | None = None
    against: str | None = None
    by_time: bool = False

    def __post_init__(self) -> None:
        if self.by_time and (self.folds or self.against):
            raise InputError("--by-time tests the later rows alone: it goes neither with --cv nor with --against")


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, on what. `folds`: cross-validated; `by_time`: the later fifth was asked of a model of the
    earlier rows; `model`: a finished model was asked instead.

    `seen`: this or the other model was trained on these very rows, so that its figures flatter.
    """

    source: str
    day: date
    code: str
    rulebook: str
    model: str | None = None
    folds: int | None = None
    against: str | None = None
    by_time: bool = False
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Outcomes by head; comparisons for those heads that the other model has too."""

    about: About
    outcomes: Mapping[str, Outcome]
    comparisons: Mapping[str, Comparison]

    @property
    def report(self) -> Report:
        """The figures by head."""
        return report_of(self.outcomes)

    def as_json(self) -> dict[str, object]:
        """All figures: those of the report, and by head `intervals`, curves, and `against` where two were compared."""
        heads = {name: asdict(head) for name, head in self.report.heads.items()}
        return {"heads": {name: head | self._further(name) for name, head in heads.items()}}

    def _further(self, head: str) -> dict[str, object]:
        outcome, comparison = self.outcomes[head], self.comparisons.get(head)
        spread = {name: asdict(interval) for name, interval in intervals(outcome).items()}
        against = {"against": asdict(comparison)} if comparison else {}
        return {"intervals": spread, **asdict(curves(outcome)), **against}


def evaluate(
    question: Question, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> Evaluation:
    """Ask the model (or models of folds), and the other one on the same rows where one is named."""
    other = settings.model_copy(update={"model": question.against})
    rival = evaluate_model(examples, rulebook, other) if question.against else {}
    outcomes = _outcomes(question, examples, rulebook, settings, told)
    about = _about(question, examples, rulebook, settings)
    return Evaluation(about, outcomes, compare_heads(rival, outcomes))


def _outcomes(
    question: Question, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> dict[str, Outcome]:
    if question.by_time:
        return evaluate_by_time(examples, rulebook, told)
    if question.folds:
        return evaluate_folds(examples, rulebook, question.folds, told)
    return evaluate_model(examples, rulebook, settings)


def _about(question: Question, examples: Sequence[Example], rulebook: Rulebook, settings: Settings) -> About:
    folder = None if question.folds or question.by_time else shelf(settings).find(settings.model)
    model = folder.name if folder else None
    asked = [name for name in (model, question.against) if name]
    return About(
        source=question.source.name,
        day=question.day,
        code=code_version(),
        rulebook=rulebook.digest,
        model=model,
        folds=question.folds,
        against=question.against,
        by_time=question.by_time,
        seen=tuple(name for name in asked if _has_seen(name, examples, settings)),
    )


def _has_seen(model: str, examples: Sequence[Example], settings: Settings) -> bool:
    """Whether the model was trained on exactly these rows and labels."""
    folder = shelf(settings).find(model)
    return folder is not None and read_manifest(folder).training.dataset == dataset_digest(examples)


def write_figures(path: Path, evaluation: Evaluation) -> None:
    """Write all figures as JSON, whole or not at all."""
    with whole_file(path) as draft:
        draft.write_text(dumps(evaluation.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

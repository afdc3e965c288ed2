"""Training and evaluating as commands do it: examples in, a saved model or a report out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifier.artifact import Origin, dataset_digest, load, save
from classifier.dataset import Example
from classifier.errors import ArtifactError
from classifier.evaluate import head_report
from classifier.manifest import Training
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.train import Progress, Recipe, cross_validate, train
from rules.rulebook import Rulebook
from service.assemble import code_version, shelf
from service.settings import Settings


def user_words(rulebook: Rulebook) -> tuple[str, ...]:
    """Terms of the rulebook, which the segmenter is to know."""
    return tuple(sorted({term for rule in rulebook.rules for term in rule.when.terms()}))


def train_and_save(
    name: str, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> tuple[Path, Report]:
    """Train on `examples` and write `models_dir/name`; the report is of held-back rows."""
    if (settings.models_dir / name).exists():
        raise ArtifactError(
            f"{settings.models_dir / name}: there is a model of this name already; choose another --name"
        )
    words, recipe = user_words(rulebook), Recipe()
    classifier, report = train(name, examples, build_segmenter(words), recipe, told)
    training = Training(dataset=dataset_digest(examples), rows=len(examples), seed=recipe.seed)
    origin = Origin(code_version(), rulebook.digest, training, words)
    return save(classifier, report, origin, settings.models_dir), report


def evaluate_folds(examples: Sequence[Example], rulebook: Rulebook, count: int, told: Progress) -> Report:
    """Figures of `count` folds of the examples."""
    return cross_validate(examples, build_segmenter(user_words(rulebook)), count, progress=told)


def evaluate_model(examples: Sequence[Example], settings: Settings) -> Report:
    """Figures of the chosen model on `examples`, for each head both have."""
    folder = shelf(settings).find(settings.model)
    if folder is None:
        raise ArtifactError("no model is active; name one with --model, or use --cv")
    classifier = load(folder)
    predictions = classifier.predict([example.petition for example in examples])
    reports = {}
    for head in sorted(classifier.heads):
        rows = [index for index, example in enumerate(examples) if head in example.labels]
        if rows:
            truth = [examples[index].labels[head] for index in rows]
            reports[head] = head_report(truth, [predictions[index].heads[head] for index in rows])
    if not reports:
        raise ArtifactError(f"{folder}: the model has no head that these labels speak of")
    return Report(reports)

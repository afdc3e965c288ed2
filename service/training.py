"""Training and evaluating as commands do it: examples in, a saved model or a report out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifier.artifact import Origin, dataset_digest, load, save
from classifier.corpus import read_corpus
from classifier.dataset import Example
from classifier.errors import ArtifactError
from classifier.evaluate import coarsened
from classifier.linear import Fit
from classifier.manifest import Training
from classifier.outcome import Outcome
from classifier.prediction import Prediction
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.train import Knowledge, Progress, Recipe, cross_validate, train
from rules.petition import Petition
from rules.rulebook import Rulebook
from rules.verdict import Levels, points_by_level
from service.assemble import build_engine, code_version, shelf
from service.settings import Settings

OWN_LABELS = Recipe()
"""How `fenban train` learns from an office's rows: ours are background, rules count as held-back rows say."""
DEFAULT = Recipe(fit=Fit(level_weights=(0.5, 1.0, 1.0)), rule_weight=0.4, sharpness=3.0, most_features=24_000)
"""How the default model is made; rule_weight and sharpness were tuned on development rows (benchmarks/default.py)."""


def user_words(rulebook: Rulebook) -> tuple[str, ...]:
    """Terms of the rulebook, which the segmenter is to know."""
    return tuple(sorted({term for rule in rulebook.rules for term in rule.when.terms()}))


def knowledge(rulebook: Rulebook, background: Sequence[Example]) -> Knowledge:
    """What training starts from."""
    engine = build_engine(rulebook)

    def points(petitions: Sequence[Petition]) -> list[Levels]:
        return [points_by_level(engine.match(petition).hits) for petition in petitions]

    return Knowledge(build_segmenter(user_words(rulebook)), points, tuple(background))


def train_and_save(
    name: str, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> tuple[Path, Report]:
    """Train on an office's rows and write `models_dir/name`; the report is of held-back rows."""
    return _train_and_save(name, examples, (rulebook, settings), read_corpus().examples(), (OWN_LABELS, told))


def train_default(name: str, rulebook: Rulebook, settings: Settings, told: Progress) -> tuple[Path, Report]:
    """Train the default model on our own petitions; the report is of held-back rows of these, not of real ones."""
    return _train_and_save(name, read_corpus().examples(), (rulebook, settings), (), (DEFAULT, told))


def _train_and_save(
    name: str,
    examples: Sequence[Example],
    place: tuple[Rulebook, Settings],
    background: Sequence[Example],
    how: tuple[Recipe, Progress],
) -> tuple[Path, Report]:
    (rulebook, settings), (recipe, told) = place, how
    if (settings.models_dir / name).exists():
        raise ArtifactError(f"{settings.models_dir / name}: there is a model of this name already; choose another name")
    classifier, report = train(name, examples, knowledge(rulebook, background), recipe, told)
    training = Training(dataset=dataset_digest(examples), rows=len(examples), seed=recipe.seed)
    origin = Origin(code_version(), rulebook.digest, training, user_words(rulebook))
    return save(classifier, report, origin, settings.models_dir), report


def evaluate_folds(examples: Sequence[Example], rulebook: Rulebook, count: int, told: Progress) -> dict[str, Outcome]:
    """What models trained on `count` folds of the examples say of the rows held back from them, by head."""
    return cross_validate(examples, knowledge(rulebook, read_corpus().examples()), count, OWN_LABELS, told)


def evaluate_model(examples: Sequence[Example], rulebook: Rulebook, settings: Settings) -> dict[str, Outcome]:
    """What the chosen model says of `examples`, for each head both have, at the level of the labels given."""
    folder = shelf(settings).find(settings.model)
    if folder is None:
        raise ArtifactError("no model is active; name one with --model, or use --cv")
    classifier = load(folder)
    petitions = [example.petition for example in examples]
    predictions = classifier.predict(petitions, knowledge(rulebook, ()).points(petitions))
    heads = [head for head in sorted(classifier.heads) if any(head in example.labels for example in examples)]
    if not heads:
        raise ArtifactError(f"{folder}: the model has no head that these labels speak of")
    return {head: _outcome(head, examples, predictions) for head in heads}


def _outcome(head: str, examples: Sequence[Example], predictions: Sequence[Prediction]) -> Outcome:
    """The rows that have a label for `head`."""
    rows = [index for index, example in enumerate(examples) if head in example.labels]
    asked = tuple(Example(examples[index].petition, {head: examples[index].labels[head]}) for index in rows)
    truth = tuple(example.labels[head] for example in asked)
    said = coarsened([predictions[index].heads[head] for index in rows], truth)
    return Outcome(asked, truth, tuple(said))

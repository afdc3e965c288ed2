"""Training, adapting and evaluating as commands do it: petitions in, a saved model or a report out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from classifier.adapt import Adaptation, Limits, Teaching, adapt
from classifier.artifact import Origin, dataset_digest, load, save
from classifier.backlog import Backlog
from classifier.choice import choose
from classifier.corpus import read_corpus
from classifier.dataset import Example
from classifier.errors import ArtifactError
from classifier.evaluate import coarsened
from classifier.linear import Fit
from classifier.manifest import Training
from classifier.model import Classifier
from classifier.outcome import Outcome
from classifier.prediction import HEADS, Prediction, Wanted
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.taught import marks
from classifier.train import Knowledge, Progress, Recipe, train
from classifier.validation import cross_validate, validate_by_time
from rules.engine import Engine
from rules.petition import Petition
from rules.reading import read
from rules.rulebook import Rulebook
from rules.succession import stands_for
from rules.tally import Points
from rules.verdict import judge, tally_of
from service.assemble import build_engine, code_version, shelf
from service.settings import Settings
from service.tables import write_table
from service.triage import Triage
from service.words import words

OWN_LABELS = Recipe(fit=Fit(balanced=True), rivals=(Fit(balanced=True, logistic=True),))
"""How `fenban train` learns from an office's rows: ours are background, rules count as held-back rows say."""
DEFAULT = Recipe(
    fit=Fit(level_weights=(0.5, 1.0, 1.0)), rule_weight=0.7, sharpness=1.6, most_features=24_000, gated=False
)
"""How the default model is made; rule_weight and sharpness were tuned on development rows (benchmarks/default.py)."""
OURS_DEPTH = 3
"""Our petitions stand behind an office's labels with their third level: its labels may lie as deep."""


def user_words(rulebook: Rulebook) -> tuple[str, ...]:
    """Terms of the rulebook, which the segmenter is to know."""
    return tuple(sorted({term for rule in rulebook.rules for term in rule.when.terms()}))


def knowledge(rulebook: Rulebook, background: Sequence[Example]) -> Knowledge:
    """What training starts from."""
    engine = build_engine(rulebook)

    def points(petitions: Sequence[Petition]) -> list[Points]:
        return [tally_of(match).points for match in engine.matches(petitions)]

    gone = rulebook.taxonomy.gone
    covered = {code: stands_for(own.code, gone) for own in rulebook.taxonomy.by_code.values() for code in own.covers}
    return Knowledge(build_segmenter(user_words(rulebook)), points, tuple(background), covered)


def read_backlog(petitions: Sequence[Petition], rulebook: Rulebook, engine: Engine | None = None) -> Backlog:
    """These petitions and what the rules say of each."""
    engine = engine or build_engine(rulebook)
    margin = rulebook.policy.clear_margin
    return Backlog(tuple(petitions), tuple(judge(engine.match(petition), margin) for petition in petitions))


def train_and_save(
    name: str, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> tuple[Path, Report]:
    """Train on an office's rows and write `models_dir/name`; the report is of held-back rows."""
    background = read_corpus().examples(OURS_DEPTH)
    return _train_and_save(name, examples, (rulebook, settings), background, (OWN_LABELS, told))


def train_open_and_save(
    name: str, examples: Sequence[Example], rulebook: Rulebook, settings: Settings, told: Progress
) -> tuple[Path, Report]:
    """The same on petitions that clerks settled: a category or kind that none of them has stays as we know it."""
    recipe = replace(OWN_LABELS, open_level=rulebook.policy.confidence_level)
    return _train_and_save(name, examples, (rulebook, settings), read_corpus().examples(OURS_DEPTH), (recipe, told))


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
    _check_free(name, settings)
    classifier, report = train(name, examples, knowledge(rulebook, background), recipe, told)
    training = Training(dataset=dataset_digest(examples), rows=len(examples), seed=recipe.seed)
    learnt = () if recipe is DEFAULT else marks(example.petition for example in examples)
    origin = Origin(code_version(), rulebook.digest, training, user_words(rulebook), taught=learnt)
    return save(classifier, report, origin, settings.models_dir), report


def adapt_and_save(
    name: str, backlog: Backlog, place: tuple[Rulebook, Settings], limits: Limits, told: Progress
) -> tuple[Path | None, Adaptation]:
    """Adapt the default model to a backlog and write `models_dir/name`; None, and nothing written, without a gain."""
    rulebook, settings = place
    _check_free(name, settings)
    corpus = read_corpus().examples()
    outcome = adapt(name, backlog, Teaching(corpus, knowledge(rulebook, ()), DEFAULT), limits, told)
    if outcome.classifier is None:
        return None, outcome
    digest = dataset_digest([*corpus, *outcome.taught])
    training = Training(dataset=digest, rows=len(corpus), agreed=len(outcome.taught), seed=DEFAULT.seed)
    learnt = marks(example.petition for example in outcome.taught)
    origin = Origin(code_version(), rulebook.digest, training, user_words(rulebook), taught=learnt)
    return save(outcome.classifier, outcome.report, origin, settings.models_dir), outcome


def list_next(petitions: Sequence[Petition], triage: Triage, asked: tuple[int, date], target: Path) -> int:
    """Write the petitions to label next, with the category suggested and an empty label; how many there are.

    `asked`: how many at most, and the day that stands in for a missing day of receipt.
    """
    (count, today), columns = asked, words().to_label
    if not isinstance(triage.classifier, Classifier):
        raise ArtifactError("no model is active; name one with --model")
    backlog = read_backlog(petitions, triage.rulebook, triage.engine)
    chosen = [petitions[row] for row in choose(backlog, triage.classifier, count)]
    suggested = ["/".join(d.category.path) if d.category else "" for d in triage.decide(chosen, today)]
    lines = [[p.id, p.title, p.body, path, ""] for p, path in zip(chosen, suggested, strict=True)]
    write_table(target, [list(columns.values()), *lines], words().labels["sheet_to_label"])
    return len(chosen)


def _check_free(name: str, settings: Settings) -> None:
    """Told before the work, not after it: is there no model of this name yet?"""
    if (settings.models_dir / name).exists():
        raise ArtifactError(f"{settings.models_dir / name}: there is a model of this name already; choose another name")


def evaluate_folds(examples: Sequence[Example], rulebook: Rulebook, count: int, told: Progress) -> dict[str, Outcome]:
    """What models trained on `count` folds of the examples say of the rows held back from them, by head."""
    return cross_validate(examples, knowledge(rulebook, read_corpus().examples(OURS_DEPTH)), count, OWN_LABELS, told)


def evaluate_by_time(examples: Sequence[Example], rulebook: Rulebook, told: Progress) -> dict[str, Outcome]:
    """What a model trained on the earlier examples says of the later fifth, by head."""
    return validate_by_time(examples, knowledge(rulebook, read_corpus().examples(OURS_DEPTH)), OWN_LABELS, told)


def evaluate_model(examples: Sequence[Example], rulebook: Rulebook, settings: Settings) -> dict[str, Outcome]:
    """What the chosen model says of `examples`, for each head both have, at the level of the labels given."""
    folder = shelf(settings).find(settings.model)
    if folder is None:
        raise ArtifactError("no model is active; name one with --model, or use --cv")
    classifier = load(folder)
    petitions = [example.petition for example in examples]
    readings = [read(petition) for petition in petitions]
    predictions = classifier.predict(readings, knowledge(rulebook, ()).points(petitions), Wanted(HEADS))
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

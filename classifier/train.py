"""Labelled petitions and prior knowledge in, calibrated classifier and honest figures out."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_selection import chi2

from classifier.calibrate import Calibration, fit_calibration, fit_sharpness, log_loss
from classifier.dataset import Example
from classifier.errors import TooFewRowsError
from classifier.evaluate import folds, head_report
from classifier.features import DEFAULT_BLOCKS, FeatureSpace, fit_features
from classifier.gate import fit_gate
from classifier.head import Floats, Head, Indices, best, shares
from classifier.linear import Fit, fit_head
from classifier.model import Classifier
from classifier.prediction import HeadPrediction
from classifier.report import HeadReport, Report
from classifier.segment import Segmenter
from classifier.twins import twin_groups
from classifier.vocabulary import Block
from rules.petition import Petition
from rules.reading import Reading, read
from rules.tally import Points
from rules.taxonomy import at_level

Progress = Callable[[str], None]
RULE_WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6)
"""Tried on held-back rows; what rules add shrinks by itself as labels grow."""
FAMILIAR = 0.99
"""Share of the rows trained on that are no more strange than a text may be."""
UNKNOWN = np.float32(-2)
"""Margin of a label that a fold has not seen."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known before any label: how to cut words, what the rules say, and petitions written by us.

    `covered`: category code -> the office's own class that stands for it. `features`: None: fitted on the rows.
    """

    segmenter: Segmenter
    points: Callable[[Sequence[Petition]], list[Points]]
    background: tuple[Example, ...] = ()
    covered: Mapping[str, str] = field(default_factory=dict)
    features: FeatureSpace | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what a training run yields, besides its rows.

    `rule_weight` and `sharpness`: found on held-back rows when None. `background_rows`: what all background
    petitions together count for, in rows, when there are no own rows; it falls to nothing at `enough_rows` own rows.
    `most_features`: only that many, the most telling ones, are kept. `gated`: whether held-back rows set thresholds;
    they must be like the rows to come. `rivals`: other fits; of all the one with least log-loss on held-back rows.
    `open_level`: labels that no own row has stay, at this level, as background tells them, and those with fewer than
    `enough_of_label` own rows keep a part of it; None: the labels of the own rows are all there are.
    """

    blocks: tuple[Block, ...] = DEFAULT_BLOCKS
    fit: Fit = field(default_factory=Fit)
    rivals: tuple[Fit, ...] = ()
    rule_weight: float | None = None
    sharpness: float | None = None
    background_rows: float = 1500.0
    enough_rows: int = 3000
    enough_of_label: int = 50
    open_level: int | None = None
    most_features: int | None = None
    gated: bool = True
    inner_folds: int = 3
    seed: int = 0

    @property
    def ways(self) -> tuple[Recipe, ...]:
        """This recipe with each of its fits."""
        return tuple(replace(self, fit=fit, rivals=()) for fit in (self.fit, *self.rivals))


@dataclass(frozen=True, slots=True)
class _Material:
    """The rows of one head: own rows first, background rows after them."""

    name: str
    rows: csr_matrix
    labels: tuple[str, ...]
    weights: Floats
    own: int
    points: list[Points]
    groups: list[int]

    def part(self, own_rows: list[int]) -> tuple[csr_matrix, list[str], Floats]:
        """Rows, labels and weights of some own rows and all background."""
        chosen = [*own_rows, *range(self.own, len(self.labels))]
        return csr_matrix(self.rows[chosen]), [self.labels[i] for i in chosen], self.weights[chosen]


def train(
    version: str, examples: Sequence[Example], knowledge: Knowledge, recipe: Recipe, progress: Progress
) -> tuple[Classifier, Report]:
    """Fit every head that the examples have labels for; the report is of rows held back in `inner_folds` folds."""
    progress("features")
    everything = [*examples, *knowledge.background]
    petitions = [example.petition for example in everything]
    readings = [read(petition) for petition in petitions]
    features = knowledge.features or fit_features(readings, knowledge.segmenter, recipe.blocks)
    rows = features.transform(readings)
    if recipe.most_features is not None:
        features = _telling_features(features, rows, everything, recipe.most_features)
        rows = features.transform(readings)
    points = knowledge.points(petitions[: len(examples)])
    groups = twin_groups(petitions[: len(examples)])
    heads, reports = {}, {}
    for name in sorted({head for example in examples for head in example.labels}):
        progress(name)
        material = _material(name, examples, knowledge, rows, recipe)
        own = [i for i, example in enumerate(examples) if name in example.labels]
        material = replace(material, points=[points[i] for i in own], groups=[groups[i] for i in own])
        heads[name], reports[name] = _train_head(material, recipe)
    limit = _unseen_limit(features, rows, readings[: len(examples)])
    return Classifier(version, features, heads, limit), Report(reports)


def _unseen_limit(features: FeatureSpace, rows: csr_matrix, readings: Sequence[Reading]) -> float:
    """The share of unknown pairs that FAMILIAR of these texts stay below, each as if it had not been trained on.

    Without it an n-gram would be known that stands in `least` other rows: so one more is asked for here.
    """
    counts = np.bincount(rows.indices, minlength=features.size)
    least = min(vocabulary.block.min_rows for vocabulary in features.vocabularies)
    others = features.restricted(np.flatnonzero(counts > least))
    return float(np.quantile([strange.share for strange in others.strange(readings)], FAMILIAR, method="higher"))


def _telling_features(
    features: FeatureSpace, rows: csr_matrix, examples: Sequence[Example], most: int
) -> FeatureSpace:  # fmt: skip
    """The `most` columns with the greatest chi-squared statistic over all heads' labels (Yang & Pedersen 1997)."""
    best = np.zeros(rows.shape[1])
    for name in {head for example in examples for head in example.labels}:
        labelled = [i for i, example in enumerate(examples) if name in example.labels]
        scores, _ = chi2(rows[labelled], [examples[i].labels[name] for i in labelled])
        best = np.maximum(best, np.nan_to_num(scores))
    return features.restricted(np.sort(np.argsort(-best, kind="stable")[:most]))


def _material(
    name: str, examples: Sequence[Example], knowledge: Knowledge, rows: csr_matrix, recipe: Recipe
) -> _Material:
    """Own rows with this label, then the background rows whose label lies in one of theirs."""
    own = [(i, example.labels[name]) for i, example in enumerate(examples) if name in example.labels]
    check_labels(name, [label for _, label in own])
    known = {label for _, label in own}
    borrowed = [
        (len(examples) + i, label)
        for i, example in enumerate(knowledge.background)
        if (label := _local(example.labels.get(name), known, knowledge.covered, recipe.open_level)) is not None
    ]
    counts = Counter(label for _, label in own)
    shares = [_share(counts[label], len(own), len(borrowed), recipe) for _, label in borrowed]
    kept = [(row, share) for row, share in zip(borrowed, shares, strict=True) if share > 0]
    weights = np.array([1.0] * len(own) + [share for _, share in kept], dtype=np.float32)
    chosen = [*own, *(row for row, _ in kept)]
    labels = tuple(label for _, label in chosen)
    return _Material(name, csr_matrix(rows[[i for i, _ in chosen]]), labels, weights, len(own), [], [])


def _share(of_label: int, own: int, borrowed: int, recipe: Recipe) -> float:
    """What a background row counts for beside `own` rows, `of_label` of them with its label."""
    fading = recipe.background_rows * (1 - own / recipe.enough_rows) / borrowed
    if recipe.open_level is None:
        return min(1.0, fading)
    kept = (1 - of_label / recipe.enough_of_label) * min(1.0, recipe.background_rows / borrowed)
    return max(min(1.0, fading), kept)


def _local(label: str | None, known: set[str], covered: Mapping[str, str], open_level: int | None) -> str | None:
    """The office's label that a label of ours lies in, or whose class covers it.

    Where there is none: None, or with an `open_level` the own class that covers it, else our label at that level.
    """
    steps = [at_level(label, level) for level in (3, 2, 1)] if label else []
    found = next((code for step in steps for code in (step, covered.get(step)) if code in known), None)
    if found or label is None or open_level is None:
        return found
    return covered.get(label, at_level(label, open_level))


def _train_head(material: _Material, recipe: Recipe) -> tuple[Head, HeadReport]:
    own_labels = material.labels[: material.own]
    blank = Head(material.name, tuple(sorted(set(material.labels))), ())
    truth = np.array([blank.labels.index(label) for label in own_labels])
    chosen = min((_attempt(blank, material, truth, way) for way in recipe.ways), key=lambda attempt: attempt.loss)
    head = fit_head(material.name, material.rows, material.labels, chosen.fit, material.weights)
    curve = chosen.curve
    head = replace(head, rule_weight=chosen.rule_weight, sharpness=curve.sharpness, offset=curve.offset)
    if recipe.gated:
        head = replace(head, gate=fit_gate(head.labels, head.probabilities(chosen.margins), truth))
    return head, head_report(own_labels, ranked(head, chosen.margins))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to fit a head: what came of it on held-back rows. `margins`: of words and rules; `loss`: the log-loss."""

    fit: Fit
    rule_weight: float
    curve: Calibration
    margins: Floats
    loss: float


def _attempt(blank: Head, material: _Material, truth: Indices, way: Recipe) -> _Attempt:
    words, rules = _held_back_margins(blank, material, way), blank.rule_margins(material.points)
    weight = _rule_weight(words, rules, truth) if way.rule_weight is None else way.rule_weight
    margins = words + np.float32(weight) * rules
    curve = fit_calibration(margins, truth) if way.sharpness is None else Calibration(way.sharpness)
    return _Attempt(way.fit, weight, curve, margins, log_loss(shares(margins, curve.sharpness, curve.offset), truth))


def _rule_weight(words: Floats, rules: Floats, truth: Indices) -> float:
    """The weight of rules with least log-loss on held-back rows."""
    if not rules.any():
        return 0.0

    def loss(weight: float) -> float:
        held_back = words + np.float32(weight) * rules
        return log_loss(shares(held_back, fit_sharpness(held_back, truth)), truth)

    return min(RULE_WEIGHTS, key=loss)


def check_labels(name: str, labels: list[str]) -> None:
    """Raises TooFewRowsError where nothing can be learnt: one label only, or no label twice."""
    counts = Counter(labels)
    if len(counts) < 2:
        raise TooFewRowsError(f"head '{name}': only one label, '{next(iter(counts))}', in {len(labels)} rows")
    if max(counts.values()) < 2:
        raise TooFewRowsError(f"head '{name}': no label has two rows")


def _held_back_margins(head: Head, material: _Material, recipe: Recipe) -> Floats:
    """Word margins of every own row by a head that has not seen it (nor a twin of it)."""
    margins = np.full((material.own, len(head.labels)), UNKNOWN, dtype=np.float32)
    own_labels = material.labels[: material.own]
    for train_rows, test_rows in quiet_folds(own_labels, material.groups, recipe.inner_folds, recipe.seed):
        rows, labels, weights = material.part(train_rows)
        fold = fit_head(head.name, rows, labels, recipe.fit, weights)
        places = [head.labels.index(label) for label in fold.labels]
        margins[np.ix_(test_rows, places)] = fold.word_margins(csr_matrix(material.rows[test_rows]))
    return margins


def quiet_folds(
    labels: Sequence[str], groups: Sequence[int], count: int, seed: int
) -> list[tuple[list[int], list[int]]]:
    """Folds, without a warning for each label with fewer rows than folds: such labels are expected here."""
    count = min(count, len(set(groups)), max(Counter(labels).values()))
    if count < 2:
        raise TooFewRowsError("too few rows that differ: every label has one, or all are nearly the same text")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return folds(labels, groups, count, seed)


def ranked(head: Head, margins: Floats) -> list[HeadPrediction]:
    """Margins as predictions, all labels ranked."""
    labels = len(head.labels)
    places, probabilities = best(head.probabilities(margins), labels)
    rankings = head.rankings(places.ravel(), probabilities.ravel(), [labels] * len(margins))
    return head.predictions(rankings, repeat(()), repeat(None))

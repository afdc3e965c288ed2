"""Labelled petitions in, calibrated classifier and honest figures out."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_matrix

from classifier.calibrate import fit_sharpness
from classifier.dataset import Example, twin_groups
from classifier.errors import TooFewRowsError
from classifier.evaluate import folds, head_report
from classifier.features import DEFAULT_BLOCKS, Block, fit_features
from classifier.linear import Fit, fit_head
from classifier.model import Classifier, Floats, Head
from classifier.prediction import HeadPrediction
from classifier.report import HeadReport, Report
from classifier.segment import Segmenter

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what a training run yields, besides its rows."""

    blocks: tuple[Block, ...] = DEFAULT_BLOCKS
    fit: Fit = field(default_factory=Fit)
    inner_folds: int = 3
    seed: int = 0


def train(
    version: str,
    examples: Sequence[Example],
    segmenter: Segmenter,
    recipe: Recipe | None = None,
    progress: Progress = print,
) -> tuple[Classifier, Report]:
    """Fit every head that the examples have labels for; the report is of rows held back in `inner_folds` folds."""
    recipe = recipe or Recipe()
    progress("features")
    petitions = [example.petition for example in examples]
    features = fit_features(petitions, segmenter, recipe.blocks)
    rows = features.transform(petitions)
    groups = twin_groups(petitions)
    heads, reports = {}, {}
    for name in sorted({head for example in examples for head in example.labels}):
        progress(name)
        heads[name], reports[name] = _train_head(name, examples, rows, groups, recipe)
    return Classifier(version, features, heads), Report(reports)


def _train_head(
    name: str, examples: Sequence[Example], rows: csr_matrix, groups: list[int], recipe: Recipe
) -> tuple[Head, HeadReport]:
    labelled = [index for index, example in enumerate(examples) if name in example.labels]
    labels = [examples[index].labels[name] for index in labelled]
    _check(name, labels)
    own = csr_matrix(rows[labelled])
    head = fit_head(name, own, labels, recipe.fit)
    held_back = _held_back_margins(head, own, labels, [groups[index] for index in labelled], recipe)
    truth = np.array([head.labels.index(label) for label in labels])
    head = replace(head, sharpness=fit_sharpness(held_back, truth))
    return head, head_report(labels, _ranked(head, held_back))


def _check(name: str, labels: list[str]) -> None:
    counts = Counter(labels)
    if len(counts) < 2:
        raise TooFewRowsError(f"head '{name}': only one label, '{next(iter(counts))}', in {len(labels)} rows")
    if max(counts.values()) < 2:
        raise TooFewRowsError(f"head '{name}': no label has two rows")


def _held_back_margins(head: Head, rows: csr_matrix, labels: list[str], groups: list[int], recipe: Recipe) -> Floats:
    """Margins of every row by a head that has not seen it (nor a twin of it)."""
    margins = np.full((rows.shape[0], len(head.labels)), np.float32(-2), dtype=np.float32)
    for train_rows, test_rows in quiet_folds(labels, groups, recipe.inner_folds, recipe.seed):
        part = fit_head(head.name, csr_matrix(rows[train_rows]), [labels[i] for i in train_rows], recipe.fit)
        places = [head.labels.index(label) for label in part.labels]
        margins[np.ix_(test_rows, places)] = part.margins(csr_matrix(rows[test_rows]))
    return margins


def quiet_folds(
    labels: Sequence[str], groups: Sequence[int], count: int, seed: int
) -> list[tuple[list[int], list[int]]]:
    """Folds, without a warning for each label with fewer rows than folds: such labels are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return folds(labels, groups, count, seed)


def _ranked(head: Head, margins: Floats) -> list[HeadPrediction]:
    probabilities = head.probabilities(margins)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    return [
        HeadPrediction(tuple((head.labels[i], float(probabilities[row, i])) for i in places))
        for row, places in enumerate(order)
    ]


def cross_validate(
    examples: Sequence[Example],
    segmenter: Segmenter,
    count: int,
    recipe: Recipe | None = None,
    progress: Progress = print,
) -> Report:
    """Figures over `count` folds; in each, features, weights and calibration see the training rows only."""
    recipe = recipe or Recipe()
    names = sorted({head for example in examples for head in example.labels})
    return Report({name: _cross_validate_head(name, examples, segmenter, count, recipe, progress) for name in names})


def _cross_validate_head(
    name: str, examples: Sequence[Example], segmenter: Segmenter, count: int, recipe: Recipe, progress: Progress
) -> HeadReport:
    labelled = [Example(e.petition, {name: e.labels[name]}) for e in examples if name in e.labels]
    labels = [example.labels[name] for example in labelled]
    _check(name, labels)
    predictions: dict[int, HeadPrediction] = {}
    groups = twin_groups([example.petition for example in labelled])
    for number, (train_rows, test_rows) in enumerate(quiet_folds(labels, groups, count, recipe.seed), 1):
        progress(f"{name}: fold {number} of {count}")
        classifier, _ = train("fold", [labelled[i] for i in train_rows], segmenter, recipe, progress=_silent)
        found = classifier.predict([labelled[i].petition for i in test_rows])
        predictions |= {row: p.heads[name] for row, p in zip(test_rows, found, strict=True)}
    return head_report(labels, [predictions[row] for row in range(len(labelled))])


def _silent(_: str) -> None:
    return None

"""Honest figures for each head: accuracy, macro-F1, calibration, coverage at a stated precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedGroupKFold

from classifier.calibrate import calibration_error, coverage_at
from classifier.curves import brier
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from classifier.report import ClassReport, GateReport, HeadReport, Report
from rules.taxonomy import at_level

LATER = 0.2
"""Share of rows, the latest ones, that a split by time tests."""
RARE = 10
"""Classes with fewer rows than this are left out of `macro_f1_common`."""


def report_of(outcomes: Mapping[str, Outcome]) -> Report:
    """The figures of every head's rows."""
    return Report({name: head_report(outcome.truth, outcome.predictions) for name, outcome in outcomes.items()})


def head_report(truth: Sequence[str], predictions: Sequence[HeadPrediction]) -> HeadReport:
    """Compare predictions with the truth, row by row. Macro-F1 runs over the labels that occur in the truth."""
    guessed = [prediction.label for prediction in predictions]
    right = np.array([a == b for a, b in zip(truth, guessed, strict=True)])
    confidence = np.array([prediction.probability for prediction in predictions], dtype=np.float32)
    labels = sorted(set(truth))
    common = [label for label in labels if truth.count(label) >= RARE]
    top3 = [label in [name for name, _ in p.ranked[:3]] for label, p in zip(truth, predictions, strict=True)]
    return HeadReport(
        rows=len(truth),
        accuracy=float(right.mean()),
        macro_f1=_macro_f1(truth, guessed, labels),
        macro_f1_common=_macro_f1(truth, guessed, common) if common else 0.0,
        top3=float(np.mean(top3)),
        ece=calibration_error(confidence, right),
        brier=brier(truth, predictions),
        coverage_at_98=coverage_at(confidence, right, 0.98),
        coverage_at_95=coverage_at(confidence, right, 0.95),
        gate=_gate_report(truth, predictions),
        per_class=_per_class(truth, guessed, labels),
    )


def _gate_report(truth: Sequence[str], predictions: Sequence[HeadPrediction]) -> GateReport | None:
    """None where the head has no gate."""
    if any(prediction.trust is None for prediction in predictions):
        return None
    pairs = list(zip(truth, predictions, strict=True))
    sent = [label == prediction.label for label, prediction in pairs if prediction.trust == "auto"]
    return GateReport(
        auto_share=len(sent) / len(pairs),
        auto_accuracy=float(np.mean(sent)) if sent else 0.0,
        set_coverage=float(np.mean([label in prediction.plausible for label, prediction in pairs])),
        mean_set_size=float(np.mean([len(prediction.plausible) for _, prediction in pairs])),
    )


def coarsened(predictions: Sequence[HeadPrediction], truth: Sequence[str]) -> list[HeadPrediction]:
    """Predictions at the deepest level of the truth's categories: probabilities of what lies below are summed."""
    level = max(label.count(".") + 1 for label in truth)
    return [_coarsened(prediction, level) for prediction in predictions]


def _coarsened(prediction: HeadPrediction, level: int) -> HeadPrediction:
    """The words that told stay where the coarse answer is the one they told for."""
    ranked = _summed(prediction.ranked, level)
    same = at_level(prediction.label, level) == ranked[0][0]
    return HeadPrediction(ranked, prediction.telling if same else ())


def _summed(ranked: Sequence[tuple[str, float]], level: int) -> tuple[tuple[str, float], ...]:
    sums: dict[str, float] = {}
    for label, probability in ranked:
        sums[at_level(label, level)] = sums.get(at_level(label, level), 0.0) + probability
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def folds(labels: Sequence[str], groups: Sequence[int], count: int, seed: int) -> list[tuple[list[int], list[int]]]:
    """(training rows, test rows) of each fold; rows of one group never on both sides, label shares kept."""
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return [(train.tolist(), test.tolist()) for train, test in splitter.split(labels, labels, groups)]


def split_by_time(days: Sequence[date], groups: Sequence[int]) -> tuple[list[int], list[int]]:
    """(training rows, test rows): the later fifth is tested, and no earlier row of a group that reaches into it trains.

    Twins of tested rows are left out, as folds leave them out, so that both ways differ by nothing but time.
    """
    order = sorted(range(len(days)), key=lambda row: days[row])
    first = len(order) - round(len(order) * LATER)
    tested = {groups[row] for row in order[first:]}
    return sorted(row for row in order[:first] if groups[row] not in tested), sorted(order[first:])


def _macro_f1(truth: Sequence[str], guessed: Sequence[str], labels: list[str]) -> float:
    return float(f1_score(truth, guessed, labels=labels, average="macro", zero_division=0))


def _per_class(truth: Sequence[str], guessed: Sequence[str], labels: list[str]) -> dict[str, ClassReport]:
    figures = precision_recall_fscore_support(truth, guessed, labels=labels, zero_division=0)
    return {
        label: ClassReport(int(rows), float(precision), float(recall), float(f1))
        for label, precision, recall, f1, rows in zip(labels, *figures, strict=True)
    }

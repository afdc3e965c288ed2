"""Probabilities made of margins: they sum to one, keep the order, and say how often the head is right."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.calibrate import OFFSET, calibration_error, fit_calibration, fit_sharpness, log_loss
from classifier.gate import fit_gate
from classifier.head import shares

LABELS = tuple("abcdefgh")


def noisy(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Margins of one-vs-rest machines and labels that contradict one another: where two labels fit, chance decides."""
    random = np.random.default_rng(seed)
    first = random.integers(0, len(LABELS), rows)
    second = np.where(random.random(rows) < 0.3, random.integers(0, len(LABELS), rows), first)
    margins = random.normal(-1.5, 0.6, (rows, len(LABELS)))
    for fitting in (first, second):
        margins[np.arange(rows), fitting] = random.normal(1.5, 0.8, rows)
    return margins.astype(np.float32), np.where(random.random(rows) < 0.5, first, second)


@pytest.mark.parametrize("offset", [None, *OFFSET, 0.0, 2.0])
@pytest.mark.parametrize("sharpness", [0.05, 1.0, 148.0])
def test_probabilities_sum_to_one(offset: float | None, sharpness: float) -> None:
    probabilities = shares(noisy(200, 0)[0], sharpness, offset)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)


@pytest.mark.parametrize("offset", [None, *OFFSET, 0.0])
def test_the_likeliest_label_is_the_one_with_the_greatest_margin(offset: float | None) -> None:
    margins, _ = noisy(500, 1)
    assert (shares(margins, 3.0, offset).argmax(axis=1) == margins.argmax(axis=1)).all()


def test_the_least_offset_is_the_softmax() -> None:
    margins, _ = noisy(50, 2)
    np.testing.assert_allclose(shares(margins, 2.0, -40.0), shares(margins, 2.0), atol=1e-6)


def test_two_numbers_are_no_worse_than_one() -> None:
    margins, truth = noisy(1000, 3)
    curve = fit_calibration(margins, truth)
    fitted = log_loss(shares(margins, curve.sharpness, curve.offset), truth)
    assert fitted <= log_loss(shares(margins, fit_sharpness(margins, truth)), truth)


def test_probabilities_of_contradicting_labels_can_be_believed() -> None:
    margins, truth = noisy(4000, 4)
    curve = fit_calibration(margins, truth)
    unseen, right_label = noisy(4000, 5)
    errors = []
    for offset, sharpness in ((curve.offset, curve.sharpness), (None, fit_sharpness(margins, truth))):
        probabilities = shares(unseen, sharpness, offset)
        errors.append(calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == right_label))
    assert errors[0] < 0.03
    assert errors[0] < errors[1] / 2


@pytest.mark.parametrize("seed", range(4))
def test_sets_of_calibrated_probabilities_hold_the_truth_as_often_as_stated(seed: int) -> None:
    margins, truth = noisy(4000, 10 + seed)
    curve = fit_calibration(margins, truth)
    gate = fit_gate(LABELS, shares(margins, curve.sharpness, curve.offset), truth)
    unseen, right_label = noisy(6000, 20 + seed)
    least = np.array([gate.include[label] for label in LABELS])
    held = shares(unseen, curve.sharpness, curve.offset)[np.arange(6000), right_label] >= least[right_label]
    assert held.mean() == pytest.approx(0.95, abs=0.015)


def test_rows_that_are_all_right_do_not_break_the_fit() -> None:
    margins = np.tile(np.array([[1.0, -1.0]], dtype=np.float32), (10, 1))
    curve = fit_calibration(margins, np.zeros(10, dtype=np.int64))
    assert shares(margins, curve.sharpness, curve.offset)[0, 0] > 0.9

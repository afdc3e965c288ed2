"""Curves, intervals and confusion: against hand-made rows whose figures are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from classifier.bands import bands, set_sizes
from classifier.bootstrap import FIGURES, intervals
from classifier.calibrate import calibration_error, coverage_at
from classifier.compare import compare, mcnemar
from classifier.confusion import confusion
from classifier.curves import brier, coverage_curve, curves, furthest, reliability, wilson
from classifier.dataset import Example
from classifier.evaluate import head_report
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction, Trust
from rules.petition import Petition

SAME = "供水管网爆裂三天无人维修"


def said(label: str, probability: float, other: str = "b", trust: Trust | None = None) -> HeadPrediction:
    return HeadPrediction(((label, probability), (other, 1 - probability)), plausible=(label,), trust=trust)


def unlike(number: int) -> str:
    """A text that shares no run of characters with that of another number."""
    return "".join(chr(0x4E00 + (101 * number + 37 * place) % 20000) for place in range(20))


def outcome(truth: Sequence[str], predictions: Sequence[HeadPrediction], text: str = "") -> Outcome:
    """Rows of texts that differ, or all of one text."""
    petitions = [Petition(str(n), text or unlike(n)) for n in range(len(truth))]
    examples = [Example(petition, {"category": label}) for petition, label in zip(petitions, truth, strict=True)]
    return Outcome(tuple(examples), tuple(truth), tuple(predictions))


@pytest.fixture(scope="module")
def noisy() -> Outcome:
    """400 rows of three labels, right about as often as said."""
    random = np.random.default_rng(7)
    truth, predictions = [], []
    for _ in range(400):
        label, second, third = random.permutation(["a", "b", "c"])
        probability = float(random.uniform(0.4, 1))
        rest = 1 - probability
        predictions.append(HeadPrediction(((label, probability), (second, rest * 0.7), (third, rest * 0.3))))
        truth.append(str(label if random.random() < probability else second))
    return outcome(truth, predictions)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


# ── probabilities ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_brier_is_nought_for_certain_and_right() -> None:
    assert brier(["a"], [said("a", 1.0)]) == pytest.approx(0)


def test_brier_is_two_for_certain_and_wrong() -> None:
    assert brier(["b"], [said("a", 1.0)]) == pytest.approx(2)


def test_brier_counts_every_label() -> None:
    assert brier(["a"], [said("a", 0.6)]) == pytest.approx(0.4**2 + 0.4**2)


def test_a_label_that_is_not_ranked_has_no_probability() -> None:
    assert brier(["z"], [said("a", 0.6)]) == pytest.approx(1 + 0.6**2 + 0.4**2)


def test_bins_hold_all_rows() -> None:
    bins = reliability(array(0.1, 0.5, 0.52, 1.0), np.array([False, True, False, True]))
    assert [one.rows for one in bins] == [1, 2, 1]
    assert bins[1].accuracy == 0.5
    assert bins[1].confidence == pytest.approx(0.51)
    assert all(one.low <= one.confidence <= one.high for one in bins)


def test_the_gaps_of_the_bins_are_the_calibration_error(noisy: Outcome) -> None:
    bins = reliability(noisy.confidence, noisy.right)
    error = sum(one.rows * abs(one.accuracy - one.confidence) for one in bins) / len(noisy.truth)
    assert error == pytest.approx(calibration_error(noisy.confidence, noisy.right), abs=1e-6)


@pytest.mark.parametrize(("successes", "rows", "least", "most"), [(0, 10, 0, 0.278), (5, 10, 0.237, 0.763)])
def test_wilson_gives_the_published_interval(successes: int, rows: int, least: float, most: float) -> None:
    assert wilson(successes, rows) == pytest.approx((least, most), abs=0.001)


# ── how much can be left to the machine ─────────────────────────────────────────────────────────────────────────────


def test_the_coverage_curve_ends_at_all_rows(noisy: Outcome) -> None:
    last = curves(noisy).coverage_curve[-1]
    assert (last.coverage, last.accuracy) == (1, pytest.approx(noisy.right.mean()))


def test_the_coverage_curve_takes_the_clearest_rows_first() -> None:
    curve = coverage_curve(array(0.1, 0.9, 0.5), np.array([False, True, True]))
    assert [(point.coverage, point.accuracy) for point in curve] == [
        (pytest.approx(1 / 3), 1),
        (pytest.approx(2 / 3), 1),
        (1, pytest.approx(2 / 3)),
    ]


def test_a_long_curve_is_thinned(noisy: Outcome) -> None:
    assert len(coverage_curve(noisy.confidence, noisy.right, most=50)) == 50


@pytest.mark.parametrize("precision", [0.98, 0.95, 0.8])
def test_marks_stand_at_the_coverage_of_the_report(noisy: Outcome, precision: float) -> None:
    mark = furthest(noisy.confidence, noisy.right, precision)
    assert (mark.coverage if mark else 0.0) == coverage_at(noisy.confidence, noisy.right, precision)


def test_there_is_no_mark_where_no_row_is_right() -> None:
    assert furthest(array(0.9, 0.8), np.array([False, False]), 0.95) is None


def test_bands_are_told_of_a_head_with_a_gate() -> None:
    rows = [said("a", 0.9, trust="auto"), said("a", 0.8, trust="auto"), said("a", 0.4, trust="review")]
    told = bands(outcome(["a", "b", "b"], rows))
    assert [(one.trust, one.rows, one.accuracy) for one in told] == [
        ("auto", 2, 0.5),
        ("suggest", 0, 0),
        ("review", 1, 0),
    ]


def test_set_sizes_count_the_sets_that_hold_the_truth() -> None:
    sizes = set_sizes(outcome(["a", "b"], [said("a", 0.9, trust="auto"), said("a", 0.8, trust="auto")]))
    assert [(one.size, one.rows, one.held) for one in sizes if one.rows] == [(1, 2, 1)]


def test_a_head_without_a_gate_has_no_bands(noisy: Outcome) -> None:
    assert (bands(noisy), set_sizes(noisy)) == ((), ())


# ── intervals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_intervals_are_around_the_figures_of_the_report(noisy: Outcome) -> None:
    report = head_report(noisy.truth, noisy.predictions)
    found = intervals(noisy, resamples=200)
    assert tuple(found) == FIGURES
    for name, interval in found.items():
        assert interval.value == pytest.approx(getattr(report, name), abs=1e-6)
        assert interval.low <= interval.value <= interval.high


def test_intervals_are_the_same_every_time(noisy: Outcome) -> None:
    assert intervals(noisy, resamples=50) == intervals(noisy, resamples=50)


def test_the_interval_of_accuracy_is_about_two_standard_errors_wide(noisy: Outcome) -> None:
    accuracy = intervals(noisy)["accuracy"]
    error = np.sqrt(accuracy.value * (1 - accuracy.value) / len(noisy.truth))
    assert (accuracy.high - accuracy.low) / error == pytest.approx(2 * 1.96, rel=0.15)


def test_twins_are_drawn_together() -> None:
    rows = [said("a", 0.9), said("b", 0.9, other="a")] * 20
    accuracy = intervals(outcome(["a", "a"] * 20, rows, text=SAME), resamples=50)["accuracy"]
    assert (accuracy.low, accuracy.high) == (0.5, 0.5)


# ── confusion, comparison ───────────────────────────────────────────────────────────────────────────────────────────


def test_confusion_counts_every_row(noisy: Outcome) -> None:
    table = confusion(noisy)
    assert sum(map(sum, table.counts)) == len(noisy.truth)
    assert sum(row[i] for i, row in enumerate(table.counts)) == noisy.right.sum()
    assert not table.has_others


def test_confusion_shows_the_largest_labels_first() -> None:
    table = confusion(outcome(["b", "b", "a"], [said("b", 0.9, "a"), said("a", 0.9), said("a", 0.9)]))
    assert table.labels == ("b", "a")
    assert table.counts == ((1, 1, 0), (0, 1, 0))


def test_confusion_counts_what_is_not_shown_in_its_last_column() -> None:
    table = confusion(outcome(["b", "b", "a"], [said("b", 0.9, "a"), said("a", 0.9), said("a", 0.9)]), most=1)
    assert (table.labels, table.hidden, table.counts, table.has_others) == (("b",), 1, ((1, 1),), True)


@pytest.mark.parametrize(("gained", "lost", "p"), [(0, 0, 1), (5, 5, 1), (10, 0, 2 / 1024), (8, 2, 0.109375)])
def test_mcnemar_is_the_exact_binomial(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)


def test_a_comparison_counts_rows_that_flip() -> None:
    truth = ["a", "a", "b", "b"]
    first = outcome(truth, [said("a", 0.9), said("b", 0.9, "a"), said("b", 0.9, "a"), said("c", 0.9)])
    second = outcome(truth, [said("a", 0.9), said("a", 0.9), said("a", 0.9), said("a", 0.9)])
    change = compare(first, second)
    assert (change.both_right, change.gained, change.lost, change.both_wrong, change.moved) == (1, 1, 1, 1, 1)
    assert change.gains["accuracy"].value == 0
    assert change.per_class["b"].before == pytest.approx(0.5)
    assert change.per_class["b"].after == 0


def test_a_model_gains_nothing_over_itself(noisy: Outcome) -> None:
    change = compare(noisy, noisy)
    assert change.p_value == 1
    assert all((gain.low, gain.value, gain.high) == (0, 0, 0) for gain in change.gains.values())


def test_outcomes_of_other_rows_cannot_be_compared(noisy: Outcome) -> None:
    with pytest.raises(ValueError, match="same rows"):
        compare(noisy, outcome(["a"], [said("a", 0.9)]))


def test_an_outcome_has_a_prediction_for_every_row() -> None:
    with pytest.raises(ValueError, match="one truth and one prediction"):
        outcome(["a", "b"], [said("a", 0.9)])

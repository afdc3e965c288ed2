"""What a head may be trusted with holds on rows that did not set the thresholds."""

import numpy as np
import pytest

from classifier.gate import NEVER, Gate, fit_gate

LABELS = ("a", "b", "c")


def rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Honest probabilities: the truth is drawn from them."""
    random = np.random.default_rng(seed)
    margins = random.normal(size=(count, 3)) * 3
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    probabilities = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    truth = np.array([random.choice(3, p=row / row.sum()) for row in probabilities.astype(float)])
    return probabilities, truth


def ranked(row: np.ndarray) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(((label, float(p)) for label, p in zip(LABELS, row, strict=True)), key=lambda item: -item[1]))


@pytest.fixture(scope="module")
def gate() -> Gate:
    return fit_gate(LABELS, *rows(4000, 0))


def test_prediction_sets_hold_the_truth_as_often_as_stated(gate: Gate) -> None:
    probabilities, truth = rows(4000, 1)
    held = [LABELS[t] in gate.plausible(ranked(row)) for row, t in zip(probabilities, truth, strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_what_is_sent_on_is_right_as_often_as_stated(gate: Gate) -> None:
    probabilities, truth = rows(4000, 2)
    sent = [(LABELS[t], ranked(row)) for row, t in zip(probabilities, truth, strict=True)]
    right = [label == row[0][0] for label, row in sent if gate.trust(row) == "auto"]
    assert len(right) > 200
    assert np.mean(right) >= 0.965


def test_a_label_with_few_rows_is_never_sent_on() -> None:
    probabilities, truth = rows(100, 3)
    assert set(fit_gate(LABELS, probabilities, truth).auto.values()) == {NEVER}


def test_an_empty_prediction_set_is_for_a_person() -> None:
    strict = Gate({"a": 0.5}, {"a": 0.5}, {"a": 0.9})
    assert strict.plausible((("a", 0.6),)) == ()
    assert strict.trust((("a", 0.6),)) == "review"


def test_a_set_of_two_is_not_sent_on() -> None:
    open_ = Gate({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}, {"a": 0.1, "b": 0.1})
    assert open_.trust((("a", 0.6), ("b", 0.4))) == "suggest"


@pytest.mark.parametrize(("rows", "auto"), [(48, NEVER), (49, 0.9)])
def test_one_wrong_row_more_is_feared(rows: int, auto: float) -> None:
    """48 right of 48 are no proof of 98 %: with one more, wrong, it would be less."""
    sure = np.tile(np.array([[0.9, 0.06, 0.04]], dtype=np.float32), (rows, 1))
    assert fit_gate(LABELS, sure, np.zeros(rows, dtype=np.int64)).auto["a"] == pytest.approx(auto)


def test_a_label_without_a_threshold_of_its_own_needs_more_than_the_shared_one() -> None:
    """Label b has rows enough, but they are right too seldom."""
    sure, unsure = np.tile([[0.9, 0.06, 0.04]], (200, 1)), np.tile([[0.1, 0.8, 0.1]], (60, 1))
    truth = np.array([0] * 200 + [1] * 40 + [2] * 20)
    gate = fit_gate(LABELS, np.vstack([sure, unsure]).astype(np.float32), truth)
    assert gate.auto["a"] == pytest.approx(0.9)
    assert gate.auto["b"] == pytest.approx(0.95)

"""Rows to look at again: confident mistakes, and labels that are probably wrong."""

from __future__ import annotations

import pytest

from classifier.dataset import Example
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from classifier.suspects import mistakes, suspects
from rules.petition import Petition

Row = tuple[str, dict[str, float]]


def outcome(*rows: Row) -> Outcome:
    """Each row: its given label and the probability of each label."""
    examples = tuple(Example(Petition(str(n), "路灯不亮"), {"category": given}) for n, (given, _) in enumerate(rows))
    ranked = [tuple(sorted(shares.items(), key=lambda item: -item[1])) for _, shares in rows]
    return Outcome(examples, tuple(given for given, _ in rows), tuple(HeadPrediction(r) for r in ranked))


SURE_A: Row = ("a", {"a": 0.9, "b": 0.1})
SURE_B: Row = ("b", {"b": 0.9, "a": 0.1})
WRONG_LABEL: Row = ("a", {"b": 0.95, "a": 0.05})
UNSURE: Row = ("a", {"b": 0.55, "a": 0.45})


def test_a_row_labelled_against_all_evidence_is_suspect() -> None:
    (suspect,) = suspects(outcome(SURE_A, SURE_A, SURE_B, SURE_B, WRONG_LABEL))
    assert (suspect.example.petition.id, suspect.given, suspect.better) == ("4", "a", "b")
    assert (suspect.given_probability, suspect.better_probability) == (0.05, 0.95)


def test_a_mistake_that_is_not_sure_enough_is_not_suspect() -> None:
    assert suspects(outcome(SURE_A, SURE_A, SURE_B, SURE_B, UNSURE)) == []


def test_a_row_that_reaches_the_threshold_of_its_class_is_not_suspect() -> None:
    assert suspects(outcome(SURE_A, SURE_A, SURE_B)) == []


def test_a_class_that_is_hard_to_recognise_is_not_suspected_as_a_whole() -> None:
    hard: Row = ("c", {"a": 0.6, "c": 0.4})
    assert suspects(outcome(SURE_A, SURE_A, hard, hard, hard)) == []


def test_a_label_that_the_model_does_not_know_is_not_suspect() -> None:
    assert suspects(outcome(SURE_A, SURE_B, ("z", {"a": 0.99, "b": 0.01}))) == []


def test_the_most_suspect_come_first() -> None:
    worse: Row = ("a", {"b": 0.99, "a": 0.01})
    found = suspects(outcome(SURE_A, SURE_A, SURE_A, SURE_B, SURE_B, WRONG_LABEL, worse))
    assert [suspect.example.petition.id for suspect in found] == ["6", "5"]


def test_mistakes_are_told_the_surest_first() -> None:
    found = mistakes(outcome(SURE_A, UNSURE, WRONG_LABEL))
    assert [(one.example.petition.id, one.truth, one.prediction.label) for one in found] == [
        ("2", "a", "b"),
        ("1", "a", "b"),
    ]


@pytest.mark.parametrize("most", [0, 1])
def test_no_more_mistakes_than_asked(most: int) -> None:
    assert len(mistakes(outcome(UNSURE, WRONG_LABEL), most)) == most


def test_where_all_is_right_there_is_nothing_to_look_at() -> None:
    rows = outcome(SURE_A, SURE_B)
    assert (mistakes(rows), suspects(rows)) == ([], [])

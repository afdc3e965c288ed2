import random

import pytest

from rules.automaton import DaachorseAutomaton, PlainAutomaton, build_automaton
from rules.engine import Engine
from rules.petition import Petition
from rules.text import fold


def naive(terms: list[str], text: str) -> set[tuple[int, int, int]]:
    return {
        (start, start + len(term), number)
        for number, term in enumerate(terms)
        for start in range(len(text))
        if text.startswith(term, start)
    }


TERMS = ["水", "停水", "自来水", "来水", "水费", "费", "自来水公司", "12345", "a"]


@pytest.mark.parametrize("automaton", [DaachorseAutomaton, PlainAutomaton])
@pytest.mark.parametrize("text", ["", "水", "自来水公司停水收水费", "打12345也没用aa", "😀停水停水"])
def test_every_overlapping_occurrence_is_found(automaton: type, text: str) -> None:
    assert set(automaton(TERMS).find(text)) == naive(TERMS, text)


def test_no_terms_find_nothing() -> None:
    assert build_automaton([]).find("停水") == []


def test_an_unknown_engine_without_wheel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "daachorse", None)
    assert isinstance(build_automaton(["水"]), PlainAutomaton)
    with pytest.raises(ImportError):
        build_automaton(["水"], "daachorse")


def test_both_engines_equal_a_naive_search_on_real_texts(engine: Engine, real_petitions: list[Petition]) -> None:
    terms = list(engine.terms)
    fast, plain = DaachorseAutomaton(terms), PlainAutomaton(terms)
    chosen = random.Random(0).sample(real_petitions, 300)
    for petition in chosen:
        text = fold(petition.text)
        assert set(fast.find(text)) == set(plain.find(text))
    by_naive = naive(terms, fold(chosen[0].text))
    assert set(fast.find(fold(chosen[0].text))) == by_naive

"""Evidence is cut from the text as it came: folded, every span is its term."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice

import pytest

from classifier.artifact import load
from classifier.model import Classifier
from rules.engine import Engine
from rules.petition import Petition
from rules.rulebook import Rulebook
from rules.text import fold
from rules.value import replace
from service.assemble import ModelShelf, shipped_models
from service.decision import Decision, Evidence
from service.evidence import MOST, PER_GRAM, PER_RULE
from service.triage import Triage
from service.web.marks import Piece, stretches
from service.words import words

Decide = Callable[..., Decision]
Office = Callable[..., Triage]
TODAY = date(2026, 11, 20)
REAL = 2000
OWN_TEXTS = [
    Petition("plain", "家里停水三天"),
    Petition("full-width", "打過１２３４５熱線，３棟停水，ＡＢＣ小區"),
    Petition("traditional", "門口的路燈壞了，噪音擾民，廣場舞太吵"),
    Petition("emoji", "😡😡停水👨‍👩‍👧三天了🙏🏽路灯也不亮"),
    Petition("title", "公交太少，站台破了", title="道路塌陷"),
    Petition("title and emoji", "😡煤气泄漏，请问找谁", title="🚨路燈１２３４５熱線"),
    Petition("white space", "停水\r\n\t停 水　停水\u2028停水"),
    Petition("compatibility", "㎡路灯ﬁ停水㈱停水①停水…停水"),
    Petition("capitals", "İSTANBUL路灯ẞ停水"),
    Petition("astral han", "𠀀停水𡃁路灯"),
    Petition("title only", "", title="家里停水"),
]


def misplaced(petition: Petition, decision: Decision) -> list[Evidence]:
    """Evidence whose span, folded, is not its term."""
    text = petition.text
    return [
        item
        for item in decision.evidence
        if not (0 <= item.start < item.end <= len(text)) or fold(text[item.start : item.end]) != item.term
    ]


def only(office: Office, petition: Petition, telling: Sequence[str] = (), code: str = "01.01") -> Decision:
    heads = {"category": {code: 0.95}} if telling else {}
    (decision,) = office(telling=telling, **heads).decide([petition], TODAY)
    return decision


# ── own texts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("petition", OWN_TEXTS, ids=lambda petition: petition.id)
def test_every_span_of_a_rule_folds_to_its_term(office: Office, petition: Petition) -> None:
    decision = only(office, petition)
    assert decision.evidence
    assert misplaced(petition, decision) == []


@pytest.mark.parametrize("petition", OWN_TEXTS, ids=lambda petition: petition.id)
def test_every_span_of_a_trained_classifier_folds_to_its_term(
    office: Office, trained: Classifier, petition: Petition
) -> None:
    (decision,) = replace(office(), classifier=trained).decide([petition], TODAY)
    assert misplaced(petition, decision) == []


def test_a_span_is_cut_from_the_original_characters(office: Office) -> None:
    petition = Petition("1", "😡打過１２３４５熱線", title="路燈")
    found = {petition.text[item.start : item.end] for item in only(office, petition).evidence}
    assert found == {"路燈", "１２３４５熱線"}


def test_the_place_of_an_n_gram_with_digits_is_found_whatever_the_digits(office: Office) -> None:
    petition = Petition("1", "家住３栋，停水")
    (item,) = [e for e in only(office, petition, telling=["0栋"]).evidence if e.source == "classifier"]
    assert (item.start, item.term, petition.text[item.start : item.end]) == (2, "3栋", "３栋")


def test_an_n_gram_broken_up_by_white_space_is_left_out(office: Office) -> None:
    decision = only(office, Petition("1", "停\n水了"), telling=["停水"])
    assert decision.evidence == ()


def test_an_n_gram_is_shown_at_a_few_places_only(office: Office) -> None:
    decision = only(office, Petition("1", "水压低，" * 10), telling=["水压"])
    assert len(decision.evidence) == PER_GRAM


def test_an_n_gram_told_twice_is_shown_once(office: Office) -> None:
    decision = only(office, Petition("1", "水压低"), telling=["水压", "水压"])
    assert len(decision.evidence) == 1


def test_overlapping_places_of_an_n_gram_are_all_found(office: Office) -> None:
    decision = only(office, Petition("1", "水水水"), telling=["水水"])
    assert [(item.start, item.end) for item in decision.evidence] == [(0, 2), (1, 3)]


def test_evidence_of_rules_has_a_bound(office: Office) -> None:
    assert len(only(office, Petition("1", "停水" * 500)).evidence) == PER_RULE
    assert PER_RULE < MOST


def test_the_word_of_an_urgency_is_shown_in_a_text_full_of_others(office: Office) -> None:
    decision = only(office, Petition("1", "停水" * 100 + "煤气泄漏"))
    assert "gas" in {item.rule for item in decision.evidence}


# ── whose evidence ──────────────────────────────────────────────────────────────────────────────────────────────────


def speaking(decision: Decision) -> set[str | None]:
    return {item.rule for item in decision.evidence if item.source == "rule"}


def test_rules_of_the_decided_branch_are_evidence(decide: Decide) -> None:
    assert speaking(decide("停水，噪音")) == {"water-cut", "noise"}


def test_rules_of_another_branch_are_none(decide: Decide) -> None:
    assert speaking(decide("停水，公交", category={"02.01": 0.95})) == {"bus"}


def test_rules_of_no_decided_category_are_none(decide: Decide) -> None:
    assert speaking(decide("停水", category={"我们的类": 0.95})) == set()


def test_rules_of_the_decided_kind_are_evidence(decide: Decide) -> None:
    assert speaking(decide("请问停水到几点")) == {"water-cut", "question"}


def test_rules_of_another_kind_are_none(decide: Decide) -> None:
    said = speaking(decide("请问停水到几点，科长索贿"))
    assert "water-cut" in said and "question" not in said


def test_rules_of_urgency_are_always_evidence(decide: Decide) -> None:
    assert speaking(decide("煤气泄漏")) == {"gas"}


def test_excluding_words_are_no_evidence(decide: Decide) -> None:
    assert decide("停水通知").evidence == ()


def test_evidence_of_a_rule_names_its_conclusion(decide: Decide) -> None:
    (item,) = decide("家里停水").evidence
    assert (item.rule, item.conclusion, item.source) == ("water-cut", "01.01.01", "rule")


def test_evidence_of_the_classifier_names_no_rule(office: Office) -> None:
    (item,) = only(office, Petition("1", "水压低"), telling=["水压"]).evidence
    assert (item.rule, item.conclusion, item.source) == (None, "01.01", "classifier")


def test_words_that_told_nothing_decided_are_no_evidence(decide: Decide) -> None:
    assert decide("你们辛苦了").evidence == ()


# ── marks on the page ───────────────────────────────────────────────────────────────────────────────────────────────


def pieces(text: str, evidence: Sequence[Evidence]) -> list[Piece]:
    """The pieces of a petition of one matter."""
    return [piece for stretch in stretches(text, evidence, ()) for piece in stretch.pieces]


@pytest.mark.parametrize("petition", OWN_TEXTS, ids=lambda petition: petition.id)
def test_the_pieces_joined_are_the_text(office: Office, petition: Petition) -> None:
    decision = only(office, petition, telling=["停水", "水", "路灯"])
    assert "".join(piece.text for piece in pieces(petition.text, decision.evidence)) == petition.text


def test_a_piece_says_who_spoke_for_it(office: Office) -> None:
    decision = only(office, Petition("1", "家里停水三天"), telling=["水三"])
    found = [(piece.text, piece.sources) for piece in pieces("家里停水三天", decision.evidence)]
    assert found == [
        ("家里", ()),
        ("停", ("rule",)),
        ("水", ("classifier", "rule")),
        ("三", ("classifier",)),
        ("天", ()),
    ]


def test_a_piece_names_what_its_rules_conclude(office: Office) -> None:
    decision = only(office, Petition("1", "停水"))
    assert [piece.conclusions for piece in pieces("停水", decision.evidence)] == [("01.01.01",)]


def test_a_text_without_evidence_is_one_piece() -> None:
    assert [piece.text for piece in pieces("你们辛苦了", ())] == ["你们辛苦了"]


def test_no_text_is_no_piece() -> None:
    assert pieces("", ()) == []


# ── real texts; on failure only ids are shown ───────────────────────────────────────────────────────────────────────


def strays(triage: Triage, petitions: Sequence[Petition]) -> list[str]:
    """Ids of petitions with a misplaced span."""
    return [
        petition.id
        for petition, decision in zip(petitions, triage.decide(petitions, TODAY), strict=True)
        if misplaced(petition, decision)
    ]


@pytest.fixture(scope="module")
def real(real_petitions: list[Petition]) -> list[Petition]:
    return list(islice(real_petitions, REAL))


def test_spans_of_national_rules_fold_to_their_terms_in_real_texts(
    national: Rulebook, engine: Engine, real: list[Petition]
) -> None:
    triage = Triage(national, engine, None, "0", words().kind_names)
    assert strays(triage, real) == []


def test_evidence_of_national_rules_stands_in_the_rule_it_names(
    national: Rulebook, engine: Engine, real: list[Petition]
) -> None:
    terms = {rule.id: {fold(term) for term in rule.when.terms()} for rule in national.rules}
    decisions = Triage(national, engine, None, "0", words().kind_names).decide(real, TODAY)
    named = [item for made in decisions for item in made.evidence if item.rule]
    assert {item.rule for item in named if item.term not in terms[item.rule or ""]} == set()


def test_spans_of_a_classifier_fold_to_their_terms_in_real_texts(
    office: Office, trained: Classifier, real: list[Petition]
) -> None:
    assert strays(replace(office(), classifier=trained), real) == []


def test_spans_of_the_shipped_model_fold_to_their_terms_in_real_texts(
    national: Rulebook, engine: Engine, real: list[Petition]
) -> None:
    version = ModelShelf((shipped_models(),)).active
    if version is None:
        pytest.skip("no model is shipped yet")
    triage = Triage(national, engine, load(shipped_models() / version), "0", words().kind_names)
    assert strays(triage, real) == []


def test_most_real_texts_have_evidence(national: Rulebook, engine: Engine, real: list[Petition]) -> None:
    triage = Triage(national, engine, None, "0", words().kind_names)
    marked = sum(bool(decision.evidence) for decision in triage.decide(real, TODAY))
    assert marked * 2 > len(real)

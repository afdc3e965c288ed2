"""What is out of force on a petition's day is never answered nor led: its one successor is, else a clerk decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from classifier.prediction import HeadPrediction, Prediction
from rules.departments import Departments
from rules.match import Match
from rules.rulebook import Rulebook
from rules.succession import Heirs, stands_for
from rules.tally import Points
from rules.taxonomy import Taxonomy
from rules.value import replace
from rules.verdict import RuleVerdict, tally_of
from service.answer import Answer, Shares, falling
from service.decision import Candidate, DepartmentCandidate


def read_on_its_day(match: Match, book: Rulebook) -> Match:
    """The match with the conclusions that rules have in the rulebook of a day."""
    if not book.taxonomy.gone:
        return match
    return replace(match, sayings=tuple([book.by_id[saying.id].saying for saying in match.sayings]), tally=None)


def points_of_both_times(match: Match, verdict: RuleVerdict, book: Rulebook) -> Points:
    """The rules' points by codes of the day, and for what is gone by its own: the classifier may know either.

    `match` as it was made, `verdict` of the day.
    """
    if not book.taxonomy.gone:
        return verdict.by_category
    return {**tally_of(match).points, **verdict.by_category}


def brought_up(prediction: Prediction, book: Rulebook) -> Prediction:
    """The prediction in codes of a day: labels with one successor are told as it, their probabilities summed."""
    if not book.taxonomy.gone and not book.departments.gone:
        return prediction
    known: dict[str, Callable[[str], str]] = {}
    if book.taxonomy.gone:
        known["category"] = lambda label: stands_for(label, book.taxonomy.gone)
    if book.departments.gone:
        known["department"] = lambda label: book.departments.find(label) or label
    heads = {name: _renamed(head, known[name]) if name in known else head for name, head in prediction.heads.items()}
    return replace(prediction, heads=heads)


def _renamed(head: HeadPrediction, name: Callable[[str], str]) -> HeadPrediction:
    """Trust and telling words are of the label that was first; they go where another comes first."""
    sums: dict[str, float] = {}
    for label, probability in head.ranked:
        sums[name(label)] = sums.get(name(label), 0.0) + probability
    ranked = tuple(sorted(sums.items(), key=lambda pair: -pair[1]))
    if ranked[0][0] != name(head.label):
        return HeadPrediction(ranked)
    return HeadPrediction(ranked, head.telling, tuple(dict.fromkeys(map(name, head.plausible))), head.trust)


def left_to_a_clerk(answer: Answer, taxonomy: Taxonomy) -> Answer:
    """The answer without what is out of force. What was split gives no category, but its successors as candidates."""
    gone, category = taxonomy.gone, answer.category
    if not gone:
        return answer
    heirs = gone.get(category.code) if category else None
    if category is None or heirs is None:
        return replace(answer, candidates=_choices(answer.candidates, taxonomy), shares=_spread(answer.shares, gone))
    first = Candidate(category.code, category.path, None)
    return Answer(
        category=None,
        candidates=_choices((first, *answer.candidates), taxonomy),
        agreement=answer.agreement,
        shares=_spread(answer.shares, gone),
        split=len(heirs) > 1,
    )


def _choices(candidates: tuple[Candidate, ...], taxonomy: Taxonomy) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        for told in _told(candidate, taxonomy):
            found.setdefault(told.code, told)
    return tuple(found.values())


def _told(candidate: Candidate, taxonomy: Taxonomy) -> Iterator[Candidate]:
    """The candidate, or its successors, of which nobody says how likely each is."""
    if candidate.code not in taxonomy.gone:
        yield candidate
        return
    for heir in taxonomy.gone[candidate.code]:
        yield Candidate(heir, taxonomy.path(heir), None)


def _spread(shares: Shares, gone: Heirs) -> Mapping[str, float]:
    """Shares of codes in force: what was split is shared out evenly, so that all its duties are looked up."""
    spread: dict[str, float] = {}
    for code, share in shares.items():
        heirs = gone.get(code, (code,))
        for heir in heirs:
            spread[heir] = spread.get(heir, 0.0) + share / len(heirs)
    return falling(spread)


def departments_in_force(
    candidates: tuple[DepartmentCandidate, ...], departments: Departments
) -> tuple[DepartmentCandidate, ...]:
    """The candidates, those that were split replaced by all their successors."""
    found: dict[str, DepartmentCandidate] = {}
    for one in candidates:
        for code in departments.gone.get(one.code, (one.code,)):
            told = one if code == one.code else DepartmentCandidate(code, departments[code].name, None)
            found.setdefault(code, told)
    return tuple(found.values())

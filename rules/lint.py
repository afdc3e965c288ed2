"""Advice and proof beyond loading: examples that fail, terms that can never count, rules that contradict each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from rules.engine import Engine
from rules.errors import Problem
from rules.petition import Petition
from rules.rule import Rule
from rules.rulebook import Rulebook
from rules.text import fold

DECISIVE = 3


def prove(rulebook: Rulebook, engine: Engine) -> list[Problem]:
    """Every rule's own examples: what it must hit and does not, what it must miss and does not."""
    return [
        rulebook.place_of(rule.id, message)
        for rule in rulebook.rules
        for message in _unproved(rule, engine)
    ]  # fmt: skip


def _unproved(rule: Rule, engine: Engine) -> Iterator[str]:
    for text in rule.examples.hits:
        if not _hits(rule, text, engine):
            yield f"rule {rule.id}: does not hit its example '{text}'"
    for text in rule.examples.misses:
        if _hits(rule, text, engine):
            yield f"rule {rule.id}: hits '{text}', which it must miss"


def _hits(rule: Rule, text: str, engine: Engine) -> bool:
    """In the field the rule looks at: an example of a title rule is a title."""
    petition = Petition("example", "", title=text) if rule.when.field == "title" else Petition("example", text)
    return any(hit.rule.id == rule.id for hit in engine.match(petition).hits)


def contradictions(rulebook: Rulebook) -> list[Problem]:
    """Rules that can never hold, because what they need is what they exclude."""
    found = []
    for rule in rulebook.rules:
        excluded = [fold(term) for term in rule.when.none]
        for term in rule.when.all:
            if any(other in fold(term) for other in excluded):
                found.append(
                    rulebook.place_of(rule.id, f"rule {rule.id}: can never hold, '{term}' is needed and excluded")
                )
    return found


def advice(rulebook: Rulebook) -> list[Problem]:
    """What an author may want to mend: shadowed, dead and doubled terms, and terms decisive for two categories."""
    found = [rulebook.place_of(rule.id, message) for rule in rulebook.rules for message in _own_advice(rule)]
    return sorted([*found, *_conflicts(rulebook)])


def _own_advice(rule: Rule) -> Iterator[str]:
    terms = [fold(term) for term in rule.when.any]
    for term, count in Counter(terms).items():
        if count > 1:
            yield f"rule {rule.id}: term '{term}' is given twice"
    for term in dict.fromkeys(terms):
        shorter = next((other for other in terms if other != term and other in term), None)
        if shorter and not rule.when.whole_word:
            yield f"rule {rule.id}: term '{term}' is shadowed by '{shorter}'"
        if any(fold(none) in term for none in rule.when.none):
            yield f"rule {rule.id}: term '{term}' is dead, it holds an excluded term"


def _conflicts(rulebook: Rulebook) -> Iterator[Problem]:
    """Terms that alone decide for one category in one rule, and for another in another."""
    decisive: dict[str, list[Rule]] = defaultdict(list)
    for rule in rulebook.rules:
        when = rule.when
        if rule.weight == DECISIVE and rule.then.category and not (when.all or when.near or when.none):
            for term in {fold(term) for term in when.any}:
                decisive[term].append(rule)
    for term, rules in decisive.items():
        other = next((rule for rule in rules[1:] if rule.then.category != rules[0].then.category), None)
        if other:
            message = (
                f"rule {other.id}: term '{term}' is decisive for {rules[0].then.category} too (rule {rules[0].id})"
            )
            yield rulebook.place_of(other.id, message)

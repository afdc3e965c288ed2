"""What the rules alone say of a petition: points for each category, a kind, an urgency, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.match import Match
from rules.rule import Kind, Rule, Urgency
from rules.tally import Points, Tally, down, tallied
from rules.value import value

ORDINARY = Urgency.ORDINARY
URGENCY_ORDER = (Urgency.CRITICAL, Urgency.URGENT, ORDINARY)


@value
class RuleVerdict:
    """`category` is None when no rule hit; `by_category` and `deeper` are a Tally's `points` and `deeper`."""

    category: str | None
    clear: bool
    by_category: Points
    deeper: Mapping[str, str]
    kind: Kind | None
    urgency: Urgency
    call: tuple[str, ...]
    urgency_reason: str | None
    notice: str | None = None

    @property
    def points(self) -> float:
        """Points of the category it names."""
        return self.by_category[self.category] if self.category else 0.0

    def below(self, code: str) -> str:
        """Down the tree from `code`, at each level the child with most points; `code` itself where none has any."""
        return down(self.deeper, code)


def judge(match: Match, clear_margin: float) -> RuleVerdict:
    """The rules' own verdict. It is clear when the best second level leads the next by `clear_margin`."""
    told = tally_of(match)
    clear = told.lead >= clear_margin
    if not told.pressing:
        return RuleVerdict(told.category, clear, told.points, told.deeper, told.kind, ORDINARY, (), None)
    urgent = [one.rule for one in match.sayings if one.kind is None and not one.steps]
    most = _most_urgent(urgent)
    level = most.then.urgency if most else None
    return RuleVerdict(
        category=told.category,
        clear=clear,
        by_category=told.points,
        deeper=told.deeper,
        kind=told.kind,
        urgency=level or ORDINARY,
        call=_lines(urgent, level) if level else (),
        urgency_reason=most.why if most else None,
        notice=_notice(urgent),
    )


def tally_of(match: Match) -> Tally:
    """The points of the rules that hold."""
    return match.tally or tallied(zip(match.sayings, match.distinct, strict=True))


def _most_urgent(urgent: Iterable[Rule]) -> Rule | None:
    return min(urgent, key=lambda rule: URGENCY_ORDER.index(rule.then.urgency or Urgency.ORDINARY), default=None)


def _lines(urgent: Iterable[Rule], level: Urgency) -> tuple[str, ...]:
    """Every line to call that rules of this level name, each once."""
    return tuple(dict.fromkeys([line for rule in urgent if rule.then.urgency is level for line in rule.then.call]))


def _notice(urgent: Iterable[Rule]) -> str | None:
    """What the first rule that has something to say tells the clerk."""
    return next((rule.then.notice for rule in urgent if rule.then.notice), None)

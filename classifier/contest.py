"""Champion and challenger asked about the same later rows, which are frozen before the challenger learns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from classifier.challenge import ClassFigures, Figures, Flip, HeadComparison
from classifier.compare import Comparison, compare
from classifier.dataset import Example
from classifier.errors import InputError
from classifier.evaluate import LATER, head_report
from classifier.manifest import HeadName, head_name
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from classifier.report import HeadReport
from classifier.twins import twin_groups
from rules.taxonomy import at_level

EVER = datetime.min.replace(tzinfo=UTC)
"""Before all moments."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A labelled petition and the moment by which it stands in time; None: before all others."""

    example: Example
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Split:
    """`earlier` teach; `later`, from `first` to `last`, are frozen: the challenger learns none of them, nor a twin."""

    earlier: tuple[Example, ...]
    later: tuple[Example, ...]
    first: date
    last: date


def split(rows: Sequence[Timed]) -> Split:
    """The later fifth of the rows that stand in time, and what comes before. Raises InputError where all that do stand
    at one moment, as rows of a file with one date do.
    """
    dated = sorted((row for row in range(len(rows)) if rows[row].at), key=lambda row: rows[row].at or EVER)
    if len({rows[row].at for row in dated}) < 2:
        raise InputError(f"{len(dated)} of {len(rows)} rows have a date; a split by time needs two days or more")
    later = dated[len(dated) - max(1, round(len(dated) * LATER)) :]
    groups = twin_groups([row.example.petition for row in rows])
    tested = {groups[row] for row in later}
    earlier = [row.example for row, group in zip(rows, groups, strict=True) if group not in tested]
    days = [(rows[row].at or EVER).date() for row in later]
    return Split(tuple(earlier), tuple(rows[row].example for row in later), days[0], days[-1])


def compared(
    champion: Mapping[str, Outcome], challenger: Mapping[str, Outcome], local: Callable[[str], str]
) -> dict[HeadName, HeadComparison]:
    """Every head of the challenger. `local`: a label as the office names it, so that both speak of the same classes."""
    return {head_name(name): _head(champion.get(name), challenger[name], local) for name in sorted(challenger)}


def _head(champion: Outcome | None, challenger: Outcome, local: Callable[[str], str]) -> HeadComparison:
    both = [outcome for outcome in (champion, challenger) if outcome]
    level = min(_depth(outcome, local) for outcome in both)

    def name(label: str) -> str:
        return at_level(local(label), level)

    second = _renamed(challenger, name)
    after = head_report(second.truth, second.predictions)
    if champion is None:
        return HeadComparison(rows=after.rows, challenger=_figures(after))
    first = _renamed(champion, name)
    change = compare(first, second)
    before = head_report(first.truth, first.predictions)
    return _changes(change, (before, after)).model_copy(update={"flips": tuple(_flips(first, second))})


def _changes(change: Comparison, reports: tuple[HeadReport, HeadReport]) -> HeadComparison:
    gain = change.gains["macro_f1"]
    return HeadComparison(
        rows=change.rows,
        champion=_figures(reports[0]),
        challenger=_figures(reports[1]),
        gained=change.gained,
        lost=change.lost,
        p_value=change.p_value,
        gain=(gain.value, gain.low, gain.high),
        classes={
            label: ClassFigures(rows=one.rows, champion=one.before, challenger=one.after)
            for label, one in change.per_class.items()
        },
    )


def _figures(report: HeadReport) -> Figures:
    return Figures(**{name: getattr(report, name) for name in Figures.model_fields})


def _depth(outcome: Outcome, local: Callable[[str], str]) -> int:
    """The deepest level of which both the rows and the model speak."""
    said = max(local(label).count(".") for prediction in outcome.predictions for label, _ in prediction.ranked)
    return 1 + min(said, max(local(label).count(".") for label in outcome.truth))


def _renamed(outcome: Outcome, name: Callable[[str], str]) -> Outcome:
    """The same outcome in other labels; probabilities of labels that become one are summed."""
    predictions = tuple(_summed(prediction, name) for prediction in outcome.predictions)
    return Outcome(outcome.examples, tuple(name(label) for label in outcome.truth), predictions)


def _summed(prediction: HeadPrediction, name: Callable[[str], str]) -> HeadPrediction:
    sums: dict[str, float] = {}
    for label, probability in prediction.ranked:
        sums[name(label)] = sums.get(name(label), 0.0) + probability
    return HeadPrediction(tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0]))))


def _flips(first: Outcome, second: Outcome) -> Iterator[Flip]:
    rows = zip(first.examples, first.truth, first.guessed, second.guessed, strict=True)
    for example, truth, before, after in rows:
        if before != after:
            yield Flip(id=example.petition.id, truth=truth, champion=before, challenger=after)

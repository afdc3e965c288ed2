"""A challenger beside the champion on the same later rows: comparison.json, and what speaks against a promotion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from classifier.compare import Comparison, compare
from classifier.dataset import Example
from classifier.errors import ArtifactError, InputError
from classifier.evaluate import LATER, head_report
from classifier.manifest import HeadName, head_name
from classifier.outcome import Outcome
from classifier.prediction import HeadPrediction
from classifier.report import HeadReport
from classifier.twins import twin_groups
from rules.taxonomy import at_level

COMPARISON = "comparison.json"
FEWEST_ROWS = 30
"""Rows that a class must have to be judged by itself, and that a head must have to be judged at all."""
MOST_LOST = 0.03
"""F1 that a class may lose."""
MOST_ECE = 0.05
"""Calibration error up to which a challenger's may be greater than the champion's."""
CHANCE = 0.05
"""A p-value below this is not chance: more rows lost than gained."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A labelled petition and the day by which it stands in time; None: before all others."""

    example: Example
    day: date | None


@dataclass(frozen=True, slots=True)
class Split:
    """`earlier` teach; `later`, from `first` to `last`, are frozen: the challenger learns none of them, nor a twin."""

    earlier: tuple[Example, ...]
    later: tuple[Example, ...]
    first: date
    last: date


def split(rows: Sequence[Timed]) -> Split:
    """The later fifth of the rows that have a day, and what comes before. Raises InputError for fewer than two days."""
    dated = sorted((row for row in range(len(rows)) if rows[row].day), key=lambda row: rows[row].day or date.min)
    if len({rows[row].day for row in dated}) < 2:
        raise InputError(f"{len(dated)} of {len(rows)} rows have a date; a split by time needs two days or more")
    later = dated[len(dated) - max(1, round(len(dated) * LATER)) :]
    groups = twin_groups([row.example.petition for row in rows])
    tested = {groups[row] for row in later}
    earlier = [row.example for row, group in zip(rows, groups, strict=True) if group not in tested]
    days = [rows[row].day or date.min for row in later]
    return Split(tuple(earlier), tuple(rows[row].example for row in later), days[0], days[-1])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figures(_Strict):
    """Headline figures of one model, as in classifier.report.HeadReport."""

    accuracy: float
    macro_f1: float
    top3: float
    ece: float
    coverage_at_98: float


class ClassFigures(_Strict):
    """F1 of one label by both."""

    rows: int
    champion: float
    challenger: float


class Flip(_Strict):
    """A row on which they differ; a petition is told by its id alone."""

    id: str
    truth: str
    champion: str
    challenger: str


class HeadComparison(_Strict):
    """One head on the later rows. `gain`: of macro-F1 with its 95 % interval; `classes`: most rows first.

    Without a champion that has this head, its figures are None and nothing is compared.
    """

    rows: int
    challenger: Figures
    champion: Figures | None = None
    gained: int = 0
    lost: int = 0
    p_value: float = 1.0
    gain: tuple[float, float, float] | None = None
    classes: dict[str, ClassFigures] = {}
    flips: tuple[Flip, ...] = ()


class Challenge(_Strict):
    """comparison.json. The digests are those of both manifests: the file speaks of these two models alone.

    `earlier`: rows trained on; `left_out`: later rows left out because the champion was trained on them;
    `champion_seen`: whether that could be told; `missing`: heads of the champion
    that the challenger has not, or for which no later row has a label.
    """

    challenger: str
    challenger_digest: str
    champion: str | None
    champion_digest: str | None
    made_at: datetime
    first: date
    last: date
    earlier: int
    later: int
    left_out: int
    champion_seen: bool | None
    heads: dict[HeadName, HeadComparison]
    missing: tuple[HeadName, ...] = ()


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


def objections(challenge: Challenge) -> list[str]:
    """What speaks against a promotion, each in one sentence; nothing does when the list is empty."""
    found = [
        f"{head}: the challenger has no such head, or no later row has a label for it" for head in challenge.missing
    ]
    return [*found, *(said for head, one in challenge.heads.items() for said in _head_objections(head, one))]


def _head_objections(head: str, one: HeadComparison) -> Iterator[str]:
    if one.rows < FEWEST_ROWS:
        yield f"{head}: only {one.rows} later rows, too few to judge by ({FEWEST_ROWS} are needed)"
    for label, figures in one.classes.items():
        if figures.rows >= FEWEST_ROWS and figures.champion - figures.challenger > MOST_LOST:
            change = f"{figures.champion:.3f} -> {figures.challenger:.3f}"
            yield f"{head} {label}: F1 {change} on {figures.rows} rows, a loss of more than {MOST_LOST:.2f}"
    before = one.champion.ece if one.champion else 0.0
    if one.challenger.ece > max(MOST_ECE, before):
        yield f"{head}: calibration error {before:.3f} -> {one.challenger.ece:.3f}, past {MOST_ECE:.2f}"
    if one.lost > one.gained and one.p_value < CHANCE:
        yield f"{head}: {one.lost} rows lost, {one.gained} gained (McNemar p = {one.p_value:.2g})"


def summary(challenge: Challenge) -> str:
    """The comparison in one line."""
    rows = f"{challenge.later - challenge.left_out} later rows"
    return "; ".join([rows, *(_line(head, one) for head, one in challenge.heads.items())])


def _line(head: str, one: HeadComparison) -> str:
    if one.champion is None:
        return f"{head}: macro-F1 {one.challenger.macro_f1:.3f}, new"
    figures = f"{one.champion.macro_f1:.3f} -> {one.challenger.macro_f1:.3f}"
    return f"{head}: macro-F1 {figures}, {one.gained} rows gained, {one.lost} lost"


def read_challenge(folder: Path) -> Challenge | None:
    """The comparison beside a model; None where there is none. Raises ArtifactError for a damaged one."""
    path = folder / COMPARISON
    if not path.is_file():
        return None
    try:
        return Challenge.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise ArtifactError(f"{path}: not a comparison that this fenban reads; train the challenger again") from None

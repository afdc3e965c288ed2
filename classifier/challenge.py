"""comparison.json: how a challenger did beside the champion on later rows, and what speaks against a promotion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from classifier.errors import ArtifactError
from classifier.manifest import HeadName

COMPARISON = "comparison.json"
FEWEST_ROWS = 30
"""Rows that a class must have to be judged by itself, and that a head must have to be judged at all."""
MOST_LOST = 0.03
"""F1 that a class may lose."""
MOST_ECE = 0.05
"""Calibration error up to which a challenger's may be greater than the champion's."""
CHANCE = 0.05
"""A p-value below this is not chance: more rows lost than gained."""


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

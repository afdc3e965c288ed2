"""The evaluation report as one page that needs nothing else: no script, no other file, no other host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from classifier.bands import BandReport, SetSize, bands, set_sizes
from classifier.bootstrap import Interval, intervals
from classifier.compare import Comparison
from classifier.confusion import Confusion, confusion
from classifier.curves import CoveragePoint, Curves, curves
from classifier.evaluate import head_report
from classifier.gate import COVERAGE
from classifier.outcome import Outcome
from classifier.report import HeadReport
from classifier.suspects import Mistake, Suspect, mistakes, suspects
from rules.rulebook import Rulebook
from service.evaluation import About, Evaluation
from service.tables import whole_file
from service.web.charts import Grid, Scale, depth, floor_of, line
from service.web.excerpts import excerpt
from service.words import words

TEMPLATES = Path(__file__).parent / "web" / "templates"
SHOWN_SUSPECTS = 50
FEW_WORDS = 5
"""Telling n-grams shown beside a row."""


@dataclass(frozen=True, slots=True)
class LabelName:
    """How a label is shown: `short` in tables and charts, `full` where one points at it."""

    short: str
    full: str


@dataclass(frozen=True, slots=True)
class HeadPage:
    """Everything the page shows of one head."""

    name: str
    report: HeadReport
    intervals: Mapping[str, Interval]
    curves: Curves
    bands: Sequence[BandReport]
    set_sizes: Sequence[SetSize]
    confusion: Confusion
    mistakes: Sequence[Mistake]
    suspects: Sequence[Suspect]
    comparison: Comparison | None
    names: Mapping[str, LabelName]


def head_pages(evaluation: Evaluation, rulebook: Rulebook) -> list[HeadPage]:
    """One for each head, in the order of the outcomes."""
    compared = evaluation.comparisons
    return [_head_page(name, outcome, compared.get(name), rulebook) for name, outcome in evaluation.outcomes.items()]


def _head_page(name: str, outcome: Outcome, comparison: Comparison | None, rulebook: Rulebook) -> HeadPage:
    return HeadPage(
        name=name,
        report=head_report(outcome.truth, outcome.predictions),
        intervals=intervals(outcome),
        curves=curves(outcome),
        bands=bands(outcome),
        set_sizes=set_sizes(outcome),
        confusion=confusion(outcome),
        mistakes=mistakes(outcome),
        suspects=suspects(outcome),
        comparison=comparison,
        names=_names({*outcome.truth, *outcome.guessed}, rulebook, words().kind_names),
    )


def _names(labels: set[str], rulebook: Rulebook, kinds: Mapping[str, str]) -> dict[str, LabelName]:
    """A category by its path, a kind or department by its name, an office's own label as it is."""
    names = {}
    for label in labels:
        path = rulebook.taxonomy.path(label) if label in rulebook.taxonomy else (_name(label, rulebook, kinds),)
        names[label] = LabelName(path[-1], " / ".join(path))
    return names


def _name(label: str, rulebook: Rulebook, kinds: Mapping[str, str]) -> str:
    known = rulebook.departments.by_code.get(label)
    return known.name if known else kinds.get(label, label)


def render(about: About, heads: Sequence[HeadPage]) -> str:
    """The page as HTML; the same input gives the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": _share,
        "chance": _chance,
        "signed": _signed,
        "thousands": _thousands,
        "clip": _clip,
    }
    environment.filters |= {"telling": _telling, "pair": _pair, "label_name": _label_name, "lines": _lines}
    environment.globals |= {"Scale": Scale, "Grid": Grid, "line": line, "floor_of": floor_of, "depth": depth}
    environment.globals |= {"excerpt": excerpt, "shown_suspects": SHOWN_SUSPECTS, "set_promise": COVERAGE}
    return environment.get_template("report.html").render(about=about, heads=heads, words=words())


def write_page(path: Path, evaluation: Evaluation, rulebook: Rulebook) -> None:
    """Write the page, whole or not at all."""
    html = render(evaluation.about, head_pages(evaluation, rulebook))
    with whole_file(path) as draft:
        draft.write_text(html, encoding="utf-8", newline="\n")


def _share(value: float, digits: int = 1) -> str:
    return f"{value * 100:.{digits}f}%"


def _chance(value: float) -> str:
    """A probability of one row, never written as if it were certain."""
    return "<0.1%" if value < 0.001 else ">99.9%" if value > 0.999 else _share(value)


def _signed(value: float, form: str = "share") -> str:
    """With its sign; a share as points of a percentage."""
    return (f"{value * 100:+.1f}" if form == "share" else f"{value:+.3f}").replace("-", "−")


def _thousands(value: int) -> str:
    return f"{value:,}"


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _lines(text: str, length: int) -> list[str]:
    """One line, or two of about the same length when it is longer than `length`."""
    half = len(text) if len(text) <= length else (len(text) + 1) // 2
    return [text[:half], text[half:]] if text[half:] else [text]


def _pair(point: CoveragePoint) -> tuple[float, float]:
    return point.coverage, point.accuracy


def _label_name(label: str, names: Mapping[str, LabelName]) -> str:
    return names[label].short


def _telling(row: Mistake | Suspect) -> list[str]:
    """The n-grams that told, the strongest first; none that is part of another."""
    grams = list(dict.fromkeys(word.gram for word in row.prediction.telling))
    return [gram for gram in grams if not any(gram in other and gram != other for other in grams)][:FEW_WORDS]

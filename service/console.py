"""What the command line shows: a decision with its evidence marked, a summary of a batch, figures of a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from classifier.report import Report
from rules.petition import Petition
from rules.policy import BAND_ORDER
from service.batch import Summary, Tell
from service.decision import Decision
from service.words import Words

if TYPE_CHECKING:
    from classifier.adapt import Adaptation
    from service.evaluation import Evaluation

out = Console(highlight=False, emoji=False, markup=False)
err = Console(stderr=True, highlight=False, emoji=False, markup=False)
COLOURS = {"auto": "green", "suggest": "yellow", "review": "red"}
SHOWN_CANDIDATES = 4


def say(line: str, style: str = "") -> None:
    """One line as it is: no markup in it, no breaks added."""
    out.print(Text(line, style=style), soft_wrap=True)


def told(step: str) -> None:
    """A step of long work, beside the results."""
    err.print(f"… {step}", markup=False)


def show_decision(petition: Petition, decision: Decision, words: Words) -> None:
    """One decision, the petition's text above it with the evidence marked."""
    out.print(marked(petition, decision))
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, value in _lines(decision, words):
        table.add_row(name, value)
    out.print(table)


def marked(petition: Petition, decision: Decision) -> Text:
    """The text with what rules saw underlined and what the classifier saw in italics."""
    text = Text(petition.text)
    for item in decision.evidence:
        text.stylize("bold underline" if item.source == "rule" else "italic", item.start, item.end)
    return text


def _lines(decision: Decision, words: Words) -> Iterator[tuple[str, str | Text]]:
    band = decision.band.value
    yield words.labels["band"], Text(words.bands[decision.band], style=COLOURS[band])
    if decision.category:
        yield (
            words.labels["category"],
            f"{decision.path}  {decision.category.code}{_percent(decision.category.confidence)}",
        )
    if decision.kind:
        yield words.labels["kind"], f"{decision.kind.name}{_percent(decision.kind.confidence)}"
    yield words.labels["lead"], decision.assignment.lead.name if decision.assignment.lead else "—"
    yield words.labels["supporting"], "、".join(item.name for item in decision.assignment.supporting) or "—"
    yield words.labels["basis"], "；".join(basis.cite for basis in decision.assignment.basis) or "—"
    if decision.urgency.reason:
        yield (
            words.labels["urgency"],
            f"{decision.urgency.level} {'、'.join(decision.urgency.call)} {decision.urgency.reason}",
        )
    if decision.review_reasons:
        yield words.labels["reasons"], "；".join(words.reasons[reason] for reason in decision.review_reasons)
    yield words.labels["agreement"], words.agreement[decision.verdicts.agreement]
    others = [f"{'/'.join(c.path)}{_percent(c.probability)}" for c in decision.candidates[1:SHOWN_CANDIDATES]]
    if others:
        yield words.labels["others"], "\n".join(others)


def _percent(share: float | None) -> str:
    return "" if share is None else f"  {share:.0%}"


def show_summary(summary: Summary, words: Words) -> None:
    """Counts by first-level category and band."""
    table = Table(title=f"{summary.rows} {words.labels['count']}")
    table.add_column(words.labels["category"])
    for band in BAND_ORDER:
        table.add_column(words.bands[band], justify="right", style=COLOURS[band.value])
    for name, counts in sorted(summary.categories.items(), key=lambda item: -item[1].total()):
        table.add_row(name, *(str(counts[band.value] or "") for band in BAND_ORDER))
    table.add_section()
    table.add_row(words.labels["total"], *(str(summary.bands[band.value]) for band in BAND_ORDER))
    out.print(table)
    if summary.unreadable:
        say(f"{summary.unreadable} rows could not be read; the last column says why")


def show_report(report: Report) -> None:
    """Headline figures of every head."""
    table = Table()
    for name in ("head", "rows", "accuracy", "macro-F1", "top 3", "ECE", "coverage at 98 %", "at 95 %"):
        table.add_column(name, justify="left" if name == "head" else "right")
    for name, head in report.heads.items():
        figures = (head.accuracy, head.macro_f1, head.top3, head.ece, head.coverage_at_98, head.coverage_at_95)
        table.add_row(name, str(head.rows), *(f"{figure:.4f}" for figure in figures))
    out.print(table)


def show_evaluation(evaluation: Evaluation) -> None:
    """Headline figures; a warning where a model was trained on these rows; each comparison in one line."""
    show_report(evaluation.report)
    for model in evaluation.about.seen:
        say(f"model {model} was trained on these very rows: its figures say nothing of new ones")
    for name, change in evaluation.comparisons.items():
        say(
            f"{name}, against {evaluation.about.against}: {change.gained} rows gained, {change.lost} lost, "
            f"McNemar p = {change.p_value:.3g}; macro-F1 {change.gains['macro_f1'].value:+.4f}"
        )


def show_adaptation(outcome: Adaptation) -> None:
    """Default and adapted model side by side, on rows that neither was taught."""
    if outcome.check is None:
        return
    table = Table()
    for name in ("held back", "model", "rows", "accuracy", "macro-F1", "ECE"):
        table.add_column(name, justify="left" if name in ("held back", "model") else "right")
    pairs = {"agreed, words alone": outcome.check.words, "our own petitions": outcome.check.ours}
    for name, pair in pairs.items():
        for model, head in zip(("default", "adapted"), pair, strict=True):
            figures = (head.accuracy, head.macro_f1, head.ece)
            table.add_row(name, model, str(head.rows), *(f"{figure:.4f}" for figure in figures))
    out.print(table)


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """A progress bar on a terminal; nothing where the output is a file."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

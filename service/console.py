"""What the command line shows: a decision with its evidence marked, a summary of a batch, figures of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from classifier.report import Report
from rules.clocks import Unit
from rules.petition import Petition
from rules.policy import BAND_ORDER
from rules.rule import Urgency
from service.batch import Summary, Tell
from service.decision import Decision, MatterAnswer, Reason
from service.notices import notices
from service.words import Words

if TYPE_CHECKING:
    from classifier.adapt import Adaptation
    from service.evaluation import Evaluation

out = Console(highlight=False, emoji=False, markup=False)
err = Console(stderr=True, highlight=False, emoji=False, markup=False)
COLOURS = {"auto": "green", "suggest": "yellow", "review": "red"}
STYLES = {"rule": "bold underline", "classifier": "italic", "respondent": "bold red"}
SHOWN_CANDIDATES = 4
SHOWN_WITHHELD = 3
BAR = 24
"""Width of the longest bar in characters."""
URGENT = (Urgency.CRITICAL, Urgency.URGENT)
Line = tuple[str, str | Text]
"""A label and what is said."""


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
    table.add_column(overflow="fold")
    for name, value in _lines(decision, words):
        table.add_row(name, value)
    out.print(table)


def marked(petition: Petition, decision: Decision) -> Text:
    """The text with what each source saw in its STYLES."""
    text = Text(petition.text)
    for item in decision.evidence:
        text.stylize(STYLES[item.source], item.start, item.end)
    return text


def _lines(decision: Decision, words: Words) -> Iterator[Line]:
    """In the order a clerk needs: danger, what to mind, what, who, who not, which way, by when, on what ground."""
    labels = words.labels
    yield from _first(decision, words)
    yield from _what(decision, words)
    if len(decision.matters) > 1:
        for number, matter in enumerate(decision.matters, 1):
            yield f"{labels['matter']} {number}", _matter(matter)
    yield from _who(decision, words)
    yield from _way(decision, words)
    yield labels["basis"], "；".join(basis.cite for basis in decision.assignment.basis) or "—"
    yield labels["agreement"], words.agreement[decision.verdicts.agreement]
    shown = decision.candidates[1 if decision.category else 0 : SHOWN_CANDIDATES]
    others = [f"{'/'.join(c.path)}{_percent(c.probability)}" for c in shown]
    if others:
        yield labels["others"], "\n".join(others)


def _first(decision: Decision, words: Words) -> Iterator[Line]:
    urgency = decision.urgency
    if urgency.reason:
        said = f"{urgency.level} {'、'.join(urgency.call)} {urgency.reason}"
        yield words.labels["urgency"], Text(said, style="bold red")
    if help_notice := notices(decision).clerk:
        yield words.labels["help"], Text(help_notice, style="bold")
    yield words.labels["band"], Text(words.bands[decision.band], style=COLOURS[decision.band.value])
    if decision.review_reasons:
        yield words.labels["reasons"], "；".join(words.reasons[reason] for reason in decision.review_reasons)


def _what(decision: Decision, words: Words) -> Iterator[Line]:
    category, kind = decision.category, decision.kind
    if category:
        yield words.labels["category"], f"{decision.path}  {category.code}{_percent(category.confidence)}"
    if category and category.national:
        yield words.labels["national"], f"{'/'.join(category.national.path)}  {category.national.code}"
    if kind:
        yield words.labels["kind"], f"{kind.name}{_percent(kind.confidence)}"


def _matter(matter: MatterAnswer) -> str:
    """Category, lead and procedure of one matter."""
    category, lead, procedure = matter.category, matter.assignment.lead, matter.procedure
    told = ("/".join(category.path) if category else "", lead.name if lead else "", procedure.name if procedure else "")
    return " · ".join(part or "—" for part in told)


def _who(decision: Decision, words: Words) -> Iterator[Line]:
    assignment, labels = decision.assignment, words.labels
    yield labels["lead"], assignment.lead.name if assignment.lead else "—"
    yield labels["supporting"], "、".join(item.name for item in assignment.supporting) or "—"
    choice = f"{labels['choose_place']}{'、'.join(assignment.territories)}" if assignment.territories else ""
    territory = assignment.territory or choice or (labels["ask_place"] if assignment.place_unclear else "")
    if territory:
        yield labels["territory"], territory
    names = [item.name for item in assignment.withheld]
    if names:
        more = labels["more"].format(count=len(names)) if len(names) > SHOWN_WITHHELD else ""
        yield labels["withheld"], Text("、".join(names[:SHOWN_WITHHELD]) + more, style="red")


def _way(decision: Decision, words: Words) -> Iterator[Line]:
    if decision.procedure:
        steps = [f"{number}、{step}" for number, step in enumerate(decision.procedure.steps, 1)]
        yield words.labels["procedure"], "\n".join([decision.procedure.name, *steps])
    if decision.due:
        said = [f"{due.date or words.undated[Unit(due.unit)]}：{due.what}" for due in decision.due]
        yield words.labels["due"], "\n".join(said)
    if decision.received:
        assumed = words.labels["assumed"] if decision.received.assumed else ""
        yield words.labels["received"], decision.received.date + assumed
    if told := notices(decision).petitioner:
        yield words.labels["notice"], "\n".join(told)


def _percent(share: float | None) -> str:
    return "" if share is None else f"  {share:.0%}"


def show_summary(summary: Summary, words: Words) -> None:
    """The urgent ones first, then counts by category and band, by procedure and by reason for review."""
    urgent = [f"{level} {count}" for level in URGENT if (count := summary.urgencies[level])]
    if urgent:
        say(f"{words.labels['urgency']}  {'  '.join(urgent)}", style="bold red")
    _show_bands(summary, words)
    _show_counts(words.labels["procedures"], summary.procedures, words)
    told = Counter({words.reasons[Reason(reason)]: count for reason, count in summary.reasons.items()})
    _show_counts(words.labels["whys"], told, words)
    if summary.unreadable:
        say(f"{summary.unreadable} rows could not be read; the last column says why")
    if summary.undated:
        say(f"{summary.undated} rows have a day of receipt that is none; the last column says so")


def _show_counts(title: str, counts: Counter[str], words: Words) -> None:
    """A row with a bar for each, most first; nothing where nothing was counted."""
    if not counts:
        return
    table = Table(show_edge=False)
    table.add_column(title, overflow="fold")
    table.add_column(words.labels["count"], justify="right")
    table.add_column(width=BAR)
    for name, count in counts.most_common():
        table.add_row(name, str(count), "█" * max(1, round(BAR * count / max(counts.values()))))
    out.print(table)


def _show_bands(summary: Summary, words: Words) -> None:
    table = Table(title=f"{summary.rows} {words.labels['count']}")
    table.add_column(words.labels["category"])
    for band in BAND_ORDER:
        table.add_column(words.bands[band], justify="right", style=COLOURS[band.value])
    for name, counts in sorted(summary.categories.items(), key=lambda item: -item[1].total()):
        table.add_row(name, *(str(counts[band.value] or "") for band in BAND_ORDER))
    table.add_section()
    table.add_row(words.labels["total"], *(str(summary.bands[band.value]) for band in BAND_ORDER))
    out.print(table)


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

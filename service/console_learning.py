"""What the command line shows of learning: comparisons, changes of the model in force, label audits."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from classifier.challenge import Challenge, HeadComparison, objections
from classifier.succession import Change
from service.console import out, say
from service.label_audit import Audit

SEEN = {
    True: "{rows} later rows on which {model} was trained are left out: neither model has seen the others",
    False: "neither model was trained on these rows",
    None: "whether {model} was trained on some of these rows is not known: it was made without marks of its petitions",
}
"""What is said of the champion's own training."""


def show_challenge(challenge: Challenge) -> None:
    """Champion and challenger side by side on the frozen rows, and what speaks against a promotion."""
    table = Table(title=f"{challenge.champion or 'no model'} -> {challenge.challenger}")
    for name in ("head", "rows", "accuracy", "macro-F1", "ECE", "gained", "lost", "McNemar p"):
        table.add_column(name, justify="left" if name == "head" else "right")
    for name, one in challenge.heads.items():
        pairs = [_pair(one, figure) for figure in ("accuracy", "macro_f1", "ece")]
        table.add_row(name, str(one.rows), *pairs, str(one.gained), str(one.lost), f"{one.p_value:.2g}")
    out.print(table)
    say(f"{challenge.earlier} earlier rows taught; {challenge.later} later ones, {challenge.first} to {challenge.last}")
    say(SEEN[challenge.champion_seen].format(model=challenge.champion, rows=challenge.left_out))
    for objection in objections(challenge):
        say(f"against a promotion: {objection}", style="yellow")


def _pair(one: HeadComparison, figure: str) -> str:
    """A figure before and after."""
    after = f"{getattr(one.challenger, figure):.4f}"
    return f"{getattr(one.champion, figure):.4f} -> {after}" if one.champion else after


def show_change(change: Change) -> None:
    """One step of the succession in a line."""
    step = f"{change.before or 'as shipped'} -> {change.version or 'as shipped'}"
    say(f"    {change.at:%Y-%m-%d %H:%M} {change.action} {step}  {change.why}".rstrip())
    for objection in change.objections:
        say(f"        accepted: {objection}")


def show_audit(audit: Audit, target: Path) -> None:
    """Counts; the workbook holds the rest."""
    for name, head in audit.heads.items():
        say(
            f"{name}: {head.rows} rows, {len(head.suspects)} suspect labels, {len(head.twins)} groups of copies that "
            f"differ, {len(head.differences)} classes used differently"
        )
        if head.untested:
            say(f"{name}: only copies were looked for: {head.untested}")
    say(f"{len(audit.rules)} rules that clerks keep overruling -> {target}")

"""What a dry run of rules shows on the terminal: what changes, against confirmed answers, rule by rule. Counts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from rules.rule import RuleState
from service.console import out, say
from service.dry_run import Names
from service.rule_change import ANSWERS, Edit, Flip, Pair, RuleChange, RuleCompared
from service.words import Words

MOST_RULES, MOST_MOVES, MOST_PAIRS = 15, 8, 5
"""Lines shown of each table."""
Cells = Sequence[str]


def show_change(change: RuleChange, words: Words) -> None:
    """From the whole to the parts; what did not happen is not shown."""
    told = words.change
    say(told["title"].format(old=change.old.name, new=change.new.name, rows=len(change.rows)), style="bold")
    if not change.changed and not change.rules:
        say(told["none"])
        return
    _show((told["what"], told["petitions"]), _counts(change, words))
    _show(("", told["labelled"], told["mended"], told["broken"]), _flips(change, words), told["flips"])
    measured = any(change.labelled(head) for head in ("category", "kind"))
    _show_some(_rule_header(words, measured), _rules(change, words, measured), (MOST_RULES, told["more"]))
    for head, title in (("category", "moves"), ("department", "leads")):
        header = (told[title], told["before"], told["after"], told["petitions"])
        _show_some(header[1:], _moves(change, head, words), (MOST_MOVES, told["more"]), told[title])
    _show_some((told["conflict"], told["petitions"]), _pairs(change.conflicts), (MOST_PAIRS, told["more"]))


def _show(header: Cells, rows: Iterable[Cells], title: str | None = None) -> None:
    """A table with figures to the right; nothing where there are no rows."""
    lines = list(rows)
    if not lines:
        return
    table = Table(title=title, title_justify="left", show_edge=False)
    for number, name in enumerate(header):
        figures = all(line[number][:1] in "0123456789—" for line in lines)
        table.add_column(name, justify="right" if figures else "left", overflow="fold")
    for line in lines:
        table.add_row(*line)
    out.print()
    out.print(table)


def _show_some(header: Cells, rows: Iterable[Cells], most: tuple[int, str], title: str | None = None) -> None:
    lines = list(rows)
    limit, more = most
    _show(header, lines[:limit], title)
    if len(lines) > limit:
        say(f" {more.format(count=len(lines) - limit)}", style="dim")


def _counts(change: RuleChange, words: Words) -> Iterator[Cells]:
    told = words.change
    yield told["newly"], str(sum(bool(row.gained) for row in change.rows))
    yield told["gone"], str(sum(bool(row.lost) for row in change.rows))
    for head in ANSWERS:
        yield told[head], str(sum(row.differs(head) for row in change.rows))
        if head == "category":
            yield f"  {told['found']}", str(sum(row.answered(before=False, after=True) for row in change.rows))
            yield f"  {told['missed']}", str(sum(row.answered(before=True, after=False) for row in change.rows))
    yield told["changed"], str(len(change.changed))
    yield told["disputed"], _both(change.disputed)


def _flips(change: RuleChange, words: Words) -> Iterator[Cells]:
    for head, name in words.heads.items():
        if labelled := change.labelled(head):
            flips = change.flips(head)
            yield name, str(labelled), str(flips[Flip.MENDED]), str(flips[Flip.BROKEN])


def _rule_header(words: Words, measured: bool) -> Cells:
    told = words.change
    figures = (told["precision"], told["share"]) if measured else ()
    return told["rules"], told["edit"], told["hit"], *figures


def _rules(change: RuleChange, words: Words, measured: bool) -> Iterator[Cells]:
    for one in change.rules:
        hits = _both((one.before.hits, one.after.hits))
        figures = (_figures(one, "precision"), _figures(one, "share")) if measured else ()
        yield one.id, _edit(one, words), hits, *figures


def _edit(one: RuleCompared, words: Words) -> str:
    """What was done to it; its states where they are more than active."""
    old, new = (words.rule_states[state] if state else "" for state in one.states)
    moved = f"{old} → {new}" if old and new and old != new else ""
    waits = new if one.edit is Edit.ADDED and new != words.rule_states[RuleState.ACTIVE] else ""
    return " ".join(filter(None, (words.change[one.edit.value], moved or waits)))


def _figures(one: RuleCompared, name: str) -> str:
    before, after = (getattr(side, name) if side.hits else None for side in (one.before, one.after))
    return f"{_percent(before)} → {_percent(after)}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def _both(counts: tuple[int, int]) -> str:
    return f"{counts[0]} → {counts[1]}"


def _moves(change: RuleChange, head: str, words: Words) -> Iterator[Cells]:
    names = Names(change, words)
    for (before, after), count in change.moves(head).most_common():
        yield names.of(head, before, old=True), names.of(head, after), str(count)


def _pairs(conflicts: tuple[Counter[Pair], Counter[Pair]]) -> Iterator[Cells]:
    """Pairs that conflict on more petitions than before."""
    before, after = conflicts
    for pair, count in (after - before).most_common():
        yield " ↔ ".join(pair), f"+{count}"

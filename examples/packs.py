"""Decisions of the example petitions under all packs, side by side, as a Markdown table for the READMEs.

    python examples/packs.py                      every petition
    python examples/packs.py LZ-011 LZ-014        these petitions
    python examples/packs.py --chinese LZ-011     with Chinese headings

The places of the township pack are invented. Without a lead the departments that a clerk chooses from stand in
brackets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from classifier.dataset import ColumnReader, Columns
from classifier.rows import read_rows
from rules.petition import Petition
from service.assemble import build_triage
from service.decision import Assignment, Decision
from service.options import read_options

PETITIONS = Path(__file__).with_name("petitions.csv")
PACKS = ("national", "township", "enterprise")
TODAY = date(2026, 11, 20)
"""Stands in for a missing day of receipt: a run a year later gives the same."""
LONGEST_OPENING = 16
MOST_SUPPORTING = 3
HEADINGS = {
    "english": ("petition", "{pack}: category", "lead (supporting)", "territory"),
    "chinese": ("信访件", "{pack}：分类", "牵头（配合）", "属地"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="ids of petitions; without, all")
    parser.add_argument("--chinese", action="store_true", help="Chinese headings")
    arguments = parser.parse_args()
    petitions = chosen(arguments.ids)
    decided = [build_triage(read_options(pack, None, None)).decide(petitions, TODAY) for pack in PACKS]
    lines = table(petitions, decided, HEADINGS["chinese" if arguments.chinese else "english"])
    sys.stdout.write("\n".join([*lines, ""]))


def chosen(ids: Sequence[str]) -> list[Petition]:
    """The example petitions with these ids, in the order of the file; all without ids."""
    file = read_rows(PETITIONS)
    reader = ColumnReader(file, Columns())
    read = [petition for row in file.rows if isinstance(petition := reader.petition(row), Petition)]
    return [petition for petition in read if not ids or petition.id in ids]


def table(petitions: Sequence[Petition], decided: Sequence[Sequence[Decision]], headings: tuple[str, ...]) -> list[str]:
    """Lines of Markdown: a row for each petition, three columns for each pack (territory only where a pack has any)."""
    territorial = [any(decision.assignment.territory for decision in decisions) for decisions in decided]
    first, category, lead, territory = headings
    columns = [first]
    for pack, shown in zip(PACKS, territorial, strict=True):
        columns += [category.format(pack=pack), lead, *([territory] if shown else [])]
    rows = [
        [f"{petition.id} {opening(petition)}", *cells(row, territorial)]
        for petition, row in zip(petitions, zip(*decided, strict=True), strict=True)
    ]
    return [line(columns), line(["---"] * len(columns)), *map(line, rows)]


def cells(decisions: Sequence[Decision], territorial: Sequence[bool]) -> list[str]:
    """What the packs say of one petition."""
    found: list[str] = []
    for decision, shown in zip(decisions, territorial, strict=True):
        category = decision.category.path if decision.category else ("—",)
        territory = [decision.assignment.territory or "—"] if shown else []
        found += ["/".join(category), departments(decision.assignment), *territory]
    return found


def departments(assignment: Assignment) -> str:
    """The lead and the first supporting departments; without a lead, those a clerk chooses from."""
    supporting = [name.name for name in assignment.supporting]
    if assignment.lead is None:
        considered = supporting or [candidate.name for candidate in assignment.candidates]
        return f"— [{'、'.join(considered[:MOST_SUPPORTING])}]" if considered else "—"
    more = "…" if len(supporting) > MOST_SUPPORTING else ""
    return assignment.lead.name + (f"（{'、'.join(supporting[:MOST_SUPPORTING])}{more}）" if supporting else "")


def opening(petition: Petition) -> str:
    """The title, or how the text begins."""
    text = petition.title or petition.body
    return text if len(text) <= LONGEST_OPENING else f"{text[:LONGEST_OPENING]}…"


def line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"


if __name__ == "__main__":
    main()

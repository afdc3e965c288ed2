"""How often rules hit petitions of the store: counted with the decision, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.database import insert_into
from service.store.records import RuleUse
from service.store.schema import RuleUseRow


def count_uses(session: Session, rules: Sequence[str], at: datetime) -> None:
    """One more hit for each of these rules. In order of name, so that two transactions cannot wait for each other."""
    if not rules:
        return
    rows = insert_into(session, RuleUseRow).values(
        [{"rule": rule, "hits": 1, "last_hit": at} for rule in sorted(rules)]
    )
    session.execute(
        rows.on_conflict_do_update(
            index_elements=["rule"], set_={"hits": RuleUseRow.hits + 1, "last_hit": rows.excluded.last_hit}
        )
    )


def uses(session: Session) -> dict[str, RuleUse]:
    """All rules that ever hit."""
    return {row.rule: RuleUse(row.hits, row.last_hit) for row in session.scalars(select(RuleUseRow))}

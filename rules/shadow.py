"""Shadow rules: matched beside the decisions and counted, so that one sees what they would do before they decide."""

from __future__ import annotations

from dataclasses import dataclass

from rules.engine import Engine
from rules.petition import Petition


@dataclass(frozen=True, slots=True)
class Shadow:
    """The shadow rules of a rulebook, ready for matching (`engine`: of these alone); without any nothing is done."""

    engine: Engine | None = None

    def hits(self, petition: Petition) -> tuple[str, ...]:
        """Ids of the shadow rules that hit, in rulebook order."""
        if self.engine is None:
            return ()
        return tuple([hit.rule.id for hit in self.engine.match(petition).hits])

"""Shadow rules: matched beside the decisions and counted, so that one sees what they would do before they decide."""

from __future__ import annotations

from dataclasses import dataclass

from rules.engine import Engine, Match


@dataclass(frozen=True, slots=True)
class Shadow:
    """The shadow rules of a rulebook, ready for matching; without any nothing is done. Needs what the engine needs."""

    engine: Engine | None = None

    def hits(self, match: Match) -> tuple[str, ...]:
        """Ids of the shadow rules that hit the petition of a match, in rulebook order."""
        if self.engine is None:
            return ()
        return tuple([hit.rule.id for hit in self.engine.match(match.reading.petition).hits])

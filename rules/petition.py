"""What deciding needs to know of a petition, and nothing of who wrote it."""

from __future__ import annotations

from datetime import date

from rules.value import value


@value
class Petition:
    """A petition (信访件). `respondents` are organisations complained of, as department codes.

    Offsets of evidence count characters of `text`.
    """

    id: str
    body: str
    title: str = ""
    channel: str = ""
    region: str = ""
    received_at: date | None = None
    respondents: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Title and body, a line break between them when there is a title."""
        return f"{self.title}\n{self.body}" if self.title else self.body

    @property
    def body_start(self) -> int:
        """Offset in `text` at which the body begins."""
        return len(self.title) + 1 if self.title else 0

"""A petition as everything after the door reads it: folded, persons hidden, every character in its place."""

from __future__ import annotations

from dataclasses import dataclass

from rules.persons import mask
from rules.petition import Petition
from rules.text import fold


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is as long as `petition.text`: position i of one stands for position i of the other."""

    petition: Petition
    text: str

    @property
    def body_start(self) -> int:
        """Offset at which the body begins."""
        return self.petition.body_start


def read(petition: Petition) -> Reading:
    """The petition in its comparable form, what belongs to persons hidden."""
    return Reading(petition, mask(fold(petition.text)))

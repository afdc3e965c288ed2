"""A petition as everything after the door reads it: folded, persons hidden, every character in its place."""

from __future__ import annotations

from rules.persons import mask
from rules.petition import Petition
from rules.text import fold
from rules.value import value


@value
class Reading:
    """`text` is as long as `petition.text`: position i of one stands for position i of the other; from `body_start` on
    it is the body.
    """

    petition: Petition
    text: str
    body_start: int


def read(petition: Petition) -> Reading:
    """The petition in its comparable form, what belongs to persons hidden."""
    return Reading(petition, mask(fold(petition.text)), petition.body_start)

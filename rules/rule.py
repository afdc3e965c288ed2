"""A rule as its author writes it: when these words stand in a petition, then this conclusion, and why."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

LONGEST_TERM = 40
"""Characters."""
Term = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TERM, strip_whitespace=True)]
Terms = tuple[Term, ...]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}(\.[0-9]{2}){0,2}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=80)]
Sentence = Annotated[str, StringConstraints(min_length=4, max_length=400)]
POINTS = {1: 0.5, 2: 2.0, 3: 4.0}
"""Points of one hit, by weight of its rule. A rule never makes a probability of them."""
FieldName = Literal["title", "body", "text"]


@lru_cache(maxsize=4096)
def ancestors(code: str) -> tuple[str, ...]:
    """`01.02.03` -> (`01`, `01.02`, `01.02.03`)."""
    steps = code.split(".")
    return tuple(".".join(steps[: depth + 1]) for depth in range(len(steps)))


class Strict(BaseModel):
    """Unknown keys are errors and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(StrEnum):
    """What a petition wants (条例 arts. 29, 30, 31; 咨询 as hotlines use it)."""

    SUGGESTION = "suggestion"
    ACCUSATION = "accusation"
    APPEAL = "appeal"
    INQUIRY = "inquiry"


class Urgency(StrEnum):
    """Three levels of our own making; the regulation sets none."""

    CRITICAL = "特急"
    URGENT = "加急"
    ORDINARY = "一般"


class RuleState(StrEnum):
    """What a rule is used for. One that is not retired must prove itself by its examples."""

    DRAFT = "draft"
    """Being written: never matched in decisions."""
    SHADOW = "shadow"
    """Matched beside the decisions and counted; it never decides."""
    ACTIVE = "active"
    """It decides."""
    RETIRED = "retired"
    """Never matched; kept so that decisions that name it can be read."""


class Near(Strict):
    """A term of `these` and one of `those`, in either order, at most `within` characters between."""

    these: Terms = Field(min_length=1)
    those: Terms = Field(min_length=1)
    within: int = Field(ge=0, le=200)


MOST_TOGETHER = 20
"""Terms of `all`."""


class Condition(Strict):
    """All parts that are given must hold. Terms are substrings of the folded text.

    `none` looks at the whole text; `unless` strikes out occurrences in whose own sentence one of its terms stands.
    """

    any: Terms = ()
    all: Terms = ()
    none: Terms = ()
    unless: Terms = ()
    near: Near | None = None
    field: FieldName = "text"
    whole_word: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not (self.any or self.all or self.near):
            raise ValueError("needs one of any, all, near")
        if len(self.all) > MOST_TOGETHER:
            raise ValueError(f"all has {len(self.all)} terms; {MOST_TOGETHER} are the most")
        return self

    def terms(self) -> Iterator[str]:
        """Every term, as written; one that stands in two parts comes twice."""
        yield from (*self.any, *self.all, *self.none, *self.unless)
        if self.near:
            yield from (*self.near.these, *self.near.those)


class Conclusion(Strict):
    """Exactly one of category, kind, urgency. `call` names the lines to ring at once, `notice` helps the clerk."""

    category: Code | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    call: tuple[str, ...] = ()
    notice: Sentence | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Conclusion:
        if sum(value is not None for value in (self.category, self.kind, self.urgency)) != 1:
            raise ValueError("needs exactly one of category, kind, urgency")
        if (self.call or self.notice) and self.urgency is None:
            raise ValueError("call and notice belong to urgency")
        return self

    def __str__(self) -> str:
        return str(self.category or self.kind or self.urgency)


class Examples(Strict):
    """The proof of a rule: texts it hits and texts it must miss."""

    hits: tuple[Sentence, ...] = Field(min_length=1)
    misses: tuple[Sentence, ...] = Field(min_length=1)


class Rule(Strict):
    """One rule. Weight 3: alone enough for a clerk; 2: usually right; 1: supports only."""

    id: Slug
    when: Condition
    then: Conclusion
    weight: int = Field(ge=1, le=3)
    why: Sentence
    examples: Examples
    state: RuleState = RuleState.ACTIVE

    def __eq__(self, other: object) -> bool:
        """By what is written: what is made of it on demand holds the rule itself."""
        return isinstance(other, Rule) and all(
            getattr(self, name) == getattr(other, name) for name in Rule.model_fields
        )

    def concluding(self, category: str) -> Rule:
        """The same rule with this category for its conclusion."""
        written = {name: getattr(self, name) for name in Rule.model_fields}
        return Rule.model_validate({**written, "then": self.then.model_copy(update={"category": category})})

    @cached_property
    def saying(self) -> Saying:
        """What it says, ready for adding up and for showing."""
        then = self.then
        steps = ancestors(then.category) if then.category else ()
        second = steps[:2][-1] if steps else None
        return Saying(POINTS[self.weight], steps, self, self.id, self.conclusion, then.kind, second)

    @cached_property
    def conclusion(self) -> str:
        """What the rule concludes, as evidence names it."""
        return str(self.then)


class Saying(NamedTuple):
    """What a rule says: `points` for the category it concludes and those above it, from the first level down (none
    where it concludes no category); `second`: that of the second level, of a rule that goes no deeper the first, None
    where there is none. Judging and evidence read this little and leave the rule itself alone: a field of a model is
    dear to read.
    """

    points: float
    steps: tuple[str, ...]
    rule: Rule
    id: str
    conclusion: str
    kind: Kind | None
    second: str | None


class RuleFile(Strict):
    """A file of rules (`keywords/*.yaml`)."""

    rules: tuple[Rule, ...]

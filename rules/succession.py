"""What becomes of a category or department: renamed, merged, split, retired, from a day on. Data, never deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import Field, model_validator

from rules.rule import Slug, Strict, Term

FOREVER = date.max
"""A day by which all that will ever end has ended."""


class FormerName(Strict):
    """A name that was used up to and without `until`; labels that still use it are understood."""

    name: Term
    until: date


class Lasting(Strict):
    """What categories and departments have in common. In force up to and without `until`; from then on the `successors`
    stand in: one (renamed code, merged), several (split: a clerk must choose), none (retired).
    """

    until: date | None = None
    successors: tuple[Slug, ...] = Field(default=())
    formerly: tuple[FormerName, ...] = Field(default=())

    @model_validator(mode="after")
    def _ends_before_it_is_succeeded(self) -> Lasting:
        if self.successors and self.until is None:
            raise ValueError("successors need until")
        return self

    @property
    def end(self) -> End | None:
        return End(self.until, self.successors) if self.until is not None else None


@dataclass(frozen=True, slots=True)
class End:
    """The first day on which something is no longer in force, and who stands in from then on."""

    until: date
    successors: tuple[str, ...] = ()


Heirs = Mapping[str, tuple[str, ...]]
"""What is out of force on some day, each with what is in force in its stead."""


@dataclass(frozen=True)
class Succession:
    """All ends of one tree, by code. Asking needs ends without a circle: `faults` finds it."""

    ends: Mapping[str, End] = field(default_factory=dict)

    def days(self) -> Iterator[date]:
        """Days from which on something is out of force."""
        return (end.until for end in self.ends.values())

    def heirs(self, code: str, day: date) -> tuple[str, ...]:
        """What stands in for `code` on `day`: itself while it is in force; none where it was retired."""
        end = self.ends.get(code)
        if end is None or day < end.until:
            return (code,)
        return tuple(dict.fromkeys(heir for successor in end.successors for heir in self.heirs(successor, day)))

    def gone(self, day: date) -> Heirs:
        """All that is out of force on `day`."""
        return {code: self.heirs(code, day) for code, end in self.ends.items() if end.until <= day}

    def lacking(self, code: str, one: bool = False) -> str | None:
        """Why nothing may refer to `code`: some day nobody stands in, or, where `one` is needed, several do."""
        heirs = self.heirs(code, FOREVER)
        if not heirs:
            return f"'{code}' ends without a successor"
        return f"'{code}' is split: name one of {', '.join(heirs)}" if one and len(heirs) > 1 else None

    def faults(self) -> Iterator[tuple[str, str]]:
        """A code and what is wrong with its end."""
        for code, end in self.ends.items():
            if self._circular(code):
                yield code, f"{code}: succeeds itself"
            for successor in end.successors:
                later = self.ends.get(successor)
                if successor != code and later is not None and later.until <= end.until:
                    yield code, f"{code}: its successor '{successor}' ends no later than it"

    def _circular(self, code: str) -> bool:
        seen: set[str] = set()
        waiting = list(self.ends[code].successors)
        while waiting:
            step = waiting.pop()
            if step == code:
                return True
            if step not in seen:
                seen.add(step)
                waiting += self.ends[step].successors if step in self.ends else ()
        return False


def name_on(day: date, name: str, formerly: Sequence[FormerName]) -> str:
    """What something called `name` today was called on `day`."""
    then = [former for former in formerly if day < former.until]
    return min(then, key=lambda former: former.until).name if then else name


def stands_for(code: str, gone: Heirs) -> str:
    """The one that stands in for `code`; `code` itself when it is in force, split or retired."""
    heirs = gone.get(code, ())
    return heirs[0] if len(heirs) == 1 else code


def all_stand_for(codes: Sequence[str], gone: Heirs) -> tuple[str, ...]:
    """The codes with what is out of force replaced by all that stand in, each once."""
    return tuple(dict.fromkeys(heir for code in codes for heir in gone.get(code, (code,)))) if gone else tuple(codes)

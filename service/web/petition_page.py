"""A petition as a page: its decision read back, its history, and the form in which a clerk reviews it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.rulebook import Rulebook
from rules.value import replace
from service.access import NEEDED, Actor
from service.decision import Decision
from service.json_form import from_json
from service.review import ALLOWED, Action, ReasonCode, Review
from service.store.records import PetitionRecord
from service.web.fields import number, text_of
from service.web.pages import Shown, show


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """What a clerk sent. `version`: of the petition as the clerk saw it; `place`: where it stood in the queue;
    `category`: one of the candidates, `other`: one that was typed, which goes before.
    """

    version: int = 0
    place: str = ""
    action: str = ""
    category: str = ""
    other: str = ""
    kind: str = ""
    department: str = ""
    reason: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> ReviewForm:
        """Of a form's fields; a version that is no number is none that any petition has."""
        names = ("place", "action", "category", "other", "kind", "department", "reason")
        return cls(number(given.get("version", "")), **{name: text_of(given, name) for name in names})

    def problem(self, rulebook: Rulebook) -> str | None:
        """Key of words.page for what is wrong with it."""
        if self.action not in set(Action):
            return "no_action"
        if self.other and self._category(rulebook) is None:
            return "no_category"
        if self.department and rulebook.departments.find(self.department) is None:
            return "no_such_department"
        if self.action == Action.CORRECT and not (self.category or self.other or self.kind or self.department):
            return "no_correction"
        return "no_reason" if self.action == Action.RETURN and self.reason not in set(ReasonCode) else None

    def review(self, rulebook: Rulebook) -> Review:
        """What the desk is told; the form has no problem. Only what belongs to the action is taken from it."""
        action = Action(self.action)
        department = rulebook.departments.find(self.department) if self.department else None
        if action is Action.CORRECT:
            return Review(action, self._category(rulebook), self.kind or None, department)
        if action is Action.RETURN:
            return Review(action, department=department, reason=ReasonCode(self.reason))
        return Review(action)

    def _category(self, rulebook: Rulebook) -> str | None:
        """A code, for a code, a name that means one category only, or a path."""
        return rulebook.taxonomy.find(self.other) if self.other else self.category or None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a review can say: paths of categories and names of departments, in the order they are offered."""

    categories: tuple[tuple[str, str], ...]
    departments: tuple[str, ...]


def choices(rulebook: Rulebook, decision: Decision | None) -> Choices:
    """All that is in use, likely departments first; those that must not see the petition are not offered."""
    taxonomy, departments = rulebook.taxonomy, rulebook.departments
    out = {one.code for one in decision.assignment.withheld} if decision else set()
    likely = [one.name for one in decision.assignment.candidates if one.code in departments] if decision else []
    known = [
        one.name for one in departments.by_code.values() if one.code not in out and one.code not in departments.gone
    ]
    in_force = [code for code in taxonomy.by_code if code not in taxonomy.gone]
    return Choices(
        categories=tuple((code, "/".join(taxonomy.path(code))) for code in in_force),
        departments=tuple(dict.fromkeys([*likely, *known])),
    )


def shown_of(record: PetitionRecord) -> Shown | None:
    """The decision in force made ready for the template; None once its text was purged, or where it was written in a
    form that this version does not read.
    """
    written = record.in_force.decision
    if record.petition is None or written is None:
        return None
    try:
        decision = from_json(written)
    except ValueError:
        return None
    return show(record.petition, replace(decision, petition_id=record.item.external_id))


def possible(record: PetitionRecord, actor: Actor) -> list[Action]:
    """What this clerk can do now; without a text there is nothing to look at."""
    if record.petition is None:
        return []
    state = record.item.state
    return [one for one in Action if ALLOWED[state, one] is not None and actor.may(NEEDED[one])]

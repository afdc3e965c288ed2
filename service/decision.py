"""What fenban answers: one decision for one petition, with its ground and its doubt, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rules.policy import Agreement, Band
from rules.rule import Kind
from rules.value import value


class Reason(StrEnum):
    """Why a person must look; told to clerks in Chinese by service/words.yaml."""

    LOW_CONFIDENCE = "low_confidence"
    DISAGREEMENT = "disagreement"
    SPLIT = "split"
    NO_ANSWER = "no_answer"
    NO_DEPARTMENT = "no_department"
    DUTY_UNCLEAR = "duty_unclear"
    ACCUSATION = "accusation"
    CRITICAL = "critical"
    CONDUCT = "conduct"
    RESPONDENT_UNCLEAR = "respondent_unclear"
    PROCEDURE_UNCLEAR = "procedure_unclear"
    OUT_OF_SCOPE = "out_of_scope"
    SEVERAL_MATTERS = "several_matters"
    PLACE_UNCLEAR = "place_unclear"
    HELP = "help"
    UNFAMILIAR = "unfamiliar"
    UNREADABLE = "unreadable"


@value
class CategoryName:
    """A category with its names from the first level down."""

    code: str
    path: tuple[str, ...]


@value
class CategoryAnswer:
    """A category with its names from the first level down; `confidence` is None when only rules spoke.

    `national`: where it is an office's own category, the national one that it stands for here.
    """

    code: str
    path: tuple[str, ...]
    confidence: float | None
    national: CategoryName | None = None


@value
class Candidate:
    """A category that was considered; `probability` is of its whole branch at the policy's level."""

    code: str
    path: tuple[str, ...]
    probability: float | None


@value
class KindAnswer:
    """What the petition wants; `confidence` is None when only rules spoke."""

    code: str
    name: str
    confidence: float | None


ACCUSATION = Kind.ACCUSATION
"""Here and elsewhere: what every decision asks for has a name of its own, as Python takes long to find the members of
an enumeration.
"""


def accuses(kind: KindAnswer | None) -> bool:
    """Whether it is an accusation (条例 art. 30)."""
    return kind is not None and kind.code == ACCUSATION


@value
class DepartmentName:
    """A department as clerks read it."""

    code: str
    name: str


@value
class DepartmentCandidate:
    """A department that may lead; `probability` is None when only rules spoke."""

    code: str
    name: str
    probability: float | None


@value
class Withheld:
    """A department that must not see the petition, and why."""

    code: str
    name: str
    reason: str


@value
class BasisText:
    """A cited article and how it was checked (verified, second-hand, own-knowledge)."""

    cite: str
    source: str


@value
class Assignment:
    """Who leads, who supports, on what ground.

    `territories`: those between which a clerk must choose; `place_unclear`: a clerk must ask for the place.
    """

    lead: DepartmentName | None
    supporting: tuple[DepartmentName, ...] = ()
    candidates: tuple[DepartmentCandidate, ...] = ()
    territory: str | None = None
    basis: tuple[BasisText, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    unclear: bool = False
    territories: tuple[str, ...] = ()
    place_unclear: bool = False


@value
class ProcedureAnswer:
    """The handling path (条例 arts. 29-31): what is to be done, step by step, on what ground.

    `competent`: the body or channel to which the path leads, where it is not the office that the duty table names.
    """

    code: str
    name: str
    steps: tuple[str, ...] = ()
    basis: tuple[BasisText, ...] = ()
    competent: str | None = None


@value
class DueDate:
    """By when: `date` (ISO, last day) is None while the day from which it counts has not come."""

    what: str
    days: int
    unit: str
    date: str | None
    basis: str


@value
class TextSpan:
    """`text[start:end]` of the petition."""

    start: int
    end: int


@value
class MatterAnswer:
    """One matter of the petition, `text[start:end]`, decided by itself.

    `visible`: what of the text all its recipients may read.
    """

    start: int
    end: int
    category: CategoryAnswer | None
    kind: KindAnswer | None
    assignment: Assignment
    procedure: ProcedureAnswer | None
    visible: tuple[TextSpan, ...] = ()


@value
class Received:
    """The day that clocks count from; `assumed`: none was given, the day of the run stands in."""

    date: str
    assumed: bool


@value
class UrgencyAnswer:
    """Level (project-defined), the lines to call at once, and why."""

    level: str
    call: tuple[str, ...] = ()
    reason: str | None = None


@value
class Evidence:
    """`text[start:end]` of the petition spoke for `conclusion`; folded, it is `term`."""

    start: int
    end: int
    source: str
    term: str
    rule: str | None
    conclusion: str


@value
class RulesSaid:
    """The rules' own verdict."""

    category: str | None
    path: tuple[str, ...]
    clear: bool
    points: float
    kind: str | None


@value
class LabelSaid:
    """The likeliest label of one head."""

    label: str
    probability: float


@value
class Verdicts:
    """Both verdicts, apart, and how they stand to each other.

    `unseen`: the share of the text's pairs of characters that the model does not know.
    """

    rules: RulesSaid
    classifier: Mapping[str, LabelSaid] | None
    agreement: Agreement
    unseen: float = 0.0


@value
class Versions:
    """The three clocks; with them any old decision can be explained."""

    code: str
    rulebook: str
    model: str | None


@value
class Decision:
    """The answer for one petition.

    `matters`: what it raises, each decided by itself; `notice`: what to tell the petitioner, or to mind when doing so;
    `received`: None only for a row that could not be read.
    """

    petition_id: str
    band: Band
    review_reasons: tuple[Reason, ...]
    kind: KindAnswer | None
    category: CategoryAnswer | None
    candidates: tuple[Candidate, ...]
    assignment: Assignment
    urgency: UrgencyAnswer
    evidence: tuple[Evidence, ...]
    verdicts: Verdicts
    versions: Versions
    procedure: ProcedureAnswer | None = None
    due: tuple[DueDate, ...] = ()
    matters: tuple[MatterAnswer, ...] = ()
    notice: str | None = None
    received: Received | None = None
    error: str | None = None

    @property
    def path(self) -> str:
        """The category as clerks write it: 一级/二级/三级."""
        return "/".join(self.category.path) if self.category else ""

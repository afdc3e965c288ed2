"""Reads cases.yaml, what must be decided in clerks' words, checks decisions against it, and makes a page of it.

`python -m tests.spec.cases` writes the page (rules/CASES.md) anew and tells how many wishes hold, by section.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from rules.petition import Petition
from rules.rule import Slug, Strict
from rules.yaml_source import read
from service.assemble import build_triage
from service.decision import Assignment, Decision
from service.settings import Settings
from service.triage import Triage
from service.words import words

HERE = Path(__file__).parent
CASES = HERE / "cases.yaml"
PAGE = HERE.parents[1] / "rules" / "CASES.md"
TODAY = date(2026, 11, 20)
"""The day of the run in every case that gives no day of receipt."""
Wishes = dict[str, Any]
STRENGTHS = ("must", "must_not", "should", "may")


class Case(Strict):
    """One petition and what is to be decided of it. `says`: the rule behind it, in a clerk's words."""

    id: Slug
    says: str = Field(min_length=4)
    text: str
    title: str = ""
    pack: Literal["national", "township", "enterprise"] = "national"
    received: date | None = None
    region: str = ""
    respondents: tuple[str, ...] = ()
    must: Wishes = Field(default_factory=dict)
    must_not: Wishes = Field(default_factory=dict)
    should: Wishes = Field(default_factory=dict)
    may: Wishes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _wishes_are_known(self) -> Case:
        wishes = [name for strength in STRENGTHS for name in getattr(self, strength)]
        unknown = sorted(set(wishes) - set(CHECKS))
        if unknown or not wishes:
            raise ValueError(f"unknown wishes {unknown}" if unknown else "wishes for nothing")
        return self

    @property
    def petition(self) -> Petition:
        return Petition(
            self.id, self.text, self.title, "", self.region, received_at=self.received, respondents=self.respondents
        )


class Section(Strict):
    """Cases that belong together."""

    section: str
    about: str
    cases: tuple[Case, ...] = Field(min_length=1)


class CaseFile(Strict):
    """cases.yaml."""

    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing asked of a decision, and whether it came true."""

    case: str
    strength: str
    name: str
    asked: Any
    true: bool


def sections() -> tuple[Section, ...]:
    """All sections, in file order; raises RulebookError with file and line for a faulty file."""
    return read(CASES, "tests/spec/cases.yaml").parse(CaseFile).sections


@lru_cache(maxsize=3)
def triage(pack: str) -> Triage:
    """What decides the cases: the pack and the default model."""
    return build_triage(Settings(pack=pack))


def decided(case: Case) -> Decision:
    (decision,) = triage(case.pack).decide([case.petition], TODAY)
    return decision


def wishes(case: Case) -> Iterator[Wish]:
    """Everything the case asks for, each held against the decision."""
    decision = decided(case)
    for strength in STRENGTHS:
        for name, asked in getattr(case, strength).items():
            true = CHECKS[name](decision, asked)
            yield Wish(case.id, strength, name, asked, true != (strength == "must_not"))


def _below(code: str | None, asked: str) -> bool:
    return code is not None and (code == asked or code.startswith(f"{asked}."))


def _assignments(decision: Decision) -> list[Assignment]:
    """The petition's own, and those of its matters."""
    return [decision.assignment, *(matter.assignment for matter in decision.matters)]


def _reached(assignment: Assignment) -> set[str]:
    """Every department that the assignment names as a recipient."""
    named = [*([assignment.lead] if assignment.lead else []), *assignment.supporting, *assignment.candidates]
    return {name.code for name in named}


def _cites(decision: Decision) -> str:
    matters = [matter.procedure for matter in decision.matters if matter.procedure]
    procedures = [*([decision.procedure] if decision.procedure else []), *matters]
    bases = [basis.cite for assignment in _assignments(decision) for basis in assignment.basis]
    bases += [basis.cite for procedure in procedures for basis in procedure.basis]
    return "；".join([*bases, *(due.basis for due in decision.due)])


def _due(decision: Decision, asked: Mapping[str, Any]) -> bool:
    """Every `what` (in part) with its last day; null: a clock whose first day has not come."""
    return all(
        any(part in due.what and due.date == (day and str(day)) for due in decision.due)
        for part, day in asked.items()
    )  # fmt: skip


def _steps(decision: Decision) -> str:
    return "".join(decision.procedure.steps) if decision.procedure else ""


CHECKS: dict[str, Callable[[Decision, Any], bool]] = {
    "band": lambda d, asked: d.band == asked,
    "kind": lambda d, asked: (d.kind and d.kind.code) == asked,
    "category": lambda d, asked: _below(d.category and d.category.code, asked),
    "lead": lambda d, asked: (d.assignment.lead and d.assignment.lead.code) == asked,
    "supporting": lambda d, asked: set(asked) <= {name.code for name in d.assignment.supporting},
    "supporting_exactly": lambda d, asked: set(asked) == {name.code for name in d.assignment.supporting},
    "recipient": lambda d, asked: any(asked in _reached(assignment) for assignment in _assignments(d)),
    "withheld": lambda d, asked: set(asked) <= {w.code for a in _assignments(d) for w in a.withheld},
    "anyone_withheld": lambda d, asked: any(a.withheld for a in _assignments(d)) is asked,
    "territory": lambda d, asked: d.assignment.territory == asked,
    "procedure": lambda d, asked: (d.procedure and d.procedure.code) == asked,
    "steps": lambda d, asked: all(part in _steps(d) for part in asked),
    "due": _due,
    "any_due": lambda d, asked: bool(d.due) is asked,
    "due_named": lambda d, asked: any(asked in due.what for due in d.due),
    "assumed": lambda d, asked: d.received is not None and d.received.assumed is asked,
    "urgency": lambda d, asked: d.urgency.level == asked,
    "call": lambda d, asked: set(asked) <= set(d.urgency.call),
    "reasons": lambda d, asked: set(asked) <= {reason.value for reason in d.review_reasons},
    "reason": lambda d, asked: asked in {reason.value for reason in d.review_reasons},
    "cites": lambda d, asked: asked in _cites(d),
    "notice": lambda d, asked: d.notice is not None and asked in d.notice,
    "any_notice": lambda d, asked: (d.notice is not None) is asked,
    "matters": lambda d, asked: len(d.matters) == asked,
    "matter_leads": lambda d, asked: [m.assignment.lead and m.assignment.lead.code for m in d.matters] == asked,
    "matter_categories": lambda d, asked: (
        len(d.matters) == len(asked)
        and all(_below(m.category and m.category.code, code) for m, code in zip(d.matters, asked, strict=True))
    ),
}
"""What a case may ask for, by name."""


def page() -> str:
    """The cases as a page of the manual."""
    lines = [
        "<!-- python -m tests.spec.cases writes this page from tests/spec/cases.yaml -->",
        "",
        "# 案例：应当怎样分办",
    ]
    lines += ["", "每一条都由测试核对。“必须”一条不差，“应当”“可以”如实计数。", ""]
    for section in sections():
        lines += [f"## {section.section}", "", section.about, "", "| 案例 | 道理 | 来件 | 要求 |", "|---|---|---|---|"]
        lines += [_line(case) for case in section.cases]
        lines.append("")
    return "\n".join(lines)


def _line(case: Case) -> str:
    named = {"must": "必须", "must_not": "不得", "should": "应当", "may": "可以"}
    asked = [
        f"{named[strength]}：{_told(name, value, case.pack)}"
        for strength in STRENGTHS
        for name, value in getattr(case, strength).items()
    ]
    about = [PACKS[case.pack]] if case.pack != "national" else []
    about += [f"收到 {case.received}"] if case.received else []
    about += [f"发生地 {case.region}"] if case.region else []
    text = f"{f'【{case.title}】' if case.title else ''}{case.text}{f'（{chr(65307).join(about)}）' if about else ''}"
    return f"| {case.id} | {case.says} | {_cell(text)} | {'<br>'.join(asked)} |"


PACKS = {"township": "乡镇包", "enterprise": "企业包"}
NAMES = {
    "band": "处理方式",
    "kind": "性质",
    "category": "分类",
    "lead": "牵头",
    "supporting": "配合有",
    "supporting_exactly": "配合只有",
    "recipient": "转给",
    "withheld": "不得接收的有",
    "anyone_withheld": "有不得接收的单位",
    "territory": "属地",
    "procedure": "途径",
    "steps": "步骤写明",
    "due": "期限",
    "any_due": "有期限",
    "due_named": "期限里有",
    "assumed": "收到日期按当日",
    "urgency": "紧急程度",
    "call": "立即拨打",
    "reasons": "人工研判原因有",
    "reason": "人工研判原因有",
    "cites": "依据里有",
    "notice": "告知里有",
    "any_notice": "有告知",
    "matters": "事项数",
    "matter_leads": "各事项牵头",
    "matter_categories": "各事项分类",
}
"""What each check is called on the page."""


def _told(name: str, value: Any, pack: str) -> str:
    """A wish in a clerk's words: codes become names."""
    if isinstance(value, Mapping):
        return f"{NAMES[name]} " + "、".join(f"{key} {day or '起算日未到'}" for key, day in value.items())
    values = value if isinstance(value, list | tuple) else [value]
    return f"{NAMES[name]} " + ("、".join(_named(name, one, pack) for one in values) or "无")


def _named(name: str, value: Any, pack: str) -> str:
    """The name of one code; what is no code stays as it is."""
    if value is None or isinstance(value, bool):
        return {None: "无", True: "是", False: "否"}[value]
    book, told = triage(pack).rulebook, words()
    if name in ("category", "matter_categories") and value in book.taxonomy:
        return "/".join(book.taxonomy.path(value))
    if name in ("lead", "supporting", "supporting_exactly", "recipient", "withheld", "matter_leads"):
        return book.departments[value].name if value in book.departments else str(value)
    lists: dict[str, Mapping[Any, str]] = {"kind": told.kinds, "band": told.bands}
    lists |= {"reason": told.reasons, "reasons": told.reasons}
    lists["procedure"] = {entry.code: entry.name for entry in book.procedures.entries}
    return next((text for code, text in lists.get(name, {}).items() if str(code) == str(value)), str(value))


def _cell(text: str) -> str:
    return text.replace("|", "｜").replace("\n", "<br>")


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    failed = 0
    for section in sections():
        counts: Counter[tuple[str, bool]] = Counter()
        for case in section.cases:
            for wish in wishes(case):
                counts[wish.strength.removesuffix("_not"), wish.true] += 1
                if not wish.true:
                    failed += wish.strength.startswith("must")
                    sys.stdout.write(f"  {wish.case}: {wish.strength} {wish.name} = {wish.asked}\n")
        told = ", ".join(
            f"{strength} {counts[strength, True]}/{counts[strength, True] + counts[strength, False]}"
            for strength in ("must", "should", "may")
        )
        sys.stdout.write(f"{section.section}: {len(section.cases)} cases; {told}\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

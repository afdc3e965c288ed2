"""The petition's decision and those of its matters, put together into one answer."""

from __future__ import annotations

from dataclasses import replace

from rules.policy import Band
from service.decision import Assignment, Decision, DepartmentCandidate, Withheld
from service.several import Several


def as_whole(whole: Decision, several: Several) -> Decision:
    """The decision of the petition with its matters; with more than one, a person looks and article 24 says how.

    Nobody from whom one matter is withheld is among the petition's recipients.
    """
    matters = tuple(matter.answer for matter in several.matters)
    if not several.reasons:
        return whole if whole.matters == matters else replace(whole, matters=matters)
    steps = several.steps
    procedure = replace(whole.procedure, steps=(*steps, *whole.procedure.steps)) if whole.procedure else None
    return replace(
        whole,
        band=Band.REVIEW,
        review_reasons=tuple(dict.fromkeys([*whole.review_reasons, *several.reasons])),
        assignment=_assignment(whole.assignment, several),
        procedure=procedure,
        matters=matters,
    )


def _assignment(own: Assignment, several: Several) -> Assignment:
    """The lead that the matters together ask for."""
    told = [one for matter in several.matters for one in matter.answer.assignment.withheld]
    withheld = tuple({(one.code, one.name): one for one in (*own.withheld, *told)}.values())
    same = own.lead is not None and several.lead is not None and own.lead.code == several.lead.code
    return replace(
        own,
        lead=several.lead,
        supporting=several.supporting,
        candidates=() if several.accusation else _admitted(own, withheld),
        basis=own.basis if same else (),
        withheld=withheld,
    )


def _admitted(own: Assignment, withheld: tuple[Withheld, ...]) -> tuple[DepartmentCandidate, ...]:
    out = {one.code for one in withheld}
    return tuple(candidate for candidate in own.candidates if candidate.code not in out)

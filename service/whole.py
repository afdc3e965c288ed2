"""The petition's decision and those of its matters, put together into one answer."""

from __future__ import annotations

from rules.policy import AUTO, REVIEW, SUGGEST
from rules.value import replace
from service.decision import Assignment, Decision
from service.several import Several, common_views


def as_whole(whole: Decision, several: Several, text: str) -> Decision:
    """The decision of the petition with its matters; with more than one, a person looks and article 24 says how.

    Nobody from whom one matter is withheld is among the petition's recipients. A text that was cut but tells of one
    matter after all is never sent on by itself.
    """
    if not several.reasons:
        return replace(whole, band=SUGGEST) if whole.band is AUTO else whole
    steps, views = several.steps, common_views(text, several.matters)
    procedure = replace(whole.procedure, steps=(*steps, *whole.procedure.steps)) if whole.procedure else None
    return replace(
        whole,
        band=REVIEW,
        review_reasons=tuple(dict.fromkeys([*whole.review_reasons, *several.reasons])),
        assignment=_assignment(whole.assignment, several),
        procedure=procedure,
        matters=tuple([replace(one.answer, visible=view) for one, view in zip(several.matters, views, strict=True)]),
    )


def _assignment(own: Assignment, several: Several) -> Assignment:
    """The lead that the matters together ask for."""
    told = [one for matter in several.matters for one in matter.answer.assignment.withheld]
    withheld = tuple({(one.code, one.name): one for one in (*own.withheld, *told)}.values())
    out = {one.code for one in withheld}
    same = own.lead is not None and several.lead is not None and own.lead.code == several.lead.code
    return replace(
        own,
        lead=None if several.lead and several.lead.code in out else several.lead,
        supporting=tuple([name for name in several.supporting if name.code not in out]),
        candidates=() if several.accusation else tuple([one for one in own.candidates if one.code not in out]),
        basis=own.basis if same else (),
        withheld=withheld,
    )

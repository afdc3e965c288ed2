"""A decision's notice, apart by who it is for: the clerk who reads the petition, and the petitioner."""

from __future__ import annotations

from dataclasses import dataclass

from service.decision import Decision, Reason


@dataclass(frozen=True, slots=True)
class Notices:
    """`clerk`: how to help somebody in distress; `petitioner`: what to tell them, a sentence or more each."""

    clerk: str = ""
    petitioner: tuple[str, ...] = ()


def notices(decision: Decision) -> Notices:
    """The main flow puts what is for the clerk first, and then says so among the reasons for review."""
    lines = tuple((decision.notice or "").splitlines())
    if Reason.HELP in decision.review_reasons and lines:
        return Notices(lines[0], lines[1:])
    return Notices("", lines)

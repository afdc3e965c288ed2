"""What of a petition an office's clerk sees, and what a department sees: its own matters, and never who is kept out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rules.rule import Kind
from service.access import Actor
from service.store.records import DecisionRecord, PetitionRecord, ReviewRecord

HIDDEN = "…"
"""Stands for a stretch of text that a department may not read."""
Json = dict[str, Any]
FOR_DEPARTMENTS = ("petition_id", "urgency", "received")
"""Parts of a decision that every recipient may see."""
OF_THE_WHOLE = ("category", "kind", "procedure", "due")
"""What belongs to whoever may know what the whole petition is about."""
OF_MATTERS = ("category", "kind", "procedure")
OF_ASSIGNMENT = ("lead", "supporting", "territory", "basis")


def view(record: PetitionRecord, actor: Actor) -> Json:
    """The petition as this actor may see it, as plain data."""
    shown = _head(record)
    if actor.department:
        return shown | _for_department(record, actor.department)
    petition = record.petition
    text = {} if petition is None else {"title": petition.title, "body": petition.body, "text": petition.text}
    rest = {} if petition is None else {"channel": petition.channel, "region": petition.region}
    respondents = {} if petition is None else {"respondents": list(petition.respondents)}
    history = {"decisions": list(map(_decision, record.decisions)), "reviews": list(map(_review, record.reviews))}
    return shown | text | rest | respondents | history


def _head(record: PetitionRecord) -> Json:
    item = record.item
    return {
        "id": item.id,
        "external_id": item.external_id,
        "received": item.received.isoformat(),
        "state": item.state,
        "version": item.version,
        "returns": item.returns,
        "suspect": item.suspect,
        "purged": record.petition is None,
        "assigned_at": record.assigned_at.isoformat() if record.assigned_at else None,
    }


def _for_department(record: PetitionRecord, department: str) -> Json:
    decision = record.in_force.decision
    if record.petition is None or decision is None:
        return {}
    told: Json = {name: decision.get(name) for name in FOR_DEPARTMENTS}
    matters = [one for one in _matters(decision) if department in _recipients(one["assignment"])]
    if _knows_all(decision, department):
        told |= {name: decision.get(name) for name in OF_THE_WHOLE} | _sent(decision)
    told["matters"] = [{name: one.get(name) for name in OF_MATTERS} | _sent(one) for one in matters]
    return {"text": visible_text(record.petition.text, decision, department), "decision": told}


def _knows_all(decision: Json, department: str) -> bool:
    """Whether a department may know what the whole petition is about: of one matter; or it has a part in the whole."""
    return len(_matters(decision)) < 2 or department in _recipients(decision["assignment"])


def _sent(decided: Json) -> Json:
    return {"assignment": {name: decided["assignment"].get(name) for name in OF_ASSIGNMENT}}


def visible_text(text: str, decision: Json, department: str) -> str:
    """What the department may read: of one matter all of it; of several the stretches that its matters' recipients may
    read, and for whoever takes the whole on (条例 art. 24) those of every matter that accuses nobody.
    """
    matters = _matters(decision)
    if len(matters) < 2:
        return text
    whole = department in _recipients(decision["assignment"])
    own = [one for one in matters if department in _recipients(one["assignment"]) or (whole and not _accuses(one))]
    return _joined(text, sorted((span["start"], span["end"]) for one in own for span in one.get("visible", ())))


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The stretches in order, with HIDDEN for what lies between."""
    shown, place = "", 0
    for start, end in spans:
        shown += HIDDEN if start > place else ""
        shown += text[max(start, place) : end]
        place = max(place, end)
    return shown + (HIDDEN if place < len(text) else "")


def _recipients(assignment: Json) -> Iterator[str]:
    yield from (one["code"] for one in (assignment.get("lead"), *assignment.get("supporting", ())) if one)


def _matters(decision: Json) -> Sequence[Json]:
    """None of a decision of an older form."""
    matters: Sequence[Json] = decision.get("matters", ())
    return matters


def _accuses(matter: Json) -> bool:
    kind = matter.get("kind")
    return kind is not None and kind["code"] == Kind.ACCUSATION


def _decision(record: DecisionRecord) -> Json:
    told = {name: getattr(record, name) for name in ("number", "origin", "made_by", "category", "kind", "lead")}
    versions = {"model": record.model, "rulebook": record.rulebook, "code": record.code}
    return told | versions | {"made_at": record.made_at.isoformat(), "decision": record.decision}


def _review(record: ReviewRecord) -> Json:
    names = ("version", "action", "state", "decision", "outcome", "category", "kind", "department", "reason", "late")
    return {name: getattr(record, name) for name in names} | {"clerk": record.clerk, "at": record.at.isoformat()}

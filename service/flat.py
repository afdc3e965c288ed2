"""One decision as one row of a flat file: text for clerks, a cell for each column of words.yaml.

The file is for the petition office: the cell of those who must not receive a petition names the accused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules.rule import Kind
from service.words import Words

Json = dict[str, Any]
Cells = dict[str, str]


def flat(decision: Json, words: Words) -> Cells:
    """The cells by key of `words.columns`.

    Of several matters, category, code, confidence, kind, lead and procedure hold one text for each matter, in order.
    """
    several = decision["matters"] if len(decision["matters"]) > 1 else None
    return {
        **_what(decision, several or [decision], words),
        **_who(decision, several),
        **_way(decision, several or [decision], words),
        **_ground(decision),
    }


def _what(decision: Json, matters: Sequence[Json], words: Words) -> Cells:
    categories = [matter["category"] or {} for matter in matters]
    return {
        "band": _word(words.bands, decision["band"]),
        "urgency": decision["urgency"]["level"],
        "reasons": _listed(_word(words.reasons, reason) for reason in decision["review_reasons"]),
        "category": _each(_path(category) for category in categories),
        "code": _each(category.get("code", "") for category in categories),
        "national": _each(_coded(category.get("national")) for category in categories),
        "confidence": _each(_percent(category.get("confidence")) for category in categories),
        "kind": _each((matter["kind"] or {}).get("name", "") for matter in matters),
        "matters": str(len(decision["matters"]) or ""),
    }


def _who(decision: Json, several: Sequence[Json] | None) -> Cells:
    """Recipients. Nobody from whom a part of the row is withheld is among them; an accusation has its one lead."""
    own = decision["assignment"]
    withheld = _names(own["withheld"])
    lead, supporting = [_name(own["lead"])], _names(own["supporting"])
    if several and not any(_accuses(matter) for matter in several):
        lead = ["" if (name := _name(matter["assignment"]["lead"])) in withheld else name for matter in several]
        supporting += [name for matter in several for name in _names(matter["assignment"]["supporting"])]
    return {
        "lead": _each(lead),
        "supporting": _listed(name for name in supporting if name not in [*lead, *withheld]),
        "territory": own["territory"] or "",
        "withheld": _listed(withheld),
    }


def _way(decision: Json, matters: Sequence[Json], words: Words) -> Cells:
    received = decision["received"] or {"date": "", "assumed": False}
    return {
        "procedure": _each((matter["procedure"] or {}).get("name", "") for matter in matters),
        "due": _listed(_due(due, words) for due in decision["due"]),
        "received": received["date"] + (words.labels["assumed"] if received["assumed"] else ""),
        "notice": decision["notice"] or "",
    }


def _ground(decision: Json) -> Cells:
    return {
        "evidence": "、".join(dict.fromkeys(item["term"] for item in decision["evidence"])),
        "basis": _listed(item["cite"] for item in decision["assignment"]["basis"]),
        "model": decision["versions"]["model"] or "",
        "error": decision["error"] or "",
    }


def _each(texts: Iterable[str]) -> str:
    """One text for each matter, so that places agree between columns; empty when there is none at all."""
    told = list(texts)
    return "；".join(text or "—" for text in told) if any(told) else ""


def _listed(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(texts))


def _path(category: Json) -> str:
    return "/".join(category.get("path", ()))


def _coded(category: Json | None) -> str:
    return f"{category['code']} {_path(category)}" if category else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}"


def _name(department: Json | None) -> str:
    return str(department["name"]) if department else ""


def _names(departments: Iterable[Json]) -> list[str]:
    return [_name(department) for department in departments]


def _accuses(matter: Json) -> bool:
    return matter["kind"] is not None and matter["kind"]["code"] == Kind.ACCUSATION


def _due(due: Json, words: Words) -> str:
    return f"{due['what']} {due['date'] or words.undated[due['unit']]}"


def _word(names: Mapping[Any, str], code: str) -> str:
    return {str(key): name for key, name in names.items()}[code]

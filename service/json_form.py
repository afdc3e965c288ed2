"""A decision as JSON: what the interface answers, files hold and the store keeps; every field is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from service.decision import Decision

try:
    import msgspec
except ImportError:  # a machine without wheels of it
    msgspec = None  # type: ignore[assignment]

Json = dict[str, Any]


def json_bytes(decided: Decision | Sequence[Decision]) -> bytes:
    """A decision, or a list of them, in UTF-8."""
    if msgspec is not None:
        return msgspec.json.encode(decided)
    return _adapter(Decision if isinstance(decided, Decision) else Sequence[Decision]).dump_json(decided)


def as_json(decision: Decision) -> Json:
    """The decision as plain JSON data."""
    data: Json = json.loads(json_bytes(decision))
    return data


def from_json(written: object) -> Decision:
    """The decision that was kept as such data. Raises ValueError for anything else."""
    decision: Decision = _adapter(Decision).validate_python(written)
    return decision


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made when first wanted: who only writes by msgspec needs none."""
    return TypeAdapter(kind)

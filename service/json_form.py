"""A decision as JSON: what the interface answers, files hold and the store keeps; every field is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from service.decision import Decision

try:
    import msgspec
except ImportError:  # a machine without wheels of it
    msgspec = None  # type: ignore[assignment]

_ONE, _MANY = TypeAdapter(Decision), TypeAdapter(Sequence[Decision])
Json = dict[str, Any]


def json_bytes(decided: Decision | Sequence[Decision]) -> bytes:
    """A decision, or a list of them, in UTF-8."""
    if msgspec is not None:
        return msgspec.json.encode(decided)
    return (_ONE if isinstance(decided, Decision) else _MANY).dump_json(decided)


def as_json(decision: Decision) -> Json:
    """The decision as plain JSON data."""
    data: Json = json.loads(json_bytes(decision))
    return data


def from_json(written: object) -> Decision:
    """The decision that was kept as such data. Raises ValueError for anything else."""
    return _ONE.validate_python(written)

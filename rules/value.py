"""Small values that are made by the thousand: never changed, cheap to make and to keep."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

from pydantic_core import CoreSchema, core_schema

try:
    import msgspec
except ImportError:  # a machine without wheels of it
    msgspec = None  # type: ignore[assignment]

T = TypeVar("T")
_meta: Any = type(msgspec.Struct) if msgspec else None


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A frozen record of the annotated fields: a Struct of msgspec, which is made in a third of the time of a dataclass
    and is nothing to the garbage collector; without msgspec a dataclass that is frozen for mypy alone, as the guard of
    `frozen=True` makes every object four times as dear. Of the standard library's `dataclasses` nothing works on it,
    pydantic reads it of plain data alone, and it must not lie on a circle of references: nobody would collect that.
    """
    if msgspec is None:
        return dataclasses.dataclass(slots=True, unsafe_hash=True)(cls)
    own = {name: held for name, held in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    own["__get_pydantic_core_schema__"] = classmethod(_schema(cls))
    made: type[T] = _meta(cls.__name__, (msgspec.Struct,), own, frozen=True, gc=False)
    return made


def replace(one: T, **changes: Any) -> T:
    """A value, or a dataclass, with other fields. Raises TypeError for a field that it has not."""
    if msgspec is None or not isinstance(one, msgspec.Struct):
        return dataclasses.replace(one, **changes)  # type: ignore[type-var]
    return msgspec.structs.replace(one, **changes)


def _schema(cls: type) -> Callable[[type, Any, Any], CoreSchema]:
    """How pydantic reads such values and describes them: as it does a dataclass of the same fields."""

    def schema(made: type, _: object, handler: Callable[[type], CoreSchema]) -> CoreSchema:
        read = handler(cls if dataclasses.is_dataclass(cls) else dataclasses.dataclass(cls))
        return core_schema.no_info_after_validator_function(lambda one: made(**vars(one)), read)

    return schema


class no_collection:  # noqa: N801 - reads as the standard library's contextlib.suppress does
    """Within the block values are made, not thrown away, so nobody need look again and again for cycles among them:
    that takes a tenth of deciding many petitions.
    """

    __slots__ = ("_enabled",)

    def __enter__(self) -> None:
        self._enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._enabled:
            gc.enable()

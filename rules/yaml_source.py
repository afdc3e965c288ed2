"""YAML as rule authors write it, read strictly: line numbers are kept, a key given twice is an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from rules.errors import Problem, RulebookError

MAX_BYTES = 4_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file: its plain data, and the line on which each place of it stands."""

    name: str
    data: Any
    lines: dict[_Key, int]

    def line(self, place: _Key) -> int:
        """Line of `place`, or of the nearest enclosing place that is known."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)

    def problem(self, place: _Key, message: str) -> Problem:
        return Problem(self.name, self.line(place), message)

    def parse(self, model: type[Model]) -> Model:
        """The data as `model`; raises RulebookError with a problem for each field that is wrong."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise RulebookError(list(self._problems(error))) from None

    def _problems(self, error: ValidationError) -> Iterator[Problem]:
        for fault in error.errors(include_url=False, include_input=False):
            place = tuple(fault["loc"])
            where = ".".join(str(part) for part in place)
            yield self.problem(place, f"{where}: {fault['msg']}" if where else fault["msg"])


def read(path: Path, name: str) -> Source:
    """Read one file; raises RulebookError for bad UTF-8, bad YAML, duplicate keys, or too large a file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RulebookError([Problem(name, 0, f"cannot be read: {error.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise RulebookError([Problem(name, 0, f"larger than {MAX_BYTES} bytes")])
    try:
        return _Builder(name).build(yaml.compose(raw.decode("utf-8"), Loader=_Loader))
    except UnicodeDecodeError as error:
        raise RulebookError([Problem(name, 0, f"not UTF-8 at byte {error.start}")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise RulebookError([Problem(name, line, f"not YAML: {error.problem}")]) from None
    except yaml.reader.ReaderError as error:
        line = raw[: error.position].count(b"\n") + 1
        raise RulebookError([Problem(name, line, "not YAML: a control character")]) from None


class _Builder:
    """Walks the node tree once, collecting data, lines and duplicate keys."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[_Key, int] = {}
        self.problems: list[Problem] = []
        self.scalars = _Loader("")
        self.seen: set[int] = set()

    def build(self, node: yaml.Node | None) -> Source:
        data = None if node is None else self._value(node, ())
        if self.problems:
            raise RulebookError(self.problems)
        return Source(self.name, data, self.lines)

    def _value(self, node: yaml.Node, place: _Key) -> Any:
        self.lines[place] = node.start_mark.line + 1
        if id(node) in self.seen:  # an alias: a few of them can grow into gigabytes
            self.problems.append(Problem(self.name, self.lines[place], "aliases (*name) are not allowed"))
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
        try:
            return self.scalars.construct_object(node, deep=True)
        except ValueError as error:
            self.problems.append(Problem(self.name, self.lines[place], f"not a value: {error}"))
            return None

    def _mapping(self, node: yaml.MappingNode, place: _Key) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                line = key_node.start_mark.line + 1
                self.problems.append(Problem(self.name, line, f"key '{key}' is given twice"))
            result[key] = self._value(value_node, (*place, key))
        return result

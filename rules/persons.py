"""Hides what belongs to persons and not to the matter, so that no rule and no classifier can weigh it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rules.automaton import Occurrence, build_automaton
from rules.yaml_source import read

MASK = "\u2002"
"""What stands in place of each hidden character: white space, so no term, word or n-gram holds it."""
OPEN, CLOSE = "\u3010", "\u3011"
"""Around the part of a pattern, or of an example, that is hidden."""
_PLACEHOLDER = re.compile(r"<([a-z_]+)>")
_DEEPEST = 6
"""Fragments within fragments."""
Span = tuple[int, int]


class PersonPattern(BaseModel):
    """One way in which a text tells of a person: see the head of persons.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    pattern: str
    cues: tuple[str, ...] = ()
    before: str = ""
    next: str = ""
    tail: str = ""
    reach: int = Field(default=0, ge=0, le=30)
    masked: tuple[str, ...] = Field(min_length=1)
    kept: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_complete(self) -> PersonPattern:
        if bool(self.cues) == bool(self.tail):
            raise ValueError(f"{self.name}: either cues or tail")
        if OPEN not in self.pattern:
            raise ValueError(f"{self.name}: nothing is marked to be masked")
        return self


class PersonsFile(BaseModel):
    """persons.yaml: lists of words, fragments made of them, patterns made of both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: Mapping[str, str | tuple[str, ...]]
    fragments: Mapping[str, str]
    patterns: tuple[PersonPattern, ...]


class Trial(NamedTuple):
    """A compiled pattern, to be tried where a cue stands between such characters; its groups are what is hidden."""

    regex: re.Pattern[str]
    reach: int
    before: frozenset[str]
    next: frozenset[str]


@dataclass(frozen=True)
class Masker:
    """All patterns, ready. One pass looks for cues; only where one stands are its own patterns tried.

    `by_cue`: the trials of each of the `cues`, as the automaton numbers them; `by_tail`: each with the characters left
    out.
    """

    find: Callable[[str], list[Occurrence]]
    cues: tuple[str, ...]
    by_cue: tuple[tuple[Trial, ...], ...]
    by_tail: tuple[tuple[str, Trial], ...]

    def mask(self, folded: str) -> str:
        """`folded` with every span hidden; the same length, the same text when there is none."""
        found = self.spans(folded)
        return hidden(folded, found) if found else folded

    def spans(self, folded: str) -> list[Span]:
        """Spans that belong to persons; some may overlap."""
        spans: list[Span] = []
        by_cue = self.by_cue
        for start, end, number in self.find(folded):
            for regex, reach, before, after in by_cue[number]:
                if after and folded[end : end + 1] not in after:
                    continue
                if before and folded[start - 1 : start] not in before:
                    continue
                found = regex.match(folded, start - reach if start > reach else 0)
                if found:
                    spans += groups(found)
        return spans + self.at_end(folded)

    def at_end(self, folded: str) -> list[Span]:
        """Spans that belong to persons where a text ends."""
        spans: list[Span] = []
        for left_out, trial in self.by_tail:
            end = len(folded.rstrip(left_out))
            found = trial.regex.search(folded, max(0, end - trial.reach), end)
            if found:
                spans += groups(found)
        return spans


def groups(found: re.Match[str]) -> list[Span]:
    """The spans of the groups that took part."""
    return [span for span in found.regs[1:] if span[0] >= 0]


def mask(folded: str) -> str:
    """The folded text with what belongs to persons replaced by MASK, of exactly the same length."""
    return masker().mask(folded)


def hidden(folded: str, spans: list[Span]) -> str:
    """The text with these spans replaced, in one pass."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end > done:
            start = max(start, done)
            parts += (folded[done:start], MASK * (end - start))
            done = end
    parts.append(folded[done:])
    return "".join(parts)


@lru_cache(maxsize=1)
def masker() -> Masker:
    """The patterns that come with fenban, compiled once."""
    return build_masker(persons_file())


def persons_file() -> PersonsFile:
    """persons.yaml, checked; raises RulebookError with the line of every fault."""
    return read(Path(str(files("rules").joinpath("persons.yaml"))), "persons.yaml").parse(PersonsFile)


def build_masker(file: PersonsFile) -> Masker:
    """Compile a file; raises KeyError for a placeholder that names nothing, re.error for a bad pattern."""
    words = _words(file)
    by_cue: dict[str, list[Trial]] = {}
    by_tail = []
    for pattern in file.patterns:
        trial = _compile(pattern, words)
        by_tail += [(pattern.tail, trial)] if pattern.tail else []
        for cue in _cues(pattern, file):
            by_cue.setdefault(cue, []).append(trial)
    trials = tuple(tuple(some) for some in by_cue.values())
    return Masker(build_automaton(list(by_cue)).find, tuple(by_cue), trials, tuple(by_tail))


def _cues(pattern: PersonPattern, file: PersonsFile) -> Iterator[str]:
    """The cues as plain words: each <list> stands for every one of its words."""
    for cue in pattern.cues:
        parts = re.split(_PLACEHOLDER, cue)
        choices = [[part] if index % 2 == 0 else file.lists[part] for index, part in enumerate(parts)]
        yield from ("".join(chosen) for chosen in product(*choices))


def _expanded(text: str, words: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        text = _PLACEHOLDER.sub(lambda found: words[found[1]], text)
    return text


def _words(file: PersonsFile) -> dict[str, str]:
    """What each placeholder stands for: characters for a class, or a group of alternatives, the longest first."""
    words = {name: f"(?:{fragment})" for name, fragment in file.fragments.items()}
    for name, content in file.lists.items():
        if isinstance(content, str):
            words[name] = content.replace(" ", "")
        else:
            words[name] = f"(?:{'|'.join(sorted(map(re.escape, content), key=len, reverse=True))})"
    return words


def _compile(pattern: PersonPattern, words: Mapping[str, str]) -> Trial:
    text = _expanded(pattern.pattern.replace(OPEN, "(").replace(CLOSE, ")"), words)
    before, after = (frozenset(_expanded(some, words)) for some in (pattern.before, pattern.next))
    reach = f"(?s:.{{0,{pattern.reach}}}?)" if pattern.reach and pattern.cues else ""
    return Trial(re.compile(f"{reach}(?:{text})"), pattern.reach, before, after)

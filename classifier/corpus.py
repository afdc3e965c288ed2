"""The petitions we wrote ourselves: what a model knows before an office has labelled anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from classifier.dataset import Example
from classifier.errors import InputError
from rules.petition import Petition
from rules.rule import Code, Kind, Strict, Urgency
from rules.taxonomy import Taxonomy, at_level

LEVEL = 2
"""Level of the taxonomy at which the default model answers; rules go deeper."""


class Written(Strict):
    """One line of corpus/*.jsonl. `procedure`: number of 条例 art. 31; `matters`: categories when there are several."""

    id: Annotated[str, StringConstraints(pattern=r"^c[0-9]{2}-[0-9]{4}$")]
    category: Code
    kind: Kind
    urgency: Urgency
    title: str
    body: str = Field(min_length=8, max_length=2000)
    matters: tuple[Code, ...] = ()
    procedure: Literal[1, 2, 3, 4, 5, 6] | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """All petitions of the corpus, in file order."""

    petitions: tuple[Written, ...]

    def examples(self, level: int = LEVEL) -> tuple[Example, ...]:
        """As training rows: category at `level`, and kind."""
        return tuple(
            Example(
                Petition(item.id, item.body, item.title),
                {"category": at_level(item.category, level), "kind": item.kind.value},
            )
            for item in self.petitions
        )


def read_corpus(folder: Path | None = None) -> Corpus:
    """The shipped corpus, or that of a folder; raises InputError naming file and line."""
    folder = folder or Path(str(files("classifier"))) / "data" / "corpus"
    return Corpus(tuple(item for path in sorted(folder.glob("*.jsonl")) for item in _lines(path)))


def _lines(path: Path) -> Iterator[Written]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield Written.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            fault = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise InputError(f"{path.name}:{number}: {fault}") from None


def unknown_categories(corpus: Corpus, taxonomy: Taxonomy) -> list[str]:
    """Ids of petitions whose category, or one of whose matters, the taxonomy does not know."""
    return [
        item.id
        for item in corpus.petitions
        if any(code not in taxonomy for code in (item.category, *item.matters))
    ]  # fmt: skip

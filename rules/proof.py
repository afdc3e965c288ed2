"""The proof of the procedures: every sample of procedure.yaml, put through engine, duty table and choice."""

from __future__ import annotations

from collections.abc import Iterator

from rules.duties import Circumstances
from rules.engine import Engine
from rules.errors import Problem
from rules.petition import Petition
from rules.procedure import Procedure, Sample, Situation
from rules.rulebook import Rulebook


def prove_procedures(rulebook: Rulebook, engine: Engine) -> list[Problem]:
    """Samples that do not take the procedure they must take, or take the one they must miss."""
    return [
        rulebook.place_of(f"procedure {entry.code}", f"procedure {entry.code}: {message}")
        for entry in rulebook.procedures.entries
        for message in _unproved(entry, rulebook, engine)
    ]


def taken(sample: Sample, rulebook: Rulebook, engine: Engine) -> Procedure | None:
    """The procedure of a text that is read under the sample's category and kind."""
    match = engine.match(Petition("sample", sample.text))
    circumstances = Circumstances(match.worded, match.place_kind)
    duty = rulebook.duties.below(sample.category, circumstances) if sample.category else None
    paths = duty.paths if duty else ()
    return rulebook.procedures.choose(Situation(sample.kind, sample.category, paths, match.held))


def _unproved(entry: Procedure, rulebook: Rulebook, engine: Engine) -> Iterator[str]:
    for sample in entry.examples.hits:
        other = taken(sample, rulebook, engine)
        if other != entry:
            yield f"its example '{sample.text}' takes {other.code if other else 'none'}"
    for sample in entry.examples.misses:
        if taken(sample, rulebook, engine) == entry:
            yield f"takes '{sample.text}', which it must miss"

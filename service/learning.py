"""The learning loop: settled petitions teach a challenger, and it is compared with the model in force on later ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from classifier.artifact import dataset_digest, load, manifest_digest, read_manifest
from classifier.challenge import COMPARISON, Challenge
from classifier.contest import Split, Timed, compared, split
from classifier.corpus import read_corpus
from classifier.dataset import Example
from classifier.errors import InputError
from classifier.manifest import head_name
from classifier.outcome import Outcome
from classifier.prediction import HEADS
from classifier.taught import mark, taught
from classifier.train import Progress
from rules.reading import read
from rules.rulebook import Rulebook
from rules.succession import Heirs, stands_for
from rules.tally import Points
from rules.taxonomy import at_level
from service.assemble import shelf
from service.review import Settled
from service.settings import Settings
from service.tables import whole_file
from service.training import knowledge, train_and_save, train_open_and_save


@dataclass(frozen=True, slots=True)
class Place:
    """Where learning happens: the rulebook by which labels are read, and where models are.

    `open`: labels of what is learnt are of the rulebook's taxonomy, so that those not seen yet stay as we know them;
    not so for a file, whose labels are all there are.
    """

    rulebook: Rulebook
    settings: Settings
    open: bool = False


def lessons(settled: Sequence[Settled], rulebook: Rulebook, heads: Collection[str] = HEADS) -> list[Timed]:
    """What clerks settled, as rows to learn from, by the moment they settled it; of a petition its last word.

    Categories are those of the policy's level, below which rules go on; what is an office's own stays as it is.
    """
    last = {one.petition.id: one for one in settled}
    rows = [(one, _labels(one, heads, rulebook)) for one in last.values()]
    return [Timed(Example(one.petition, labels), one.at) for one, labels in rows if labels]


def _labels(one: Settled, heads: Collection[str], rulebook: Rulebook) -> dict[str, str]:
    """By head; a code that was renamed or merged is told in terms of today, one that was split teaches nothing."""
    taxonomy, given = rulebook.taxonomy, one.labels
    category = _in_force(given.get("category", ""), taxonomy.gone) or ""
    found = {
        "category": _in_force(at_level(category, rulebook.policy.confidence_level), taxonomy.gone),
        "department": _in_force(given.get("department", ""), rulebook.departments.gone),
        "kind": given.get("kind"),
    }
    return {head: label for head, label in found.items() if label and head in heads}


def _in_force(code: str, gone: Heirs) -> str | None:
    """The one that stands in for `code` today; None where none or several do."""
    heirs = gone.get(code, (code,))
    return heirs[0] if len(heirs) == 1 else None


def heads_to_learn(given: Collection[str], settings: Settings) -> frozenset[str]:
    """Heads that settled petitions teach: departments only where the model in force has them already, or a file gives
    them. Else the responsibility table says who leads, and a head of a few rows must not go before it.
    """
    return frozenset({"category", "kind", *given, *_heads(shelf(settings).find(settings.model))})


def history(examples: Sequence[Example], rulebook: Rulebook) -> list[Timed]:
    """Rows of an office's file as rows to learn from, by their day of receipt; departments by their codes."""
    find = rulebook.departments.find
    rows = []
    for example in examples:
        department = example.labels.get("department")
        known = {"department": find(department) or department} if department else {}
        day = example.petition.received_at
        at = datetime.combine(day, time(), UTC) if day else None
        rows.append(Timed(replace(example, labels={**example.labels, **known}), at))
    return rows


def new_version(day: date, settings: Settings) -> str:
    """A version made from the day that no model has yet: `2026-11-20`, `2026-11-20-2` …"""
    names = [day.isoformat(), *(f"{day.isoformat()}-{number}" for number in range(2, 1000))]
    free = (name for name in names if not any((folder / name).exists() for folder in shelf(settings).folders))
    name = next(free, None)
    if name is None:
        raise InputError(f"{settings.models_dir}: too many models of {day.isoformat()}; choose a --name")
    return name


def challenge(name: str, rows: Sequence[Timed], place: Place, told: Progress) -> tuple[Path, Challenge]:
    """Train `name` on the earlier rows, compare it with the model in force on the later ones, and write both.

    Rows on which the champion was trained are left out of the comparison; the challenger has seen none of it.
    """
    champion = shelf(place.settings).find(place.settings.model)
    parts = split(rows)
    told(f"{len(parts.earlier)} earlier rows teach, {len(parts.later)} later ones from {parts.first} on are frozen")
    learn = train_open_and_save if place.open else train_and_save
    folder, _ = learn(name, parts.earlier, place.rulebook, place.settings, told)
    told("comparison")
    found = _compare(folder, champion, parts, place.rulebook)
    with whole_file(folder / COMPARISON) as draft:
        draft.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return folder, found


def _compare(folder: Path, champion: Path | None, parts: Split, rulebook: Rulebook) -> Challenge:
    seen = _seen(champion)
    judged = [one for one in parts.later if mark(one.petition) not in (seen or ())]
    if not judged:
        raise InputError(f"{folder}: the model in force was trained on every later row: nothing to compare on")
    petitions = [one.petition for one in judged]
    points = knowledge(rulebook, ()).points(petitions)
    first = _outcomes(champion, judged, points) if champion else {}
    second = _outcomes(folder, judged, points)
    return Challenge(
        challenger=folder.name,
        challenger_digest=manifest_digest(folder),
        champion=champion.name if champion else None,
        champion_digest=manifest_digest(champion) if champion else None,
        made_at=datetime.now(UTC).replace(microsecond=0),
        first=parts.first,
        last=parts.last,
        earlier=len(parts.earlier),
        later=len(parts.later),
        left_out=len(parts.later) - len(judged),
        champion_seen=None if seen is None else len(judged) < len(parts.later),
        heads=compared(first, second, local_names(rulebook)),
        missing=tuple(head_name(head) for head in _heads(champion) if head not in second),
    )


def _seen(champion: Path | None) -> frozenset[str] | None:
    """Marks of what the champion was trained on; None where that is not known. Ours learnt our own petitions alone."""
    if champion is None:
        return frozenset()
    ours = read_manifest(champion).training.dataset == dataset_digest(read_corpus().examples())
    return frozenset() if ours else taught(champion)


def _heads(folder: Path | None) -> list[str]:
    return list(read_manifest(folder).heads) if folder else []


def _outcomes(folder: Path, examples: Sequence[Example], points: Sequence[Points]) -> dict[str, Outcome]:
    """What a model says of the rows, by head; of a head only the rows that have its label."""
    classifier = load(folder)
    predictions = classifier.predict([read(example.petition) for example in examples], points)
    found = {}
    for head in classifier.heads:
        rows = [row for row, example in enumerate(examples) if head in example.labels]
        if rows:
            asked = tuple(Example(examples[row].petition, {head: examples[row].labels[head]}) for row in rows)
            truth = tuple(example.labels[head] for example in asked)
            found[head] = Outcome(asked, truth, tuple(predictions[row].heads[head] for row in rows))
    return found


def local_names(rulebook: Rulebook) -> Callable[[str], str]:
    """A label as the office names it: a category by the own one that covers it, a department by its code."""
    taxonomy, find = rulebook.taxonomy, rulebook.departments.find

    def local(label: str) -> str:
        if label in taxonomy:
            return taxonomy.covering.get(label, stands_for(label, taxonomy.gone))
        return find(label) or label

    return local

"""Saves and loads a model as a folder of arrays, text and JSON; every file's digest is checked before it is used."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from classifier.dataset import Example
from classifier.errors import ArtifactError
from classifier.features import FeatureSpace
from classifier.gate import Gate
from classifier.head import Head, Part
from classifier.manifest import (
    FORMAT,
    NAME,
    BlockManifest,
    GateManifest,
    HeadManifest,
    Manifest,
    Training,
    card,
    head_name,
)
from classifier.model import Classifier
from classifier.report import Report
from classifier.segment import build_segmenter
from classifier.stack import Stack, ruled, spans
from classifier.taught import TAUGHT
from classifier.vocabulary import Block, BlockVocabulary

MANIFEST = "manifest.json"
CARD = "card.md"
WORDS = "words.txt"
WEIGHTS = "weights.npy"
BIAS = "bias.npy"


@dataclass(frozen=True, slots=True)
class Origin:
    """What stands in the manifest, and beside it, that the classifier itself does not know.

    `taught`: marks of the petitions trained on, as in classifier.taught; none are written where there are none.
    """

    code: str
    rulebook: str
    training: Training
    user_words: tuple[str, ...]
    made_at: datetime | None = None
    taught: tuple[str, ...] = ()


def dataset_digest(examples: Iterable[Example]) -> str:
    """SHA-256 over ids, texts and labels, in order."""
    digest = hashlib.sha256()
    for example in examples:
        row = [example.petition.id, example.petition.title, example.petition.body, sorted(example.labels.items())]
        digest.update(json.dumps(row, ensure_ascii=False).encode())
    return digest.hexdigest()


def save(classifier: Classifier, report: Report, origin: Origin, models: Path) -> Path:
    """Write `models/<version>/`, whole or not at all. Raises ArtifactError if it is there already."""
    if not re.fullmatch(NAME, classifier.version):
        raise ArtifactError(f"'{classifier.version}' is no name for a model: letters, digits, dot, dash, underscore")
    target = models / classifier.version
    if target.exists():
        raise ArtifactError(f"{target}: there is a model of this name already; choose another --name")
    try:
        models.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=models))
    except OSError as error:
        raise ArtifactError(f"{models}: cannot be written: {error.strerror}") from None
    try:
        _write(classifier, report, origin, draft)
        draft.chmod(0o755)
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return target


def _write(classifier: Classifier, report: Report, origin: Origin, folder: Path) -> None:
    vocabularies = classifier.features.vocabularies
    if _cuts_words(vocabularies):
        (folder / WORDS).write_text("\n".join(origin.user_words) + "\n", encoding="utf-8")
    for number, vocabulary in enumerate(vocabularies):
        (folder / f"block{number}.txt").write_text("\n".join(vocabulary.grams) + "\n", encoding="utf-8")
        np.save(folder / f"block{number}.idf.npy", vocabulary.idf, allow_pickle=False)
    np.save(folder / WEIGHTS, classifier.stack.weights, allow_pickle=False)
    np.save(folder / BIAS, classifier.stack.bias, allow_pickle=False)
    if origin.taught:
        (folder / TAUGHT).write_text("\n".join(origin.taught) + "\n", encoding="utf-8")
    manifest = _manifest(classifier, report, origin, folder)
    (folder / CARD).write_text(card(manifest), encoding="utf-8")
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _cuts_words(vocabularies: Iterable[BlockVocabulary]) -> bool:
    """Whether a text must be cut into words: only then do the words the segmenter is to know belong to the model."""
    return any(vocabulary.block.unit == "word" for vocabulary in vocabularies)


def _manifest(classifier: Classifier, report: Report, origin: Origin, folder: Path) -> Manifest:
    made_at = origin.made_at or datetime.now(UTC).replace(microsecond=0)
    return Manifest(
        format=FORMAT,
        version=classifier.version,
        made_at=made_at.isoformat(),
        code=origin.code,
        rulebook=origin.rulebook,
        blocks=tuple(BlockManifest(**asdict(v.block)) for v in classifier.features.vocabularies),
        heads={head_name(name): _head_manifest(head) for name, head in classifier.heads.items()},
        unseen_limit=classifier.unseen_limit,
        training=origin.training,
        metrics={name: asdict(head) for name, head in report.heads.items()},
        files={path.name: _digest(path) for path in sorted(folder.iterdir())},
    )


def _head_manifest(head: Head) -> HeadManifest:
    return HeadManifest(
        labels=head.labels,
        rule_weight=head.rule_weight,
        sharpness=head.sharpness,
        gate=GateManifest(**asdict(head.gate)) if head.gate else None,
        offset=head.offset,
    )


def load(folder: Path) -> Classifier:
    """Read a model. Raises ArtifactError, before any array is used, for a missing, changed or newer file."""
    manifest = read_manifest(folder)
    for name, digest in manifest.files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise ArtifactError(f"{path}: missing")
        if _digest(path) != digest:
            raise ArtifactError(f"{path}: changed since it was made (its digest does not match the manifest)")
    vocabularies = [_vocabulary(folder, number, block) for number, block in enumerate(manifest.blocks)]
    segmenter = build_segmenter(_lines(folder / WORDS)) if _cuts_words(vocabularies) else None
    features = FeatureSpace(vocabularies, segmenter)
    heads, stack = _heads(folder, manifest, features.size)
    return Classifier(manifest.version, features, heads, manifest.unseen_limit, stack)


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone; raises ArtifactError when there is none or it is not valid."""
    path = folder / MANIFEST
    try:
        raw = path.read_bytes()
        _check_format(raw, folder)
        return Manifest.model_validate_json(raw)
    except OSError:
        raise ArtifactError(f"{folder}: no model there (no {MANIFEST})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ArtifactError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def manifest_digest(folder: Path) -> str:
    """SHA-256 of the manifest, which holds the digests of all other files of a model: it stands for the model."""
    return _digest(folder / MANIFEST)


def versions(models: Path) -> list[str]:
    """Names of the models in a folder, sorted."""
    return sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def _vocabulary(folder: Path, number: int, block: BlockManifest) -> BlockVocabulary:
    grams = tuple(_lines(folder / f"block{number}.txt"))
    idf = _array(folder / f"block{number}.idf.npy", (len(grams),))
    return BlockVocabulary(Block(**block.model_dump()), grams, idf)


def _heads(folder: Path, manifest: Manifest, features: int) -> tuple[dict[str, Head], Stack]:
    """All heads, over one mapped array of weights."""
    columns = spans({name: len(head.labels) for name, head in manifest.heads.items()})
    width = sum(len(head.labels) for head in manifest.heads.values())
    weights, bias = _array(folder / WEIGHTS, (features, width)), _array(folder / BIAS, (width,))
    heads: dict[str, Head] = {}
    for name, head in manifest.heads.items():
        part = Part(weights[:, columns[name]], bias[columns[name]], np.arange(len(head.labels)))
        gate = Gate(**head.gate.model_dump()) if head.gate else None
        heads[name] = Head(name, head.labels, (part,), head.rule_weight, head.sharpness, gate, head.offset)
    return heads, Stack(weights, bias, columns, ruled(heads))


def _check_format(raw: bytes, folder: Path) -> None:
    """Models of another format are told apart from damaged ones. Raises ArtifactError."""
    try:
        found = json.loads(raw).get("format")
    except (ValueError, AttributeError):
        return
    if isinstance(found, int) and found != FORMAT:
        advice = "train it again" if found < FORMAT else "update fenban"
        raise ArtifactError(f"{folder}: model of format {found}, this fenban reads format {FORMAT}; {advice}")


def _array(path: Path, shape: Sequence[int | None]) -> Any:
    """An array, mapped where it is used as it lies; never a pickle."""
    try:
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path}: {error}") from None
    if len(shape) != array.ndim or any(w not in (None, size) for w, size in zip(shape, array.shape, strict=True)):
        raise ArtifactError(f"{path}: shape {array.shape} where {tuple(shape)} is expected")
    return array


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

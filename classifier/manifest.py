"""What an artifact is: the manifest that stands beside the arrays of a model, and the card a person reads."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""What a version may be called; it becomes the name of a folder."""
FORMAT = 2
"""Raised whenever newer code cannot read an older artifact, or older code a newer one."""


HeadName = Literal["category", "kind", "department"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BlockManifest(_Strict):
    """One feature block, as in classifier.vocabulary.Block."""

    unit: str
    field: str
    low: int
    high: int
    weight: float
    min_rows: int
    words: float


class GateManifest(_Strict):
    """Thresholds by label, as in classifier.gate.Gate."""

    auto: dict[str, float]
    suggest: dict[str, float]
    include: dict[str, float]


class HeadManifest(_Strict):
    """One head: labels in column order, how much rules count.

    `sharpness`, `offset`: the curve from margins to probabilities, as in classifier.head.shares.
    """

    labels: tuple[str, ...]
    rule_weight: float
    sharpness: float
    gate: GateManifest | None = None
    offset: float | None = None


class Training(_Strict):
    """What the model was trained on: digest of ids, texts and labels, number of rows, seed.

    `agreed`: rows of an unlabelled backlog besides, with the category that rules and classifier agreed on.
    """

    dataset: str
    rows: int
    seed: int
    agreed: int = 0


class Manifest(_Strict):
    """manifest.json. `files`: SHA-256 of every other file of the folder, hexadecimal.

    `unseen_limit`: greatest share of unknown pairs of characters with which a text is still familiar.
    """

    format: int = Field(ge=FORMAT, le=FORMAT)
    version: str = Field(pattern=NAME)
    made_at: str
    code: str
    rulebook: str
    blocks: tuple[BlockManifest, ...]
    heads: dict[HeadName, HeadManifest]
    unseen_limit: float
    training: Training
    metrics: dict[str, Any]
    files: dict[str, str]


def head_name(name: str) -> HeadName:
    """`name` as one of the heads there are; raises ValueError for another."""
    return TypeAdapter(HeadName).validate_python(name)


def card(manifest: Manifest) -> str:
    """The model card (Markdown): what the model is for, what taught it, how well it did on held-back rows."""
    training = manifest.training
    besides = f", and {training.agreed} without labels on which rules and classifier agreed" if training.agreed else ""
    lines = [
        f"# Model {manifest.version}",
        "",
        f"Made by fenban {manifest.code} from {training.rows} labelled petitions{besides}.",
        "It sorts matters: it has no feature, label or field about the person who writes.",
        "",
        "Figures are of rows held back from training (grouped folds: near-identical texts never on both sides).",
        "They hold for texts like those it was trained on; measure on your own with `fenban evaluate`.",
        "",
        "| head | labels | rows | accuracy | macro-F1 | top 3 | calibration error | coverage at 98 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_card_row(name, head, manifest) for name, head in manifest.heads.items()), ""])


def _card_row(name: str, head: HeadManifest, manifest: Manifest) -> str:
    figures = manifest.metrics[name]
    numbers = [figures[key] for key in ("accuracy", "macro_f1", "top3", "ece", "coverage_at_98")]
    return f"| {name} | {len(head.labels)} | {figures['rows']} | " + " | ".join(f"{n:.3f}" for n in numbers) + " |"

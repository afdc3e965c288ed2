"""Options that several commands share, and how they become settings and columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from classifier.dataset import Columns, Example
    from rules.rulebook import Rulebook
    from service.review import Settled
    from service.settings import Settings
    from service.store.store import Store

Pack = Annotated[str | None, typer.Option(help="Rulebook: name of a shipped pack, or a folder.")]
Model = Annotated[str | None, typer.Option(help="Model version; default: the active one.")]
ModelsDir = Annotated[Path | None, typer.Option(help="Folder of your own models.")]
IdColumn = Annotated[str | None, typer.Option("--id", metavar="COL", help="Column of the petition id.")]
TitleColumn = Annotated[str | None, typer.Option("--title", metavar="COL", help="Column of the title.")]
TextColumn = Annotated[str | None, typer.Option("--text", metavar="COL", help="Column of the text.")]
DateColumn = Annotated[str | None, typer.Option("--date", metavar="COL", help="Column of the day of receipt.")]
RegionColumn = Annotated[str | None, typer.Option("--region", metavar="COL", help="Column of the place it tells of.")]
LabelColumns = Annotated[
    list[str] | None, typer.Option("--label", metavar="HEAD=COL", help="Head and its column; repeatable.")
]

FromStore = Annotated[bool, typer.Option("--from-store", help="Use what clerks confirmed and corrected.")]


def read_options(pack: str | None, model: str | None, models_dir: Path | None) -> Settings:
    """The environment's settings, an option given on the command line before them."""
    from service.settings import read_settings

    given = {"pack": pack, "model": model, "models_dir": models_dir}
    return read_settings().model_copy(update={name: value for name, value in given.items() if value is not None})


def read_rulebook(pack: str | None) -> Rulebook:
    from rules.rulebook import load

    return load(read_options(pack, None, None).pack)


def rulebook_of_today(settings: Settings) -> Rulebook:
    """The rulebook as it stands today: what is learnt or measured now is told in its terms."""
    from datetime import date

    from rules.rulebook import load

    return load(settings.pack).on(date.today())


def read_examples(source: Path, labels: dict[str, str], columns: Columns, rulebook: Rulebook) -> list[Example]:
    """Every row with a label, the labels in terms of today."""
    from datetime import date

    from classifier.dataset import read_dataset
    from service.console import told
    from service.labels import current

    return current(read_dataset(source, labels, columns, rulebook.taxonomy), rulebook, date.today(), told)


def read_columns(
    id_column: str | None, title: str | None, text: str | None, date_column: str | None, region: str | None = None
) -> Columns:
    from classifier.dataset import Columns

    return Columns(id_column, title, text, date_column, region)


def read_labels(given: list[str] | None) -> dict[str, str]:
    """`category=分类` -> {category: 分类}."""
    from classifier.errors import InputError
    from classifier.prediction import HEADS

    labels = {}
    if not given:
        raise InputError("name a label column: --label HEAD=COLUMN")
    for item in given:
        head, separator, column = item.partition("=")
        if not separator or head not in HEADS or not column:
            raise InputError(f"--label {item}: write HEAD=COLUMN, with HEAD one of {', '.join(HEADS)}")
        labels[head] = column
    return labels


def office_store() -> Store:
    """The store of the environment's settings. Raises StoreError."""
    from service.assemble import build_store

    return build_store(read_options(None, None, None))


def record_model(settings: Settings, version: str, event: tuple[str, str], figures: Mapping[str, object]) -> None:
    """Keep in the store, where there is one, what happened to a model. `event`: what, and why. Raises StoreError."""
    from service.access import COMMAND
    from service.assemble import build_store
    from service.store.database import current_revision

    if current_revision(settings.database_url) is None:
        return
    with build_store(settings) as store:
        store.ledger.model_event(version, event[0], COMMAND, (event[1] or None, figures))


def read_settled(settings: Settings, rulebook: Rulebook) -> list[Settled]:
    """What clerks confirmed and corrected, in order of time, the labels in terms of today. Raises StoreError."""
    from datetime import date

    from service.assemble import build_store
    from service.console import told
    from service.labels import as_of

    with build_store(settings) as store:
        return as_of(store.ledger.settled(), rulebook, date.today(), told)

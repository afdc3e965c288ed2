"""Commands that learn from petitions without labels: adapting the default model, and what to label next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.options import (
    DateColumn,
    IdColumn,
    Model,
    ModelsDir,
    Pack,
    TextColumn,
    TitleColumn,
    read_columns,
    read_options,
)

Texts = Annotated[Path, typer.Argument(metavar="BACKLOG", help="Petitions without labels: CSV, XLSX or JSON lines.")]


def adapt(
    source: Texts,
    name: Annotated[str, typer.Option(help="Version of the new model.")],
    rounds: Annotated[int, typer.Option(min=1, max=3, help="Rounds of learning; more than one seldom helps.")] = 1,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    models_dir: ModelsDir = None,
) -> None:
    """Adapt the default model to your own petitions, without labels; keep the default where that gains nothing."""
    from classifier.adapt import Limits
    from classifier.backlog import read_texts
    from rules.rulebook import load
    from service.console import say, show_adaptation, told
    from service.training import adapt_and_save, read_backlog

    settings = read_options(pack, None, models_dir)
    rulebook = load(settings.pack)

    texts = read_texts(source, read_columns(id_column, title, text, date_column))
    told(f"{len(texts.petitions)} petitions that differ; {texts.unreadable} rows cannot be read")
    backlog = read_backlog(texts.petitions, rulebook)
    folder, outcome = adapt_and_save(name, backlog, (rulebook, settings), Limits(rounds=rounds), told)
    show_adaptation(outcome)
    if folder is None:
        say(f"the default model is kept, no model is written: {outcome.refusal}")
        return
    say(f"{len(outcome.taught)} petitions taught -> {folder}")
    say(f"next: fenban batch IN OUT --model {folder.name} --models-dir {settings.models_dir}")


def label_next(
    source: Texts,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="By suffix: .xlsx or .csv, to fill in.")],
    count: Annotated[int, typer.Option("--n", min=1, max=2000, help="How many petitions to list.")] = 100,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """List the petitions whose labels would teach most, as a sheet to fill in and train from."""
    from datetime import date

    from classifier.backlog import read_texts
    from service.assemble import build_triage
    from service.console import err, say
    from service.tables import TABLES, check_output
    from service.training import list_next
    from service.words import words

    check_output(target, TABLES)
    settings = read_options(pack, model, models_dir)
    texts = read_texts(source, read_columns(id_column, title, text, date_column))
    err.print(f"… {len(texts.petitions)} petitions that differ; {texts.unreadable} rows cannot be read", markup=False)
    listed = list_next(texts.petitions, build_triage(settings), (count, date.today()), target)
    column = words().to_label["label"]
    say(f"{listed} petitions -> {target}")
    say(f"next: fill in the column {column}, then: fenban train {target} --label category={column} --name NAME")

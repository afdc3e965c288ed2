"""Commands that learn: from labels, from what clerks settled, without labels; what to label next, what to look over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.options import (
    DateColumn,
    FromStore,
    IdColumn,
    LabelColumns,
    Model,
    ModelsDir,
    Pack,
    TextColumn,
    TitleColumn,
    read_columns,
    read_examples,
    read_labels,
    read_options,
    read_settled,
    record_model,
    rulebook_of_today,
)

if TYPE_CHECKING:
    from classifier.contest import Timed
    from classifier.dataset import Columns, Example
    from classifier.report import Report
    from service.learning import Place
    from service.settings import Settings

Labels = Annotated[Path | None, typer.Argument(metavar="IN", help="Labelled petitions: CSV, XLSX or JSON lines.")]
Texts = Annotated[Path, typer.Argument(metavar="BACKLOG", help="Petitions without labels: CSV, XLSX or JSON lines.")]


@dataclass(frozen=True, slots=True)
class Source:
    """Where labelled petitions come from: a file with its columns, the store, or both."""

    file: Path | None
    labels: list[str] | None
    columns: Columns
    store: bool


def train(
    source: Labels = None,
    label: LabelColumns = None,
    name: Annotated[str | None, typer.Option(help="Version of the new model; else made from the day.")] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Rebuild the shipped model from our own petitions.")
    ] = False,
    from_store: FromStore = False,
    by_time: Annotated[
        bool, typer.Option("--by-time", help="Freeze the later fifth, and compare with the active model on it.")
    ] = False,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    models_dir: ModelsDir = None,
) -> None:
    """Train a model on your own labelled petitions, or on what clerks settled; compare it with the active one."""
    from service.learning import Place

    settings = read_options(pack, None, models_dir)
    place = Place(rulebook_of_today(settings), settings, open=from_store)
    given = Source(source, label, read_columns(id_column, title, text, date_column), from_store)
    if default:
        _train_default(name or "default", place)
    elif from_store or by_time:
        _train_challenger(name, given, place)
    else:
        _train(name, given, place)


def _train_default(name: str, place: Place) -> None:
    from service.console import told
    from service.training import train_default

    _show_trained(*train_default(name, place.rulebook, place.settings, told))


def _train(name: str | None, given: Source, place: Place) -> None:
    """On the rows of a file, as they are."""
    from classifier.errors import InputError
    from service.console import told
    from service.training import train_and_save

    if given.file is None or name is None or not given.labels:
        raise InputError("train needs IN, --label HEAD=COLUMN and --name (or --from-store, or --default)")
    examples = _read_examples(given, place)
    _show_trained(*train_and_save(name, examples, place.rulebook, place.settings, told))


def _show_trained(folder: Path, report: Report) -> None:
    from service.console import say, show_report

    show_report(report)
    say(f"figures of rows held back from training -> {folder}")
    say(f"next: fenban batch IN OUT --model {folder.name} --models-dir {folder.parent}")


def _train_challenger(name: str | None, given: Source, place: Place) -> None:
    """On the earlier rows of file and store; compared with the active model on the later ones."""
    from datetime import date

    from classifier.challenge import summary
    from classifier.errors import InputError
    from service.console import say, told
    from service.console_learning import show_challenge
    from service.learning import challenge, heads_to_learn, history, lessons, new_version

    rows: list[Timed] = []
    if given.file is not None:
        rows += history(_read_examples(given, place), place.rulebook)
    if given.store:
        given_heads = read_labels(given.labels) if given.file else ()
        rows += lessons(
            read_settled(place.settings, place.rulebook), place.rulebook, heads_to_learn(given_heads, place.settings)
        )
    if not rows:
        raise InputError("nothing to learn from: no petition is settled yet" if given.store else "train needs IN")
    folder, found = challenge(name or new_version(date.today(), place.settings), rows, place, told)
    record_model(
        place.settings, folder.name, ("train", summary(found)), {"earlier": found.earlier, "later": found.later}
    )
    show_challenge(found)
    say(f"challenger -> {folder}")
    say(f"next: fenban models promote {folder.name}, or: fenban models shadow {folder.name}")


def _read_examples(given: Source, place: Place) -> list[Example]:
    """The labelled rows of the file."""
    assert given.file is not None
    return read_examples(given.file, read_labels(given.labels), given.columns, place.rulebook)


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
    from service.console import say, show_adaptation, told
    from service.training import adapt_and_save, read_backlog

    settings = read_options(pack, None, models_dir)
    rulebook = rulebook_of_today(settings)

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


def audit(
    source: Labels = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The workbook to write: .xlsx.")] = None,
    label: LabelColumns = None,
    clerk: Annotated[str | None, typer.Option(metavar="COL", help="Column of who gave the labels.")] = None,
    from_store: FromStore = False,
    mark: Annotated[
        bool, typer.Option("--mark", help="With --from-store: mark the suspect ones in the queue.")
    ] = False,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
) -> None:
    """Look labels over: suspect ones, copies that differ, classes used differently, rules that clerks overrule."""
    from classifier.errors import InputError
    from service import label_audit
    from service.audit_book import write_audit
    from service.console import told
    from service.console_learning import show_audit
    from service.tables import check_output
    from service.words import words

    if out is None or (source is None) != from_store or (mark and not from_store):
        raise InputError("audit needs --out FILE.xlsx, and either FILE with --label HEAD=COLUMN or --from-store")
    check_output(out, (".xlsx",))
    settings = read_options(pack, None, None)
    rulebook = rulebook_of_today(settings)
    columns = read_columns(id_column, title, text, date_column)
    if source is None:
        rows = label_audit.of_settled(read_settled(settings, rulebook), rulebook)
    else:
        rows = label_audit.of_file(source, read_labels(label), clerk, columns, rulebook)
    found = label_audit.audit(rows, rulebook, told)
    write_audit(out, found, rulebook, words())
    show_audit(found, out)
    if mark:
        _mark(found.suspect_ids, settings)


def _mark(ids: Collection[str], settings: Settings) -> None:
    """Exactly these petitions are marked in the queue."""
    from service.access import COMMAND
    from service.assemble import build_store
    from service.console import say

    with build_store(settings) as store:
        say(f"{store.ledger.mark_suspects(ids, COMMAND)} petitions are marked as suspect in the queue")

"""The command line. Imports of the heavy parts stand inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli_learning import adapt, audit, label_next, train
from service.cli_models import models_app
from service.cli_office import accounts_app, store_app, tokens_app
from service.cli_rules import rules_app
from service.options import (
    DateColumn,
    IdColumn,
    LabelColumns,
    Model,
    ModelsDir,
    Pack,
    RegionColumn,
    TextColumn,
    TitleColumn,
    read_columns,
    read_examples,
    read_labels,
    read_options,
    rulebook_of_today,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they show local variables, and so petition text
    help="分办 fenban: which matter a petition is, who leads, on what ground, how sure.",
)
app.add_typer(rules_app, name="rules")
app.add_typer(models_app, name="models")
app.add_typer(accounts_app, name="accounts")
app.add_typer(tokens_app, name="tokens")
app.add_typer(store_app, name="store")


@app.command()
def decide(
    text: Annotated[str | None, typer.Argument(help="The petition; without it, standard input is read.")] = None,
    title: Annotated[str, typer.Option(help="Its title.")] = "",
    json: Annotated[bool, typer.Option("--json", help="The whole decision as JSON.")] = False,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Decide one petition."""
    from datetime import date
    from json import dumps

    from classifier.dataset import text_problem
    from classifier.errors import InputError
    from classifier.rows import decode, is_broken
    from rules.petition import Petition
    from service.assemble import build_triage
    from service.json_form import as_json
    from service.words import words

    body = decode(sys.stdin.buffer.read(), "standard input") if text is None else text
    problem = "the text is not UTF-8" if is_broken(body + title) else text_problem(title.strip(), body.strip())
    if problem:
        raise InputError(problem)
    petition = Petition("1", body.strip(), title.strip())
    (decision,) = build_triage(read_options(pack, model, models_dir)).decide([petition], date.today())
    if json:
        typer.echo(dumps(as_json(decision), ensure_ascii=False, indent=1))
    else:
        from service.console import show_decision

        show_decision(petition, decision, words())


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(metavar="IN", help="CSV, XLSX or JSON lines.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="By suffix: .jsonl whole decisions; .csv, .xlsx flat.")],
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    region: RegionColumn = None,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Decide a whole file."""
    from datetime import date
    from time import perf_counter

    from service.assemble import build_triage
    from service.batch import Order, run_batch
    from service.console import progress, say, show_summary
    from service.words import words

    triage = build_triage(read_options(pack, model, models_dir))
    start = perf_counter()
    with progress("fenban batch") as tell:
        columns = read_columns(id_column, title, text, date_column, region)
        summary = run_batch(Order(source, target, columns, date.today()), triage, tell)
    rate = summary.rows / max(perf_counter() - start, 1e-9)
    show_summary(summary, words())
    say(f"{summary.rows} petitions, {rate:,.0f} a second -> {target}")
    say("next: fenban serve  (a page to paste petitions into, and the HTTP interface)")


app.command()(train)


@app.command()
def evaluate(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Labelled petitions: CSV, XLSX or JSON lines.")],
    label: LabelColumns = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")] = None,
    cv: Annotated[int | None, typer.Option(min=2, max=20, help="Train and test on N folds of this file.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts and excerpts.")] = None,
    against: Annotated[str | None, typer.Option(metavar="VERSION", help="Compare with this model.")] = None,
    by_time: Annotated[bool, typer.Option("--by-time", help="Train on earlier rows, test the later fifth.")] = False,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Measure a model on labelled petitions it has not seen, or what this file could teach (--cv, --by-time)."""
    from datetime import date

    from service import evaluation
    from service.console import show_evaluation, told
    from service.report_page import write_page
    from service.tables import check_parent

    for target in filter(None, (json, html)):
        check_parent(target)
    settings = read_options(pack, model, models_dir)
    rulebook = rulebook_of_today(settings)
    columns = read_columns(id_column, title, text, date_column)
    examples = read_examples(source, read_labels(label), columns, rulebook)
    question = evaluation.Question(source, date.today(), cv, against, by_time)
    evaluated = evaluation.evaluate(question, examples, rulebook, settings, told)
    show_evaluation(evaluated)
    if json is not None:
        evaluation.write_figures(json, evaluated)
    if html is not None:
        write_page(html, evaluated, rulebook)


app.command()(adapt)
app.command()(label_next)
app.command()(audit)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    open_house: Annotated[
        bool, typer.Option("--open", help="A trial without accounts, for this machine alone.")
    ] = False,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Start the pages and the HTTP interface."""
    from service.server import Address, serve_forever

    settings = read_options(pack, model, models_dir)
    serve_forever(settings, Address(host or settings.host, port or settings.port), open_house)


@app.command()
def doctor(pack: Pack = None, model: Model = None, models_dir: ModelsDir = None) -> None:
    """Check this installation: packages, rulebook, model, segmenter, and one decision."""
    from service.console import say
    from service.doctor import examine

    findings = examine(read_options(pack, model, models_dir))
    for finding in findings:
        say(f"{'ok ' if finding.good else 'BAD'} {finding.text}", style="green" if finding.good else "red")
    if not all(finding.good for finding in findings):
        raise typer.Exit(9)

"""The command line. Imports of the heavy parts stand inside the commands, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from classifier.dataset import Columns
    from rules.rulebook import Rulebook
    from service.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="分办 fenban: which matter a petition is, who leads, on what ground, how sure."
)
rules_app = typer.Typer(no_args_is_help=True, help="Check, test, try and list the rules of a pack.")
models_app = typer.Typer(no_args_is_help=True, help="List and show models.")
app.add_typer(rules_app, name="rules")
app.add_typer(models_app, name="models")

Pack = Annotated[str | None, typer.Option(help="Rulebook: name of a shipped pack, or a folder.")]
Model = Annotated[str | None, typer.Option(help="Model version; default: the active one.")]
ModelsDir = Annotated[Path | None, typer.Option(help="Folder of your own models.")]
IdColumn = Annotated[str | None, typer.Option("--id", metavar="COL", help="Column of the petition id.")]
TitleColumn = Annotated[str | None, typer.Option("--title", metavar="COL", help="Column of the title.")]
TextColumn = Annotated[str | None, typer.Option("--text", metavar="COL", help="Column of the text.")]
DateColumn = Annotated[str | None, typer.Option("--date", metavar="COL", help="Column of the day of receipt.")]
LabelColumns = Annotated[
    list[str] | None, typer.Option("--label", metavar="HEAD=COL", help="Head and its column; repeatable.")
]


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

    from classifier.dataset import text_problem
    from classifier.errors import InputError
    from classifier.rows import decode, is_broken
    from rules.petition import Petition
    from service.assemble import build_triage
    from service.tables import DECISION
    from service.words import words

    body = decode(sys.stdin.buffer.read(), "standard input") if text is None else text
    problem = "the text is not UTF-8" if is_broken(body + title) else text_problem(title.strip(), body.strip())
    if problem:
        raise InputError(problem)
    petition = Petition("1", body.strip(), title.strip())
    (decision,) = build_triage(_settings(pack, model, models_dir)).decide([petition], date.today())
    if json:
        typer.echo(DECISION.dump_json(decision, indent=1).decode())
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
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Decide a whole file."""
    from datetime import date
    from time import perf_counter

    from service.assemble import build_triage
    from service.batch import run_batch
    from service.console import out, progress, show_summary
    from service.words import words

    triage = build_triage(_settings(pack, model, models_dir))
    start = perf_counter()
    with progress("fenban batch") as tell:
        summary = run_batch(
            source, target, _columns(id_column, title, text, date_column), triage, words(), date.today(), tell
        )
    rate = summary.rows / max(perf_counter() - start, 1e-9)
    show_summary(summary, words())
    out.print(f"{summary.rows} petitions, {rate:,.0f} a second -> {target}")
    out.print("next: fenban serve  (a page to paste petitions into, and the HTTP interface)")


@app.command()
def train(
    source: Annotated[
        Path | None, typer.Argument(metavar="IN", help="Labelled petitions: CSV, XLSX or JSON lines.")
    ] = None,
    label: LabelColumns = None,
    name: Annotated[str | None, typer.Option(help="Version of the new model.")] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Rebuild the shipped model from our own petitions.")
    ] = False,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    models_dir: ModelsDir = None,
) -> None:
    """Train a model on your own labelled petitions."""
    from classifier.dataset import read_dataset
    from classifier.errors import InputError
    from rules.rulebook import load
    from service.console import err, out, show_report
    from service.training import train_and_save, train_default

    settings = _settings(pack, None, models_dir)
    rulebook = load(settings.pack)

    def told(step: str) -> None:
        err.print(f"… {step}")

    if default:
        folder, report = train_default(name or "default", rulebook, settings, told)
    elif source is None or name is None or not label:
        raise InputError("train needs IN, --label HEAD=COLUMN and --name (or --default)")
    else:
        columns = _columns(id_column, title, text, date_column)
        examples = read_dataset(source, _labels(label), columns, rulebook.taxonomy)
        folder, report = train_and_save(name, examples, rulebook, settings, told)
    show_report(report)
    out.print(f"figures of rows held back from training -> {folder}")
    out.print(f"next: fenban batch IN OUT --model {folder.name} --models-dir {settings.models_dir}")


@app.command()
def evaluate(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Labelled petitions: CSV, XLSX or JSON lines.")],
    label: LabelColumns = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")] = None,
    cv: Annotated[int | None, typer.Option(min=2, max=20, help="Train and test on N folds of this file.")] = None,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Measure a model on labelled petitions it has not seen, or what this file could teach (--cv)."""
    from classifier.dataset import read_dataset
    from rules.rulebook import load
    from service.console import err, show_report
    from service.tables import check_parent, whole_file
    from service.training import evaluate_folds, evaluate_model

    if json is not None:
        check_parent(json)
    settings = _settings(pack, model, models_dir)
    rulebook = load(settings.pack)
    columns = _columns(id_column, title, text, date_column)
    examples = read_dataset(source, _labels(label), columns, rulebook.taxonomy)

    def told(step: str) -> None:
        err.print(f"… {step}")

    report = evaluate_folds(examples, rulebook, cv, told) if cv else evaluate_model(examples, rulebook, settings)
    show_report(report)
    if json is not None:
        from json import dumps

        with whole_file(json) as draft:
            draft.write_text(dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    pack: Pack = None,
    model: Model = None,
    models_dir: ModelsDir = None,
) -> None:
    """Start the page and the HTTP interface."""
    import uvicorn

    from service.api.app import build_app
    from service.assemble import build_triage

    settings = _settings(pack, model, models_dir)
    api = build_app(build_triage(settings))
    uvicorn.run(api, host=host or settings.host, port=port or settings.port, log_level="info", access_log=False)


@app.command()
def doctor(pack: Pack = None, model: Model = None, models_dir: ModelsDir = None) -> None:
    """Check this installation: packages, rulebook, model, segmenter, and one decision."""
    from service.console import out
    from service.doctor import examine

    findings = examine(_settings(pack, model, models_dir))
    for finding in findings:
        out.print(f"[{'green' if finding.good else 'red'}]{'ok ' if finding.good else 'BAD'}[/] {finding.text}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(9)


@rules_app.command("check")
def rules_check(pack: Pack = None) -> None:
    """Load a pack with every check there is, prove every rule, and give advice."""
    from rules.errors import RulebookError
    from rules.lint import advice, contradictions, prove
    from service.assemble import build_engine
    from service.console import out

    rulebook = _rulebook(pack)
    problems = [*contradictions(rulebook), *prove(rulebook, build_engine(rulebook))]
    for hint in advice(rulebook):
        out.print(f"advice: {hint}", markup=False)
    if problems:
        raise RulebookError(problems)
    out.print(f"{rulebook.name}: {len(rulebook.rules)} rules hold, digest {rulebook.digest[:12]}")


@rules_app.command("test")
def rules_test(pack: Pack = None) -> None:
    """Prove every rule by its own examples."""
    from rules.errors import RulebookError
    from rules.lint import prove
    from service.assemble import build_engine
    from service.console import out

    rulebook = _rulebook(pack)
    problems = prove(rulebook, build_engine(rulebook))
    if problems:
        raise RulebookError(problems)
    count = sum(len(rule.examples.hits) + len(rule.examples.misses) for rule in rulebook.rules)
    out.print(f"{count} examples of {len(rulebook.rules)} rules hold")


@rules_app.command("try")
def rules_try(text: str, pack: Pack = None) -> None:
    """Show which rules a text hits, with which words."""
    from rules.petition import Petition
    from service.assemble import build_engine
    from service.console import out

    rulebook = _rulebook(pack)
    match = build_engine(rulebook).match(Petition("1", text))
    for hit in match.hits:
        terms = "、".join(dict.fromkeys(match.folded[start:end] for start, end, _ in hit.occurrences))
        path = "/".join(rulebook.taxonomy.path(hit.rule.then.category)) if hit.rule.then.category else ""
        out.print(f"{hit.rule.then} {path}  {hit.rule.weight}  {hit.rule.id}: {terms}", markup=False)
    if not match.hits:
        out.print("no rule hits this text")


@rules_app.command("list")
def rules_list(
    pack: Pack = None,
    category: Annotated[str | None, typer.Option(help="Only rules of this category (code, name or path).")] = None,
) -> None:
    """List rules: conclusion, weight, id, reason."""
    from classifier.errors import InputError
    from service.console import out

    rulebook = _rulebook(pack)
    code = rulebook.taxonomy.find(category) if category else None
    if category and code is None:
        raise InputError(f"no category '{category}'")
    for rule in rulebook.rules:
        if code is None or str(rule.then).startswith(code):
            out.print(f"{rule.then}  {rule.weight}  {rule.id}: {rule.why}", markup=False)


@models_app.command("list")
def models_list(models_dir: ModelsDir = None) -> None:
    """List the models there are, the active one marked."""
    from service.assemble import shelf
    from service.console import out

    settings = _settings(None, None, models_dir)
    found = shelf(settings).find(settings.model)
    for manifest in shelf(settings).manifests():
        mark = "*" if found and manifest.version == found.name else " "
        out.print(
            f"{mark} {manifest.version}  {', '.join(manifest.heads)}  {manifest.training.rows} rows", markup=False
        )


@models_app.command("show")
def models_show(version: str, models_dir: ModelsDir = None) -> None:
    """Show the card of a model."""
    from classifier.artifact import CARD
    from service.assemble import shelf

    folder = shelf(_settings(None, None, models_dir)).find(version)
    if folder is not None:
        typer.echo((folder / CARD).read_text(encoding="utf-8"))


def _settings(pack: str | None, model: str | None, models_dir: Path | None) -> Settings:
    """The environment's settings, an option given on the command line before them."""
    from service.settings import read_settings

    given = {"pack": pack, "model": model, "models_dir": models_dir}
    return read_settings().model_copy(update={name: value for name, value in given.items() if value is not None})


def _rulebook(pack: str | None) -> Rulebook:
    from rules.rulebook import load

    return load(_settings(pack, None, None).pack)


def _columns(id_column: str | None, title: str | None, text: str | None, date_column: str | None) -> Columns:
    from classifier.dataset import Columns

    return Columns(id_column, title, text, date_column)


def _labels(given: list[str] | None) -> dict[str, str]:
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

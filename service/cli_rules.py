"""Commands on rules and models: check, test, try, list, show."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from service.options import (
    DateColumn,
    IdColumn,
    LabelColumns,
    ModelsDir,
    Pack,
    TextColumn,
    TitleColumn,
    read_columns,
    read_labels,
    read_options,
    read_rulebook,
)

rules_app = typer.Typer(no_args_is_help=True, help="Check, test, try and list the rules of a pack.")
models_app = typer.Typer(no_args_is_help=True, help="List and show models.")


@rules_app.command("check")
def rules_check(pack: Pack = None) -> None:
    """Load a pack with every check there is, prove every rule and every procedure, and give advice."""
    from rules.errors import RulebookError
    from rules.lint import advice, contradictions, prove
    from rules.proof import prove_procedures
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack)
    tried = rulebook.tried
    engine = build_engine(tried)
    problems = [*contradictions(tried), *prove(tried, engine), *prove_procedures(tried, engine)]
    for hint in advice(tried):
        say(f"advice: {hint}")
    if problems:
        raise RulebookError(problems)
    rules, procedures = len(tried.rules), len(rulebook.procedures.entries)
    say(f"{rulebook.name}: {rules} rules hold, {procedures} procedures hold, digest {rulebook.digest[:12]}")
    waiting = Counter(rule.state.value for rule in rulebook.others)
    if waiting:
        say(f"not deciding: {', '.join(f'{count} {state}' for state, count in waiting.items())}")


@rules_app.command("test")
def rules_test(pack: Pack = None) -> None:
    """Prove every rule by its own examples."""
    from rules.errors import RulebookError
    from rules.lint import prove
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack).tried
    problems = prove(rulebook, build_engine(rulebook))
    if problems:
        raise RulebookError(problems)
    count = sum(len(rule.examples.hits) + len(rule.examples.misses) for rule in rulebook.rules)
    say(f"{count} examples of {len(rulebook.rules)} rules hold")


@rules_app.command("try")
def rules_try(text: str, pack: Pack = None) -> None:
    """Show which rules a text hits, with which words."""
    from rules.petition import Petition
    from rules.rule import RuleState
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack).tried
    match = build_engine(rulebook).match(Petition("1", text))
    for hit in match.hits:
        terms = "、".join(dict.fromkeys(match.text[start:end] for start, end, _ in hit.occurrences))
        path = "/".join(rulebook.taxonomy.path(hit.rule.then.category)) if hit.rule.then.category else ""
        state = "" if hit.rule.state is RuleState.ACTIVE else f" ({hit.rule.state.value}, does not decide)"
        say(f"{hit.rule.then} {path}  {hit.rule.weight}  {hit.rule.id}{state}: {terms}")
    if not match.hits:
        say("no rule hits this text")


@rules_app.command("list")
def rules_list(
    pack: Pack = None,
    category: Annotated[
        str | None, typer.Option(help="Only rules of this category, or of those it covers (code, name or path).")
    ] = None,
) -> None:
    """List rules: conclusion, weight, state, id, reason."""
    from classifier.errors import InputError
    from service.console import say

    rulebook = read_rulebook(pack)
    code = rulebook.taxonomy.find(category) if category else None
    if category and code is None:
        raise InputError(f"no category '{category}'")
    covering = rulebook.taxonomy.covering
    for rule in rulebook.every:
        if code is None or rule.conclusion.startswith(code) or covering.get(rule.conclusion) == code:
            say(f"{rule.then}  {rule.weight}  {rule.state.value}  {rule.id}: {rule.why}")


@rules_app.command("diff")
def rules_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The rulebook as it is: name of a pack, or a folder.")],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="The rulebook as it would be: name of a pack, or a folder.")
    ],
    on: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Petitions to try both on: CSV, XLSX or JSON lines.")
    ] = None,
    label: LabelColumns = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what changes, a line a petition: .xlsx or .csv.")
    ] = None,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
) -> None:
    """Show what other rules would change, on petitions you have, before you use them; by the rules alone."""
    from datetime import date

    from classifier.errors import InputError
    from rules.rulebook import load
    from service.change_report import show_change
    from service.console import say, told
    from service.dry_run import Material, read_material, rehearse, write_change
    from service.tables import TABLES, check_output
    from service.words import words

    if out is not None:
        check_output(out, TABLES)
    if on is None:
        raise InputError("name the petitions: --on FILE")
    before, after = load(old), load(new)
    material = Material(on, read_columns(id_column, title, text, date_column), read_labels(label) if label else {})
    change = rehearse(before, after, read_material(material, after, date.today(), told), date.today())
    show_change(change, words())
    if out is not None:
        write_change(out, change, words())
        say(f"{len(change.changed)} petitions -> {out}")


@models_app.command("list")
def models_list(models_dir: ModelsDir = None) -> None:
    """List the models there are, the active one marked."""
    from service.assemble import shelf
    from service.console import say

    settings = read_options(None, None, models_dir)
    found = shelf(settings).find(settings.model)
    for manifest in shelf(settings).manifests():
        mark = "*" if found and manifest.version == found.name else " "
        say(f"{mark} {manifest.version}  {', '.join(manifest.heads)}  {manifest.training.rows} rows")


@models_app.command("show")
def models_show(version: str, models_dir: ModelsDir = None) -> None:
    """Show the card of a model."""
    from classifier.artifact import CARD
    from service.assemble import shelf

    folder = shelf(read_options(None, None, models_dir)).find(version)
    if folder is not None:
        typer.echo((folder / CARD).read_text(encoding="utf-8"))

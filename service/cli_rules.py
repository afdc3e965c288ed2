"""Commands on rules: check, test, try, list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.options import (
    DateColumn,
    IdColumn,
    LabelColumns,
    Pack,
    TextColumn,
    TitleColumn,
    office_store,
    read_columns,
    read_labels,
    read_options,
    read_rulebook,
)

if TYPE_CHECKING:
    from datetime import date

    from classifier.dataset import Example
    from rules.errors import Problem
    from rules.rulebook import Rulebook
    from service.dry_run import Material
    from service.store.store import Store

OldPack = Annotated[str, typer.Argument(metavar="OLD", help="The rulebook as it is: name of a pack, or a folder.")]
NewPack = Annotated[str, typer.Argument(metavar="NEW", help="As it would be: name of a pack, or a folder.")]
TriedOn = Annotated[Path | None, typer.Option(metavar="FILE", help="Petitions to try both on: CSV, XLSX, JSON lines.")]
ChangeFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a line a petition: .xlsx or .csv.")]
StoreTried = Annotated[bool, typer.Option("--from-store", help="Try both on the petitions that clerks have settled.")]
StoreChecked = Annotated[bool, typer.Option("--from-store", help="Look for codes in the store that lead nowhere.")]
StoreCounted = Annotated[bool, typer.Option("--from-store", help="Show how often each rule has hit, and when last.")]

rules_app = typer.Typer(no_args_is_help=True, help="Check, test, try, list, compare and activate the rules of a pack.")


@rules_app.command("check")
def rules_check(
    pack: Pack = None,
    from_store: StoreChecked = False,
) -> None:
    """Load a pack with every check there is, prove every rule and every procedure, and give advice."""
    from rules.errors import RulebookError
    from service.console import say

    rulebook = read_rulebook(pack)
    problems = _faults(rulebook)
    if from_store:
        with office_store() as store:
            problems += _stale(rulebook, store)
    if problems:
        raise RulebookError(problems)
    rules, procedures = len(rulebook.tried.rules), len(rulebook.procedures.entries)
    say(f"{rulebook.name}: {rules} rules hold, {procedures} procedures hold, digest {rulebook.digest[:12]}")
    waiting = Counter(rule.state.value for rule in rulebook.others)
    if waiting:
        say(f"not deciding: {', '.join(f'{count} {state}' for state, count in waiting.items())}")


@rules_app.command("activate")
def rules_activate(pack: Pack = None) -> None:
    """Check a pack against itself and the store, and record it as the one in use; refused while anything is wrong."""
    from rules.errors import RulebookError
    from service.access import COMMAND
    from service.assemble import code_version
    from service.console import say

    rulebook = read_rulebook(pack)
    problems = _faults(rulebook)
    with office_store() as store:
        problems += _stale(rulebook, store)
        if problems:
            raise RulebookError(problems)
        before = store.ledger.rulebook()
        store.ledger.activate_rulebook(rulebook.name, rulebook.digest, code_version(), COMMAND)
    say(f"rulebook {rulebook.name} {rulebook.digest[:12]} is in use from now on")
    say(f"the service reads it when it starts: FENBAN_PACK={read_options(pack, None, None).pack} fenban serve")
    if before:
        say(f"it takes the place of {before.name} {before.digest[:12]}, in use since {before.activated_at.date()}")


def _faults(rulebook: Rulebook) -> list[Problem]:
    """What is wrong with a pack in itself; advice, and what it means for the active model, is shown."""
    from classifier.artifact import read_manifest
    from rules.lint import advice, contradictions, prove
    from rules.proof import prove_procedures
    from service.assemble import build_engine, shelf
    from service.console import say
    from service.stale import stale_labels

    tried = rulebook.tried
    engine, settings = build_engine(tried), read_options(None, None, None)
    folder = shelf(settings).find(settings.model)
    labels = stale_labels(read_manifest(folder), rulebook) if folder else []
    for hint in (*advice(tried), *labels):
        say(f"advice: {hint}")
    return [*contradictions(tried), *prove(tried, engine), *prove_procedures(tried, engine)]


def _stale(rulebook: Rulebook, store: Store) -> list[Problem]:
    from service.stale import stale_references

    return stale_references(store.ledger.stored(), rulebook)


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
    from_store: StoreCounted = False,
) -> None:
    """List rules: conclusion, weight, state, id, reason."""
    from classifier.errors import InputError
    from service.console import say

    rulebook = read_rulebook(pack)
    code = rulebook.taxonomy.find(category) if category else None
    if category and code is None:
        raise InputError(f"no category '{category}'")
    covering = rulebook.taxonomy.covering
    hits = _hits() if from_store else None
    for rule in rulebook.every:
        if code is None or rule.conclusion.startswith(code) or covering.get(rule.conclusion) == code:
            used = "" if hits is None else f"  {hits.get(rule.id, '0 hits')}"
            say(f"{rule.then}  {rule.weight}  {rule.state.value}{used}  {rule.id}: {rule.why}")


def _hits() -> dict[str, str]:
    """By rule, how often it has hit and when last."""
    with office_store() as store:
        uses = store.ledger.rule_uses()
    return {rule: f"{use.hits} hits, last {use.last_hit.astimezone().date()}" for rule, use in uses.items()}


@rules_app.command("diff")
def rules_diff(
    old: OldPack,
    new: NewPack,
    on: TriedOn = None,
    label: LabelColumns = None,
    out: ChangeFile = None,
    id_column: IdColumn = None,
    title: TitleColumn = None,
    text: TextColumn = None,
    date_column: DateColumn = None,
    from_store: Annotated[
        bool,
        typer.Option("--from-store", help="Try both on the petitions that clerks have settled, with their answers."),
    ] = False,
) -> None:
    """Show what other rules would change, on petitions you have, before you use them; by the rules alone."""
    from datetime import date

    from classifier.errors import InputError
    from rules.rulebook import load
    from service.change_report import show_change
    from service.console import say
    from service.dry_run import Material, rehearse, write_change
    from service.tables import TABLES, check_output
    from service.words import words

    if out is not None:
        check_output(out, TABLES)
    if (on is None) != from_store:
        raise InputError("name the petitions: --on FILE, or --from-store")
    columns, labels = read_columns(id_column, title, text, date_column), read_labels(label) if label else {}
    before, after = load(old), load(new)
    examples = _examples(Material(on, columns, labels) if on else None, after, date.today())
    change = rehearse(before, after, examples, date.today())
    show_change(change, words())
    if out is not None:
        write_change(out, change, words())
        say(f"{len(change.changed)} petitions -> {out}")


def _examples(material: Material | None, rulebook: Rulebook, today: date) -> list[Example]:
    """The petitions of a file; without one those that clerks have settled."""
    from service.console import told
    from service.dry_run import read_material, read_settled

    if material is not None:
        return read_material(material, rulebook, today, told)
    with office_store() as store:
        return read_settled(store.ledger.settled(), rulebook, today, told)

"""Commands on rules: check, test, try, list."""

from __future__ import annotations

from typing import Annotated

import typer

from service.options import Pack, read_rulebook

rules_app = typer.Typer(no_args_is_help=True, help="Check, test, try and list the rules of a pack.")


@rules_app.command("check")
def rules_check(pack: Pack = None) -> None:
    """Load a pack with every check there is, prove every rule and every procedure, and give advice."""
    from rules.errors import RulebookError
    from rules.lint import advice, contradictions, prove
    from rules.proof import prove_procedures
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack)
    engine = build_engine(rulebook)
    problems = [*contradictions(rulebook), *prove(rulebook, engine), *prove_procedures(rulebook, engine)]
    for hint in advice(rulebook):
        say(f"advice: {hint}")
    if problems:
        raise RulebookError(problems)
    rules, procedures = len(rulebook.rules), len(rulebook.procedures.entries)
    say(f"{rulebook.name}: {rules} rules hold, {procedures} procedures hold, digest {rulebook.digest[:12]}")


@rules_app.command("test")
def rules_test(pack: Pack = None) -> None:
    """Prove every rule by its own examples."""
    from rules.errors import RulebookError
    from rules.lint import prove
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack)
    problems = prove(rulebook, build_engine(rulebook))
    if problems:
        raise RulebookError(problems)
    count = sum(len(rule.examples.hits) + len(rule.examples.misses) for rule in rulebook.rules)
    say(f"{count} examples of {len(rulebook.rules)} rules hold")


@rules_app.command("try")
def rules_try(text: str, pack: Pack = None) -> None:
    """Show which rules a text hits, with which words."""
    from rules.petition import Petition
    from service.assemble import build_engine
    from service.console import say

    rulebook = read_rulebook(pack)
    match = build_engine(rulebook).match(Petition("1", text))
    for hit in match.hits:
        terms = "、".join(dict.fromkeys(match.text[start:end] for start, end, _ in hit.occurrences))
        path = "/".join(rulebook.taxonomy.path(hit.rule.then.category)) if hit.rule.then.category else ""
        say(f"{hit.rule.then} {path}  {hit.rule.weight}  {hit.rule.id}: {terms}")
    if not match.hits:
        say("no rule hits this text")


@rules_app.command("list")
def rules_list(
    pack: Pack = None,
    category: Annotated[
        str | None, typer.Option(help="Only rules of this category, or of those it covers (code, name or path).")
    ] = None,
) -> None:
    """List rules: conclusion, weight, id, reason."""
    from classifier.errors import InputError
    from service.console import say

    rulebook = read_rulebook(pack)
    code = rulebook.taxonomy.find(category) if category else None
    if category and code is None:
        raise InputError(f"no category '{category}'")
    covering = rulebook.taxonomy.covering
    for rule in rulebook.rules:
        if code is None or rule.conclusion.startswith(code) or covering.get(rule.conclusion) == code:
            say(f"{rule.then}  {rule.weight}  {rule.id}: {rule.why}")

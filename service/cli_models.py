"""Commands on models: which there are, which is in force and since when, and how that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.options import ModelsDir, read_options, record_model

if TYPE_CHECKING:
    from classifier.succession import Change
    from service.settings import Settings

models_app = typer.Typer(no_args_is_help=True, help="List and show models, and put one into force.")


@models_app.command("list")
def models_list(models_dir: ModelsDir = None) -> None:
    """List the models there are: `*` the active one, `~` the one that decides beside it; and since when, why."""
    from service.assemble import shelf
    from service.console import say
    from service.console_learning import show_change
    from service.promotion import standing

    settings = read_options(None, None, models_dir)
    for manifest in shelf(settings).manifests():
        held = standing(manifest.version, settings)
        mark = "*" if held.active else "~" if held.shadow else " "
        say(f"{mark} {manifest.version}  {', '.join(manifest.heads)}  {manifest.training.rows} rows")
        if held.active and held.changes:
            show_change(held.changes[-1])


@models_app.command("show")
def models_show(version: str, models_dir: ModelsDir = None) -> None:
    """Show the card of a model, its comparison with the model before, and when it came into force."""
    from classifier.artifact import CARD
    from classifier.challenge import read_challenge
    from service.assemble import shelf
    from service.console_learning import show_challenge, show_change
    from service.promotion import standing

    settings = read_options(None, None, models_dir)
    folder = shelf(settings).find(version)
    if folder is None:
        return
    typer.echo((folder / CARD).read_text(encoding="utf-8"))
    found = read_challenge(folder)
    if found is not None:
        show_challenge(found)
    for change in standing(version, settings).changes:
        show_change(change)


@models_app.command("promote")
def models_promote(
    version: str,
    accept: Annotated[
        str | None, typer.Option(metavar="REASON", help="Promote it although something speaks against it; kept.")
    ] = None,
    models_dir: ModelsDir = None,
) -> None:
    """Put a model into force, if its comparison with the active one allows it; a running service takes it up."""
    from service.console import say
    from service.console_learning import show_change
    from service.promotion import promote

    settings = read_options(None, None, models_dir)
    change = promote(version, accept, settings)
    _keep(change, settings)
    show_change(change)
    if settings.model:
        say(f"FENBAN_MODEL names {settings.model}: where it is set it goes before the active model")
    say("to undo it: fenban models rollback")


@models_app.command("rollback")
def models_rollback(models_dir: ModelsDir = None) -> None:
    """Return to the model that was active before."""
    from service.console_learning import show_change
    from service.promotion import rollback

    settings = read_options(None, None, models_dir)
    change = rollback(settings)
    _keep(change, settings)
    show_change(change)


def _keep(change: Change, settings: Settings) -> None:
    """In the store too, where there is one: its trail tells what happened to models."""
    told = {"before": change.before, "objections": list(change.objections)}
    record_model(settings, change.version or "shipped", (change.action, change.why), told)


@models_app.command("shadow")
def models_shadow(
    version: Annotated[str | None, typer.Argument(help="Model that is to decide beside the active one.")] = None,
    off: Annotated[bool, typer.Option("--off", help="No model decides beside the active one.")] = False,
    models_dir: ModelsDir = None,
) -> None:
    """Let a model decide beside the active one, unheard: only where they disagree is kept."""
    from classifier.errors import InputError
    from service.console import say
    from service.promotion import set_shadow

    if off == (version is not None):
        raise InputError("models shadow needs either VERSION or --off")
    set_shadow(version, read_options(None, None, models_dir))
    say(f"{version} decides beside the active model" if version else "no model decides beside the active one")

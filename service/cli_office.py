"""Commands on what an office keeps: accounts, tokens, the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from service.options import office_store, read_options

if TYPE_CHECKING:
    pass

accounts_app = typer.Typer(no_args_is_help=True, help="Who may log in.")
tokens_app = typer.Typer(no_args_is_help=True, help="Keys for other programs.")
store_app = typer.Typer(no_args_is_help=True, help="The database of petitions, decisions and reviews.")
Name = Annotated[str, typer.Argument(help="Name of the account.")]


@accounts_app.command("add")
def accounts_add(name: Name, role: Annotated[str, typer.Option(help="clerk, supervisor or admin.")] = "clerk") -> None:
    """Open an account; the password is asked for, or read from standard input."""
    from classifier.errors import InputError
    from service.access import COMMAND, Role
    from service.console import say

    if role not in set(Role):
        raise InputError(f"--role {role}: one of {', '.join(Role)}")
    with office_store() as store:
        store.accounts.add(name, Role(role), _password(), COMMAND)
    say(f"account {name} may log in as {role}")


@accounts_app.command("list")
def accounts_list() -> None:
    """List the accounts."""
    from service.console import say

    with office_store() as store:
        for account in store.accounts.all():
            say(f"{account.name}  {account.role}  {'open' if account.active else 'closed'}")


@accounts_app.command("password")
def accounts_password(name: Name) -> None:
    """Set a new password; every session of the account ends."""
    from service.access import COMMAND
    from service.console import say

    with office_store() as store:
        store.accounts.set_password(name, _password(), COMMAND)
    say(f"account {name} has a new password")


@accounts_app.command("close")
def accounts_close(name: Name) -> None:
    """Close an account: its sessions end, and it cannot log in; what it did stays on record."""
    _set_active(name, active=False)


@accounts_app.command("open")
def accounts_open(name: Name) -> None:
    """Open a closed account again."""
    _set_active(name, active=True)


@tokens_app.command("add")
def tokens_add(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; may be given again.")],
    department: Annotated[str | None, typer.Option(help="Only what is assigned to this department (its code).")] = None,
    days: Annotated[int, typer.Option(min=1, max=730, help="For how many days it holds.")] = 365,
    pack: Annotated[str | None, typer.Option(help="Rulebook that knows the department.")] = None,
) -> None:
    """Make a token; it is shown once and cannot be read again."""
    from classifier.errors import InputError
    from rules.rulebook import load
    from service.access import COMMAND, SCOPES, Permission
    from service.console import say
    from service.store.accounts import TokenOrder

    unknown = [one for one in scope if one not in SCOPES]
    if unknown:
        raise InputError(f"--scope {unknown[0]}: one of {', '.join(sorted(SCOPES))}")
    if department is not None and department not in load(read_options(pack, None, None).pack).departments:
        raise InputError(f"--department {department}: the rulebook has no such department")
    until = datetime.now(UTC) + timedelta(days=days)
    order = TokenOrder(name.strip()[:80], tuple(map(Permission, scope)), until, department)
    with office_store() as store:
        record, key = store.accounts.add_token(order, COMMAND)
    say(f"token {record.id} ({', '.join(record.scopes)}) holds until {record.expires_at.date().isoformat()}")
    typer.echo(key)


@tokens_app.command("list")
def tokens_list() -> None:
    """List the tokens, the newest first."""
    from service.console import say

    with office_store() as store:
        for token in store.accounts.tokens():
            ended = token.revoked_at or (token.expires_at if token.expires_at < datetime.now(UTC) else None)
            state = f"ended {ended.date()}" if ended else f"until {token.expires_at.date()}"
            say(f"{token.id}  {token.name}  {', '.join(token.scopes)}  {token.department or ''}  {state}")


@tokens_app.command("revoke")
def tokens_revoke(number: Annotated[int, typer.Argument(help="Number of the token.")]) -> None:
    """End a token; the service forgets it within five seconds."""
    from service.access import COMMAND
    from service.console import say

    with office_store() as store:
        store.accounts.revoke_token(number, COMMAND)
    say(f"token {number} has ended")


@store_app.command("upgrade")
def store_upgrade() -> None:
    """Bring the database to the schema of this version; starting the service does it too."""
    from service.console import say
    from service.store.database import connect, upgrade

    database = connect(read_options(None, None, None).database_url)
    before, after = upgrade(database)
    database.close()
    say(f"schema {before or 'none'} -> {after}")


@store_app.command("purge")
def store_purge(
    before: Annotated[str, typer.Option(metavar="DATE", help="Texts of petitions received before this day.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Take away the texts of old petitions for good; rows, codes and counts stay."""
    from classifier.errors import InputError
    from service.access import COMMAND
    from service.console import say

    try:
        day = datetime.strptime(before, "%Y-%m-%d").date()
    except ValueError:
        raise InputError(f"--before {before}: write the day as 2026-11-20") from None
    if not yes:
        typer.confirm(f"take away the texts of all petitions received before {day}?", abort=True)
    with office_store() as store:
        count = store.ledger.purge(day, COMMAND)
    say(f"{count} petitions received before {day} have no text any more")


def _set_active(name: str, active: bool) -> None:
    from service.access import COMMAND
    from service.console import say

    with office_store() as store:
        store.accounts.set_active(name, active, COMMAND)
    say(f"account {name} is {'open' if active else 'closed'}")


def _password() -> str:
    """Typed twice where somebody sits at a terminal; else the first line of standard input."""
    import sys

    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")

"""Commands on what an office keeps: accounts, tokens, the store, and starting the service on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from rules.petition import Petition
from service.access import SCOPES
from service.decision import Decision
from service.server import Address
from service.store import accounts
from service.store.store import Store, open_store
from tests.service.command import CODES, USAGE, Ended, Fenban, runner
from tests.service.people import CLERK

PASSWORD = "正确的密码够长了吗够长"


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Where the commands keep what they keep."""
    address = f"sqlite:///{tmp_path / 'data' / 'office.db'}"
    monkeypatch.setenv("FENBAN_DATABASE_URL", address)
    monkeypatch.setenv("FENBAN_SECRET_FILE", str(tmp_path / "data" / "secret"))
    return address


@pytest.fixture
def fenban(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack_folder: Path, url: str
) -> Iterator[Fenban]:
    """Runs a command in this process, on a store of its own; no shipped model is there."""
    monkeypatch.setattr("service.assemble.shipped_models", lambda: pack_folder / "no-models")
    monkeypatch.setattr(accounts, "hash_password", lambda password: f"hash of {password}")
    root = logging.getLogger()
    before = (root.level, root.handlers[:])

    yield runner(monkeypatch, capsys, pack=pack_folder)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.fixture
def kept(url: str) -> Iterator[Store]:
    """What the commands have kept, looked at from beside."""
    with open_store(url) as store:
        yield store


def add(fenban: Fenban, name: str = "zhang", *more: str) -> Ended:
    return fenban("accounts", "add", name, *more, stdin=f"{PASSWORD}\n")


# ── accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_opened_with_the_password_of_standard_input(fenban: Fenban, kept: Store) -> None:
    ended = add(fenban, "zhang", "--role", "supervisor")
    assert (ended.code, ended.out) == (0, "account zhang may log in as supervisor\n")
    assert [(account.name, account.role) for account in kept.accounts.all()] == [("zhang", "supervisor")]
    assert PASSWORD not in ended.out + ended.err


def test_accounts_are_listed(fenban: Fenban) -> None:
    add(fenban)
    add(fenban, "li", "--role", "admin")
    fenban("accounts", "close", "li")
    assert fenban("accounts", "list").out == "li  admin  closed\nzhang  clerk  open\n"


def test_a_new_password_is_set(fenban: Fenban, kept: Store) -> None:
    add(fenban)
    ended = fenban("accounts", "password", "zhang", stdin="另一个也足够长的密码\n")
    assert (ended.code, ended.out) == (0, "account zhang has a new password\n")
    assert kept.accounts.all()[0].epoch == 2


def test_an_account_is_closed_and_opened(fenban: Fenban) -> None:
    add(fenban)
    assert fenban("accounts", "close", "zhang").out == "account zhang is closed\n"
    assert fenban("accounts", "open", "zhang").out == "account zhang is open\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "error", "told"),
    [
        (("accounts", "add", "zhang", "--role", "boss"), PASSWORD, "InputError", "--role boss: one of clerk"),
        (("accounts", "add", "zhang"), "short", "InputError", "a password has 10 characters or more"),
        (("accounts", "add", "zhang"), "", "InputError", "a password has 10 characters or more"),
        (("accounts", "add", " "), PASSWORD, "InputError", "name: 1 to 80 printable characters"),
        (("accounts", "password", "absent"), PASSWORD, "NotFoundError", "no account 'absent'"),
        (("accounts", "close", "absent"), "", "NotFoundError", "no account 'absent'"),
        (("tokens", "add", "x", "--scope", "everything"), "", "InputError", "--scope everything: one of decide"),
        (("tokens", "add", "x", "--scope", "administer"), "", "InputError", "--scope administer: one of decide"),
        (("tokens", "add", " ", "--scope", "read"), "", "InputError", "name: 1 to 80 printable characters"),
        (("tokens", "add", "x", "--scope", "read", "--department", "no"), "", "InputError", "--department no: the"),
        (("tokens", "add", "x", "--scope", "decide", "--department", "water"), "", "InputError", "scopes: one or"),
        (("tokens", "revoke", "7"), "", "NotFoundError", "no token 7"),
        (("tokens", "revoke", str(2**70)), "", "NotFoundError", "no token"),
        (("store", "purge", "--before", "soon", "--yes"), "", "InputError", "--before soon: write the day as"),
        (("store", "purge", "--before", "2026-02-30", "--yes"), "", "InputError", "--before 2026-02-30: write"),
    ],
)
def test_a_bad_value_is_told_with_its_option(
    fenban: Fenban, arguments: tuple[str, ...], stdin: str, error: str, told: str
) -> None:
    ended = fenban(*arguments, stdin=stdin)
    assert ended.code == CODES[error]
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("days", ["0", "731", "x"])
def test_days_that_a_token_cannot_hold_are_a_usage_error(fenban: Fenban, days: str) -> None:
    ended = fenban("tokens", "add", "x", "--scope", "read", "--days", days)
    assert ended.code == USAGE
    assert "--days" in ended.err


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_key_of_a_token_is_shown_once(fenban: Fenban, kept: Store) -> None:
    ended = fenban("tokens", "add", "大屏", "--scope", "read", "--scope", "metrics", "--days", "30")
    first, key = ended.out.splitlines()
    assert first.startswith("token 1 (read, metrics) holds until ")
    assert kept.accounts.token(key) is not None
    assert key not in fenban("tokens", "list").out


def test_tokens_are_listed_with_what_they_may_and_for_whom(fenban: Fenban) -> None:
    fenban("tokens", "add", "水务", "--scope", "read", "--department", "water")
    fenban("tokens", "add", "大屏", "--scope", "metrics")
    fenban("tokens", "revoke", "1")
    newest, oldest = fenban("tokens", "list").out.splitlines()
    assert newest.startswith("2  大屏  metrics")
    assert oldest.startswith("1  水务  read  water  ended ")


def test_every_scope_of_the_table_can_be_given(fenban: Fenban) -> None:
    scopes = [word for scope in sorted(SCOPES) for word in ("--scope", scope)]
    assert fenban("tokens", "add", "all", *scopes).code == 0


def test_a_token_that_was_revoked_holds_no_more(fenban: Fenban, kept: Store) -> None:
    key = fenban("tokens", "add", "x", "--scope", "read").out.splitlines()[-1]
    assert fenban("tokens", "revoke", "1").out == "token 1 has ended\n"
    assert kept.accounts.token(key) is None


# ── the store ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_store_is_upgraded_and_says_so(fenban: Fenban) -> None:
    assert fenban("store", "upgrade").out == "schema none -> 0001\n"
    assert fenban("store", "upgrade").out == "schema 0001 -> 0001\n"


@pytest.fixture
def old(kept: Store, decide: Callable[..., Decision]) -> int:
    """A petition of October."""
    petition = Petition("1", "家里停水三天了", received_at=date(2026, 10, 5))
    return kept.petitions.add(petition, decide("家里停水三天了"), CLERK).id


def is_there(kept: Store, number: int) -> bool:
    return kept.petitions.read(number, CLERK).petition is not None


@pytest.mark.parametrize(("said", "there"), [("y\n", False), ("n\n", True), ("", True)])
def test_purging_asks(fenban: Fenban, kept: Store, old: int, said: str, there: bool) -> None:
    ended = fenban("store", "purge", "--before", "2026-11-01", stdin=said)
    assert "all petitions received before 2026-11-01?" in ended.out
    assert (ended.code == 0, is_there(kept, old)) == (not there, there)


def test_purging_does_not_ask_whoever_said_yes(fenban: Fenban, kept: Store, old: int) -> None:
    ended = fenban("store", "purge", "--before", "2026-11-01", "--yes")
    assert (ended.code, ended.out) == (0, "1 petitions received before 2026-11-01 have no text any more\n")
    assert not is_there(kept, old)


def test_purging_before_another_day_takes_nothing(fenban: Fenban, kept: Store, old: int) -> None:
    fenban("store", "purge", "--before", "2026-10-05", "--yes")
    assert is_there(kept, old)


@pytest.mark.parametrize(
    "command", ["accounts list", "tokens list", "store upgrade", "store purge --before 2026-01-01 -y"]
)
def test_an_address_of_no_database_ends_every_command_alike(
    fenban: Fenban, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("FENBAN_DATABASE_URL", "mysql://root:hunter2@localhost/x")
    ended = fenban(*command.replace(" -y", " --yes").split())
    assert ended.code == CODES["StoreError"]
    assert "FENBAN_DATABASE_URL" in ended.err
    assert "hunter2" not in ended.err


# ── the service ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, dict[str, object]]]:
    """What would have been started: the application, and how."""
    calls: list[tuple[object, dict[str, object]]] = []

    def run(app: object, **how: object) -> None:
        with TestClient(app, base_url=f"http://{how['host']}") as client:  # type: ignore[arg-type]
            how["answer"] = client.get("/v1/petitions").status_code
        calls.append((app, how))

    monkeypatch.setattr(uvicorn, "run", run)
    return calls


Started = list[tuple[object, dict[str, object]]]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("127.1", False),
    ],
)
def test_which_addresses_are_this_machine_alone(host: str, loopback: bool) -> None:
    assert Address(host, 8000).loopback is loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])
def test_an_open_house_is_refused_where_others_could_enter(fenban: Fenban, started: Started, host: str) -> None:
    ended = fenban("serve", "--open", "--host", host)
    assert ended.code == CODES["InputError"]
    assert f"--open on {host}: only on this machine itself" in ended.err
    assert not started


def test_without_accounts_the_service_does_not_start_and_says_what_to_do(fenban: Fenban, started: Started) -> None:
    ended = fenban("serve")
    assert ended.code == CODES["InputError"]
    assert "fenban accounts add NAME --role supervisor" in ended.err
    assert "fenban serve --open" in ended.err
    assert not started


def test_closed_accounts_do_not_count(fenban: Fenban, started: Started) -> None:
    add(fenban)
    fenban("accounts", "close", "zhang")
    assert fenban("serve").code == CODES["InputError"]


def test_with_an_account_the_service_starts_closed_and_writes_no_addresses(fenban: Fenban, started: Started) -> None:
    add(fenban)
    assert fenban("serve", "--port", "8123").code == 0
    ((_, how),) = started
    assert (how["host"], how["port"], how["access_log"], how["log_config"]) == ("127.0.0.1", 8123, False, None)
    assert how["answer"] == 401


def test_an_open_house_starts_with_a_warning(fenban: Fenban, started: Started) -> None:
    ended = fenban("serve", "--open")
    assert "OPEN: no accounts, no log-in" in ended.err
    ((_, how),) = started
    assert how["answer"] == 200


def test_the_secret_stays_the_same_from_start_to_start(fenban: Fenban, started: Started, tmp_path: Path) -> None:
    fenban("serve", "--open")
    secret = (tmp_path / "data" / "secret").read_text()
    fenban("serve", "--open")
    assert (tmp_path / "data" / "secret").read_text() == secret

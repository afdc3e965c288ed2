"""Accounts and tokens: who may log in, who is slowed down, which keys hold."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from classifier.errors import InputError
from service.access import OF_DEPARTMENTS, SCOPES, Permission, Role
from service.errors import ConflictError, NotFoundError
from service.store import accounts
from service.store.accounts import (
    LONGEST_LIFE,
    MOST_FOR_ACCOUNT,
    MOST_FROM_ADDRESS,
    MOST_TRIES,
    WINDOW,
    ThrottledError,
    TokenOrder,
)
from service.store.store import Store
from tests.service.people import SUPERVISOR, Clock

PASSWORD = "正确的密码够长了吗够长"
WRONG = "不是这个密码不是这个"
HOME, AWAY = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords are kept with a mark instead of a slow hash; the list fills with what they are compared with."""
    seen: list[str] = []

    def is_password(password: str, kept: str) -> bool:
        seen.append(kept)
        return kept == f"hash of {password}"

    monkeypatch.setattr(accounts, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(accounts, "is_password", is_password)
    return seen


@pytest.fixture
def zhang(store: Store) -> str:
    """An account."""
    return store.accounts.add("zhang", Role.CLERK, PASSWORD, SUPERVISOR).name


def fail(store: Store, times: int, address: str = HOME, name: str = "zhang") -> None:
    for _ in range(times):
        assert store.accounts.log_in(name, WRONG, address) is None


def lines(store: Store) -> list[tuple[str, str]]:
    return [(line.did, line.what) for line in reversed(store.trail.latest(1000))]


# ── accounts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_logs_in_with_its_password(store: Store, zhang: str) -> None:
    account = store.accounts.log_in(zhang, PASSWORD, HOME)
    assert account is not None
    assert (account.name, account.role) == (zhang, Role.CLERK)


def test_a_wrong_password_does_not_log_in(store: Store, zhang: str) -> None:
    assert store.accounts.log_in(zhang, WRONG, HOME) is None


def test_a_name_is_an_account_once(store: Store, zhang: str) -> None:
    with pytest.raises(ConflictError, match="an account 'zhang' already"):
        store.accounts.add(zhang, Role.ADMIN, PASSWORD, SUPERVISOR)
    assert [account.role for account in store.accounts.all()] == [Role.CLERK]


@pytest.mark.parametrize("name", ["", " zhang", "zhang ", "zh\nang", "zh\x00ang", "zh\ud800ang", "z" * 81])
def test_a_name_is_printable_and_short(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="name: 1 to 80 printable characters"):
        store.accounts.add(name, Role.CLERK, PASSWORD, SUPERVISOR)


@pytest.mark.parametrize("name", ["nobody", "command", "trial", "token 1 x"])
def test_a_name_that_means_somebody_else_in_the_trail_is_no_account(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="means somebody else in the audit trail"):
        store.accounts.add(name, Role.CLERK, PASSWORD, SUPERVISOR)


@pytest.mark.parametrize("password", ["", "九个字符也不够长的", "x" * 257, "十个字符的密码\ud800啊啊啊"])
def test_a_password_has_a_length_and_is_text(store: Store, password: str) -> None:
    with pytest.raises(InputError, match="a password"):
        store.accounts.add("zhang", Role.CLERK, password, SUPERVISOR)


def test_a_new_password_ends_the_sessions(store: Store, zhang: str) -> None:
    store.accounts.set_password(zhang, WRONG, SUPERVISOR)
    account = store.accounts.log_in(zhang, WRONG, HOME)
    assert account is not None
    assert account.epoch == 2
    assert store.accounts.log_in(zhang, PASSWORD, HOME) is None


def test_a_closed_account_does_not_log_in_until_it_is_opened(store: Store, zhang: str) -> None:
    store.accounts.set_active(zhang, False, SUPERVISOR)
    assert store.accounts.log_in(zhang, PASSWORD, HOME) is None
    store.accounts.set_active(zhang, True, SUPERVISOR)
    assert store.accounts.log_in(zhang, PASSWORD, HOME) is not None


@pytest.mark.parametrize("change", ["set_password", "set_active"])
def test_what_is_no_account_cannot_be_changed(store: Store, change: str) -> None:
    with pytest.raises(NotFoundError, match="no account 'somebody else'"):
        getattr(store.accounts, change)("somebody else", PASSWORD, SUPERVISOR)


def test_every_change_of_an_account_is_in_the_trail_without_its_password(store: Store, zhang: str) -> None:
    store.accounts.set_password(zhang, WRONG, SUPERVISOR)
    store.accounts.set_active(zhang, False, SUPERVISOR)
    assert lines(store) == [
        ("account", "add zhang clerk"),
        ("account", "password zhang"),
        ("account", "close zhang"),
    ]


# ── guessing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_five_wrong_passwords_the_sixth_try_is_throttled(store: Store, zhang: str) -> None:
    fail(store, MOST_TRIES)
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, WRONG, HOME)


def test_who_is_throttled_is_told_when_to_try_again(store: Store, zhang: str, clock: Clock) -> None:
    fail(store, MOST_TRIES)
    clock.on(minutes=5)
    with pytest.raises(ThrottledError) as told:
        store.accounts.log_in(zhang, WRONG, HOME)
    clock.on(seconds=told.value.seconds - 2)
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, PASSWORD, HOME)
    clock.on(seconds=2)
    assert store.accounts.log_in(zhang, PASSWORD, HOME) is not None


def test_the_right_password_is_refused_while_throttled_but_not_from_elsewhere(store: Store, zhang: str) -> None:
    fail(store, MOST_TRIES)
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, PASSWORD, HOME)
    assert store.accounts.log_in(zhang, PASSWORD, AWAY) is not None


def test_a_throttled_try_is_not_compared_and_does_not_lengthen_the_wait(
    store: Store, zhang: str, clock: Clock, compared: list[str]
) -> None:
    fail(store, MOST_TRIES)
    for _ in range(10):
        clock.on(minutes=1)
        with pytest.raises(ThrottledError):
            store.accounts.log_in(zhang, WRONG, HOME)
    assert len(compared) == MOST_TRIES
    clock.on(seconds=WINDOW.total_seconds() - 600 + 1)
    assert store.accounts.log_in(zhang, PASSWORD, HOME) is not None


def test_a_log_in_that_went_well_forgets_what_failed_before(store: Store, zhang: str, clock: Clock) -> None:
    for _ in range(3):
        fail(store, MOST_TRIES - 1)
        clock.on(seconds=1)
        assert store.accounts.log_in(zhang, PASSWORD, HOME) is not None
        clock.on(seconds=1)


def test_a_log_in_of_an_own_account_does_not_forget_guesses_at_another(store: Store, zhang: str, clock: Clock) -> None:
    store.accounts.add("li", Role.CLERK, PASSWORD, SUPERVISOR)
    fail(store, MOST_TRIES)
    clock.on(seconds=1)
    store.accounts.log_in("li", PASSWORD, HOME)
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, WRONG, HOME)


def test_names_guessed_from_one_address_are_throttled_together(store: Store, zhang: str) -> None:
    for number in range(MOST_FROM_ADDRESS // 5):
        store.accounts.add(f"clerk {number}", Role.CLERK, PASSWORD, SUPERVISOR)
        fail(store, 5, name=f"clerk {number}")
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, PASSWORD, HOME)


def test_a_whole_office_logs_in_from_one_address(store: Store, zhang: str, clock: Clock) -> None:
    """Only what failed counts: forty clerks behind one proxy come to work at the same time."""
    for _ in range(MOST_FROM_ADDRESS + 10):
        clock.on(seconds=1)
        assert store.accounts.log_in(zhang, PASSWORD, HOME) is not None
    store.accounts.add("li", Role.CLERK, PASSWORD, SUPERVISOR)
    assert store.accounts.log_in("li", PASSWORD, HOME) is not None


def test_one_account_guessed_from_many_addresses_is_throttled(store: Store, zhang: str) -> None:
    for number in range(MOST_FOR_ACCOUNT // MOST_TRIES):
        fail(store, MOST_TRIES, address=f"10.1.0.{number}")
    with pytest.raises(ThrottledError):
        store.accounts.log_in(zhang, WRONG, "10.2.0.1")


def test_many_guesses_at_once_gain_nothing(store: Store, zhang: str, compared: list[str]) -> None:
    results: list[object] = []

    def guess() -> None:
        try:
            results.append(store.accounts.log_in(zhang, WRONG, HOME))
        except ThrottledError:
            results.append("throttled")

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (results.count(None), results.count("throttled")) == (MOST_TRIES, 12 - MOST_TRIES)
    assert len(compared) == MOST_TRIES


@pytest.mark.parametrize("name", ["我的密码写错地方了", "nobody", "", "a\x00b", "\ud800", "x" * 300])
def test_a_name_that_is_no_account_is_compared_too_and_not_written_down(
    store: Store, zhang: str, compared: list[str], name: str
) -> None:
    assert store.accounts.log_in(name, PASSWORD, HOME) is None
    assert len(compared) == 1
    did, what = lines(store)[-1]
    assert did == "login_tried" and re.fullmatch("nobody [0-9a-f]{8}", what)
    assert store.trail.latest(1)[0].who == what


def test_a_name_that_is_no_account_is_slowed_down_by_itself_as_accounts_are(store: Store) -> None:
    """Else a name that is told to wait at once would be none, and one that is not, an account."""
    for _ in range(MOST_TRIES):
        assert store.accounts.log_in("stranger", PASSWORD, HOME) is None
    with pytest.raises(ThrottledError):
        store.accounts.log_in("stranger", PASSWORD, HOME)
    assert store.accounts.log_in("another stranger", PASSWORD, HOME) is None


def test_a_closed_account_is_compared_too(store: Store, zhang: str, compared: list[str]) -> None:
    store.accounts.set_active(zhang, False, SUPERVISOR)
    store.accounts.log_in(zhang, PASSWORD, HOME)
    assert compared == [f"hash of {PASSWORD}"]


def test_the_trail_tells_of_tries_log_ins_and_log_outs(store: Store, zhang: str) -> None:
    fail(store, 1)
    store.accounts.log_in(zhang, PASSWORD, HOME)
    store.accounts.log_out(SUPERVISOR)
    assert lines(store)[1:] == [("login_tried", zhang), ("login_tried", zhang), ("login", zhang)]
    assert {line.address for line in store.trail.latest(3)} == {HOME}


def test_an_address_of_any_length_is_written_down(store: Store, zhang: str) -> None:
    assert store.accounts.log_in(zhang, WRONG, "x" * 500) is None


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def order(clock: Clock, *scopes: Permission, code: str | None = None, days: int = 30) -> TokenOrder:
    return TokenOrder("数据平台", scopes or (Permission.READ,), clock.moment + timedelta(days=days), code)


def test_a_token_is_known_by_its_key_alone(store: Store, clock: Clock) -> None:
    record, key = store.accounts.add_token(order(clock, Permission.READ, Permission.SUBMIT), SUPERVISOR)
    assert store.accounts.token(key) == record
    assert store.accounts.token(key + "x") is None
    assert record.scopes == ("read", "submit")


def test_a_key_is_kept_nowhere(sqlite_store: Store, clock: Clock, tmp_path: object) -> None:
    _, key = sqlite_store.accounts.add_token(order(clock), SUPERVISOR)
    assert key not in repr(sqlite_store.accounts.tokens()) + repr(sqlite_store.trail.latest())
    written = b"".join(path.read_bytes() for path in tmp_path.glob("office.db*"))  # type: ignore[attr-defined]
    assert key.encode() not in written
    assert key.removeprefix("fenban_").encode() not in written


def test_a_token_expires(store: Store, clock: Clock) -> None:
    _, key = store.accounts.add_token(order(clock, days=1), SUPERVISOR)
    clock.on(days=1, seconds=-1)
    assert store.accounts.token(key) is not None
    clock.on(seconds=1)
    assert store.accounts.token(key) is None


def test_a_token_is_revoked(store: Store, clock: Clock) -> None:
    record, key = store.accounts.add_token(order(clock), SUPERVISOR)
    store.accounts.revoke_token(record.id, SUPERVISOR)
    assert store.accounts.token(key) is None
    assert store.accounts.tokens()[0].revoked_at == clock.moment


@pytest.mark.parametrize("number", [7, 0, 2**31, 2**70])
def test_what_is_no_token_cannot_be_revoked(store: Store, number: int) -> None:
    with pytest.raises(NotFoundError, match="no token"):
        store.accounts.revoke_token(number, SUPERVISOR)


@pytest.mark.parametrize("days", [0, -1, LONGEST_LIFE.days + 1])
def test_a_token_ends_within_two_years(store: Store, clock: Clock, days: int) -> None:
    with pytest.raises(InputError, match="expires: a token ends within 730 days"):
        store.accounts.add_token(order(clock, days=days), SUPERVISOR)


@pytest.mark.parametrize("scope", sorted(set(Permission) - SCOPES))
def test_no_token_administers_or_oversees(clock: Clock, scope: Permission) -> None:
    with pytest.raises(InputError, match="scopes"):
        order(clock, scope)


@pytest.mark.parametrize("scope", sorted(set(Permission) - OF_DEPARTMENTS))
def test_a_token_of_a_department_reads_and_returns_and_nothing_else(clock: Clock, scope: Permission) -> None:
    with pytest.raises(InputError, match="scopes: one or more of read, return"):
        order(clock, Permission.READ, scope, code="water")


def test_a_token_has_a_scope(clock: Clock) -> None:
    with pytest.raises(InputError, match="scopes"):
        TokenOrder("x", (), clock.moment)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 81])
def test_a_token_has_a_name(clock: Clock, name: str) -> None:
    with pytest.raises(InputError, match="name"):
        TokenOrder(name, (Permission.READ,), clock.moment)


def test_a_token_of_the_department_without_a_name_is_refused(clock: Clock) -> None:
    """It would be taken for a token of no department, which sees everything."""
    with pytest.raises(InputError, match="department"):
        order(clock, Permission.READ, code="")

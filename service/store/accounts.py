"""Accounts and tokens: who may log in, and which other programs; guessing passwords is slowed down by the trail."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from classifier.errors import InputError
from service.access import COMMAND, OF_DEPARTMENTS, PERMITTED, SCOPES, TRIAL, Actor, Permission, Role
from service.credentials import hash_password, is_password, new_token, password_problem, token_digest
from service.errors import ConflictError, NotFoundError
from service.store.audit import Did, note
from service.store.database import Database, insert_into, wait_for_turn
from service.store.records import AccountRecord, TokenRecord
from service.store.schema import HIGHEST, AccountRow, AuditRow, TokenRow

WINDOW = timedelta(minutes=15)
MOST_TRIES, MOST_FROM_ADDRESS, MOST_FOR_ACCOUNT = 5, 30, 50
"""Log-ins that may fail within WINDOW: for one account from one address, from one address, for one account."""
NOBODY = "nobody"
"""Stands in the trail for a name that is no account: it may be a password typed into the wrong field."""
RESERVED, OF_OTHERS = frozenset({COMMAND.name, TRIAL.name}), ("token ", NOBODY)
"""Names under which others than accounts stand in the trail."""
LOGIN_LOCK = 6_366_227
LONGEST_LIFE = timedelta(days=730)


class ThrottledError(Exception):
    """Too many log-ins failed; `seconds`: when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many log-ins failed; try again in {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class TokenOrder:
    """What a token is to be: for whom, for what, until when. Raises InputError for scopes it may not have."""

    name: str
    scopes: tuple[Permission, ...]
    expires_at: datetime
    department: str | None = None

    def __post_init__(self) -> None:
        if self.department == "":
            raise InputError("department: name one, or none")
        most = OF_DEPARTMENTS if self.department else SCOPES
        if not self.scopes or not most.issuperset(self.scopes):
            raise InputError(f"scopes: one or more of {', '.join(sorted(most))}")
        _check_name(self.name)


class Accounts:
    """Accounts, tokens, and logging in."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._key = os.urandom(32)

    def add(self, name: str, role: Role, password: str, actor: Actor) -> AccountRecord:
        """A new account. Raises InputError, ConflictError."""
        _check(name, password)
        at = self._now()
        values = {"name": name, "role": role, "password": hash_password(password), "active": True, "epoch": 1}
        with self._database.writing() as session:
            added = insert_into(session, AccountRow).values(values | {"created_at": at}).on_conflict_do_nothing()
            row = session.scalar(added.returning(AccountRow))
            if row is None:
                raise ConflictError(f"there is an account '{name}' already")
            note(session, at, actor, Did.ACCOUNT, (None, f"add {name} {role}"))
            return _account(row)

    def set_password(self, name: str, password: str, actor: Actor) -> None:
        """A new password; every session of the account ends."""
        _check(name, password)
        hashed = hash_password(password)
        with self._database.writing() as session:
            row = _by_name(session, name)
            row.password, row.epoch = hashed, row.epoch + 1
            note(session, self._now(), actor, Did.ACCOUNT, (None, f"password {name}"))

    def set_active(self, name: str, active: bool, actor: Actor) -> None:
        """Open or close an account; closing ends its sessions."""
        with self._database.writing() as session:
            row = _by_name(session, name)
            row.active, row.epoch = active, row.epoch + 1
            note(session, self._now(), actor, Did.ACCOUNT, (None, f"{'open' if active else 'close'} {name}"))

    def all(self) -> list[AccountRecord]:
        """All accounts, by name."""
        with self._database.reading() as session:
            return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]

    def get(self, account_id: int) -> AccountRecord | None:
        """The account of a session."""
        with self._database.reading() as session:
            row = session.get(AccountRow, account_id)
            return _account(row) if row else None

    def log_in(self, name: str, password: str, address: str) -> AccountRecord | None:
        """The account, when the password is right and the account is open. Raises ThrottledError.

        The try is counted before the password is looked at, so that many at once gain nothing.
        """
        decoy = self._decoy
        record, kept = self._try(name, address)
        right = is_password(password, kept or decoy) and record is not None and record.active
        if not right or record is None:
            return None
        actor = Actor(record.name, PERMITTED[record.role], address)
        with self._database.writing() as session:
            note(session, self._now(), actor, Did.LOGIN, (None, record.name))
        return record

    def log_out(self, actor: Actor) -> None:
        """End every session of the account: a cookie that was copied is worth nothing then."""
        with self._database.writing() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name == actor.name))
            if row is not None:
                row.epoch += 1
                note(session, self._now(), actor, Did.LOGOUT, (None, row.name))

    @cached_property
    def _decoy(self) -> str:
        """What a password is compared with where there is no account, so that this takes as long."""
        return hash_password(new_token())

    def _try(self, name: str, address: str) -> tuple[AccountRecord | None, str | None]:
        """Count a try: the account, if there is one, and its hash. One try at a time: each sees those before it."""
        at = self._now()
        with self._database.writing() as session:
            wait_for_turn(session, LOGIN_LOCK)
            row = session.scalar(select(AccountRow).where(AccountRow.name == name)) if name.isprintable() else None
            known = row.name if row else self._stranger(name)
            actor = Actor(known, address=address)
            wait = _wait(session, known, address, at)
            note(session, at, actor, Did.LOGIN_THROTTLED if wait else Did.LOGIN_TRIED, (None, known))
            found = (_account(row), row.password) if row else (None, None)
        if wait:
            raise ThrottledError(wait)
        return found

    def _stranger(self, name: str) -> str:
        """Each name that is no account has a count of its own, as accounts have, and is not written down: a keyed
        digest stands for it, whose key nobody keeps.
        """
        return f"{NOBODY} {hmac.new(self._key, name.encode('utf-8', 'replace'), 'sha256').hexdigest()[:8]}"

    def add_token(self, order: TokenOrder, actor: Actor) -> tuple[TokenRecord, str]:
        """A new token and its key, which is never shown again. Raises InputError."""
        at, key = self._now(), new_token()
        if not at < order.expires_at <= at + LONGEST_LIFE:
            raise InputError(f"expires: a token ends within {LONGEST_LIFE.days} days from now")
        row = TokenRow(
            name=order.name,
            digest=token_digest(key),
            scopes=[scope.value for scope in order.scopes],
            department=order.department,
            created_at=at,
            expires_at=order.expires_at,
        )
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            note(session, at, actor, Did.TOKEN, (None, f"add {row.id} {order.name}"))
            return _token(row), key

    def revoke_token(self, token_id: int, actor: Actor) -> None:
        """End a token at once. Raises NotFoundError."""
        with self._database.writing() as session:
            row = session.get(TokenRow, token_id) if 0 < token_id <= HIGHEST else None
            if row is None:
                raise NotFoundError(f"no token {token_id}")
            row.revoked_at = row.revoked_at or self._now()
            note(session, self._now(), actor, Did.TOKEN, (None, f"revoke {token_id}"))

    def tokens(self) -> list[TokenRecord]:
        """All tokens, the newest first."""
        with self._database.reading() as session:
            return [_token(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.id.desc()))]

    def token(self, key: str) -> TokenRecord | None:
        """The token of this key, while it holds."""
        with self._database.reading() as session:
            row = session.scalar(select(TokenRow).where(TokenRow.digest == token_digest(key)))
            found = _token(row) if row else None
        return found if found and found.revoked_at is None and found.expires_at > self._now() else None


def _check_name(name: str) -> None:
    if not name or name != name.strip() or len(name) > 80 or not name.isprintable():
        raise InputError("name: 1 to 80 printable characters, no blanks around them")


def _check(name: str, password: str) -> None:
    _check_name(name)
    if name in RESERVED or name.startswith(OF_OTHERS):
        raise InputError(f"name: '{name}' means somebody else in the audit trail")
    if problem := password_problem(password):
        raise InputError(problem)


def _wait(session: Session, name: str, address: str, at: datetime) -> int:
    """Seconds until the next try; 0: now. What failed is forgotten once the same account logs in from the same address:
    a whole office may log in from one.
    """
    later = aliased(AuditRow)
    forgotten = exists().where(
        later.did == Did.LOGIN,
        later.at >= AuditRow.at,
        later.what == AuditRow.what,
        later.address == AuditRow.address,
    )
    tries = (
        select(AuditRow.at)
        .where(AuditRow.did == Did.LOGIN_TRIED, AuditRow.at > at - WINDOW, ~forgotten)
        .order_by(AuditRow.at)
    )
    here = AuditRow.address == address
    asked: Sequence[tuple[int, object]] = (
        (MOST_TRIES, tries.where(here, AuditRow.what == name)),
        (MOST_FROM_ADDRESS, tries.where(here)),
        (MOST_FOR_ACCOUNT, tries.where(AuditRow.what == name)),
    )
    waits = [0]
    for most, question in asked:
        moments = list(session.scalars(question))  # type: ignore[call-overload]
        if len(moments) >= most:
            waits.append(int((moments[-most] + WINDOW - at).total_seconds()) + 1)
    return max(waits)


def _by_name(session: Session, name: str) -> AccountRow:
    row = session.scalar(select(AccountRow).where(AccountRow.name == name))
    if row is None:
        raise NotFoundError(f"no account '{name}'")
    return row


def _account(row: AccountRow) -> AccountRecord:
    return AccountRecord(row.id, row.name, Role(row.role), row.active, row.epoch, row.created_at)


def _token(row: TokenRow) -> TokenRecord:
    return TokenRecord(
        row.id, row.name, tuple(row.scopes), row.department, row.created_at, row.expires_at, row.revoked_at
    )

"""Accounts and tokens: who may log in, and which other programs; guessing passwords is slowed down by the trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifier.errors import InputError
from service.access import COMMAND, OF_DEPARTMENTS, PERMITTED, SCOPES, TRIAL, Actor, Permission, Role
from service.credentials import hash_password, is_password, new_token, password_problem, token_digest
from service.errors import ConflictError, NotFoundError
from service.store.audit import Did, note
from service.store.database import Database, insert_into
from service.store.records import AccountRecord, TokenRecord
from service.store.schema import AccountRow, AuditRow, TokenRow

WINDOW = timedelta(minutes=15)
MOST_TRIES, MOST_FROM_ADDRESS, MOST_FOR_ACCOUNT = 5, 30, 50
"""Log-ins that may fail within WINDOW: for one account from one address, from one address, for one account."""
NOBODY = "nobody"
"""Stands in the trail for a name that is no account: it may be a password typed into the wrong field."""
RESERVED, OF_TOKENS = frozenset({NOBODY, COMMAND.name, TRIAL.name}), "token "
"""Names under which others than accounts stand in the trail."""
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
        most = OF_DEPARTMENTS if self.department else SCOPES
        if not self.scopes or not most.issuperset(self.scopes):
            raise InputError(f"scopes: one or more of {', '.join(sorted(most))}")


class Accounts:
    """Accounts, tokens, and logging in."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._decoy = hash_password(new_token())

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
        record, kept = self._try(name, address)
        right = is_password(password, kept) and record is not None and record.active
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

    def _try(self, name: str, address: str) -> tuple[AccountRecord | None, str]:
        """Count a try: the account, if there is one, and a hash to compare with in any case."""
        at = self._now()
        with self._database.writing() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name == name))
            known = row.name if row else NOBODY
            actor = Actor(known, address=address)
            wait = _wait(session, known, address, at)
            note(session, at, actor, Did.LOGIN_THROTTLED if wait else Did.LOGIN_TRIED, (None, known))
            found = (_account(row), row.password) if row else (None, self._decoy)
        if wait:
            raise ThrottledError(wait)
        return found

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
            row = session.get(TokenRow, token_id)
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


def _check(name: str, password: str) -> None:
    if not name or name != name.strip() or len(name) > 80 or not name.isprintable():
        raise InputError("name: 1 to 80 printable characters, no blanks around them")
    if name in RESERVED or name.startswith(OF_TOKENS):
        raise InputError(f"name: '{name}' means somebody else in the audit trail")
    if problem := password_problem(password):
        raise InputError(problem)


def _wait(session: Session, name: str, address: str, at: datetime) -> int:
    """Seconds until the next try; 0: now. A log-in that went well forgets what failed before it."""
    since = max(at - WINDOW, _last_login(session, name, address) or at - WINDOW)
    tries = select(AuditRow.at).where(AuditRow.did == Did.LOGIN_TRIED, AuditRow.at > since).order_by(AuditRow.at)
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


def _last_login(session: Session, name: str, address: str) -> datetime | None:
    asked = select(func.max(AuditRow.at)).where(
        AuditRow.did == Did.LOGIN, AuditRow.what == name, AuditRow.address == address
    )
    return session.scalar(asked)


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

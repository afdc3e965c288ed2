"""One database behind the store, SQLite or PostgreSQL: opened, brought to the schema of this version, used safely.

SQLite runs with a write-ahead log and full synchronisation: what was acknowledged is on the disk. Writers take the
write lock when they begin: two of them wait for one another instead of failing half-way. Deleted text is overwritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import DeclarativeBase, Session

from service.errors import StoreError

DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
"""Scheme of FENBAN_DATABASE_URL -> dialect and driver."""
BUSY_SECONDS = 30
BUSY_PAUSE = 0.01
"""Seconds between two tries at what SQLite refuses at once instead of waiting."""
UNUSABLE = (OperationalError, InterfaceError, DatabaseError)
"""Errors of a database that is away, locked or no database; what is wrong with one change has a class below these."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
UPGRADE_LOCK = 6_366_226
"""Number of the advisory lock under which PostgreSQL is upgraded: "fenban" has no other meaning for it."""


INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Inserts that know what to do when the row is there already."""


def insert_into(session: Session, table: type[DeclarativeBase]) -> sqlite.Insert:
    """An insert of this database's dialect; both have `on_conflict_do_nothing` and `on_conflict_do_update`."""
    insert: sqlite.Insert = INSERTS[session.get_bind().dialect.name](table)
    return insert


def wait_for_turn(session: Session, number: int) -> None:
    """One after the other: until this transaction ends nobody else passes here. SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


class Database:
    """Sessions on one database, each one transaction: `reading()`, `witnessing()`, `writing()`. Raises StoreError when
    it fails.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(fenban_writes=True)
        steady = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reader = engine.execution_options(**steady)
        self._witness = self._writer.execution_options(**steady)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look: all its questions see the same state, and nothing is changed."""
        with _told(self.engine.url), Session(self._reader) as session:
            yield session

    @contextmanager
    def witnessing(self) -> Iterator[Session]:
        """One consistent look that leaves a new line in the trail; changing a row that others change may fail here."""
        with _told(self.engine.url), Session(self._witness) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """All of it or nothing."""
        with _told(self.engine.url), Session(self._writer) as session, session.begin():
            yield session

    def forget_deleted(self) -> None:
        """Take what was deleted out of SQLite's write-ahead log too, as far as nobody is reading there."""
        if self.engine.dialect.name == "sqlite":
            with _told(self.engine.url), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def ask(self) -> None:
        """Raises StoreError when the database does not answer."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def connect(url: str) -> Database:
    """The database behind `url`, as it is. Raises StoreError for a URL that is none, naming its kind only."""
    given = _address(url)
    return Database(_sqlite(given) if given.drivername == "sqlite" else _postgresql(given))


def _address(url: str) -> URL:
    """With the driver that we use."""
    try:
        given = make_url(url)
        return given.set(drivername=DRIVERS[given.get_backend_name()])
    except (ArgumentError, NoSuchModuleError, KeyError, ValueError):
        known = ", ".join(f"{name}://…" for name in DRIVERS)
        raise StoreError(f"FENBAN_DATABASE_URL: not the address of a known database; known: {known}") from None


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the schema to this version: revision before and after. Raises StoreError for a schema of a newer fenban."""
    with _told(database.engine.url), database.engine.execution_options(fenban_writes=True).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        after = _checked(before)
        if before != after:
            command.upgrade(_alembic(connection), "head")
        connection.commit()
    return before, after


def current_revision(url: str) -> str | None:
    """The revision of the schema there; None where there is no store yet. Nothing is made. Raises StoreError."""
    given = _address(url)
    if given.drivername == "sqlite" and not Path(given.database or "").is_file():
        return None
    database = connect(url)
    with _told(database.engine.url), database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    database.close()
    if revision is not None:
        _checked(revision)
    return revision


def _checked(revision: str | None) -> str:
    """The newest revision; raises StoreError where the database is at one that this version does not know."""
    scripts = ScriptDirectory.from_config(_alembic(None))
    head = scripts.get_current_head()
    if head is None or revision not in (None, *(script.revision for script in scripts.walk_revisions())):
        raise StoreError(f"the store has schema {revision}, which is newer than this fenban; update fenban")
    return head


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("service.store")).replace("%", "%%") + "/migrations")
    config.attributes["connection"] = connection
    return config


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("FENBAN_DATABASE_URL: name a file: sqlite:///FILE; what is kept in memory is lost")
    _make_folder(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where the driver guesses
        for pragma in PRAGMAS:
            _set(connection, pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("fenban_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _set(connection: Any, pragma: str) -> None:
    """When several connections turn one new file to a write-ahead log, SQLite tells all but one that it is busy, and
    does not wait as it does elsewhere (sqlite.org, "Write-Ahead Logging"): asked again until the time is up.
    """
    until = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(BUSY_PAUSE)


def _make_folder(path: Path) -> None:
    """The folder of the file, and the file itself, for its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs a driver: python -m pip install 'fenban[postgresql]'") from None


@contextmanager
def _told(url: URL) -> Iterator[None]:
    """A database that is away, busy, locked or damaged is told without SQL: its parameters hold text."""
    place = url.set(query={}).render_as_string(hide_password=True)
    try:
        yield
    except NoConnectionError:
        raise StoreError(f"{place}: the database is busy; try again") from None
    except DBAPIError as error:
        if error.connection_invalidated or type(error) in UNUSABLE:
            raise StoreError(f"{place}: the database cannot be used ({type(error.orig).__name__})") from None
        raise StoreError(f"the store refused a change ({type(error.orig).__name__})") from None

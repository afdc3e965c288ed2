"""The database behind the store: its address, its schema, its files, what it says when it is away."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from service.errors import StoreError
from service.store import database as databases
from service.store.database import Database, connect, upgrade
from service.store.schema import APPEND_ONLY, Moment, Table
from service.store.store import Store, open_store

SECRET = "hunter2-secret"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ── the address ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "",
        "petitions.db",
        "mysql://root@localhost/petitions",
        f"postgresql://fenban:{SECRET}@localhost:port/petitions",
        f"postgresql://fenban:{SECRET}:1@[::1/petitions",
    ],
)
def test_an_address_of_no_database_is_named_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreError, match="FENBAN_DATABASE_URL: not the address") as told:
        connect(url)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="name a file"):
        connect(url)


def test_a_driver_of_another_kind_is_replaced_by_ours(tmp_path: Path) -> None:
    with open_store(f"sqlite+aiosqlite:///{tmp_path / 'office.db'}") as store:
        assert store.petitions.read is not None


def test_a_database_that_is_away_is_told_without_password_and_without_sql() -> None:
    url = f"postgresql://fenban:{SECRET}@127.0.0.1:9/petitions?password={SECRET}"
    with pytest.raises(StoreError) as told:
        upgrade(connect(url))
    message = str(told.value)
    assert (
        message
        == "postgresql+psycopg://fenban:***@127.0.0.1:9/petitions: the database cannot be used (OperationalError)"
    )
    assert told.value.__suppress_context__


def test_a_file_that_is_no_database_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    path.write_bytes(b"no database at all, but a text of some length" * 100)
    with pytest.raises(StoreError, match=r"office\.db: the database cannot be used \(DatabaseError\)"):
        open_store(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file/office\.db: cannot be written"):
        connect(f"sqlite:///{tmp_path}/file/office.db")


def test_a_change_that_is_refused_is_told_without_its_values(store: Store) -> None:
    with pytest.raises(StoreError) as told, store.database.writing() as session:
        session.execute(text("INSERT INTO accounts (name) VALUES (:name)"), {"name": SECRET})
    assert SECRET not in str(told.value)
    assert "INSERT" not in str(told.value)


def test_a_busy_database_is_told_as_such(sqlite_file: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_file, tmp_path / "office.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'office.db'}", pool_size=1, max_overflow=0, pool_timeout=0.01)
    database = Database(engine)
    with database.reading() as session, pytest.raises(StoreError, match="busy"):
        session.execute(text("SELECT 1"))
        with database.reading() as other:
            other.execute(text("SELECT 1"))
    database.close()


def test_a_locked_sqlite_file_is_told_as_such(
    sqlite_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.01)
    shutil.copyfile(sqlite_file, tmp_path / "office.db")
    database = connect(f"sqlite:///{tmp_path / 'office.db'}")
    with database.writing() as session, pytest.raises(StoreError, match="OperationalError"):
        session.execute(text("SELECT 1"))
        with database.writing() as other:
            other.execute(text("SELECT 1"))
    database.close()


# ── the schema ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_migrations_make_the_schema_of_the_code(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_the_trail_of_migrations_keeps_the_same_tables_as_the_code() -> None:
    from service.store.migrations.versions import r0001_first_schema

    assert r0001_first_schema.APPEND_ONLY == APPEND_ONLY


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    before, after = upgrade(store.database)
    assert before == after == "0001"


def test_upgrading_an_empty_database_says_that_there_was_none(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'office.db'}")
    assert upgrade(database) == (None, "0001")
    database.close()


def test_a_schema_of_a_newer_fenban_is_refused(sqlite_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    shutil.copyfile(sqlite_file, path)
    with connect(f"sqlite:///{path}").writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="schema 9999, which is newer than this fenban"):
        open_store(f"sqlite:///{path}")


def test_several_services_may_start_on_one_new_file_at_once(tmp_path: Path) -> None:
    results: list[object] = []

    def start() -> None:
        try:
            with open_store(f"sqlite:///{tmp_path / 'office.db'}"):
                results.append("started")
        except StoreError as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["started"] * 4


def test_a_new_file_that_another_connection_is_about_to_write_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lambda: other.execute("ROLLBACK")).start()
    with open_store(f"sqlite:///{path}"):
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_several_services_may_start_on_one_new_postgresql_database_at_once(postgresql: str) -> None:
    admin = create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE started_at_once"))
    admin.dispose()
    results: list[object] = []

    def start() -> None:
        database = connect(postgresql.rpartition("/")[0] + "/started_at_once")
        try:
            results.append(upgrade(database)[1])
        except StoreError as error:
            results.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["0001"] * 3


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["decisions", "audit"])
def test_what_is_append_only_refuses_a_change(store: Store, table: str, change: str) -> None:
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), store.database.engine.begin() as connection:
        connection.execute(text(change.format(table)))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_every_append_only_table_has_its_trigger(store: Store, table: str) -> None:
    asked = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name",
        "postgresql": "SELECT 2 * count(*) FROM pg_trigger WHERE tgname = :name || '_kept' AND NOT tgisinternal",
    }[store.database.engine.dialect.name]
    with store.database.engine.connect() as connection:
        assert connection.execute(text(asked), {"name": table}).scalar() == 2


def test_an_append_only_table_is_not_emptied_at_once_either(postgresql_store: Store) -> None:
    with (
        pytest.raises(DBAPIError, match="audit is append-only"),
        postgresql_store.database.engine.begin() as connection,
    ):
        connection.execute(text("TRUNCATE audit"))


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(datetime(2026, 11, 20), None)  # type: ignore[arg-type]


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_file_and_folder_are_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "office.db"
    with open_store(f"sqlite:///{path}") as store:
        store.trail.latest()
        beside = {file.name: mode(file) for file in path.parent.iterdir()}
    assert mode(path.parent) == PRIVATE_FOLDER
    assert beside == dict.fromkeys(("office.db", "office.db-wal", "office.db-shm"), PRIVATE_FILE)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_every_connection_is_durable_and_careful(sqlite_store: Store, pragma: str, value: object) -> None:
    with sqlite_store.database.reading() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value

"""The whole store in one hand: petitions, accounts, the ledger, the trail and the figures of one database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from service.store.accounts import Accounts
from service.store.audit import Trail
from service.store.database import Database, connect, upgrade
from service.store.figures import Figures
from service.store.ledger import Ledger
from service.store.petitions import Petitions


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """Each part speaks to the same database; each of their methods is one transaction."""

    database: Database
    petitions: Petitions
    accounts: Accounts
    ledger: Ledger
    trail: Trail
    figures: Figures

    @classmethod
    def on(cls, database: Database, now: Callable[[], datetime] = utc_now) -> Self:
        """The store on a database that has the schema of this version."""
        return cls(
            database=database,
            petitions=Petitions(database, now),
            accounts=Accounts(database, now),
            ledger=Ledger(database, now),
            trail=Trail(database),
            figures=Figures(database, now),
        )

    def close(self) -> None:
        """Give all connections back."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, now: Callable[[], datetime] = utc_now) -> Store:
    """The store behind `url`, brought to the schema of this version. Raises StoreError."""
    database = connect(url)
    upgrade(database)
    return Store.on(database, now)

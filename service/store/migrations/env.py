"""How Alembic runs the migrations: on the connection that is handed in, in one transaction."""

from __future__ import annotations

from alembic import context

from service.store.schema import Table


def run() -> None:
    """All migrations up to the asked one, or none."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Table.metadata)
    with context.begin_transaction():
        context.run_migrations()


run()

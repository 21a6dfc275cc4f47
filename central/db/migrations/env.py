"""What Alembic runs for each command: on the connection that ``central/db/migrate.py`` opened."""

from typing import Any

from alembic import context

from central.db.schema import metadata


def run() -> None:
    """All steps in the caller's unit of work."""
    connection: Any = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


run()

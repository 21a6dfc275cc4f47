"""What Alembic runs for each command: on the connection that ``connection/migrate.py`` opened."""

from typing import Any

from alembic import context

MADE_BY_FTS = ("item_words", "customer_words", "customer_parts")


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """SQLite makes the search index's own tables; ``tables/`` does not know them."""
    return kind != "table" or name is None or not name.startswith(MADE_BY_FTS)


def run() -> None:
    """All steps in one unit of work; SQLite changes tables by making them anew (batch)."""
    attributes = context.config.attributes
    connection: Any = attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=attributes["metadata"],
        include_name=is_ours,
        render_as_batch=True,
        transactional_ddl=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

"""``python -m edge.db.migrations "what changes"``: writes the next step from ``tables/``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from edge.db.connection.migrate import NEWEST, run, upgrade
from edge.db.tables.schema import metadata


def write_step(message: str) -> None:
    """Compare a fresh database with the tables and write what is missing; read it before use."""
    number = f"{int(NEWEST) + 1:04d}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        upgrade(path)
        run(
            path,
            lambda config: command.revision(config, message, autogenerate=True, rev_id=number),
            metadata,
        )


if __name__ == "__main__":
    write_step(sys.argv[1])

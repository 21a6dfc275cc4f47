"""The store's schema is what ``tables/`` says, and reaching it costs nothing when it is there."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from edge.box.box import open_box
from edge.box.folder import database_of
from edge.box.settings import read_settings
from edge.db import migrations
from edge.db.connection import migrate
from edge.db.connection.engine import open_connection
from edge.db.tables.schema import metadata
from tests.edge_store import make_store

MIGRATIONS = Path(migrations.__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a store & 100%.sqlite3"


def names(path: Path) -> set[str]:
    with closing(open_connection(path)) as db:
        rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {row[0] for row in rows}


def test_the_migrated_schema_is_the_tables_own(path: Path) -> None:
    migrate.migrate(path)
    migrate.check(path)
    assert metadata.tables.keys() <= names(path)


def test_a_missing_column_is_noticed(path: Path) -> None:
    migrate.migrate(path)
    with closing(open_connection(path)) as db:
        db.execute("ALTER TABLE sale DROP COLUMN points_debt")
    with pytest.raises(Exception, match="points_debt"):
        migrate.check(path)


def test_going_back_to_the_base_leaves_no_table(path: Path) -> None:
    migrate.migrate(path)
    migrate.downgrade(path, "base")
    assert names(path) <= {"alembic_version"}
    migrate.migrate(path)
    migrate.check(path)


def test_migrating_again_keeps_what_is_there(path: Path) -> None:
    migrate.migrate(path)
    with closing(open_connection(path)) as db:
        db.execute("INSERT INTO stock_level VALUES ('tea', 5000, 0, NULL)")
    migrate.migrate(path)
    with closing(open_connection(path)) as db:
        assert db.execute("SELECT * FROM stock_level").fetchall() == [("tea", 5000, 0, None)]


def test_the_newest_step_is_the_one_the_program_names() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [migrate.NEWEST]


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    with closing(open_connection(path)) as db:
        db.execute("CREATE TABLE tender (something TEXT)")
    with pytest.raises(Exception, match="tender"):
        migrate.migrate(path)
    assert names(path) == {"tender"}


def test_a_database_of_a_later_version_is_refused_in_a_sentence(path: Path) -> None:
    migrate.migrate(path)
    with closing(open_connection(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.SchemaTooNew, match="newer version"):
        migrate.migrate(path)


def test_a_box_whose_database_is_up_to_date_imports_nothing_of_alembic_or_sqlalchemy(
    path: Path,
) -> None:
    migrate.migrate(path)
    program = (
        "import sys; from pathlib import Path; import edge.server.serving;"
        f"from edge.db.connection.migrate import migrate; migrate(Path({str(path)!r}));"
        "assert not {'alembic', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_step_that_the_disk_refuses_raises_what_sqlite_said(path: Path) -> None:
    with closing(open_connection(path)) as db:
        db.execute("CREATE TABLE sale (id INTEGER)")
    with pytest.raises(sqlite3.OperationalError, match="table sale already exists"):
        migrate.migrate(path)
    assert migrate.current_step(path) is None


def test_items_are_found_by_the_beginnings_of_words(path: Path) -> None:
    migrate.migrate(path)
    with closing(open_connection(path)) as db:
        db.execute("INSERT INTO item_words (item_id, words) VALUES ('t1', 'Crème brûlée 8888')")
        found = db.execute(
            "SELECT item_id FROM item_words WHERE item_words MATCH ?", ('"creme" "bru" *',)
        ).fetchall()
    assert found == [("t1",)]


def test_a_store_runs_without_the_file_before_it_was_made(path: Path) -> None:
    assert migrate.current_step(path) is None
    assert not path.exists()
    with pytest.raises(sqlite3.OperationalError):
        open_connection(path, create=False)


LATER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    op.add_column("item", sa.Column("later", sa.Integer()))


def downgrade():
    op.drop_column("item", "later")
"""


async def test_a_store_of_an_older_version_is_brought_up_to_date_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade is a new wheel and a restart."""
    folder = tmp_path / "S01"
    make_store(folder)
    newer = tmp_path / "newer"
    shutil.copytree(MIGRATIONS, newer / "migrations")
    (newer / "migrations" / "versions" / "0002_later.py").write_text(LATER)
    monkeypatch.setattr(migrate, "__file__", str(newer / "connection" / "migrate.py"))
    monkeypatch.setattr(migrate, "NEWEST", "0002")
    monkeypatch.setattr(migrate.upgrade, "__defaults__", ("0002",))  # bound when it was defined
    async with open_box(folder, read_settings(folder)) as box:
        assert box.enrolment.store_code == "S01"
    with closing(open_connection(database_of(folder))) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(item)")]
    assert "later" in columns
    assert migrate.current_step(database_of(folder)) == "0002"

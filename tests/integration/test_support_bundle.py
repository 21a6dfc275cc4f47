"""What goes to support holds nothing of anybody: planted everywhere, searched for in all of it."""

import asyncio
import base64
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from uuid import UUID

import asyncpg
from typer.testing import CliRunner

from central.commands.cli import app
from central.database.embedded import PostgresServer
from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.db.alarms import Alarm, insert_alarm
from edge.db.connection.engine import open_connection
from edge.db.pushing import write_refused, write_stopped
from edge.db.tables.schema import metadata
from tests.central_fixtures import postgres_template
from tests.edge_store import make_store
from tests.integration.command_fixtures import run, running
from tests.pins import MADE
from tests.servers import new_database

__all__ = ["postgres_template"]

NAME, EMAIL, PHONE, CARD = "Siti Planted", "siti@planted.example", "+6598765432", "4111111111111111"
OPERATOR, PASSWORD, TOKEN, REASON = "plantedop", "plantedpassword", "plantedtoken", "planted reason"
PLANTED = (NAME, EMAIL, PHONE, CARD, OPERATOR, PASSWORD, TOKEN, REASON, MADE["4711"])
PARTS = {
    *("README.txt", "doctor.json", "versions.json", "settings.json", "schema.json", "pages.json"),
    *("tables.json", "journal.json", "feeds.json", "alarms.json"),
}


def plant(folder: Path) -> list[bytes]:
    """Everything that must not be found, in every table, in settings and the folder's name."""
    texts = [each.encode() for each in PLANTED]
    with closing(open_connection(database_of(folder))) as db:
        insert_alarm(db, Alarm(UUID(int=1), "rewound", NAME, OPERATOR, f"{REASON} {CARD}", 1, 1))
        write_stopped(db, f"fork: {REASON}")
        write_refused(db, f"{NAME} {TOKEN}")
        for table in sorted(metadata.tables):
            fill(db, table)
        db.execute("UPDATE alembic_version SET version_num = ?", (OPERATOR,))
        db.execute(
            "INSERT INTO reference_row VALUES ('items', '', ?, 7, ?, ?)",
            (OPERATOR, TOKEN.encode(), f"{NAME}: {REASON}"),
        )
    (folder / SETTINGS_FILE).write_text(
        f'central_url = "https://{OPERATOR}:{PASSWORD}@127.0.0.1:9/{TOKEN}"\nport = 0\n'
    )
    key = (folder / KEY_FILE).read_bytes()
    secret = key.splitlines()[1]
    return [*texts, secret, base64.b64decode(secret)]


def fill(db: sqlite3.Connection, table: str) -> None:
    """A row of planted texts where the table takes one: what it refuses is not in it."""
    columns = db.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
    values = [
        7 if kind in ("INTEGER", "BIGINT", "BOOLEAN") else PLANTED[at % len(PLANTED)]
        for at, (_, kind) in enumerate(columns)
    ]
    marks = ", ".join("?" for _ in columns)
    try:
        db.execute(f"INSERT INTO {table} VALUES ({marks})", values)
    except sqlite3.IntegrityError:
        return


def all_of(file: Path, parts: set[str]) -> bytes:
    """Everything in the zip, its names too."""
    with zipfile.ZipFile(file) as bundle:
        assert set(bundle.namelist()) == parts
        return b"\n".join([*map(str.encode, bundle.namelist()), *map(bundle.read, parts)])


def refuse_planted(content: bytes, planted: list[bytes]) -> None:
    for secret in planted:
        for shape in (secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"=")):
            assert shape.lower() not in content.lower(), shape


def test_nothing_of_anybody_goes_to_support_from_a_box(tmp_path: Path) -> None:
    folder = tmp_path / NAME.replace(" ", "-").lower() / "S01"
    make_store(folder)
    planted = [*plant(folder), str(tmp_path).encode()]
    stored = (
        database_of(folder).read_bytes() + Path(f"{database_of(folder)}-wal").read_bytes()
        if Path(f"{database_of(folder)}-wal").exists()
        else database_of(folder).read_bytes()
    )
    assert NAME.encode() in stored
    file = tmp_path / "out.zip"
    made = run("support-bundle", file, "--data", folder)
    assert made.exit_code == 0, made.output
    assert file.stat().st_mode & 0o777 == 0o600
    content = all_of(file, PARTS)
    refuse_planted(content, planted)
    with zipfile.ZipFile(file) as bundle:
        assert json.loads(bundle.read("alarms.json"))[0]["kind"] == "rewound"
        assert json.loads(bundle.read("tables.json"))["journal"] > 1
        assert json.loads(bundle.read("settings.json"))["central"] == "https://127.0.0.1:9"
        checks = {
            each["check"]: each["state"]
            for each in json.loads(bundle.read("doctor.json"))["findings"]
        }
        assert checks["alarms"] == "attention"


def test_a_box_at_work_and_one_whose_database_is_broken_give_one_too(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    make_store(folder)
    file = tmp_path / "out.zip"
    with running(folder):
        assert run("support-bundle", file, "--data", folder).exit_code == 0
    with zipfile.ZipFile(file) as bundle:
        told = json.loads(bundle.read("doctor.json"))["findings"]
        assert {"check": "serving", "state": "fine", "says": None} in told
    database_of(folder).write_bytes(b"broken" * 1_000)
    assert run("support-bundle", file, "--data", folder).exit_code == 0
    with zipfile.ZipFile(file) as bundle:
        assert "not_read" in json.loads(bundle.read("journal.json"))


def test_the_bundle_says_what_is_in_it(tmp_path: Path) -> None:
    make_store(tmp_path / "S01")
    run("support-bundle", tmp_path / "out.zip", "--data", tmp_path / "S01")
    with zipfile.ZipFile(tmp_path / "out.zip") as bundle:
        assert b"No personal data" in bundle.read("README.txt")


OF_CENTRAL = {
    *("README.txt", "doctor.json", "versions.json", "settings.json", "schema.json", "tables.json"),
    *("streams.json", "journal.json", "set_aside.json", "feeds.json", "alarms.json"),
}


async def plant_at_head_office(url: str) -> None:
    """Every text that a table takes, in all of its rows' columns."""
    db = await asyncpg.connect(url.replace("+asyncpg", ""))
    await db.execute("SET session_replication_role = replica")
    columns = await db.fetch(
        "SELECT table_name, array_agg(ARRAY[column_name, udt_name]::text[]"
        " ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_schema = 'public' GROUP BY 1"
    )
    for table, named in columns:
        if table in ("alembic_version", "central_state"):
            continue
        values = ", ".join(at_head_office(kind, at) for at, (_, kind) in enumerate(named))
        names = ", ".join(f'"{name}"' for name, _ in named)
        await db.execute(
            f'INSERT INTO "{table}" ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})'
        )
    await db.close()


def at_head_office(kind: str, at: int) -> str:
    """A value of a type; whatever can hold text holds what was planted."""
    text = PLANTED[at % len(PLANTED)]
    found = {"uuid": "gen_random_uuid()", "bool": "true", "date": "'2026-01-01'"}
    found |= {"bytea": f"convert_to('{text}', 'utf8')"}
    found |= dict.fromkeys(("text", "varchar"), f"'{text}'")
    found |= {"tsvector": f"to_tsvector('{text}')"}
    return found.get(kind, "7")


def test_nothing_of_anybody_goes_to_support_from_head_office(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres_server, postgres_template)
    asyncio.run(plant_at_head_office(url))
    data, file = tmp_path / "plantedop", tmp_path / "out.zip"
    data.mkdir(mode=0o700)
    (data / "central.key").write_bytes(bytes(range(32)))
    (data / "central.key").chmod(0o600)
    told = ("--database-url", url, "--data", str(data))
    made = CliRunner().invoke(app, ["support-bundle", str(file), *told])
    assert made.exit_code == 0, made.output
    content = all_of(file, OF_CENTRAL)
    texts = [*PLANTED, str(tmp_path), url, url.replace("+asyncpg", "")]
    refuse_planted(content, [*(each.encode() for each in texts), bytes(range(32))])
    with zipfile.ZipFile(file) as bundle:
        assert json.loads(bundle.read("alarms.json")) == {"another": 1}
        assert json.loads(bundle.read("streams.json"))[0]["watermark"] == 7

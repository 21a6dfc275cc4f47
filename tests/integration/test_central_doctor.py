"""What `central doctor` says of a head office in which one thing is really broken."""

import json
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from central.commands.cli import app
from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.db.key_file import KEY_FILE
from central.doctor.checks import CHECKS, examine
from central.doctor.scene import Scene
from central.doctor.stored import AWAY_MS, UNAPPLIED_MAX, WAITING_MAX
from central.office.addresses import ADDRESS_FILE
from central.office.settings import CentralSettings
from central.server.serving import now_ms
from central.usecases.company.own_key import own_key
from sync.program.findings import Finding, State
from sync.protocol.batch import Health
from sync.protocol.codec import encode
from tests.central_fixtures import postgres_template
from tests.certificates import new_key, pem_of
from tests.doctors import of
from tests.servers import central_process, new_database

__all__ = ["postgres_template"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "office"
    made.mkdir(mode=0o700)
    return made


@pytest_asyncio.fixture
async def engine(postgres_url: str, folder: Path) -> AsyncIterator[AsyncEngine]:
    """The database of a head office that was started once."""
    opened = open_engine(postgres_url)
    await own_key(opened, folder, now_ms())
    yield opened
    await opened.dispose()


async def found(
    check: str,
    engine: AsyncEngine | None,
    folder: Path,
    later_ms: int = 0,
    files: Mapping[str, Path] | None = None,
) -> Finding:
    settings = CentralSettings.model_validate({"data": folder, **(files or {})})
    told = await examine(Scene(settings, engine, now_ms() + later_ms, "it did not start"))
    assert [each.check for each in told.findings] == [check.name for check in CHECKS]
    return of(told, check)


async def execute(engine: AsyncEngine, statement: str, **values: Any) -> None:
    async with unit_of_work(engine) as db:
        await db.execute(text(statement), values)


async def add_store(engine: AsyncEngine, **stream: Any) -> None:
    """A store with a box, as far as figures about them go."""
    company, store = uuid4(), uuid4()
    await execute(
        engine,
        "INSERT INTO company VALUES (:c, :name, 'SGD', 2)",
        c=company,
        name=f"Acme {company}",
    )
    await execute(
        engine,
        "INSERT INTO store (store_id, company_id, code, name, price_zone, zone, settings,"
        " last_epoch_number) VALUES (:s, :c, 'S01', 'S01', '', 'Asia/Singapore', '', 1)",
        s=store,
        c=company,
    )
    row = {"watermark": 5, "sender_seq": 5, "applied_through": 5, "last": now_ms()}
    health = encode(Health("holdfast-edge 0.1.0", 0, 1, 1))
    await execute(
        engine,
        "INSERT INTO stream (store_id, epoch_number, epoch_fingerprint, device_id, genesis,"
        " genesis_signature, head_hash, watermark, state, provisional, sender_seq, applied_through,"
        " company_id, last_contact_ms, health) VALUES (:s, 1, 'x', :s, '', '', '', :watermark,"
        " 'current', false, :sender_seq, :applied_through, :c, :last, :health)",
        s=store,
        c=company,
        **{**row, "health": health, **stream},
    )


def test_a_head_office_that_runs_is_fine_in_every_point(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres_server, postgres_template)
    told = ("--database-url", url, "--data", str(tmp_path / "office"))
    with central_process(tmp_path / "office", url):
        result = CliRunner().invoke(app, ["doctor", "--json", *told])
        document = json.loads(result.stdout)
        wrong = [each for each in document["findings"] if each["state"] != "fine"]
        assert (result.exit_code, wrong) == (0, [])
        shown = CliRunner().invoke(app, ["doctor", *told]).stdout.splitlines()
    assert shown[-1].startswith(f"{len(CHECKS)} of {len(CHECKS)} checks are fine")
    stopped = CliRunner().invoke(app, ["doctor", *told])
    assert (stopped.exit_code, "does not run" in stopped.stdout) == (1, True)


async def test_a_database_that_is_not_there_is_told_without_its_password(folder: Path) -> None:
    away = open_engine("postgresql://someone:secretword@127.0.0.1:9/none")
    said = await found("database", away, folder)
    assert (said.state, "refuses" in said.says) == (State.STOP, True)
    assert "secretword" not in f"{said.says} {said.command}"
    assert (await found("backlog", away, folder)).state is State.UNKNOWN
    assert (await found("disk", away, folder)).state is State.FINE
    none = await found("database", None, folder)
    assert (none.state, none.says) == (State.STOP, "it did not start.")
    await away.dispose()


async def test_a_database_that_takes_no_changes_is_told(engine: AsyncEngine, folder: Path) -> None:
    name = engine.url.database
    await execute(engine, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await engine.dispose()
    said = await found("database", engine, folder)
    assert (said.state, "takes no changes" in said.says) == (State.STOP, True)


async def test_a_schema_that_is_not_this_versions_is_told(
    engine: AsyncEngine, folder: Path
) -> None:
    await execute(engine, "UPDATE alembic_version SET version_num = '0000'")
    said = await found("schema", engine, folder)
    assert said.state is State.STOP
    assert "central migrate" in (said.command or "")


async def test_a_key_that_is_gone_open_or_another_is_told(
    engine: AsyncEngine, folder: Path
) -> None:
    path = folder / KEY_FILE
    path.chmod(0o644)
    said = await found("key", engine, folder)
    assert (said.state, said.command) == (State.STOP, f"chmod 600 {path}")
    path.unlink()
    said = await found("key", engine, folder)
    assert (said.state, "is not there: head office does not start" in said.says) == (
        State.STOP,
        True,
    )
    path.write_bytes(bytes(32))
    path.chmod(0o600)
    assert "does not start" in (await found("key", engine, folder)).says


async def test_a_clock_that_differs_from_the_databases_is_told(
    engine: AsyncEngine, folder: Path
) -> None:
    said = await found("clock", engine, folder, later_ms=60_000)
    assert (said.state, "s ahead of the database's" in said.says) == (State.ATTENTION, True)


async def test_too_few_connections_are_told(
    engine: AsyncEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.doctor.stored.CONNECTIONS_SPARE", 1_000_000)
    said = await found("connections", engine, folder)
    assert (said.state, "connections are in use" in said.says) == (State.ATTENTION, True)


async def test_more_stores_than_places_at_the_door_are_told(
    engine: AsyncEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENTRAL_DOOR", '{"connections": 1}')
    await add_store(engine)
    assert (await found("places", engine, folder)).state is State.FINE
    await add_store(engine)
    said = await found("places", engine, folder)
    assert (said.state, said.says) == (
        State.ATTENTION,
        "2 stores may call at once, and 1 connections are taken in.",
    )


async def test_rows_that_wait_for_their_numbers_are_told(engine: AsyncEngine, folder: Path) -> None:
    await execute(
        engine,
        "INSERT INTO publication (publication, company_id, data_set, scope, key)"
        " SELECT :id, :id, 'items', '', n::text FROM generate_series(0, :most) AS n",
        id=uuid4(),
        most=WAITING_MAX,
    )
    said = await found("feeds", engine, folder)
    assert (said.state, "wait for their numbers" in said.says) == (State.ATTENTION, True)


async def test_events_that_are_not_counted_yet_are_told(engine: AsyncEngine, folder: Path) -> None:
    behind = UNAPPLIED_MAX + 6
    await add_store(engine, watermark=behind, sender_seq=behind)
    said = await found("backlog", engine, folder)
    assert said.state is State.ATTENTION
    assert said.says == "20,001 events are here and not in the figures yet."


async def test_events_that_were_set_aside_are_told(engine: AsyncEngine, folder: Path) -> None:
    await execute(
        engine,
        "INSERT INTO quarantine (store_id, epoch_number, epoch_fingerprint, seq, state, error,"
        " applier_version) VALUES (:id, 1, 'x', 7, 'parked', 'kind', 1)",
        id=uuid4(),
    )
    said = await found("set_aside", engine, folder)
    assert (said.state, said.says) == (State.ATTENTION, "Events are set aside: 1 parked.")


async def test_a_store_that_did_not_call_for_a_day_is_told(
    engine: AsyncEngine, folder: Path
) -> None:
    await add_store(engine)
    assert (await found("stores", engine, folder)).state is State.FINE
    said = await found("stores", engine, folder, later_ms=AWAY_MS + 60_000)
    assert said.state is State.ATTENTION
    assert said.says.startswith("1 of 1 stores did not call for a day; the last calls: S01 20")
    assert "holdfast-edge 0.1.0 (1)" in (await found("versions", engine, folder)).says


async def test_what_head_office_noticed_is_told(engine: AsyncEngine, folder: Path) -> None:
    await execute(
        engine,
        "INSERT INTO alarm VALUES (:id, :id, 'fork', 'so it is', :now)",
        id=uuid4(),
        now=now_ms(),
    )
    said = await found("alarms", engine, folder)
    assert said.says == "Noticed about stores within a week: 1 fork."
    assert said.state is State.ATTENTION


def certificate(folder: Path, days: int) -> dict[str, Path]:
    key, now = new_key(), datetime.now(UTC)
    name = x509.Name([])
    begun, over = now - timedelta(days=100), now + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begun, over)
    names = x509.SubjectAlternativeName([x509.DNSName("head.example")])
    made = builder.add_extension(names, critical=False).sign(key, SHA256())
    chain, secret = folder / "head.pem", folder / "head.key"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(pem_of(key))
    return {"tls_cert": chain, "tls_key": secret}


async def test_a_certificate_that_is_over_soon_or_is_over_is_told(folder: Path) -> None:
    assert (await found("network", None, folder, files=certificate(folder, 60))).state is State.FINE
    soon = await found("network", None, folder, files=certificate(folder, 5))
    assert (soon.state, "(for head.example) is over in" in soon.says) == (State.ATTENTION, True)
    over = await found("network", None, folder, files=certificate(folder, -5))
    assert (over.state, "is over since" in over.says) == (State.STOP, True)
    assert over.command == f"openssl x509 -noout -dates -in {folder / 'head.pem'}"


async def test_a_certificate_that_cannot_be_read_is_told(folder: Path) -> None:
    files = certificate(folder, 60)
    files["tls_key"].write_bytes(pem_of(new_key()))
    said = await found("network", None, folder, files=files)
    assert (said.state, "no certificate with its key" in said.says) == (State.STOP, True)


async def test_a_head_office_that_does_not_answer_where_it_said_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    (folder / ADDRESS_FILE).write_text(f"{address}\n")
    said = await found("serving", None, folder)
    assert (said.state, "does not answer there" in said.says) == (State.ATTENTION, True)


async def test_a_disk_with_little_room_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.doctor.machine.DISK_LOW_BYTES", 1 << 60)
    said = await found("disk", None, folder)
    assert (said.state, said.command) == (State.ATTENTION, f"df -h {folder}")

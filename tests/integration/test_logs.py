"""What the servers write when something goes wrong: what it was and where, never what was sent."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import structlog

from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.usecases.company.add import add_company
from central.usecases.people.add_user import add_user
from edge.box.folder import database_of
from edge.db.workstations import write_workstation
from sync.http.logs import TOLD_EVERY_S, Tally, error_lines, log_json_to_stderr
from sync.protocol.identity import OperatorId, WorkstationId
from tests.benchmarks.shop import new_tokens
from tests.central_fixtures import postgres_template
from tests.crash.line import signed_in
from tests.edge_store import make_store
from tests.patience import PATIENCE_S
from tests.pins import begin_session_at
from tests.servers import central_process, edge_process, new_database, request

__all__ = ["postgres_template"]

JSON = {"Content-Type": "application/json"}
SECRETS = ("correct horse battery", "ann@example.com", "holdfast_session", "csrf")


def test_a_database_that_errs_at_head_office_tells_the_log_nothing_of_who_signs_in(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    """A38: CSRF token and e-mail address stood in the log when the database erred."""
    url = new_database(postgres_server, postgres_template)
    asyncio.run(_add_ann(url))
    body = json.dumps(
        {"company": "Acme", "email": "ann@example.com", "password": "correct horse battery"}
    ).encode()
    with central_process(tmp_path / "central", url) as server:
        assert server.ask(request("POST", "/session", body, JSON)).status == 201
        asyncio.run(_execute(url, "ALTER TABLE board_session RENAME COLUMN csrf TO gone"))
        for headers in (JSON, {**JSON, "Cookie": "holdfast_session=secretcookie"}):
            answer = server.ask(request("POST", "/session", body, headers))
            assert (answer.status, answer.problem["type"]) == (500, "urn:holdfast:problem:internal")
        cookie = {"Cookie": "holdfast_session=secretcookie"}
        assert server.get("/session?note=secretquery", **cookie).status == 500
        said = server.log.read_text()
    assert "UndefinedColumnError sqlstate=42703" in said
    for secret in (*SECRETS, "secretcookie", "secretquery"):
        assert secret not in said


async def _add_ann(url: str) -> None:
    engine = open_engine(url)
    async with unit_of_work(engine) as db:
        company_id = await add_company(db, "Acme", "SGD")
        await add_user(db, company_id, "ann@example.com", "Ann", "correct horse battery")
    await engine.dispose()


async def _execute(url: str, statement: str) -> None:
    db = await asyncpg.connect(url.replace("+asyncpg", ""))
    await db.execute(statement)
    await db.close()


def test_a_database_that_errs_at_the_edge_tells_the_log_nothing_of_the_customer(
    tmp_path: Path,
) -> None:
    """A38: by kind, at the other server."""
    folder = tmp_path / "S01"
    make_store(folder)
    token = next(iter(new_tokens(1).values()))
    with closing(sqlite3.connect(database_of(folder))) as db, db:
        write_workstation(db, WorkstationId("W1"), token, 0)
        begin_session_at(db, WorkstationId("W1"), OperatorId("anna"), token)
    with edge_process(folder) as server:
        with closing(sqlite3.connect(database_of(folder))) as db:
            db.execute("ALTER TABLE customer RENAME COLUMN name TO gone")
        headers = {**signed_in(token), "X": "secretheader"}
        assert server.get("/customers?q=secretquery", **headers).status == 500
        said = server.log.read_text()
    assert "OperationalError sqlite_errorname=SQLITE_ERROR" in said
    for secret in (token, "secretheader", "secretquery", "Bearer"):
        assert secret not in said


def test_an_error_is_written_as_its_types_and_places_without_its_text() -> None:
    """A38: databases and parsers quote in their texts what they were given."""
    try:
        try:
            raise ValueError("secret")
        except ValueError as error:
            raise KeyError("secret too") from error
    except KeyError as error:
        lines = error_lines(error)
    assert lines[0] == "KeyError"
    assert "ValueError" in lines
    assert any("test_logs.py" in line for line in lines)
    assert "secret" not in "".join(lines)


def test_what_libraries_log_is_a_line_of_json_without_what_they_quote(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A38: asyncio and uvicorn quote errors, and so what stands in them."""
    import logging

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        log_json_to_stderr()
        try:
            raise ValueError("secret")
        except ValueError:
            logging.getLogger("asyncio").exception("never retrieved\nfuture: secret %s", "secret")
        structlog.get_logger().error("told", cause=ValueError("secret"))
    finally:
        root.handlers[:], root.level = handlers, level
    said = capsys.readouterr().err
    assert [json.loads(line)["event"] for line in said.splitlines()] == ["library", "told"]
    assert "secret" not in said
    assert "never retrieved" in said


def test_what_happens_often_is_written_once_a_minute_with_its_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A34, A38: a thousand refusals are a line, not a thousand."""
    now = [0.0]
    tally = Tally("refused", clock=lambda: now[0])
    with structlog.testing.capture_logs() as logged:
        for _ in range(1_000):
            tally.count(why="slow")
        tally.count(why="other")
        now[0] = TOLD_EVERY_S
        tally.count(why="slow")
    assert [(one["why"], one["times"]) for one in logged] == [
        ("slow", 1),
        ("other", 1),
        ("slow", 1_000),
    ]


def test_every_line_that_a_server_writes_to_its_log_is_json_with_a_level_and_a_time(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    """From the start to the stop, with a head office that is away and an error in between."""
    folder = tmp_path / "S01"
    make_store(folder)
    url = new_database(postgres_server, postgres_template)
    with edge_process(folder) as edge, central_process(tmp_path / "office", url) as office:
        wait_for_a_line(edge.log)
        asyncio.run(_execute(url, "ALTER TABLE central_state RENAME COLUMN one TO gone"))
        assert office.get("/health").status == 500
    logs = {server.kind: server.log.read_text().splitlines() for server in (edge, office)}
    assert all(logs.values()), logs
    for line in (*logs["edge"], *logs["central"]):
        said = json.loads(line)
        assert said["level"] in ("info", "warning", "error"), line
        assert datetime.fromisoformat(said["timestamp"]).utcoffset() == timedelta(0), line
        assert said["event"], line


def wait_for_a_line(log: Path) -> None:
    """The first round to a head office that is away writes one."""
    ends_at = time.monotonic() + PATIENCE_S
    while not log.read_text():
        assert time.monotonic() < ends_at, "nothing was written"

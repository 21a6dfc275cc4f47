"""A store that serves without a head office: enrolled under a key of the test's own, with a small
catalogue; and a client of it as a workstation is one."""

import secrets
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.box.box import Box
from edge.box.clock import StoreClock
from edge.box.folder import database_of
from edge.box.keys import make_key
from edge.box.settings import read_settings, write_settings
from edge.db.connection.engine import open_connection
from edge.db.connection.migrate import migrate
from edge.db.connection.writer import InlineWriter
from edge.db.journal import read_head
from edge.db.store import take_settings
from edge.server.serving import serving
from edge.usecases.box.adopt_enrolment import adopt_enrolment
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.engine.transport import NO_TLS
from sync.http.tries import TryLimits
from sync.protocol import codec
from sync.protocol.change import Epoch, Genesis, Head
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.identity import (
    BootId,
    CompanyId,
    DeviceId,
    Incarnation,
    OperatorId,
    StoreId,
    WorkstationId,
)
from sync.protocol.reference import StoreSettings
from sync.protocol.scan_code import code_key
from tests.pins import begin_session_at

NOWHERE = "http://127.0.0.1:9"
CUSTOMER = UUID("0199aaaa-0000-7000-8000-000000000001")
MILK, RICE, WINE = "4006381333931", "4006381333948", "4006381333955"
CENTRAL_KEY = Ed25519PrivateKey.from_private_bytes(b"head office of the edge's tests "[:32])
COMPANY = CompanyId(UUID("0199aaaa-0000-7000-8000-00000000000c"))
TOTALS_TABLES = (
    *("journal", "sale", "sale_line", "sale_tax", "sale_tender", "stock_level", "stock_movement"),
    *("points_right", "receipt_series", "abandoned_id", "till_session", "business_day", "customer"),
    *("points_debt", "alarm"),
)


def enrolment(
    public_key: bytes, store_code: str = "S01", after: tuple[StoreId, Head] | None = None
) -> EnrolmentAnswer:
    """What a head office of the test's own answers. ``after``: which store's box it is in the place
    of another, and how far head office had that one's journal."""
    store_id, head = after or (StoreId(uuid_utils.compat.uuid7()), None)
    genesis = Genesis(
        store_id=store_id,
        company_id=COMPANY,
        store_code=store_code,
        device_id=DeviceId(uuid_utils.compat.uuid7()),
        device_key=public_key,
        epoch_number=1 if head is None else head.epoch.number + 1,
        parent=None if head is None else head.epoch,
        parent_watermark=0 if head is None else head.seq,
        parent_hash=None if head is None else head.hash,
        incarnation=Incarnation(uuid_utils.compat.uuid7()),
        issued_at_ms=time.time_ns() // 1_000_000,
    )
    signed = codec.encode(genesis)
    return EnrolmentAnswer(
        signed,
        sign_bytes(CENTRAL_KEY, GENESIS_SIGNED, signed),
        CENTRAL_KEY.public_key().public_bytes_raw(),
        genesis.incarnation,
        genesis.company_id,
        genesis.store_id,
        genesis.store_code,
        genesis.device_id,
    )


def settings(store_code: str = "S01") -> StoreSettings:
    """Singapore, tax included, cash to 5 cents."""
    return StoreSettings(
        store_code=store_code,
        store_name="Harbour",
        supplier_name="Merlion Provisions",
        supplier_address="1 Quay Road",
        tax_number="M2-0000000-0",
        currency="SGD",
        decimals=2,
        zone="Asia/Singapore",
        price_zone="sg",
    )


def make_store(
    folder: Path,
    store_code: str = "S01",
    central_url: str = NOWHERE,
    after: tuple[StoreId, Head] | None = None,
) -> None:
    """Everything that `edge provision` leaves behind, with three items and one customer; ``after``:
    in the place of another box (``enrolment``)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = make_key(folder).public_key().public_bytes_raw()
    migrate(database_of(folder))
    write_settings(folder, central_url, 0)
    answer = enrolment(key, store_code, after)
    moment = StoreClock(BootId(uuid_utils.compat.uuid7())).moment()
    writer = InlineWriter.open(database_of(folder))
    writer.run_now(lambda db: adopt_enrolment(db, answer, central_url, key, "test", moment))
    writer.run_now(lambda db: _publish(db, store_code))
    writer.close_now()


def _publish(db: sqlite3.Connection, store_code: str) -> None:
    take_settings(db, settings(store_code))
    db.execute("INSERT INTO tax_rate VALUES ('standard', '2024-01-01', 900, 'GST 9 %', 1)")
    db.execute("INSERT INTO operator VALUES ('anna', 'Anna', 'manager', 1)")
    for tender, kind in (("cash", "cash"), ("card", "card"), ("points", "points")):
        db.execute("INSERT INTO tender VALUES (?, ?, ?, 1, 1)", (tender, tender.title(), kind))
    for number, (code, name, price) in enumerate(
        ((MILK, "Milk 1 l", 345), (RICE, "Rice 5 kg", 1_299), (WINE, "Red wine", 2_990)), start=1
    ):
        item = f"item-{number}"
        db.execute(
            "INSERT INTO item VALUES (?, ?, 'grocery', 'standard', 'each', 0, NULL, 1, 1, NULL,"
            " NULL)",
            (item, name),
        )
        db.execute("INSERT INTO scan_code VALUES (?, ?, ?, 1)", (code_key(code), item, code))
        db.execute("INSERT INTO price VALUES (?, 0, ?, 1)", (item, price))
    for item, name, is_open in (("loose", "Loose", 1), ("unpriced", "New", 0)):
        db.execute(
            "INSERT INTO item VALUES (?, ?, 'x', 'standard', 'each', ?, NULL, 1, 1, NULL, NULL)",
            (item, name, is_open),
        )
    db.execute(
        "INSERT INTO customer VALUES (?, 'C1', 1, 'Bo', 'bo@example.org', '+6591234567')",
        (CUSTOMER.bytes,),
    )


def act(**more: Any) -> dict[str, Any]:
    """What Anna asks for, under an id of its own."""
    return {"operator_id": "anna", "event_id": str(uuid_utils.compat.uuid7()), **more}


def pairing(workstation: str, code: str) -> dict[str, str]:
    """What a workstation asks with a code that a person typed, and a token that it drew."""
    return {"workstation_id": workstation, "code": code, "token": secrets.token_urlsafe(32)}


@dataclass
class Till:
    """A paired workstation of a running store."""

    box: Box
    client: httpx.AsyncClient

    async def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request with the workstation's token."""
        if body is None:
            return await self.client.request(method, path)
        return await self.client.request(method, path, json=body)

    async def send(self, path: str, raw: bytes, **headers: str) -> httpx.Response:
        """A body of any bytes, declared as JSON if ``headers`` do not say otherwise."""
        declared = {"Content-Type": "application/json", **headers}
        return await self.client.post(path, content=raw, headers=declared)

    async def epoch(self) -> Epoch:
        """The one that the store writes in."""
        return (await self.box.reader.read(read_head)).epoch

    async def open_shop(self) -> str:
        """Open today and a till with 100.00; the till session's id."""
        opened = await self.call("POST", "/business-days", act())
        assert opened.status_code in (201, 409), opened.text
        session = str(uuid_utils.compat.uuid7())
        body = {"till_session_id": session, "operator_id": "anna", "float_minor": 10_000}
        till = await self.call("POST", "/till-sessions", body)
        assert till.status_code == 201, till.text
        return session


@cache
def _template() -> Path:
    """A store's folder, made once per process and copied for each test."""
    keeper = TemporaryDirectory(prefix="hf-store-")
    _KEPT.append(keeper)
    folder = Path(keeper.name) / "S01"
    make_store(folder)
    return folder


_KEPT: list["TemporaryDirectory[str]"] = []


def _copy_to(folder: Path) -> None:
    if not folder.exists():
        shutil.copytree(_template(), folder)


@asynccontextmanager
async def open_store(
    folder: Path, workstation: str = "W1", signed_in: str | None = "anna", **instead: Any
) -> AsyncIterator[Till]:
    """A store in ``folder`` (copied there, unless it is there) that answers real HTTP, exchanging
    nothing with head office, and one paired workstation of it, at which Anna is signed in.
    ``instead``: of its settings."""
    _copy_to(folder)
    patient = TryLimits(free=10_000, free_of_all=10_000)
    settings = read_settings(folder).model_copy(update={"tries": patient, **instead})
    async with (
        serving(folder, settings, exchange=False) as (box, url),
        httpx.AsyncClient(base_url=url, trust_env=False, verify=NO_TLS) as client,
    ):
        till = Till(box, client)
        code, moment = new_code(), box.clock.moment()
        name = WorkstationId(workstation)
        await box.writer.run(lambda db: issue_pairing_code(db, name, code, moment))
        paired = await till.call("POST", "/pair", pairing(workstation, code))
        assert paired.status_code == 200, paired.text
        client.headers["Authorization"] = f"Bearer {paired.json()['token']}"
        if signed_in is not None:
            client.headers["Holdfast-Session"] = await session_at(box, workstation, signed_in)
        yield till


async def session_at(box: Box, workstation: str, operator_id: str) -> str:
    """The token of a session that no PIN began."""
    token, where, who = (
        secrets.token_urlsafe(32),
        WorkstationId(workstation),
        OperatorId(operator_id),
    )
    await box.writer.run(lambda db: begin_session_at(db, where, who, token))
    box.sessions.forget()
    return token


def sale(**changes: Any) -> dict[str, Any]:
    """One litre of milk, paid with 5.00 in cash."""
    body: dict[str, Any] = {
        "sale_id": str(uuid_utils.compat.uuid7()),
        "operator_id": "anna",
        "tendered_at": datetime.now(UTC).isoformat(),
        "total_minor": 345,
        "lines": [{"line_no": 1, "scan_code": MILK, "quantity_milli": 1_000}],
        "tenders": [{"tender_id": "cash", "amount_minor": 500}],
    }
    return {**body, **changes}


def row_counts(folder: Path) -> dict[str, int]:
    """How much stands in each table that a request could leave something in."""
    with closing(open_connection(database_of(folder), create=False)) as db:
        return {
            table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in TOTALS_TABLES
        }

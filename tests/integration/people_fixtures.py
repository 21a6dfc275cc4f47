"""A shop where people sign in: Anna manages, Ben is new at the counter, Cleo supervises."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.engine.transport import NO_TLS
from sync.protocol.codec import decode_fact
from sync.protocol.enrolment import BoxKeys
from sync.protocol.facts import AnyFact, OperatorActed
from sync.protocol.identity import WorkstationId
from tests.edge_store import Till, act, open_store, pairing
from tests.pins import publish_person

SEALED_FOR = bytes(range(32))
"""The private half of the sealing key."""
UNLOCK_KEY = bytes(range(1, 33))
PINS = {"anna": "4711", "ben": "2580", "cleo": "7391"}


def publish(db: sqlite3.Connection) -> None:
    publish_person(db, "anna", "manager", PINS["anna"])
    publish_person(db, "ben", "cashier", PINS["ben"])
    publish_person(db, "cleo", "supervisor", PINS["cleo"])


@dataclass
class Counter:
    """A workstation at which somebody may be signed in."""

    till: Till
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A request with the session's token, if there is one."""
        ask = self.till.client.request
        if body is None:
            return await ask(method, path, headers=self.headers)
        return await ask(method, path, json=body, headers=self.headers)

    async def try_pin(self, operator_id: str, pin: str, **more: Any) -> httpx.Response:
        body = {"request_id": str(uuid4()), "operator_id": operator_id, "pin": pin, **more}
        return await self.call("POST", "/session", body)

    async def sign_in(self, operator_id: str, pin: str | None = None) -> dict[str, Any]:
        answer = await self.try_pin(operator_id, pin or PINS[operator_id])
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        self.headers["Holdfast-Session"] = told["token"]
        return told

    async def open_shop(self) -> None:
        """By Anna."""
        await self.sign_in("anna")
        assert (await self.call("POST", "/business-days", act())).status_code == 201
        session = {"till_session_id": str(uuid4()), "operator_id": "anna", "float_minor": 10_000}
        assert (await self.call("POST", "/till-sessions", session)).status_code == 201

    async def allow(self, by: str, **asked: Any) -> httpx.Response:
        """An override of ``by``."""
        body = {
            "request_id": str(uuid4()),
            "act": "return",
            "operator_id": by,
            "pin": PINS[by],
            "reason": "it is right",
            **asked,
        }
        return await self.call("POST", "/overrides", body)

    async def facts(self) -> list[AnyFact]:
        rows = await self.till.box.reader.read(
            lambda db: db.execute(
                "SELECT kind, kind_version, body FROM journal ORDER BY seq"
            ).fetchall()
        )
        return [decode_fact(*row) for row in rows]

    async def acts(self) -> list[tuple[str, str, str | None]]:
        """What operators did: act, whom it is about, who allowed it."""
        return [
            (fact.act, fact.operator_id, fact.by_operator_id)
            for fact in await self.facts()
            if isinstance(fact, OperatorActed)
        ]

    async def do(self, unit: Any) -> Any:
        return await self.till.box.writer.run(unit)


@asynccontextmanager
async def another_counter(till: Till, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """One more paired workstation of the same box."""
    code, moment = new_code(), till.box.clock.moment()
    where = WorkstationId(name)
    await till.box.writer.run(lambda db: issue_pairing_code(db, where, code, moment))
    async with httpx.AsyncClient(
        base_url=till.client.base_url, trust_env=False, verify=NO_TLS
    ) as client:
        paired = await client.post("/pair", json=pairing(name, code))
        assert paired.status_code == 200, paired.text
        client.headers["Authorization"] = f"Bearer {paired.json()['token']}"
        yield client


@pytest_asyncio.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_store(tmp_path / "S01", signed_in=None) as till:
        await till.box.writer.run(publish)
        till.box.certificate.keys = BoxKeys(b"-", b"-", _public_half(), UNLOCK_KEY)
        yield Counter(till, {})


def _public_half() -> bytes:
    return X25519PrivateKey.from_private_bytes(SEALED_FOR).public_key().public_bytes_raw()

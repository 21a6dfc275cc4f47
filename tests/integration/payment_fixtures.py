"""A store at whose counter a simulated terminal stands, and what a workstation asks of both."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uuid_utils.compat

from edge.devices.terminal.simulated import SimulatedTerminal, Simulation, serve_terminal
from tests.edge_store import Till, open_store, sale
from tests.patience import PATIENCE_S

UEN = "201403121W"


def take_through_terminal(db: sqlite3.Connection) -> None:
    """Cards by the terminal, NETS by it and online only, PayNow by a code."""
    db.execute("INSERT INTO tender VALUES ('nets', 'NETS', 'card', 1, 1)")
    db.execute("INSERT INTO tender VALUES ('paynow', 'PayNow', 'qr', 1, 1)")
    db.execute("INSERT INTO payment_way VALUES ('card', 'terminal', 0, '', '', 900)")
    db.execute("INSERT INTO payment_way VALUES ('nets', 'terminal', 1, '', '', 900)")
    db.execute("INSERT INTO payment_way VALUES ('paynow', 'paynow', 0, ?, '', 600)", (UEN,))


@asynccontextmanager
async def listening_terminal(played: SimulatedTerminal) -> AsyncIterator[str]:
    """Its address, while it answers."""
    said: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_terminal(played, "127.0.0.1", 0, said.set_result))
    try:
        async with asyncio.timeout(PATIENCE_S):
            port = await said
        yield f"127.0.0.1:{port}"
    finally:
        serving.cancel()
        await asyncio.wait([serving])


@asynccontextmanager
async def counter(
    folder: Path, simulation: Simulation | None = None, **instead: Any
) -> AsyncIterator[tuple[Till, SimulatedTerminal]]:
    """A store that is open, and its terminal, which keeps its journal beside it."""
    played = SimulatedTerminal(simulation or Simulation(), folder.with_name("terminal.jsonl"))
    async with (
        listening_terminal(played) as address,
        open_store(folder, **{"terminals": {"W1": address}, **instead}) as till,
    ):
        await till.box.writer.run(take_through_terminal)
        await till.open_shop()
        yield till, played


def asking(amount_minor: int, tender_id: str = "card", **more: Any) -> dict[str, Any]:
    """A payment of this amount, under ids of its own."""
    return {
        "attempt_id": str(uuid_utils.compat.uuid7()),
        "sale_id": str(uuid_utils.compat.uuid7()),
        "operator_id": "anna",
        "tender_id": tender_id,
        "amount_minor": amount_minor,
        **more,
    }


async def begin(till: Till, body: dict[str, Any]) -> dict[str, Any]:
    """The payment as it stands when the terminal has answered."""
    return document(await till.call("POST", "/payments", body))


async def settle(till: Till, payment: dict[str, Any], verb: str, **more: Any) -> dict[str, Any]:
    """``ask``, ``give-up`` or ``accept``."""
    path = f"/payments/{payment['attempt_id']}/{verb}"
    return document(await till.call("POST", path, {"operator_id": "anna", **more}))


def document(answer: httpx.Response) -> dict[str, Any]:
    """What a good answer says."""
    assert answer.status_code in (200, 201), answer.text
    said: dict[str, Any] = answer.json()
    return said


def paid_by(payment: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The tender of a receipt that has it."""
    names = ("tender_id", "amount_minor", "reference", "outcome", "approval")
    return {name: payment[name] for name in names} | more


def slug(answer: httpx.Response) -> str:
    """Of a refusal."""
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["type"]).rpartition(":")[2]


def milk(payment: dict[str, Any] | None, *rest: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sale of one milk (3.45), paid by a payment and others."""
    tenders = [*([] if payment is None else [paid_by(payment)]), *rest]
    return sale(tenders=tenders, **more)

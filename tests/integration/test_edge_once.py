"""Every request that writes has the sale's rule: an id of the client's means one request."""

import json
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio
import uuid_utils.compat

from edge.box.folder import database_of
from edge.db.customers import forget_customers
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.protocol.identity import CustomerId, WorkstationId
from tests.edge_store import CUSTOMER, Till, act, open_store, pairing, sale, session_at


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        yield opened


class Written(NamedTuple):
    """A request that writes, and members that make it another one."""

    method: str
    path: str
    body: dict[str, Any]
    other: dict[str, Any]
    status: int


def new_id() -> str:
    return str(uuid_utils.compat.uuid7())


async def prepared(till: Till, name: str) -> Written:
    """The request ``name``, with what must have happened before it."""
    if name == "open a day":
        return Written("POST", "/business-days", act(), {"business_date": "2026-11-28"}, 201)
    if name == "pair":
        code, moment = new_code(), till.box.clock.moment()
        await till.box.writer.run(
            lambda db: issue_pairing_code(db, WorkstationId("W7"), code, moment)
        )
        return Written("POST", "/pair", pairing("W7", code), {"workstation_id": "W8"}, 200)
    if name == "change a customer":
        path = f"/customers/{CUSTOMER}"
        return Written("PATCH", path, act(code="C8"), {"code": "C9"}, 200)
    if name == "deactivate a customer":
        path = f"/customers/{CUSTOMER}/deactivate"
        return Written("POST", path, act(), {"operator_id": "bert"}, 200)
    if name == "create a customer":
        body = {"operator_id": "anna", "customer_id": new_id(), "name": "Li", "code": "L1"}
        return Written("POST", "/customers", body, {"code": "L2"}, 201)
    if name == "receive goods":
        lines = [{"item_id": "item-1", "quantity_milli": 1_000, "unit_cost_minor": 100}]
        goods = {"operator_id": "anna", "movement_id": new_id(), "reason": "a", "lines": lines}
        dearer = {"reason": "b", "lines": [{**lines[0], "unit_cost_minor": 200}]}
        return Written("POST", "/stock/receipts", goods, dearer, 201)
    await till.call("POST", "/business-days", act())
    opening = {"operator_id": "anna", "till_session_id": new_id(), "float_minor": 10_000}
    if name == "open a till":
        return Written("POST", "/till-sessions", opening, {"operator_id": "bert"}, 201)
    await till.call("POST", "/till-sessions", opening)
    path = f"/till-sessions/{opening['till_session_id']}/settle"
    settling = Written(
        "POST", path, act(counted_cash_minor=10_000), {"counted_cash_minor": 9_000}, 200
    )
    if name == "settle a till":
        return settling
    await till.call("POST", path, settling.body)
    day = (await till.call("GET", "/business-days/current")).json()["business_date"]
    if name == "reopen a day":
        await till.call("POST", f"/business-days/{day}/close", act())
        reopening = act(reason="closed by mistake")
        path = f"/business-days/{day}/reopen"
        return Written("POST", path, reopening, {"reason": "another"}, 200)
    return Written("POST", f"/business-days/{day}/close", act(), {"operator_id": "bert"}, 200)


REQUESTS = (
    *("open a day", "close a day", "reopen a day", "open a till", "settle a till", "receive goods"),
    *("create a customer", "change a customer", "deactivate a customer", "pair"),
)


def contents(till: Till) -> list[list[Any]]:
    with closing(sqlite3.connect(database_of(till.box.folder))) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master") if name != ""]
        kept = [name for name in tables if "item_words" not in name and not name.startswith("ix_")]
        return [
            db.execute(f"SELECT * FROM {name}").fetchall()
            for name in sorted(kept)
            if not name.startswith("sqlite_")
        ]


async def send(till: Till, written: Written, body: dict[str, Any]) -> httpx.Response:
    raw = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return await till.client.request(written.method, written.path, content=raw, headers=headers)


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_that_writes_is_carried_out_once_for_its_id(till: Till, name: str) -> None:
    """A9: the same id and bytes give the same answer again, other bytes 409, and neither writes."""
    written = await prepared(till, name)
    first = await send(till, written, written.body)
    assert first.status_code == written.status, first.text
    after = contents(till)
    again = await send(till, written, written.body)
    assert (again.status_code, again.content) == (200, first.content)
    other = await send(till, written, {**written.body, **written.other})
    assert other.status_code == 409, other.text
    assert other.json()["type"] == "urn:holdfast:problem:request-id-reused"
    assert other.json()["remedy"]
    assert contents(till) == after


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_that_writes_must_bring_its_id(till: Till, name: str) -> None:
    """A9: the id is the client's, made before its first attempt."""
    written = await prepared(till, name)
    ids = {"event_id", "till_session_id", "movement_id", "customer_id", "token"}
    (given,) = ids & written.body.keys()
    bare = {key: value for key, value in written.body.items() if key != given}
    answer = await send(till, written, bare)
    assert (answer.status_code, answer.json()["field"]) == (400, given)


async def test_an_answer_is_the_same_whatever_happened_since(till: Till) -> None:
    """A9: a till's opening is answered as it was, though the till was settled meanwhile."""
    opening = await prepared(till, "open a till")
    first = await send(till, opening, opening.body)
    path = f"/till-sessions/{opening.body['till_session_id']}/settle"
    await till.call("POST", path, act(counted_cash_minor=10_000))
    assert (await send(till, opening, opening.body)).content == first.content


async def test_an_id_says_nothing_at_another_address_or_for_another_workstation(till: Till) -> None:
    """A9: what was asked of what, and by whom, belongs to what an id means."""
    goods = await prepared(till, "receive goods")
    assert (await send(till, goods, goods.body)).status_code == 201
    code = new_code()
    moment, name = till.box.clock.moment(), WorkstationId("W2")
    await till.box.writer.run(lambda db: issue_pairing_code(db, name, code, moment))
    paired = (await till.call("POST", "/pair", pairing("W2", code))).json()
    session = await session_at(till.box, "W2", "anna")
    headers = {"Authorization": f"Bearer {paired['token']}", "Holdfast-Session": session}
    stranger = await till.client.post(goods.path, json=goods.body, headers=headers)
    assert (stranger.status_code, stranger.json()["type"].rpartition(":")[2]) == (
        409,
        "request-id-reused",
    )
    closing_id = act(event_id=goods.body["movement_id"])
    elsewhere = await till.call("POST", f"/customers/{CUSTOMER}/deactivate", closing_id)
    assert elsewhere.status_code == 409


async def test_a_finished_sales_id_is_no_other_requests(till: Till) -> None:
    """A9: ids are one space, the sales' and abandoned ones' too."""
    await till.open_shop()
    sold = (await till.call("POST", "/sales", sale())).json()
    answer = await till.call("POST", "/business-days", act(event_id=sold["sale_id"]))
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (
        409,
        "request-id-taken",
    )
    goods = await prepared(till, "receive goods")
    assert (await send(till, goods, goods.body)).status_code == 201
    taken = await till.call("POST", "/sales", sale(sale_id=goods.body["movement_id"]))
    assert (taken.status_code, taken.json()["type"].rpartition(":")[2]) == (409, "sale-id-taken")


async def test_a_refused_request_may_come_again_when_it_can_be_done(till: Till) -> None:
    """A9: a refusal leaves no answer behind."""
    opening = {"operator_id": "anna", "till_session_id": new_id(), "float_minor": 0}
    assert (await till.call("POST", "/till-sessions", opening)).status_code == 409
    await till.call("POST", "/business-days", act())
    assert (await till.call("POST", "/till-sessions", opening)).status_code == 201


async def test_erasure_takes_the_remembered_answers_too(till: Till) -> None:
    """A9: an answer that is kept for a repeat holds a name; the erased customer's is gone, and the
    repeat makes no new customer of it."""
    name = f"Li {secrets.token_hex(4)}"
    body = {"operator_id": "anna", "customer_id": new_id(), "name": name}
    assert (await till.call("POST", "/customers", body)).status_code == 201
    erased = CustomerId(uuid_utils.compat.UUID(body["customer_id"]))
    await till.box.writer.run(lambda db: forget_customers(db, [erased]))
    assert name.encode().hex() not in repr(contents(till)).encode().hex()
    again = await till.call("POST", "/customers", body)
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "request-id-taken")

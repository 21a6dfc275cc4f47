"""Selling over real HTTP: what a workstation sends, and what it can build on."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uuid_utils.compat

from edge.box.settings import LOOPBACK
from sync.engine.signing import SALE_SIGNED, verify_bytes
from sync.protocol import codec
from sync.protocol.change import Kept, link
from sync.protocol.codec import encode
from sync.protocol.facts import RetailTransaction
from sync.protocol.permissions import Permission
from sync.protocol.reference import Role
from tests.edge_store import CUSTOMER, MILK, WINE, Till, act, open_store, row_counts, sale


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        yield till


def problem(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"]
    assert document["remedy"]
    return str(document["type"]).removeprefix("urn:holdfast:problem:")


async def test_a_sale_is_answered_with_its_receipt_and_the_place_it_has(till: Till) -> None:
    answer = await till.call("POST", "/sales", sale())
    assert answer.status_code == 201
    told = answer.json()
    assert told["receipt_number"] == "S01-W1-E1-000001"
    assert (told["total_minor"], told["due_minor"], told["change_minor"]) == (345, 345, 155)
    assert "Milk" in told["receipt"]
    assert told["head"] == {"epoch": str(await till.epoch()), "seq": 5, "hash": told["hash"]}


async def test_what_a_workstation_keeps_proves_the_sale_by_itself(till: Till) -> None:
    told = (await till.call("POST", "/sales", sale())).json()
    kept = codec.decode(Kept, base64.b64decode(told["envelope"]))
    public_key = till.box.device_key.public_key().public_bytes_raw()
    assert kept.signature == base64.b64decode(told["signature"])
    assert verify_bytes(public_key, SALE_SIGNED, kept.hash, kept.signature)
    assert link(kept.store_id, kept.epoch, kept.envelope, kept.prev_hash).hash == kept.hash
    envelope = kept.envelope
    fact = codec.decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    assert isinstance(fact, RetailTransaction)
    assert str(fact.sale_id) == told["sale_id"]


async def test_the_same_bytes_again_get_the_same_answer_and_count_once(till: Till) -> None:
    raw = json.dumps(sale()).encode()
    first = await till.send("/sales", raw)
    again = await till.send("/sales", raw)
    looked_up = await till.call("GET", f"/sales/{first.json()['sale_id']}")
    assert (first.status_code, again.status_code, looked_up.status_code) == (201, 200, 200)
    assert first.json() == again.json() == looked_up.json()
    totals = (await till.call("GET", "/totals")).json()
    assert totals["figures"][0] == {"name": "transactions", "amount": 1, "unit": "count"}


async def test_the_same_id_with_other_content_is_refused_and_alarmed(till: Till) -> None:
    body = sale()
    await till.call("POST", "/sales", body)
    other = {**body, "tenders": [{"tender_id": "card", "amount_minor": 345}]}
    before = row_counts(till.box.folder)
    refused = [await till.call("POST", "/sales", other) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert problem(refused[0]) == "sale-id-reused"
    after = row_counts(till.box.folder)
    assert after == {**before, "alarm": 1, "journal": before["journal"] + 1}
    status = (await till.call("GET", "/sync")).json()
    assert status["needs_a_person"]
    assert [alarm["kind"] for alarm in status["alarms"]] == ["sale_id_reused"]


async def test_reused_ids_of_a_workstation_are_one_alarm_with_a_count(tmp_path: Path) -> None:
    """A27: sixty reused ids made sixty alarms."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        body = sale()
        await till.call("POST", "/sales", body)
        before = row_counts(till.box.folder)
        for number in range(1, 61):
            answer = await till.call("POST", "/sales", {**body, "note": f"other {number}"})
            assert answer.status_code == 409
        after = row_counts(till.box.folder)
        assert after == {**before, "alarm": 1, "journal": before["journal"] + 1}
        (alarm,) = (await till.call("GET", "/sync")).json()["alarms"]
        assert (alarm["kind"], alarm["cause"], alarm["times"]) == ("sale_id_reused", "W1", 60)


async def test_twenty_at_once_under_one_id_are_one_sale(till: Till) -> None:
    raw = json.dumps(sale()).encode()
    answers = await asyncio.gather(*(till.send("/sales", raw) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert row_counts(till.box.folder)["sale"] == 1


async def test_goods_come_back_against_their_line_and_their_points_with_them(till: Till) -> None:
    sold = sale(
        customer_id=str(CUSTOMER),
        total_minor=2_990,
        lines=[{"line_no": 1, "scan_code": WINE, "quantity_milli": 1_000}],
        tenders=[{"tender_id": "card", "amount_minor": 2_990}],
    )
    first = (await till.call("POST", "/sales", sold)).json()
    assert (first["points_earned"], first["points_here"]) == (2, 2)
    back: dict[str, Any] = sale(
        total_minor=-2_990,
        lines=[
            {
                "line_no": 1,
                "quantity_milli": 1_000,
                "original": {"sale_id": sold["sale_id"], "line_no": 1},
            }
        ],
        tenders=[{"tender_id": "card", "amount_minor": -2_990}],
    )
    returned = await till.call("POST", "/returns", back)
    assert returned.status_code == 201, returned.text
    assert (returned.json()["points_taken_back"], returned.json()["points_here"]) == (2, 0)
    more = await till.call("POST", "/returns", {**back, "sale_id": str(uuid_utils.compat.uuid7())})
    assert (more.status_code, problem(more)) == (422, "returned-more-than-sold")


async def test_a_return_that_takes_nothing_back_is_refused(till: Till) -> None:
    refused = await till.call("POST", "/returns", sale())
    assert (refused.status_code, problem(refused)) == (422, "nothing-returned")


async def test_an_abandoned_id_is_never_sold_and_a_finished_sale_never_abandoned(
    till: Till,
) -> None:
    body = sale()
    unknown = await till.call("GET", f"/sales/{body['sale_id']}")
    assert (unknown.status_code, problem(unknown)) == (404, "not-found")
    gone = await till.call("POST", f"/sales/{body['sale_id']}/abandon", {"operator_id": "anna"})
    assert gone.status_code == 200
    late = await till.call("POST", "/sales", body)
    assert (late.status_code, problem(late)) == (409, "sale-id-abandoned")
    finished = (await till.call("POST", "/sales", sale())).json()["sale_id"]
    kept = await till.call("POST", f"/sales/{finished}/abandon", {"operator_id": "anna"})
    assert (kept.status_code, problem(kept)) == (409, "sale-finished")


async def test_without_an_open_day_or_till_the_refusal_names_the_way(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        no_day = await till.call("POST", "/sales", sale())
        assert (no_day.status_code, problem(no_day)) == (409, "no-open-business-day")
        assert "POST /business-days" in no_day.json()["remedy"]
        await till.call("POST", "/business-days", act())
        no_till = await till.call("POST", "/sales", sale())
        assert (no_till.status_code, problem(no_till)) == (409, "no-open-till")
        assert "POST /till-sessions" in no_till.json()["remedy"]


async def test_a_client_that_hangs_up_loses_only_its_answer(till: Till) -> None:
    raw = json.dumps(sale()).encode()
    port = till.client.base_url.port
    assert port is not None
    with socket.create_connection((LOOPBACK, port)) as line:
        head = (
            f"POST /sales HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n"
            f"Authorization: {till.client.headers['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        line.sendall(head.encode() + raw)
    answer = await till.send("/sales", raw)
    assert answer.status_code in (200, 201)
    assert row_counts(till.box.folder)["sale"] == 1


async def test_a_client_that_hangs_up_in_the_middle_of_a_body_leaves_nothing(till: Till) -> None:
    raw = json.dumps(sale()).encode()
    before, port = row_counts(till.box.folder), till.client.base_url.port
    assert port is not None
    with socket.create_connection((LOOPBACK, port)) as line:
        head = (
            f"POST /sales HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n"
            f"Authorization: {till.client.headers['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        line.sendall(head.encode() + raw[: len(raw) // 2])
    assert (await till.call("GET", "/health")).status_code == 200
    assert row_counts(till.box.folder) == before


async def test_a_day_of_trade_ends_with_a_counted_till_and_its_manifest(tmp_path: Path) -> None:
    """A27: and nothing tells the expected cash before the count to who may not see it."""
    async with open_store(tmp_path / "S01") as till:
        sees_less = tuple(one for one in Permission if one is not Permission.SEE_EXPECTED_CASH)
        role = ("manager", encode(Role("manager", "Manager", sees_less)))
        await till.box.writer.run(lambda db: db.execute("INSERT INTO role VALUES (?, ?)", role))
        session = await till.open_shop()
        await till.call("POST", "/sales", sale())
        day = (await till.call("GET", "/business-days/current")).json()["business_date"]
        close = f"/business-days/{day}/close"
        early = await till.call("POST", close, act())
        assert (early.status_code, problem(early)) == (409, "tills-open")
        assert (await till.call("GET", "/till-sessions/current")).json()["float_minor"] == 10_000
        hidden = (await till.call("GET", f"/totals?business_date={day}")).json()
        assert hidden["totals"] is None
        assert {figure["unit"] for figure in hidden["figures"]} <= {"count", "milli", "points"}
        for path in ("/totals/receipts", f"/totals/receipts?business_date={day}"):
            assert problem(await till.call("GET", path)) == "counted-blind"
        counted = act(counted_cash_minor=10_340)
        settled = await till.call("POST", f"/till-sessions/{session}/settle", counted)
        assert settled.json()["expected_cash_minor"] == 10_345
        assert settled.json()["over_short_minor"] == -5
        closed = await till.call("POST", close, act())
        assert closed.status_code == 200, closed.text
        assert (await till.call("GET", "/business-days/current")).status_code == 404
        told = (await till.call("GET", f"/totals?business_date={day}")).json()
        assert told["totals"] == closed.json()["manifest"][6]


async def test_a_sale_is_found_by_the_number_on_its_receipt(tmp_path: Path) -> None:
    """B9: what is printed on the paper finds the sale again."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        sold = (await till.call("POST", "/sales", sale())).json()
        for typed in (sold["receipt_number"], f" {sold['receipt_number'].lower()} "):
            answer = await till.client.get("/sales", params={"receipt_number": typed})
            assert answer.status_code == 200, answer.text
            again = answer.json()
            assert {**again, "receipt": sold["receipt"]} == sold
            assert "COPY" in again["receipt"]
        unknown = await till.client.get("/sales", params={"receipt_number": "S01-W1-E1-000009"})
        assert (unknown.status_code, unknown.json()["field"]) == (404, "receipt_number")
        assert "S01-W1-E1-000009" in unknown.json()["detail"]
        assert (await till.client.get("/sales")).status_code == 400
        stranger = await till.client.get(
            "/sales", params={"receipt_number": "x"}, headers={"Authorization": "Bearer no"}
        )
        assert stranger.status_code == 401


async def test_items_customers_and_stock_are_found(till: Till) -> None:
    item = (await till.call("GET", f"/items/{MILK}")).json()
    assert (item["name"], item["unit_price_minor"]) == ("Milk 1 l", 345)
    unknown = await till.call("GET", "/items/999")
    assert (unknown.status_code, unknown.json()["field"]) == (404, "scan_code")
    fresh = {"operator_id": "anna", "customer_id": str(uuid_utils.compat.uuid7())}
    made = await till.call("POST", "/customers", {**fresh, "name": "Cy", "code": "C9"})
    assert made.status_code == 201, made.text
    customer = f"/customers/{made.json()['customer_id']}"
    found = (await till.call("GET", "/customers?q=cy")).json()["customers"]
    assert [one["code"] for one in found] == ["C9"]
    other = {**fresh, "customer_id": str(uuid_utils.compat.uuid7())}
    taken = await till.call("POST", "/customers", {**other, "name": "D", "code": "C9"})
    assert (taken.status_code, problem(taken)) == (409, "customer-code-taken")
    body = act(phone="+65 8123 4567")
    assert (await till.call("PATCH", customer, body)).json()["phone"] == "+6581234567"
    await till.call("POST", f"{customer}/deactivate", act())
    assert (await till.call("GET", customer)).json()["active"] is False
    goods = {
        "movement_id": str(uuid_utils.compat.uuid7()),
        "operator_id": "anna",
        "reason": "delivery 7",
        "lines": [{"item_id": "item-1", "quantity_milli": 24_000}],
    }
    assert (await till.call("POST", "/stock/receipts", goods)).status_code == 201
    assert (await till.call("GET", "/stock/item-1")).json()["on_hand_milli"] == 24_000
    moved = (await till.call("GET", "/stock/item-1/movements")).json()["movements"]
    assert [movement["kind"] for movement in moved] == ["receipt"]
    assert (await till.call("GET", "/stock/nothing")).status_code == 404


async def test_two_stores_in_one_process_keep_their_own_books(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as one, open_store(tmp_path / "S02") as two:
        await one.open_shop()
        await two.open_shop()
        await one.call("POST", "/sales", sale())
        stranger = await two.client.get(
            "/totals", headers={"Authorization": one.client.headers["Authorization"]}
        )
        assert (stranger.status_code, problem(stranger)) == (401, "not-paired")
        counts = [row_counts(till.box.folder)["sale"] for till in (one, two)]
        assert counts == [1, 0]


@pytest.mark.parametrize("tendered_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_a_basket_of_no_shops_time_is_refused_and_leaves_nothing(
    till: Till, tendered_at: str
) -> None:
    """A2: it was taken with 201, and each later answer about it was a 500."""
    before = row_counts(till.box.folder)
    basket = sale(tendered_at=tendered_at)
    for _ in range(2):
        answer = await till.call("POST", "/sales", basket)
        assert (answer.status_code, answer.json()["field"]) == (422, "tendered_at")
        assert answer.json()["remedy"]
    assert (await till.call("GET", f"/sales/{basket['sale_id']}")).status_code == 404
    assert row_counts(till.box.folder) == before

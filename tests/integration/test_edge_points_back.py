"""Points that paid come back as points over the box's API, in parts: what quote, receipt, movements
and the rights here say; also of a receipt that another shop gave."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest_asyncio

from sync.protocol.facts import RetailTransaction, RightGiven, TenderKind
from sync.protocol.identity import CustomerId, TenderId
from sync.protocol.rights import GoneBack, PaymentStated
from tests.edge_store import CUSTOMER, Till, open_store, sale
from tests.integration.exchange_fixtures import Shop, shop
from tests.integration.test_edge_leave import RECEIPT, HeadOffice, asks, facts, office
from tests.integration.test_edge_leave import back as back_elsewhere
from tests.integration.test_edge_take_back import back, paid, receipt
from tests.integration.test_edge_value import done, wine
from tests.integration.test_edge_void import refused, void

__all__ = ["office", "shop"]
POINTS_TENDER = "INSERT OR REPLACE INTO tender VALUES ('points', 'Points', 'points', 1, 1)"
MEMBER: dict[str, Any] = {"customer_id": str(CUSTOMER)}
BOTTLE = 2_990
BY_POINTS = 50


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        await opened.box.writer.run(lambda db: db.execute(POINTS_TENDER))
        await opened.open_shop()
        yield opened


async def bought(till: Till) -> dict[str, Any]:
    """Two bottles, of which 50 points paid 0.50, by a customer who earned them just now."""
    many = wine(0, {}, bottles=20)["lines"]
    total = 20 * BOTTLE
    await done(till, sale(lines=many, tenders=paid(("card", total)), total_minor=total, **MEMBER))
    tenders = paid(("points", BY_POINTS), ("cash", 2 * BOTTLE - BY_POINTS))
    lines = wine(0, {}, bottles=2)["lines"]
    body = sale(lines=lines, tenders=tenders, total_minor=2 * BOTTLE, **MEMBER)
    return await done(till, body)


async def quoted(till: Till, body: dict[str, Any]) -> list[tuple[str, int, int]]:
    asked = {"operator_id": "anna", "lines": body["lines"]}
    told = (await till.call("POST", "/quotes", asked)).json()["refunds"]
    return [(one["tender_id"], one["amount_minor"], one["points"]) for one in told]


async def test_they_come_back_in_parts_and_no_more_than_paid(till: Till) -> None:
    sold = await bought(till)
    here = sold["points_here"]
    first = back(sold, tenders=paid(("points", -30), ("cash", 30 - BOTTLE)))
    assert await quoted(till, first) == [("points", -50, 50), ("cash", 50 - BOTTLE, 0)]
    gone = await done(till, first)
    assert (gone["points_given_back"], gone["points_spent"]) == (30, 0)
    assert gone["points_here"] == here + 30 - gone["points_taken_back"]
    assert "Points given back" in gone["receipt"]
    left = (await receipt(till, sold["receipt_number"]))["payments"]
    assert [(one["tender_id"], one["left_minor"]) for one in left] == [
        ("points", 20),
        ("cash", BOTTLE - 20),
    ]
    beyond = back(sold, tenders=paid(("points", -25), ("cash", 25 - BOTTLE)))
    await refused(till, beyond, "points-did-not-pay")
    rest = back(sold, tenders=paid(("points", -20), ("cash", 20 - BOTTLE)))
    assert await quoted(till, rest) == [("points", -20, 20), ("cash", 20 - BOTTLE, 0)]
    last = await done(till, rest)
    taken = sold["points_earned"]
    assert last["points_here"] == here + BY_POINTS - taken
    moved = (await till.call("GET", f"/points/{CUSTOMER}/movements")).json()["movements"]
    of_returns = {one["receipt_number"]: one["points_in"] for one in moved}
    assert [of_returns[one["receipt_number"]] for one in (gone, last)] == [30, 20]


async def test_a_void_gives_the_same_and_training_gives_none(till: Till) -> None:
    sold = await bought(till)
    here = sold["points_here"]
    gone = await done(till, void(sold))
    assert gone["points_given_back"] == BY_POINTS
    assert gone["points_here"] == here + BY_POINTS - sold["points_earned"]


async def test_of_another_shop_s_receipt_they_are_rights_of_the_shop_that_takes_it_back(
    shop: Shop, office: HeadOffice
) -> None:
    await shop.till.box.writer.run(lambda db: db.execute(POINTS_TENDER))
    by_points = PaymentStated(TenderId("points"), "Points", TenderKind.POINTS, 600, None, 7)
    cash = RECEIPT.payments[1]
    named = {"customer_id": CustomerId(CUSTOMER), "payments": (by_points, cash)}
    office.receipt = msgspec.structs.replace(RECEIPT, **named)
    await asks(shop)
    assert await quoted(shop.till, back_elsewhere()) == [("points", -333, 3)]
    done_here = await shop.till.call("POST", "/returns", back_elsewhere(by="points"))
    assert done_here.status_code == 201, done_here.text
    (fact,) = [one for one in await facts(shop) if isinstance(one, RetailTransaction)]
    assert fact.rights_given == (RightGiven("points", CUSTOMER, 2, 3),)
    right = "SELECT root, line, points FROM points_right WHERE kind = 'points' AND customer_id = ?"
    rows = await shop.till.box.reader.read(
        lambda db: db.execute(right, (CUSTOMER.bytes,)).fetchall()
    )
    assert (UUID(bytes=rows[-1][0]), *rows[-1][1:]) == (fact.sale_id, 2, 3)
    # The next shop is told what went back, and gives the rest: 7 in all.
    line = msgspec.structs.replace(RECEIPT.lines[0], back_milli=1_000, back_here_milli=1_000)
    gone = (GoneBack(TenderId("points"), 333, 333),)
    office.receipt = msgspec.structs.replace(office.receipt, lines=(line,), gone=gone)
    await asks(shop)
    rest = back_elsewhere(2, 667)
    assert await quoted(shop.till, rest) == [("points", -267, 4), ("cash", -400, 0)]


async def test_a_head_office_that_does_not_say_how_many_paid_has_them_go_back_in_cash(
    shop: Shop, office: HeadOffice
) -> None:
    await shop.till.box.writer.run(lambda db: db.execute(POINTS_TENDER))
    by_points = PaymentStated(TenderId("points"), "Points", TenderKind.POINTS, 1_000, None)
    named = {"customer_id": CustomerId(CUSTOMER), "payments": (by_points,)}
    office.receipt = msgspec.structs.replace(RECEIPT, **named)
    await asks(shop)
    assert [one[0] for one in await quoted(shop.till, back_elsewhere())] == ["cash"]
    await refused(shop.till, back_elsewhere(by="points"), "points-did-not-pay")

"""Payments settled long ago go with the journal rows of their sales, and what is open stays."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.box.pruning import prune_acknowledged
from edge.box.settings import KEEP_DAYS
from tests.edge_store import sale
from tests.fake_central import FakeCentral
from tests.integration.exchange_fixtures import shop_of
from tests.integration.payment_fixtures import asking, begin, counter, milk, paid_by, settle
from tests.integration.test_edge_pruning import Later, Long


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Long]:
    async with counter(tmp_path / "S01") as (till, _):
        found = shop_of(till, FakeCentral())
        yield Long(found.till, found.central, found.line, found.exchange)


async def prune(shop: Long, day: int) -> None:
    """As the box does it by itself, so many days later."""
    await prune_acknowledged(replace(shop.till.box, clock=Later(shop.on(day))))


async def held(shop: Long, *payments: dict[str, Any]) -> list[bool]:
    """Whether the box has them yet."""
    found = [await shop.till.call("GET", f"/payments/{one['attempt_id']}") for one in payments]
    assert {one.status_code for one in found} <= {200, 404}
    return [one.status_code == 200 for one in found]


async def pay(shop: Long, body: dict[str, Any], amount_minor: int = 345) -> dict[str, Any]:
    """One milk, sold under the id that the payment is for."""
    payment = await begin(shop.till, body)
    rest = [{"tender_id": "cash", "amount_minor": 345 - amount_minor}] * (amount_minor < 345)
    sold = await shop.till.call("POST", "/sales", milk(payment, *rest, sale_id=body["sale_id"]))
    assert sold.status_code == 201, sold.text
    return payment


async def test_a_payment_goes_35_days_after_head_office_has_its_sale_and_not_before(
    shop: Long,
) -> None:
    paid = await pay(shop, asking(345))
    await shop.trade_days(3)
    await prune(shop, 2 * KEEP_DAYS)
    assert await held(shop, paid) == [True]  # nothing is acknowledged
    await shop.exchange.round()
    await prune(shop, 2 * KEEP_DAYS)  # it is marked that head office has it
    assert await held(shop, paid) == [True]
    await prune(shop, 3 * KEEP_DAYS - 1)
    assert await held(shop, paid) == [True]
    await prune(shop, 3 * KEEP_DAYS)
    assert await held(shop, paid) == [False]


async def test_what_came_to_nothing_goes_35_days_after_it_was_settled(shop: Long) -> None:
    declined = await begin(shop.till, asking(101))
    given_up = await begin(shop.till, asking(345))
    assert (await settle(shop.till, given_up, "give-up"))["state"] == "voided"
    shown = await begin(shop.till, asking(345, "paynow"))
    await settle(shop.till, shown, "give-up")
    await prune(shop, KEEP_DAYS - 1)
    assert await held(shop, declined, given_up, shown) == [True, True, True]
    await prune(shop, KEEP_DAYS + 1)
    assert await held(shop, declined, given_up, shown) == [False, False, False]


async def test_what_is_open_or_unknown_never_goes_nor_what_its_number_is_counted_by(
    shop: Long,
) -> None:
    first = await begin(shop.till, asking(101))
    unknown = await begin(shop.till, asking(202, sale_id=first["sale_id"]))
    assert (first["state"], unknown["state"]) == ("declined", "unknown")
    approved = await begin(shop.till, asking(345))
    shown = await begin(shop.till, asking(345, "paynow"))
    await shop.trade_days(3)
    await shop.exchange.round()
    await prune(shop, 0)
    await prune(shop, 10 * KEEP_DAYS)
    assert await held(shop, first, unknown, approved, shown) == [True] * 4
    assert (await settle(shop.till, unknown, "ask"))["state"] == "approved"
    third = await begin(shop.till, asking(100, sale_id=first["sale_id"]))
    assert third["reference"] not in {first["reference"], unknown["reference"]}


async def test_one_that_another_receipt_has_is_never_answered_as_paid_again(shop: Long) -> None:
    payment = await begin(shop.till, asking(345))
    sold = await shop.till.call("POST", "/sales", sale(tenders=[paid_by(payment)]))
    assert sold.status_code == 201, sold.text
    await shop.trade_days(3)
    await shop.exchange.round()
    await prune(shop, 0)
    await prune(shop, 10 * KEEP_DAYS)
    assert await held(shop, payment) == [True]
    again = await begin(shop.till, asking(345, sale_id=payment["sale_id"]))
    assert again["reference"] != payment["reference"]

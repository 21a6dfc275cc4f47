"""The page of orders: what the shop should order, of whom, for how much; as a file, too."""

import sqlite3

import pytest

from edge.db.published import Read, put_in_force
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.feeds import ROWS
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet
from tests.edge_store import sale
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser"]
ORDERS = "/office/orders"
ITEM = ItemId("item-1")
SETS = {
    Supplier: DataSet.SUPPLIERS,
    SupplierItem: DataSet.SUPPLIER_ITEMS,
    ReorderPoint: DataSet.REORDER_POINTS,
}


def says(*rows: Supplier | SupplierItem | ReorderPoint) -> object:
    """Head office published these."""

    def put(db: sqlite3.Connection) -> None:
        for row in rows:
            data_set = SETS[type(row)]
            key = ROWS[data_set].key_of(row)
            put_in_force(db, data_set, [key], [Read(1, row)], [], 0)

    return put


async def test_without_reorder_points_nothing_is_proposed(browser: Browser) -> None:
    await browser.enter()
    assert "No item has a reorder point here yet" in await browser.text(ORDERS)


async def test_what_is_short_is_proposed_in_packs_of_the_preferred_supplier(
    browser: Browser,
) -> None:
    await browser.do(
        says(
            Supplier("ACME", "Acme Foods", lead_days=7),
            Supplier("BEST", "Best Foods"),
            Supplier("GONE", "Gone", active=False),
            SupplierItem("ACME", ITEM, "A-17", 12_000, 3_000, preferred=True),
            SupplierItem("BEST", ITEM, "B-1", 1_000, 260),
            SupplierItem("GONE", ITEM, "G-1", 1_000, 1, preferred=True),
            ReorderPoint(ITEM, 0, 30_000),
        )
    )
    await browser.till.open_shop()
    sold = await browser.till.call("POST", "/sales", sale())
    assert sold.status_code == 201, sold.text
    await browser.enter()
    page = await browser.text(ORDERS)
    assert "Acme Foods" in page
    assert "A-17" in page
    assert "3 × 12" in page
    assert "90.00" in page
    assert "Best Foods" not in page
    told = await browser.get(f"{ORDERS}?as=csv")
    assert "A-17" in told.text
    assert "90.00" in told.text
    await browser.do(says(ReorderPoint(ITEM, 0, 0)))
    await browser.do(lambda db: db.execute("UPDATE stock_level SET on_hand_milli = 9000") and None)
    assert "there is nothing to order" in await browser.text(ORDERS)


@pytest.mark.parametrize("operator", ["ben"])
async def test_a_cashier_is_not_shown_what_goods_cost(browser: Browser, operator: str) -> None:
    await browser.enter(operator)
    assert (await browser.get(ORDERS)).status_code == 403


async def test_it_speaks_chinese(browser: Browser) -> None:
    await browser.enter()
    await browser.send("/office/language", language="zh-Hans", next=ORDERS)
    assert "再订货点" in await browser.text(ORDERS)

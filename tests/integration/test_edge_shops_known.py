"""The company's shops at one of them: known by code and name, proposed where goods go to one, and
named in what is sent."""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

import pytest

from edge.db.between_stores import shops_known
from edge.db.published import Read, put_in_force
from edge.usecases.transfer.note import store_here
from sync.protocol.facts import StockTransferred
from sync.protocol.reference import DataSet
from sync.protocol.shop import Shop
from tests.builders import STORE
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_between_stores import OTHER, TRANSFERS, send, shop

__all__ = ["browser", "shop"]


def of_shops(db: sqlite3.Connection, *rows: Shop, gone: Sequence[str] = ()) -> None:
    """As head office publishes them."""
    keys = [*(row.code for row in rows), *gone]
    put_in_force(db, DataSet.SHOPS, keys, [Read(1, row) for row in rows], gone, 0)


def test_the_companys_other_shops_are_known_and_named_in_what_is_sent_to_them(
    shop: Counting,
) -> None:
    east, west = Shop("S03", UUID(int=0x5003), "East"), Shop("S02", OTHER, "West")
    of_shops(shop.db, Shop("S01", STORE, "Here"), west, east)
    assert dict(shops_known(shop.db, store_here(shop.db))) == {"S02": "West", "S03": "East"}
    send(shop, 1_000)
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockTransferred)
    assert fact.other_store_id == OTHER
    of_shops(shop.db, gone=["S03"])
    assert dict(shops_known(shop.db, store_here(shop.db))) == {"S02": "West"}


def test_goods_go_to_a_shop_of_which_nobody_told_yet(shop: Counting) -> None:
    send(shop, 1_000)
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockTransferred)
    assert fact.other_store_id is None


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_the_page_proposes_each_shop_by_code_and_name(
    browser: Browser, language: str
) -> None:
    await browser.enter()
    await browser.do(lambda db: of_shops(db, Shop("S02", OTHER, "西店 West")))
    page = await browser.text(TRANSFERS, **{"Accept-Language": language})
    assert '<option value="S02" label="S02 · 西店 West"></option>' in page
    assert page.count('list="shops"') == 3

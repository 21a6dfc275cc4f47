"""The company's shops at one of them: known by code and name, proposed where goods go to one, and
named in what is sent."""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

import pytest

from edge.db.between_stores import known_between, shops_known
from edge.db.published import Read, put_in_force
from edge.usecases.transfer.note import store_here
from sync.protocol.between_stores import TOLD_DAYS
from sync.protocol.facts import StockTransferred
from sync.protocol.reference import DataSet
from sync.protocol.shop import Shop
from sync.protocol.told import ToldLine, TransferNews
from tests.builders import DAY_MS, NOW_MS, STORE
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_between_stores import BUN, OTHER, TRANSFERS, hear, send, shop, told

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


def test_what_head_office_tells_of_no_more_is_forgotten_here_once_it_is_old(
    shop: Counting,
) -> None:
    """A shop is told of what it wrote itself, too: so nothing of it waits for ever."""
    subject, later_ms = send(shop, 1_000), NOW_MS + (TOLD_DAYS + 1) * DAY_MS
    here = store_here(shop.db)
    assert [one.subject_id for one in known_between(shop.db, here, NOW_MS)] == [subject]
    assert known_between(shop.db, here, later_ms) == ()
    hear(shop, told(TransferNews.SENT, subject, ToldLine(1, BUN, 1_000), out=True))
    assert [one.subject_id for one in known_between(shop.db, here, later_ms)] == [subject]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_the_page_proposes_each_shop_by_code_and_name(
    browser: Browser, language: str
) -> None:
    await browser.enter()
    await browser.do(lambda db: of_shops(db, Shop("S02", OTHER, "西店 West")))
    page = await browser.text(TRANSFERS, **{"Accept-Language": language})
    assert '<option value="S02" label="S02 · 西店 West"></option>' in page
    assert page.count('list="shops"') == 3

"""What no box could take, nobody can publish: rows beyond their bounds, another item's code."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import unit_of_work
from central.domain.feeds import CodeHeld, CodeOfItem, CodeOfPack, RowRefused
from central.usecases.company.add import add_company, find_company
from central.usecases.company.set_up import Wanted, set_up_company
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.publish_again import reclaim_codes
from central.usecases.feed.publish_reference import (
    publish_customers,
    publish_items,
    publish_rows,
)
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.price_book.pack import retire_pack
from central.usecases.store.add import add_store, default_settings, set_store_settings
from sync.protocol.clock import Hlc
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import CompanyId, CustomerId, ItemId, OperatorId, TenderId
from sync.protocol.price_books import Pack
from sync.protocol.reference import (
    DataSet,
    Item,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
)
from sync.protocol.scan_code import code_key
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange
from tests.central_fixtures import NOW_MS, postgres_template, serving

__all__ = ["postgres_template"]

A, B = ItemId("A"), ItemId("B")
replace = msgspec.structs.replace

Publishing = Callable[[AsyncConnection, CompanyId], Coroutine[Any, Any, object]]


def item(item_id: ItemId, *codes: str, active: bool = True) -> Item:
    return Item(item_id, f"Item {item_id}", "d", TaxClass.ZERO, codes, active=active)


HOSTILE: dict[str, Publishing] = {
    "a price of 2^63": lambda db, c: publish_rows(
        db, c, DataSet.PRICES, [Price(A, 0, 1 << 63)], "main"
    ),
    "a price of -5": lambda db, c: publish_rows(db, c, DataSet.PRICES, [Price(A, 0, -5)], "main"),
    "a price before all time": lambda db, c: publish_rows(
        db, c, DataSet.PRICES, [Price(A, -1, 5)], "main"
    ),
    "a rate above 100 %": lambda db, c: publish_rows(
        db, c, DataSet.TAXES, [TaxRate(TaxClass.ZERO, date(2024, 1, 1), 10_001, "x")]
    ),
    "a line feed in a name": lambda db, c: publish_items(
        db, c, [replace(item(A), name="Jam\nTOTAL SGD 0.01")]
    ),
    "a letter that turns the others": lambda db, c: publish_items(
        db, c, [replace(item(A), name="\u202eJam")]
    ),
    "a NUL in a code": lambda db, c: publish_items(db, c, [item(A, "7\x007")]),
    "101 codes": lambda db, c: publish_items(db, c, [item(A, *map(str, range(101)))]),
    "an unknown unit": lambda db, c: publish_items(db, c, [replace(item(A), unit="dozen")]),
    "an id of 129 letters": lambda db, c: publish_items(db, c, [item(ItemId("x" * 129))]),
    "no name": lambda db, c: publish_rows(
        db, c, DataSet.OPERATORS, [Operator(OperatorId("O"), "", "cashier")]
    ),
    "an unknown kind of tender": lambda db, c: publish_rows(
        db,
        c,
        DataSet.TENDERS,
        [replace(Tender(TenderId("x"), "X", TenderKind.CASH), kind="crypto")],
    ),
    "bytes that are no row": lambda db, c: publish(
        db, c, DataSet.ITEMS, "", [PublishedRow("A", b"\xc1")]
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_no_box_could_take_is_not_published(postgres_url: str, what: str) -> None:
    """A18: the refusal names the row, and nothing of it waits for the sequencer."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        with pytest.raises(RowRefused, match="was not published") as refused:
            async with unit_of_work(served.engine) as db:
                await HOSTILE[what](db, company_id)
        assert refused.value.remedy
        assert await served.rows("SELECT count(*) FROM publication") == [(0,)]


async def test_settings_that_would_stop_a_shop_are_refused(postgres_url: str) -> None:
    """A18: zone, currency and decimals, points, age of a basket."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            good = await default_settings(db, company_id, "S01")
            store_id = await add_store(db, company_id, good)
        for changes in (
            {"zone": "Mars/Olympus_Mons"},
            {"currency": "JPY"},
            {"currency": "ABC"},
            {"decimals": 0},
            {"cash_rounding_step_minor": -5},
            {"points_per_step": 2_000},
            {"tender_age_max_s": 0},
            {"store_name": "A\x00"},
        ):
            with pytest.raises((RowRefused, InvalidField)):
                async with unit_of_work(served.engine) as db:
                    await set_store_settings(db, company_id, store_id, replace(good, **changes))
        published = await served.rows("SELECT data_set FROM publication ORDER BY 1")
        assert published == [("settings",), ("shops",)]  # the store's, when it was added


async def test_a_customers_record_that_no_box_could_take_stops_nothing(postgres_url: str) -> None:
    """A18: it is made of facts, which are never refused: it stays at head office."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        one, two = CustomerId(UUID(int=1)), CustomerId(UUID(int=2))
        huge = FieldChange(CustomerField.NAME, Hlc(1), company_id, None, bytes(1 << 20))
        code = FieldChange(CustomerField.CODE, Hlc(1), company_id, "C2", None)
        async with unit_of_work(served.engine) as db:
            await publish_customers(
                db, company_id, [CustomerRecord(one, (huge,)), CustomerRecord(two, (code,))]
            )
        assert await served.rows("SELECT key FROM publication") == [(str(two),)]


async def test_a_code_that_another_live_item_holds_is_refused_with_its_name(
    postgres_url: str,
) -> None:
    """A16: also in another spelling of the GTIN; a code may move within one publication, and an
    inactive item holds none."""
    gtin, same = "036000291452", "0036000291452"
    async with serving(postgres_url) as served:
        company_id = await served.company()

        async def give(*items: Item) -> None:
            async with unit_of_work(served.engine) as db:
                await publish_items(db, company_id, items)

        await give(item(A, gtin, "K"), item(B, "X"))
        for wanted in ("K", same):
            with pytest.raises(CodeHeld, match=r"that of Item A \(A\)"):
                await give(item(B, "X", wanted))
        with pytest.raises(CodeHeld, match=r"that of Item A \(A\)"):
            await give(item(A, "new"), item(B, "new"))
        await give(item(A, gtin), item(B, "X", "K"))
        await give(item(A, gtin, "X", active=False), item(B, "X", "K", gtin))
        with pytest.raises(CodeHeld, match=r"that of Item B \(B\)"):
            await give(item(A, gtin))
        await give(item(A, "K"), item(B, "X", "K", active=False))
        assert await served.rows("SELECT code_key, item_id FROM live_code") == [("K", "A")]


async def test_a_code_is_an_items_or_a_packs_and_never_both(postgres_url: str) -> None:
    """Whichever came first, also in another spelling, and once it is let go the other may have
    it."""
    gtin, same = "036000291452", "0036000291452"
    six = Pack(code_key(same), ItemId(A), 6_000, "Six of A")
    async with serving(postgres_url) as served:
        company_id = await served.company()

        async def give(data_set: DataSet, *rows: msgspec.Struct) -> None:
            async with unit_of_work(served.engine) as db:
                await publish_rows(db, company_id, data_set, rows)

        await give(DataSet.ITEMS, item(A, gtin))
        with pytest.raises(CodeOfItem, match=r"that of Item A \(A\)"):
            await give(DataSet.PACKS, six)
        await give(DataSet.ITEMS, item(A, "K"))
        await give(DataSet.PACKS, six)
        await give(DataSet.ITEMS, item(A, "K"))  # its pack's claim is the pack's
        with pytest.raises(CodeOfPack, match="that of the pack Six of A"):
            await give(DataSet.ITEMS, item(B, gtin))
        await give(DataSet.PACKS, msgspec.structs.replace(six, item_id=ItemId(B)))
        rows = "SELECT item_id, pack FROM live_code ORDER BY code_key"
        assert await served.rows(rows) == [("B", True), ("A", False)]
        async with unit_of_work(served.engine) as db:
            await reclaim_codes(db, company_id)
        assert await served.rows(rows) == [("B", True), ("A", False)]
        async with unit_of_work(served.engine) as db:
            await retire_pack(db, company_id, gtin)
        await give(DataSet.ITEMS, item(B, gtin))


async def test_an_inactive_item_s_code_is_no_pack_s_until_it_is_taken_out(
    postgres_url: str,
) -> None:
    """At a till the code is that item's yet, and it would say that nothing is sold by it."""
    gtin, same = "036000291452", "0036000291452"
    six = Pack(code_key(same), ItemId(A), 6_000, "Six of A")
    async with serving(postgres_url) as served:
        company_id = await served.company()

        async def give(data_set: DataSet, *rows: msgspec.Struct) -> None:
            async with unit_of_work(served.engine) as db:
                await publish_rows(db, company_id, data_set, rows)

        await give(DataSet.ITEMS, item(A, "K"), item(B, gtin, active=False))
        with pytest.raises(CodeOfItem, match=r"that of Item B \(B\)"):
            await give(DataSet.PACKS, six)
        await give(DataSet.ITEMS, item(B, "L", active=False))
        await give(DataSet.PACKS, six)
        with pytest.raises(CodeOfPack, match="that of the pack Six of A"):
            await give(DataSet.ITEMS, item(B, gtin, active=False))


async def test_of_two_that_publish_one_code_at_once_the_second_is_refused(
    postgres_url: str,
) -> None:
    """A16: neither sees the other's publication before its commit."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        first_claimed = asyncio.Event()

        async def first() -> None:
            async with unit_of_work(served.engine) as db:
                await publish_items(db, company_id, [item(A, "K")])
                first_claimed.set()
                await asyncio.sleep(0)

        async def second() -> None:
            await first_claimed.wait()
            async with unit_of_work(served.engine) as db:
                await publish_items(db, company_id, [item(B, "K")])

        done = await asyncio.gather(first(), second(), return_exceptions=True)
        assert done[0] is None
        assert isinstance(done[1], CodeHeld)


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("SGD", 2), ("KWD", 3)])
async def test_a_company_has_its_currencys_decimals(
    postgres_url: str, currency: str, decimals: int
) -> None:
    """A19: at head office and in what its boxes pull; coins of a currency without decimals are
    not rounded to fives."""
    async with serving(postgres_url) as served:
        wanted = Wanted("Tokyo Corner", currency, ("S01",), False, None)
        await set_up_company(served.engine, wanted, "command:tests", NOW_MS)
        await drain_publications(served.engine)
        bodies = await served.rows("SELECT body FROM feed_latest WHERE data_set = 'settings'")
        told = decode(StoreSettings, bodies[0][0])
        assert (told.currency, told.decimals) == (currency, decimals)
        assert told.cash_rounding_step_minor == (5 if decimals else 0)
        async with unit_of_work(served.engine) as db:
            assert await find_company(db, "Tokyo Corner")
        assert await served.rows("SELECT decimals FROM company") == [(decimals,)]


async def test_a_currency_that_does_not_exist_is_refused(postgres_url: str) -> None:
    """A19: three letters alone are no currency."""
    async with serving(postgres_url) as served, unit_of_work(served.engine) as db:
        with pytest.raises(InvalidField, match="currency"):
            await add_company(db, "Acme", "ABC")

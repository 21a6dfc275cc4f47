"""Feeds are dense, whatever order publishers commit in, and their pages prove the set they make."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.engine import unit_of_work
from central.domain.feeds import FollowedFeed
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_feed import PAGE_BYTES_MAX, FeedCursor, feed_page
from central.usecases.feed.sequence_publications import drain_publications, sequence_publications
from sync.engine.sealing import open_sealed
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode, encode
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    PAGE_ROWS_MAX,
    DataSet,
    FeedHead,
    FeedPage,
    FeedRow,
    Item,
    Price,
    StoreSettings,
    TaxRate,
    replace_in_set_hash,
)
from sync.protocol.shared import CustomerField, CustomerRecord
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
    shuffled,
)

__all__ = ["postgres_template"]

PUBLISHERS = 8
ROWS_EACH = 40
ITEMS = FollowedFeed(DataSet.ITEMS, "")
LOYALTY = ("loyalty_tiers", "customer_tiers", "points_rules", "points_expiring")


def body(key: str, name: str) -> bytes:
    return encode(Item(ItemId(key), name, "d", TaxClass.ZERO, ()))


def row(key: str, name: str | None) -> PublishedRow:
    return PublishedRow(key, None if name is None else body(key, name))


async def publish_items(
    engine: AsyncEngine, company_id: CompanyId, rows: list[PublishedRow]
) -> None:
    async with unit_of_work(engine) as db:
        await publish(db, company_id, DataSet.ITEMS, "", rows)


async def whole_feed(
    served: Served, company_id: CompanyId, feed: FollowedFeed = ITEMS
) -> list[FeedRow]:
    """Every row, page by page; each page's hash is held against a set kept row by row."""
    rows: list[FeedRow] = []
    held: dict[str, bytes | None] = {}
    set_hash = EMPTY_SET_HASH
    while True:
        async with unit_of_work(served.engine) as db:
            page = await feed_page(db, company_id, feed, FeedCursor(None, len(rows)))
        for one in page.rows:
            set_hash = replace_in_set_hash(set_hash, one.key, held.get(one.key), one.body)
            held[one.key] = one.body
        assert page.set_hash == set_hash
        rows += page.rows
        assert [one.pub_seq for one in rows] == list(range(1, len(rows) + 1))
        if len(rows) == page.head:
            return rows
        assert page.rows


async def test_a_feed_has_no_hole_whatever_order_publishers_commit_in(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        open_units = [await served.engine.connect() for _ in range(PUBLISHERS)]
        for number, db in enumerate(open_units):
            await db.begin()
            rows = [row(f"p{number}-{index}", f"{number}.{index}") for index in range(ROWS_EACH)]
            await publish(db, company_id, DataSet.ITEMS, "", rows)
        for db in shuffled(open_units, seed=7):
            await db.commit()
            await db.close()
            assert await sequence_publications(served.engine) == ROWS_EACH
        rows_there = await whole_feed(served, company_id)
        assert len({one.key for one in rows_there}) == PUBLISHERS * ROWS_EACH
        for number in range(PUBLISHERS):
            mine = [one.key for one in rows_there if one.key.startswith(f"p{number}-")]
            assert mine == [f"p{number}-{index}" for index in range(ROWS_EACH)]


async def test_publishers_and_sequencers_at_once_lose_and_double_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()

        async def publisher(number: int) -> None:
            for index in range(10):
                rows = [row(f"{number}-{index % 4}", f"{number}.{index}")]
                await publish_items(served.engine, company_id, rows)

        async def sequencer() -> int:
            count = 0
            for _ in range(10):
                count += await sequence_publications(served.engine)
            return count

        work = [publisher(number) for number in range(PUBLISHERS)]
        counted = await asyncio.gather(*work, *(sequencer() for _ in range(3)))
        late = await drain_publications(served.engine)
        assert sum(count or 0 for count in counted) + late == PUBLISHERS * 10
        rows_there = await whole_feed(served, company_id)
        names = [decode(Item, one.body or b"").name for one in rows_there]
        assert sorted(names) == sorted(
            f"{number}.{index}" for number in range(PUBLISHERS) for index in range(10)
        )


async def test_a_publication_that_was_rolled_back_leaves_no_hole(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        await publish_items(served.engine, company_id, [row("a", "1")])
        async with served.engine.connect() as db:
            await publish(db, company_id, DataSet.ITEMS, "", [row("b", "1")])
            await db.rollback()
        await publish_items(served.engine, company_id, [row("c", "1")])
        await drain_publications(served.engine)
        assert [one.key for one in await whole_feed(served, company_id)] == ["a", "c"]


async def test_thousands_of_rows_come_in_pages_that_each_prove_themselves(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        rows = [row(f"i{index}", f"body {index}") for index in range(2 * PAGE_ROWS_MAX + 500)]
        await publish_items(served.engine, company_id, rows)
        assert await drain_publications(served.engine) == len(rows)
        box = await served.enrolled(await served.store(company_id, "S01"))
        lengths: list[int] = []
        after = 0
        while not lengths or after < len(rows):
            page = decode(FeedPage, (await box.feed("items", after)).content)
            lengths.append(len(page.rows))
            assert page.head == len(rows)
            after = page.rows[-1].pub_seq
        assert lengths == [PAGE_ROWS_MAX, PAGE_ROWS_MAX, 500]
        assert len(await whole_feed(served, company_id)) == len(rows)


async def test_a_page_holds_as_many_bytes_as_it_may_and_at_least_one_row(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        sizes = [PAGE_BYTES_MAX // 2, PAGE_BYTES_MAX // 2, PAGE_BYTES_MAX * 2, 10]
        # larger than a row may be: as a defect might leave them
        await publish_items(served.engine, company_id, [row(str(index), "x") for index in range(4)])
        async with unit_of_work(served.engine) as db:
            for index, size in enumerate(sizes):
                await db.execute(
                    text("UPDATE publication SET body = :body WHERE key = :key"),
                    {"body": b"x" * size, "key": str(index)},
                )
        await drain_publications(served.engine)
        box = await served.enrolled(await served.store(company_id, "S01"))
        seen = []
        for after in (0, 2, 3):
            page = decode(FeedPage, (await box.feed("items", after)).content)
            seen.append([one.pub_seq for one in page.rows])
        assert seen == [[1, 2], [3], [4]]


async def test_a_row_that_was_taken_away_leaves_the_set(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        await publish_items(served.engine, company_id, [row("a", "1"), row("b", "1")])
        await publish_items(served.engine, company_id, [row("a", "2"), row("a", None)])
        await publish_items(served.engine, company_id, [row("b", None)])
        await drain_publications(served.engine)
        rows = await whole_feed(served, company_id)
        assert [(one.key, one.body) for one in rows] == [
            ("a", body("a", "1")),
            ("b", body("b", "1")),
            ("a", body("a", "2")),
            ("a", None),
            ("b", None),
        ]
        assert await served.rows("SELECT head, set_hash FROM feed") == [(5, EMPTY_SET_HASH)]


async def test_what_is_published_together_is_numbered_together(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        together = uuid4()
        async with unit_of_work(served.engine) as db:
            rate = TaxRate(TaxClass.STANDARD, date(2024, 1, 1), 900, "GST")
            await publish_rows(db, company_id, DataSet.TAXES, [rate], together=together)
            price = Price(ItemId("A"), 0, 100)
            await publish_rows(db, company_id, DataSet.PRICES, [price], "main", together)
        await drain_publications(served.engine)
        found = await served.rows("SELECT data_set, key, publication FROM feed_log ORDER BY 1")
        assert found == [
            ("prices", "A@0", together),
            ("taxes", "standard@2024-01-01", together),
        ]


async def test_a_cursor_of_another_central_is_gone(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        await publish_items(served.engine, company_id, [row("a", "1")])
        await drain_publications(served.engine)
        foreign = await box.feed("items", 0, incarnation=UUID(int=5))
        assert problem(foreign) == (410, "cursor-gone")
        assert problem(await box.feed("items", 2)) == (410, "cursor-gone")
        at_head = await box.feed("items", 1, incarnation=box.me.incarnation)
        page = decode(FeedPage, at_head.content)
        assert (page.rows, page.head, page.incarnation) == ((), 1, box.me.incarnation)
        assert page.set_hash == replace_in_set_hash(EMPTY_SET_HASH, "a", None, body("a", "1"))


async def test_a_store_pulls_its_own_feeds_and_no_others(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        east = await served.store(company_id, "S01", price_zone="east")
        west = await served.store(company_id, "S02", price_zone="west")
        box = await served.enrolled(east)
        await served.enrolled(west)
        async with unit_of_work(served.engine) as db:
            await publish_rows(db, company_id, DataSet.PRICES, [Price(ItemId("A"), 0, 1)], "east")
            await publish_rows(db, company_id, DataSet.PRICES, [Price(ItemId("A"), 0, 2)], "west")
        await drain_publications(served.engine)
        heard = decode(Acknowledgement, (await box.get(f"/v1/stores/{east}/feeds")).content)
        assert [(feed.data_set, feed.scope, feed.head) for feed in heard.feeds] == [
            (DataSet.ERASED_CUSTOMERS, "", 0),
            (DataSet.SETTINGS, str(east), 1),
            (DataSet.TAXES, "", 0),
            (DataSet.TENDERS, "", 0),
            (DataSet.OPERATORS, "", 0),
            (DataSet.ITEMS, "", 0),
            (DataSet.PRICES, "east", 1),
            (DataSet.CUSTOMERS, "", 0),
            (DataSet.CUSTOMER_ALIASES, "", 0),
            (DataSet.GRANTS, str(east), 0),
            (DataSet.ROLES, "", 0),
            (DataSet.CREDENTIALS, "", 0),
            (DataSet.OPENING_STOCK, str(east), 0),
            *((one, str(east), 0) for one in ("receipt_texts", "goodwill")),
            (DataSet.PROMOTIONS, "", 0),
            (DataSet.SCALE_CODES, "", 0),
            (DataSet.ITEM_RULES, "", 0),
            (DataSet.CUSTOMER_GROUPS, "", 0),
            (DataSet.PAYMENT_WAYS, "", 0),
            (DataSet.VOUCHER_TYPES, "", 0),
            *((data_set, "", 0) for data_set in ("currencies", *LOYALTY)),
            *((books, at, 0) for books in ("price_books", "book_prices") for at in ("", "east")),
            *((data_set, "", 0) for data_set in ("packs", "suppliers", "supplier_items")),
            *((one, str(east), 0) for one in ("reorder_points", "purchase_orders", "transfers")),
            (DataSet.SHOPS, "", 2),
        ]
        for feed in heard.feeds:
            page = await box.feed(feed.data_set, 0, scope=feed.scope)
            told = decode(FeedPage, page.content)
            assert (told.head, told.set_hash) == (feed.head, feed.set_hash)
        for data_set, scope in (("book_prices", "west"), ("settings", west), ("grants", west)):
            assert problem(await box.feed(data_set, 0, scope=scope)) == (403, "not-allowed")
        settings = decode(FeedPage, (await box.feed("settings", 0, scope=east)).content)
        mine = decode(StoreSettings, settings.rows[0].body or b"")
        assert (settings.rows[0].key, mine.store_code, mine.price_zone) == ("store", "S01", "east")


async def test_a_restored_head_office_tells_another_hash_at_the_same_head(
    postgres_url: str,
) -> None:
    """A41: 50.00 was published after the dump, 3.00 after the restore, both under one pub_seq."""
    async with serving(postgres_url) as served:
        company_id = await served.company()
        store = await served.store(company_id, "S01", price_zone="main")
        box = await served.enrolled(store)

        async def told_after(price_minor: int) -> FeedHead:
            async with unit_of_work(served.engine) as db:
                await publish_rows(
                    db, company_id, DataSet.PRICES, [Price(ItemId("A"), 0, price_minor)], "main"
                )
            await drain_publications(served.engine)
            answer = await box.get(f"/v1/stores/{store}/feeds")
            heads = decode(Acknowledgement, answer.content).feeds
            return next(feed for feed in heads if feed.data_set == DataSet.PRICES)

        before = await told_after(5_000)
        async with unit_of_work(served.engine) as db:
            for table in ("feed", "feed_log", "feed_latest"):
                await db.execute(text(f"DELETE FROM {table} WHERE data_set = 'prices'"))
        after = await told_after(300)
        assert before.head == after.head == 1
        assert before.set_hash != after.set_hash


async def test_nothing_of_one_company_meets_another(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        acme, bolt = await served.company("Acme"), await served.company("Bolt")
        async with unit_of_work(served.engine) as db:
            await load_sample(db, acme, NOW_MS)
        await publish_items(served.engine, bolt, [row("only", "1")])
        await drain_publications(served.engine)
        box = await served.enrolled(await served.store(bolt, "S01"))
        page = decode(FeedPage, (await box.feed("items")).content)
        assert [one.key for one in page.rows] == ["only"]
        assert decode(FeedPage, (await box.feed("customers")).content).rows == ()


async def test_customers_come_with_the_keys_that_open_them(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        async with unit_of_work(served.engine) as db:
            sample = await load_sample(db, company_id, NOW_MS)
        await drain_publications(served.engine)
        box = await served.enrolled(await served.store(company_id, "S01"))
        page = decode(FeedPage, (await box.feed("customers")).content)
        keys = {key.customer_id: key.key for key in page.keys}
        assert set(keys) == set(sample.customer_ids)
        names = set()
        for one in page.rows:
            record = decode(CustomerRecord, one.body or b"")
            assert one.key == str(record.customer_id)
            fields = {change.field: change for change in record.fields}
            sealed = fields[CustomerField.NAME].sealed
            assert sealed is not None
            key = keys[record.customer_id]
            names.add(open_sealed(key, record.customer_id, CustomerField.NAME, sealed))
        assert len(names) == 200


async def test_the_sample_is_a_believable_chain_and_the_same_for_one_seed(
    postgres_url: str,
) -> None:
    from stdnum import ean

    async with serving(postgres_url) as served:
        acme, bolt = await served.company("Acme"), await served.company("Bolt")
        async with unit_of_work(served.engine) as db:
            sample = await load_sample(db, acme, NOW_MS, seed=3)
            again = await load_sample(db, bolt, NOW_MS, seed=3)
        assert len(sample.items) >= 300
        assert len({item.department for item in sample.items}) >= 6
        assert len({item.tax_class for item in sample.items}) >= 3
        codes = [code for item in sample.items for code in item.scan_codes]
        assert len(set(codes)) == len(codes)
        assert all(ean.is_valid(code) for code in codes)
        assert all(price.unit_price_minor > 0 for price in sample.prices)
        assert [price.item_id for price in sample.prices] == [i.item_id for i in sample.items]
        assert sample.items == again.items
        assert not set(sample.customer_ids) & set(again.customer_ids)
        assert msgspec.msgpack.encode(sample.prices) == msgspec.msgpack.encode(again.prices)
        await drain_publications(served.engine)
        rows = await whole_feed(served, acme)
        assert [decode(Item, one.body or b"") for one in rows] == list(sample.items)


async def test_bad_parameters_are_named(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box: TestedBox = await served.enrolled(await served.store(await served.company(), "S01"))
        path = f"/v1/stores/{box.me.store_id}/feed"
        for query, field in (
            ("data_set=items", "after"),
            ("after=0", "data_set"),
            ("data_set=wishes&after=0", "data_set"),
            ("data_set=items&after=-1", "after"),
            ("data_set=items&after=9223372036854775808", "after"),
            ("data_set=items&after=1.5", "after"),
            ("data_set=items&after=x", "after"),
            ("data_set=items&after=0&incarnation=7", "incarnation"),
            (f"data_set=items&after=0&scope={'x' * 65}", "scope"),
        ):
            answer = await box.get(f"{path}?{query}")
            assert (query, *problem(answer)) == (query, 400, "invalid-field")
            assert (query, answer.json()["field"]) == (query, field)
        hostile, foreign = (f"data_set=items&after=0&scope={text}" for text in ("%00", "%FF"))
        assert problem(await box.get(f"{path}?{hostile}")) == (400, "invalid-field")
        assert problem(await box.get(f"{path}?{foreign}")) == (403, "not-allowed")

"""Customers in a real store's file and at head office: erased, joined, parted, told by pulls."""

from pathlib import Path

from central.db.engine import unit_of_work
from central.domain.feeds import FollowedFeed
from central.usecases.customer.erase import erase_customer
from central.usecases.customer.join import join_customers, part_customers
from central.usecases.feed.read_feed import FeedCursor, feed_page
from central.usecases.feed.sequence_publications import drain_publications
from edge.db.customers import find_person, search_customers
from sync.protocol.feeds import SHARED
from sync.protocol.reference import DataSet
from tests.central_fixtures import Served, postgres_template
from tests.integration.board_fixtures import acme
from tests.integration.customer_fixtures import FIRST, SECOND, brought, sets
from tests.integration.edge_fixtures import Shop as Store
from tests.integration.edge_fixtures import new_shop
from tests.shop_journal import COMPANY, NOW_MS, Shop

__all__ = ["postgres_template"]

TOLD = (DataSet.ERASED_CUSTOMERS, DataSet.CUSTOMERS, DataSet.CUSTOMER_ALIASES)


async def pulled(served: Served, store: Store, after: dict[DataSet, int]) -> None:
    """The store takes what is new, in the order of pulling; ``after``: its cursors."""
    await drain_publications(served.engine)
    for data_set in sorted(TOLD, key=list(DataSet).index):
        async with unit_of_work(served.engine) as db:
            cursor = FeedCursor(None, after.get(data_set, 0))
            page = await feed_page(db, COMPANY, FollowedFeed(data_set, SHARED), cursor)
        store.apply(page)
        after[data_set] = page.head


async def test_what_head_office_decides_of_customers_is_so_at_the_till(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        one, other = Shop(1), Shop(2)
        sets(one, FIRST, created=True, name="Mei Tan", email="tan@example.com", active="true")
        sets(other, SECOND, created=True, name="M Tan", email="tan@example.com", active="true")
        await brought(served, one, other, keys=(FIRST, SECOND))
        store = new_shop(tmp_path / "store.sqlite3", published=False)
        after: dict[DataSet, int] = {}
        await pulled(served, store, after)
        found = store.do(lambda db: search_customers(db, "Tan", 9, 0))
        assert [(each.customer_id, each.name) for each in found] == [(FIRST, "Mei Tan")]
        asked = (COMPANY, FIRST, SECOND, "two sisters", "Ann", NOW_MS)
        async with unit_of_work(served.engine) as db:
            await part_customers(db, *asked)
        await pulled(served, store, after)
        found = store.do(lambda db: search_customers(db, "Tan", 9, 0))
        assert {each.customer_id for each in found} == {FIRST, SECOND}
        async with unit_of_work(served.engine) as db:
            await join_customers(db, *asked)
        await pulled(served, store, after)
        person = store.do(lambda db: find_person(db, SECOND))
        assert person is not None
        assert person.customer_id == FIRST
        assert await store.writer.empty_log()
        old = store.path.read_bytes()
        async with unit_of_work(served.engine) as db:
            await erase_customer(db, COMPANY, SECOND, "by letter", "Ann", NOW_MS)
        before = dict(after)
        await pulled(served, store, after)
        assert store.do(lambda db: search_customers(db, "Tan", 9, 0)) == ()
        assert store.rows("customer_key") == []
        # The folder of the day before, put back, knows them until its first pull and no longer.
        store.writer.close_now()
        store.path.write_bytes(old)
        for log in store.path.parent.glob("*-wal"):
            log.unlink()
        put_back = Store.__new__(Store)
        put_back.path, put_back.writer = store.path, type(store.writer).open(store.path)
        await pulled(served, put_back, before)
        assert put_back.rows("customer_key") == put_back.rows("customer") == []
        assert len(put_back.rows("erased_customer")) == 2
        put_back.writer.close_now()

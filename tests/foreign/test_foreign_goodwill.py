"""What an edge that was written from the text alone lends, and how head office counts it."""

from datetime import timedelta
from uuid import UUID, uuid4

from central.db.engine import unit_of_work
from central.reports.grants import StoreGrants, outstanding_grants
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.grant.goodwill import drain_due_goodwill
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.periods import Period
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.foreign.facts import Receipt, Tender, returned
from tests.foreign.shop import Shop
from tests.foreign.test_foreign_edge import opened, verdict
from tests.integration.test_central_goodwill import lend

__all__ = ["postgres_template"]
A_DAY_MS = 24 * 3_600_000


def pays(shop: Shop, customer_id: UUID, points: int) -> Receipt | None:
    """A receipt that points pay for in part; None where they do not suffice."""
    spends = shop.paying(points)
    if not spends:
        return None
    paid = Tender("points", "Points", "points", points, None, points, spends)
    return shop.sell([shop.line(1, "BAK-001", 9_000)], paid, customer_id=customer_id)


async def reported(served: Served, shop: Shop, now_ms: int) -> StoreGrants:
    store = await served.rows("SELECT company_id FROM store WHERE store_id = $1", shop.box.store_id)
    async with unit_of_work(served.engine) as db:
        found = await outstanding_grants(db, CompanyId(UUID(bytes=store[0][0].bytes)), now_ms)
    return next(one for one in found.stores if one.kind == "points")


async def told_again(served: Served, shop: Shop, now_ms: int) -> None:
    await drain_due_goodwill(served.engine, now_ms)
    await drain_publications(served.engine)
    await shop.box.pull()


async def test_what_rights_do_not_cover_is_lent_last_within_the_budget_of_its_period(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        shop = await opened(served)
        await lend(served, StoreId(shop.box.store_id), 50, Period.DAY)
        await told_again(served, shop, NOW_MS)
        assert shop.lendable == 50
        shop.open_day()
        shop.open_till(0)
        ann = uuid4()
        shop.change_customer(ann, {"code": "A1", "active": "true"}, {})
        first = shop.sell([shop.line(1, "BAK-001", 1_000, points=40)], customer_id=ann)
        paid = pays(shop, ann, 70)
        assert paid is not None
        spends = ((first.sale_id, 1, 40), (shop.box.store_id, 0, 30))
        assert paid.tenders[0].spends == spends
        assert (shop.lendable, pays(shop, ann, 21)) == (20, None)
        assert pays(shop, ann, 20) is not None
        assert shop.lendable == 0
        shop.settle_till()
        shop.close_day()
        await shop.box.push()
        found = await verdict(served, shop)
        assert (found.sentences, found.set_aside) == ((), ())
        held = await reported(served, shop, NOW_MS)
        assert (held.goodwill, held.goodwill_used, held.goodwill_left) == (50, 50, 0)
        account = "SELECT earned, spent, granted FROM right_account WHERE account_id = $1"
        assert await served.rows(account, ann) == [(40, 90, 0)]


async def test_behind_what_it_was_told_of_it_lends_the_rest_of_that_and_where_it_is_owed_none(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        shop = await opened(served)
        await lend(served, StoreId(shop.box.store_id), 50, Period.DAY)
        await told_again(served, shop, NOW_MS)
        shop.open_day()
        shop.open_till(0)
        ann = uuid4()
        shop.change_customer(ann, {"code": "A1", "active": "true"}, {})
        assert pays(shop, ann, 30) is not None
        shop.settle_till()
        shop.close_day()
        shop.day += timedelta(days=1)
        assert shop.lendable == 20  # nobody told it of another day
        await told_again(served, shop, NOW_MS + A_DAY_MS)
        assert shop.lendable == 50
        shop.open_day()
        shop.open_till(0)
        sold = shop.sell([shop.line(1, "BAK-001", 1_000, points=10)], customer_id=ann)
        assert pays(shop, ann, 10) is not None
        back = shop.sell([returned(sold.lines[0], sold.sale_id, 1)], customer_id=ann)
        assert back.take_back == (10, (), 10)
        assert (shop.lendable, pays(shop, ann, 1)) == (50, None)
        shop.settle_till()
        shop.close_day()
        await shop.box.push()
        found = await verdict(served, shop)
        assert (found.sentences, found.set_aside) == ((), ())

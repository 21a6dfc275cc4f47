"""The loyalty programme at head office: tiers by what receipts say, points that are given once and
run out once, whatever is repeated; and nothing of it is ever more than what is available."""

from datetime import date, timedelta
from uuid import UUID

from central.db.engine import driver_of, snapshot, unit_of_work
from central.domain.decisions import CustomerDecided, CustomerErased, CustomersJoined
from central.domain.points_expiry import Expiry
from central.reports.points_statement import Statement, points_statement, row_of
from central.reports.rights import read_account
from central.usecases.decision.decide import decide
from central.usecases.feed.read_published import published_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.apply_events import apply_events
from central.usecases.loyalty.give import give_by_hand
from central.usecases.loyalty.program import ProgramChanges, set_program
from central.usecases.loyalty.settle import drain_due_loyalty
from central.usecases.loyalty.tier import TierChanges, put_in_tier, retire_tier, set_tier
from central.usecases.proof.rebuild_projections import rebuild_projections
from sync.protocol.bounds import DATE_MAX
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CustomerId
from sync.protocol.loyalty import CustomerTier, PointsExpiring
from sync.protocol.reference import DataSet
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.integration.test_central_grants import Till, granted, tills
from tests.shop_journal import CUSTOMERS, DAY

__all__ = ["postgres_template"]
LI, BO = CUSTOMERS[:2]
DAY_MS = 86_400_000
WHY = ("because", "Ann")


class Office:
    """Head office with stores of one company."""

    def __init__(self, served: Served, shops: list[Till]) -> None:
        self.served, self.engine, self.shops = served, served.engine, shops
        self.company_id = shops[0].box.me.company_id

    async def settles(self, now_ms: int = NOW_MS) -> None:
        await drain_due_loyalty(self.engine, now_ms)
        await drain_publications(self.engine)

    async def hears(self) -> None:
        """What the stores wrote, and what follows from it."""
        for shop in self.shops:
            await shop.tells()
        await self.settles()

    async def says(self, changes: ProgramChanges, now_ms: int = NOW_MS) -> None:
        async with unit_of_work(self.engine) as db:
            await set_program(db, self.company_id, changes, WHY, now_ms)

    async def has_tier(self, word: str, spend: str, times: str = "1", kept: int = 0) -> None:
        async with unit_of_work(self.engine) as db:
            changes = TierChanges(word.title(), spend, times, kept)
            await set_tier(db, self.company_id, word, changes)

    async def knows(self, customer_id: CustomerId) -> None:
        made = CustomerDecided(self.shops[0].shop.customer(customer_id, 1), created=True)
        async with unit_of_work(self.engine) as db:
            await decide(db, self.company_id, [made], NOW_MS)

    async def told(self, data_set: DataSet) -> list[object]:
        async with snapshot(self.engine) as db:
            return list((await published_rows(db, self.company_id, data_set)).values())

    async def tiers_of(self, customer_id: CustomerId) -> dict[str, date]:
        rows = await self.told(DataSet.CUSTOMER_TIERS)
        found = [row for row in rows if isinstance(row, CustomerTier)]
        return {row.tier: row.until for row in found if row.customer_id == customer_id}

    async def account(self, customer_id: CustomerId) -> tuple[int, int]:
        """Balance, and what is available of it."""
        async with snapshot(self.engine) as db:
            kind = RightKind.POINTS.value
            found = await read_account(db, self.company_id, kind, customer_id)
        return found.balance, found.free

    async def statement(self, customer_id: CustomerId) -> Statement:
        async with snapshot(self.engine) as db:
            return await points_statement(db, self.company_id, customer_id)

    async def counts(self, table: str) -> int:
        async with snapshot(self.engine) as db:
            found: int = await (await driver_of(db)).fetchval(f"SELECT count(*) FROM {table}")
        return found


async def office(served: Served, count: int = 1) -> Office:
    return Office(served, await tills(served, count))


async def test_a_tier_follows_from_receipts_of_all_stores_and_goes_with_what_is_brought_back(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served, 2)
        await head.has_tier("silver", "500.00")
        await head.has_tier("gold", "2000.00", "1.5", 12)
        first, second = head.shops
        first.earns(40)  # 400.00
        await head.hears()
        assert await head.tiers_of(LI) == {}
        sale = second.earns(170)
        await head.hears()
        held = await head.tiers_of(LI)
        assert list(held) == ["gold"]
        assert held["gold"] > DAY + timedelta(700)
        second.write(second.shop.sale((), LI, [(sale, 1)]))
        await head.hears()
        assert await head.tiers_of(LI) == {}


async def test_records_of_one_person_spend_for_one_tier(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.has_tier("silver", "500.00")
        (shop,) = head.shops
        shop.earns(30)
        shop.write(shop.shop.sale(((1, 1_000, 30_000),), BO))
        await head.hears()
        assert await head.told(DataSet.CUSTOMER_TIERS) == []
        async with unit_of_work(head.engine) as db:
            pair = CustomersJoined(max(LI, BO), min(LI, BO), "one card", "Ann")
            await decide(db, head.company_id, [pair], NOW_MS)
        await head.settles()
        assert list(await head.tiers_of(min(LI, BO))) == ["silver"]
        assert await head.tiers_of(max(LI, BO)) == {}


async def test_a_person_puts_a_customer_in_a_tier_and_takes_that_back(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.has_tier("gold", "2000.00")
        await head.knows(LI)
        for tier, held in (("gold", {"gold": DATE_MAX}), ("", {})):
            async with unit_of_work(head.engine) as db:
                await put_in_tier(db, head.company_id, LI, tier, None, WHY, NOW_MS)
            await head.settles()
            assert await head.tiers_of(LI) == held


async def test_a_tier_that_is_retired_is_nobodys_and_one_of_who_was_erased_is_taken_away(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.has_tier("silver", "100.00")
        head.shops[0].earns(30)
        await head.hears()
        assert list(await head.tiers_of(LI)) == ["silver"]
        async with unit_of_work(head.engine) as db:
            erased = CustomerErased(LI, "asked", "Ann")
            await decide(db, head.company_id, [erased], NOW_MS)
        await head.settles()
        assert await head.tiers_of(LI) == {}
        async with unit_of_work(head.engine) as db:
            await retire_tier(db, head.company_id, "silver")
        assert await head.told(DataSet.LOYALTY_TIERS) == []


async def test_a_first_receipt_is_welcomed_once_and_the_points_are_spent_where_the_owner_shops(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        await head.says(ProgramChanges(welcome_points=100), NOW_MS - 400 * DAY_MS)
        shop.earns(10)
        await head.hears()
        assert await head.account(LI) == (110, 100)
        for _ in range(2):
            await head.hears()
        assert await shop.given() == [56]  # its share of the balance, beside what was born there
        assert granted(await shop.asks(1_000)) == 44
        async with unit_of_work(head.engine) as db:
            await decide(
                db,
                head.company_id,
                [CustomersJoined(max(LI, BO), min(LI, BO), "one card", "Ann")],
                NOW_MS,
            )
        shop.write(shop.shop.sale(((1, 1_000, 10_000),), BO))
        await head.hears()
        assert await head.counts("points_given") == 1


async def test_nobody_is_welcomed_who_came_before_the_company_said_so(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        head.shops[0].earns(10)
        await head.hears()
        await head.says(ProgramChanges(welcome_points=100), NOW_MS + 40 * DAY_MS)
        await head.settles()
        assert await head.counts("points_given") == 0


async def test_what_a_person_gives_under_one_name_is_given_once(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.knows(LI)
        done = []
        for once in ("milk", "milk", None, None):
            async with unit_of_work(head.engine) as db:
                done.append(await give_by_hand(db, head.company_id, LI, 50, once, WHY, NOW_MS))
        assert done == [True, False, True, True]
        assert await head.account(LI) == (150, 150)


async def test_points_run_out_once_and_only_what_is_available(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        (shop,) = head.shops
        await head.says(ProgramChanges(expiry=Expiry.EARNED, expiry_months=1), NOW_MS - 90 * DAY_MS)
        await head.knows(LI)
        sale = shop.earns(100)
        await head.hears()
        later_ms = NOW_MS + 120 * DAY_MS
        for _ in range(2):
            await head.settles(later_ms)
        assert await head.account(LI) == (100, 0)  # the shop may spend all of it still
        shop.releases(sale, 60)
        answer = await shop.box.push_events(1, len(shop.box.events))
        assert answer.status_code == 200
        await applied(head)
        for _ in range(2):
            await head.settles(later_ms)
        assert await head.account(LI) == (40, 0)
        assert await head.counts("points_expired") == 1
        found = await head.statement(LI)
        assert [row_of(line)[1:7] for line in found.lines] == [
            ("receipt", "S01", sale.receipt_number, "100", "", "100"),
            ("expired", "", "", "", "60", "40"),
        ]
        assert found.balance == 40


async def test_points_that_run_out_next_are_told(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.says(ProgramChanges(expiry=Expiry.IDLE, expiry_months=1))
        head.shops[0].earns(100)
        await head.hears()
        (row,) = await head.told(DataSet.POINTS_EXPIRING)
        assert isinstance(row, PointsExpiring)
        assert (row.customer_id, row.points) == (LI, 100)
        assert (row.on + timedelta(1)).day == 1


async def test_all_of_it_is_made_anew_from_facts_and_decisions(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.says(ProgramChanges(welcome_points=100), NOW_MS - 400 * DAY_MS)
        await head.knows(LI)
        head.shops[0].earns(10)
        await head.hears()
        before = await head.account(LI), (await head.statement(LI)).lines
        await rebuild_projections(head.engine)
        assert (await head.account(LI), (await head.statement(LI)).lines) == before
        await head.settles()
        assert await head.counts("points_given") == 1


async def test_without_a_programme_nothing_is_left_to_do(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        head = await office(served)
        head.shops[0].earns(10)
        await head.hears()
        assert await head.counts("loyalty_due") == 0
        assert await head.account(LI) == (10, 0)


async def applied(head: Office) -> None:
    """Counted, and nothing given: the loyalty programme looks first."""
    for shop in head.shops:
        place = (shop.box.me.store_id, shop.box.epoch)
        while (await apply_events(head.served.office.archive, *place)).more:
            pass


async def test_a_company_that_may_not_grant_yet_holds_up_no_other_company(
    postgres_url: str,
) -> None:
    """The first company by id waits for what a box has not told since head office was put back."""
    async with serving(postgres_url) as served:
        head = await office(served)
        await head.settles()
        other = UUID(int=2**128 - 1)
        due = "INSERT INTO loyalty_due VALUES ($1, $2) RETURNING 1"
        await head.says(ProgramChanges(welcome_points=100))
        for company_id in (head.company_id, other):
            await served.rows(due, company_id, LI)
        put_back = "UPDATE central_state SET lost_since_ms = 1, begun_at_ms = $1 RETURNING 1"
        await served.rows(put_back, 2 * NOW_MS)
        await head.settles()
        left = await served.rows("SELECT company_id FROM loyalty_due")
        assert [UUID(str(row[0])) for row in left] == [head.company_id]

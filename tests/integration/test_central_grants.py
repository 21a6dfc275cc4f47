"""Head office gives rights to spend out of what is available and out of nothing else: ahead to
where the owner shops, and to who asks while it is there (sync/protocol/escrow.py)."""

from datetime import date
from uuid import UUID, uuid4

import httpx
import msgspec

from central.db.engine import unit_of_work
from central.domain.decisions import CustomersJoined, CustomersParted
from central.reports.grants import KindGrants, StoreGrants, outstanding_grants
from central.usecases.decision.decide import decide
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.grant.share_out import drain_due_shares
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.close_tail import close_tail
from sync.protocol.codec import decode, encode, kind_of
from sync.protocol.facts import AnyFact, GrantReleased, Released, RetailTransaction
from sync.protocol.identity import EventId
from sync.protocol.reference import FeedPage, Grant
from sync.protocol.rights import RightAnswered, RightAsked
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, problem, serving
from tests.shop_journal import CUSTOMERS, Shop

__all__ = ["postgres_template"]
LI, BO = CUSTOMERS[:2]


class Till:
    """A box that sells: what it writes is what a shop of the tests would."""

    def __init__(self, served: Served, box: TestedBox, seed: int) -> None:
        self.served, self.box, self.shop = served, box, Shop(1, seed=seed)
        self.shop.open()
        for fact in self.shop.facts:
            self.write(fact)

    def write(self, fact: AnyFact) -> None:
        kind = kind_of(fact)
        self.box.append(kind.kind, encode(fact))
        if isinstance(fact, RetailTransaction):
            last = msgspec.structs.replace(self.box.events[-1], event_id=EventId(fact.sale_id))
            self.box.events.pop()
            self.box.hashes.pop()
            self.box.keep(last)

    def earns(self, points: int) -> RetailTransaction:
        sale = self.shop.sale(((1, 1_000, points * 1_000),), LI)
        assert sale.points_earned == points
        self.write(sale)
        return sale

    def releases(self, sale: RetailTransaction, points: int) -> None:
        right = Released("points", LI, sale.sale_id, 1, points)
        self.write(GrantReleased((right,)))

    async def tells(self) -> None:
        """All of it arrives, is counted, and what came free is given."""
        answer = await self.box.push_events(1, len(self.box.events))
        assert answer.status_code == 200, answer.text
        await self.counted()

    async def counted(self) -> None:
        store_id = self.box.me.store_id
        while (await apply_events(self.served.office.archive, store_id, self.box.epoch)).more:
            pass
        await drain_due_shares(self.served.engine, NOW_MS)
        await drain_publications(self.served.engine)

    async def given(self) -> list[int]:
        """What it was given ahead, in order."""
        page = await self.box.feed("grants", scope=self.box.me.store_id)
        rows = decode(FeedPage, page.content).rows
        return [decode(Grant, row.body or b"").points for row in rows]

    async def asks(
        self,
        amount: int,
        request_id: UUID | None = None,
        account: tuple[str, UUID] = ("points", LI),
        until: date | None = None,
    ) -> httpx.Response:
        asked = RightAsked(request_id or uuid4(), *account, amount, until)
        path = f"/v1/stores/{self.box.me.store_id}/grants"
        body = encode(asked)
        headers = self.box.headers("POST", path, body)
        headers |= {"Content-Type": "application/msgpack"}
        return await self.served.client.post(path, content=body, headers=headers)


def granted(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return decode(RightAnswered, answer.content).granted


async def tills(served: Served, count: int = 2) -> list[Till]:
    company_id = await served.company()
    stores = [await served.store(company_id, f"S0{number}") for number in range(1, count + 1)]
    return [
        Till(served, await served.enrolled(store_id), seed)
        for seed, store_id in enumerate(stores, 1)
    ]


async def test_what_a_store_released_goes_ahead_to_where_the_owner_shops(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        second.earns(10)
        await second.tells()
        sale = first.earns(100)
        await first.tells()
        assert (await first.given(), await second.given()) == ([], [])
        first.releases(sale, 100)
        await first.tells()
        # 60 and 25 of a hundred of 110, less the 10 that are the second's already.
        assert (await first.given(), await second.given()) == ([66], [17])
        assert granted(await second.asks(50)) == 17
        assert granted(await first.asks(1)) == 0


async def test_a_request_is_answered_once_and_one_that_is_given_up_never(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = first.earns(100)
        first.releases(sale, 100)
        await first.box.push_events(1, len(first.box.events))
        while (
            await apply_events(served.office.archive, first.box.me.store_id, first.box.epoch)
        ).more:
            pass
        known, unknown = uuid4(), uuid4()
        assert granted(await second.asks(70, known)) == 70
        assert granted(await second.asks(70, known)) == 70
        assert problem(await second.asks(71, known)) == (422, "request-reused")
        assert granted(await first.asks(70)) == 30
        second.write(GrantReleased((), (known, unknown)))
        await second.tells()
        # It came back, and 60 of a hundred went to where it was earned.
        assert await first.given() == [30]
        assert granted(await second.asks(5, unknown)) == 0
        assert granted(await second.asks(70, known)) == 70  # barred at its store, which gave it up
        assert granted(await second.asks(100)) == 40


async def test_an_epoch_gives_back_when_it_is_closed_and_not_before(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        first.earns(100)
        await first.tells()
        assert granted(await second.asks(100)) == 0
        await served.enrolled(first.box.me.store_id)
        await first.counted()
        assert granted(await second.asks(100)) == 0
        async with unit_of_work(served.engine) as db:
            epoch = str(first.box.epoch)
            await close_tail(db, first.box.me.store_id, epoch, None, "burnt", "Ann", NOW_MS)
        assert granted(await second.asks(100)) == 100
        async with unit_of_work(served.engine) as db:
            found = await outstanding_grants(db, first.box.genesis.company_id, NOW_MS)
        assert found.stores == (
            StoreGrants("S01", "points", 0, 0, 100),
            StoreGrants("S02", "points", 100, 0, 0),
        )
        # Both may spend the hundred: the one that was given up, and the one that has it now.
        assert found.kinds == (KindGrants("points", 100, 0, 100, 100, 100),)


async def test_no_provisional_epoch_is_granted_anything(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = first.earns(100)
        first.releases(sale, 100)
        await first.tells()
        second.box = second.box.branched(0)
        assert (await second.box.ratify()).status_code == 200
        assert granted(await second.asks(10)) == 0


async def test_what_is_set_aside_of_an_epoch_holds_its_rights_back(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = first.earns(100)
        first.box.append("from_the_future", b"")
        first.releases(sale, 100)
        await first.tells()
        assert await first.given() == []
        assert granted(await second.asks(10)) == 0


async def join(served: Served, till: Till, joined: type[CustomersJoined | CustomersParted]) -> None:
    async with unit_of_work(served.engine) as db:
        pair = joined(max(LI, BO), min(LI, BO), "one person", "Ann")
        await decide(db, till.box.genesis.company_id, [pair], NOW_MS)


async def test_two_records_of_one_person_are_one_account_until_they_are_parted(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await tills(served)
        sale = first.earns(100)
        first.releases(sale, 100)
        await first.tells()
        assert await first.given() == [60]
        other = second.shop.sale(((1, 1_000, 30_000),), BO)
        second.write(other)
        await second.tells()
        account = ("points", BO)
        assert granted(await second.asks(50, account=account)) == 0
        await join(served, first, CustomersJoined)
        await first.counted()
        # 60 and 25 of a hundred of 130, less what each has already.
        assert (await first.given(), await second.given()) == ([60, 18], [2])
        assert granted(await second.asks(50, account=account)) == 20
        await join(served, first, CustomersParted)
        await first.counted()
        assert granted(await second.asks(50, account=account)) == 0

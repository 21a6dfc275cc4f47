"""Every manifest that a store gives is held against head office's own figures as of its place: at
no close, of an epoch that its box left, of what came late."""

from collections.abc import AsyncIterator, Sequence
from functools import cached_property

import pytest
from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, unit_of_work
from central.domain.day_verdict import DayVerdict, Doubt
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day, stand_of_days
from central.reports.store_day import StoreDay
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.journal.settle_days import settle_days
from sync.protocol.change import Epoch, ProvisionalGenesis, epoch_of
from sync.protocol.codec import encode
from sync.protocol.facts import (
    AnyFact,
    BusinessDayClosed,
    EventRecovered,
    ManifestGiven,
    RetailTransaction,
)
from sync.protocol.manifest import Manifest, WorkstationTotals
from tests.head_office import apply_all, head_office_template, open_stream
from tests.shop_journal import ANNA, DAY, NOW_MS, WORKSTATIONS, Shop
from tests.shop_sales import tally


class Branch(Shop):
    """An epoch that its box opened where it left another one; all that it carries comes home."""

    def leave(self, old: Shop, through: int) -> "Branch":
        self.old, self.through = old, through
        self.device_id, self.receipts = old.device_id, 1_000
        for event in old.events[through:]:
            self.recover(old, event.seq)
        return self

    @cached_property
    def genesis(self) -> bytes:
        branches_off = {
            "parent": self.old.epoch,
            "parent_watermark": self.through,
            "parent_hash": self.old.chain.hashes[self.through],
        }
        known = asdict(self.record) | branches_off
        return encode(ProvisionalGenesis(**known, nonce=bytes(16)))

    @cached_property
    def epoch(self) -> Epoch:
        return epoch_of(self.record, self.genesis)


def account(
    shop: Shop, facts: Sequence[AnyFact], through: int, home: Sequence[AnyFact] = ()
) -> Manifest:
    """What these facts of an epoch come to, and those that came home in it."""
    parts = [WorkstationTotals(name, tally(facts, DAY, name).totals()) for name in WORKSTATIONS]
    name = (shop.epoch.number, shop.epoch.fingerprint)
    place = (*name, 1, through, shop.chain.hashes[through])
    sold = [part for part in parts if part.totals != tally((), None).totals()]
    recovered = tally(home, DAY).totals()
    return Manifest(DAY, *place, tally(facts, DAY).totals(), tuple(sold), recovered)


def give(shop: Shop, cause: str, home: Sequence[AnyFact] = ()) -> None:
    own = [fact for fact in shop.facts if not isinstance(fact, EventRecovered)]
    shop.append(ManifestGiven(cause, account(shop, own, len(shop.events), home)))


def close(shop: Shop, home: Sequence[AnyFact] = ()) -> None:
    own = [fact for fact in shop.facts if not isinstance(fact, EventRecovered)]
    manifest = account(shop, own, len(shop.events), home)
    shop.append(BusinessDayClosed(DAY, ANNA, manifest))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def arrive(engine: AsyncEngine, *shops: Shop) -> None:
    archive = PostgresArchive(engine)
    for shop in shops:
        await open_stream(archive, engine, shop)
        if isinstance(shop, Branch):
            made = "UPDATE stream SET provisional = true WHERE epoch_fingerprint = $1"
            await run(engine, made, shop.epoch.fingerprint)
    await more(engine, *shops)


async def more(engine: AsyncEngine, *shops: Shop) -> None:
    """All that a shop has, and of an epoch that was left what was acknowledged."""
    archive = PostgresArchive(engine)
    left = {one.old.epoch: one.through for one in shops if isinstance(one, Branch)}
    for shop in shops:
        batch = shop.chain.batch(0, left.get(shop.epoch, len(shop.events)))
        answer = await ingest_batch(
            archive, shop.store_id, shop.device_id, batch, NOW_MS, late=True
        )
        assert isinstance(answer, Acknowledged), answer
    await apply_all(archive)


async def run(engine: AsyncEngine, statement: str, *values: object) -> None:
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(statement, *values)


async def reconciled(engine: AsyncEngine, shop: Shop) -> ReconciledDay:
    """Counted from its rows; the board's shorter way says the same."""
    day = StoreDay(shop.store_id, DAY)
    async with unit_of_work(engine) as db:
        counted = await reconcile_day(db, *day)
        (stand,) = await stand_of_days(db, [day])
    assert (stand.verdict, stand.reasons) == (counted.verdict, counted.reasons)
    return counted


def doubts(day: ReconciledDay) -> set[Doubt]:
    return {reason.slug for reason in day.reasons}


async def cheapen(engine: AsyncEngine, sale: RetailTransaction) -> None:
    """A row is changed behind head office's back, by a cent."""
    changed = "UPDATE sale_line SET amount_minor = amount_minor - 1 WHERE sale_id = $1"
    await run(engine, f"{changed} AND line_no = 1", sale.sale_id)


def a_sale(shop: Shop, *, first: bool = True) -> RetailTransaction:
    sold = [x for x in shop.facts if isinstance(x, RetailTransaction) and not x.training]
    return sold[0 if first else -1]


async def test_what_is_given_of_an_open_day_is_held_against_the_rows_through_its_place(
    engine: AsyncEngine,
) -> None:
    shop = Shop()
    shop.open()
    shop.trade(8)
    give(shop, "asked")
    shop.append(shop.sale())
    await arrive(engine, shop)
    day = await reconciled(engine, shop)
    assert (day.verdict, doubts(day)) == (DayVerdict.NOT_CLOSED, {Doubt.NOT_CLOSED})
    assert [one.differs for one in day.manifests] == [False]
    await cheapen(engine, a_sale(shop, first=False))  # behind its place: it says nothing of it
    assert (await reconciled(engine, shop)).verdict is DayVerdict.NOT_CLOSED
    await cheapen(engine, a_sale(shop))
    red = await reconciled(engine, shop)
    assert (red.verdict, red.declared) == (DayVerdict.DIFFERS, None)
    (held,) = red.manifests
    assert [(one.name, (one.central or 0) - (one.store or 0)) for one in held.own] == [
        ("gross", -1)
    ]


async def test_the_part_of_an_epoch_that_its_box_left_is_proven_by_what_the_box_says_of_it(
    engine: AsyncEngine,
) -> None:
    """What was not acknowledged came home; nobody writes anything off."""
    old, new = left_in_the_middle()
    await arrive(engine, old, new)
    day = await reconciled(engine, new)
    assert (day.verdict, day.reasons, day.differences) == (DayVerdict.PROVEN, (), ())
    assert day.declared == day.central
    assert day.central.transactions > 4
    assert len(day.manifests) == 2
    async with unit_of_work(engine):
        settled = await settle_days(engine, NOW_MS + 1)
    assert settled.proven == 1
    await cheapen(engine, a_sale(old))
    red = await reconciled(engine, new)
    assert red.verdict is DayVerdict.DIFFERS
    assert {one.said.cause: one.differs for one in red.manifests} == {"left": True, "close": False}
    assert red.declared == day.central


def left_in_the_middle(*, said: bool = True) -> tuple[Shop, Branch]:
    """Of 12 events 9 were acknowledged when the box left its epoch; it sells on, and closes."""
    old = Shop()
    old.open()
    old.trade(9)
    carried = old.facts[9:]
    new = Branch(branch=1).leave(old, 9)
    if said:
        new.append(ManifestGiven("left", account(old, old.facts[:9], 9)))
    new.tills = old.tills
    new.append(new.sale())
    for name in new.tills:
        new.append(new.settling(name))
    close(new, carried)
    return old, new


async def test_a_left_epoch_of_which_nobody_says_anything_keeps_its_day_received(
    engine: AsyncEngine,
) -> None:
    old, new = left_in_the_middle(said=False)
    await arrive(engine, old, new)
    day = await reconciled(engine, new)
    assert (day.verdict, doubts(day)) == (DayVerdict.RECEIVED, {Doubt.NO_MANIFEST})


async def test_a_left_day_is_open_until_the_epoch_that_went_on_closes_it(
    engine: AsyncEngine,
) -> None:
    old = Shop()
    old.open()
    old.trade(5)
    new = Branch(branch=1).leave(old, len(old.events))
    new.append(ManifestGiven("left", account(old, old.facts, len(old.events))))
    await arrive(engine, old, new)
    day = await reconciled(engine, new)
    assert (day.verdict, doubts(day)) == (DayVerdict.NOT_CLOSED, {Doubt.NOT_CLOSED})
    assert str(new.epoch) in day.sentences[0]


async def test_an_account_of_an_epoch_that_another_box_left_says_nothing(
    engine: AsyncEngine,
) -> None:
    """Whose epoch branches off elsewhere may not speak for it."""
    old = Shop()
    old.open()
    old.trade(9)
    new = Branch(branch=1).leave(old, 7)
    new.append(ManifestGiven("left", account(old, old.facts, len(old.events))))
    await arrive(engine, old, new)
    assert (await reconciled(engine, new)).manifests == ()


async def test_a_late_sales_manifest_adds_to_the_days_and_replaces_none(
    engine: AsyncEngine,
) -> None:
    old, new = left_in_the_middle()
    await arrive(engine, old, new)
    carried = old.facts[9:]
    old.append(old.sale())  # a till alone has it
    late = a_sale(old, first=False)
    assert (await reconciled(engine, new)).verdict is DayVerdict.PROVEN
    new.recover(old, len(old.events), WORKSTATIONS[0])
    await more(engine, new)
    received = await reconciled(engine, new)
    assert (received.verdict, doubts(received)) == (DayVerdict.RECEIVED, {Doubt.NO_MANIFEST})
    give(new, "late", [*carried, late])
    await more(engine, new)
    day = await reconciled(engine, new)
    assert (day.verdict, day.declared) == (DayVerdict.PROVEN, day.central)
    assert {one.said.cause for one in day.manifests} == {"close", "left", "late"}
    await cheapen(engine, late)
    red = await reconciled(engine, new)
    assert red.verdict is DayVerdict.DIFFERS
    assert [one.said.cause for one in red.manifests if one.differs] == ["late"]


async def test_a_later_account_that_agrees_takes_back_what_was_said_wrongly_at_no_close(
    engine: AsyncEngine,
) -> None:
    shop = Shop()
    shop.open()
    shop.trade(5)
    wrong = account(shop, [*shop.facts, a_sale(shop)], len(shop.events))
    shop.append(ManifestGiven("asked", wrong))
    await arrive(engine, shop)
    assert (await reconciled(engine, shop)).verdict is DayVerdict.DIFFERS
    give(shop, "asked")
    await more(engine, shop)
    day = await reconciled(engine, shop)
    assert day.verdict is DayVerdict.NOT_CLOSED
    assert [one.differs for one in day.manifests] == [True, False]

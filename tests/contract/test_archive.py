"""Both archives keep the same promises: ingest and apply over each give the same rows."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine
from central.db.tables import metadata
from central.usecases.box.record_stated_head import hear_head
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, IngestAnswer, NoStream, ingest_batch
from central.usecases.journal.retry_quarantined import retry_quarantined
from sync.protocol import codec
from sync.protocol.batch import Batch
from sync.protocol.change import Head
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode, kind_of
from sync.protocol.facts import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    AnyFact,
    BusinessDayOpened,
    BusinessDayReopened,
    CountLine,
    CustomerChanged,
    DeviceRecorded,
    IdAbandoned,
    KindVersion,
    RetailTransaction,
    StockCounted,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TransferDirection,
)
from sync.protocol.identity import CompanyId, DeviceId, EventId, ItemId, MovementId, SaleId
from sync.protocol.ingest import Damaged, Fenced, Forked, Gap
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import (
    Rows,
    apply_all,
    deliver,
    empty,
    head_office_template,
    open_stream,
    personal_keys,
    projections,
)
from tests.shop_journal import ANNA, COMPANY, CUSTOMERS, DAY, NOW_MS, WORKSTATIONS, Shop
from tests.shop_sales import tally


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


TEA, COFFEE = ItemId("I1"), ItemId("I2")


@dataclass
class Office:
    """An archive under test."""

    archive: Archive
    engine: AsyncEngine | None

    async def open(self, *shops: Shop) -> None:
        for shop in shops:
            await open_stream(self.archive, self.engine, shop)

    async def rows(self) -> Rows:
        return await projections(self.archive, self.engine)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


@pytest.fixture(params=["memory", "postgres"])
async def office(request: pytest.FixtureRequest, engine: AsyncEngine) -> Office:
    if request.param == "memory":
        return Office(MemoryArchive(), None)
    return Office(PostgresArchive(engine), engine)


def traded(number: int = 1, count: int = 40, seed: int = 1) -> Shop:
    """A shop with a whole day."""
    shop = Shop(number, seed=seed)
    shop.open()
    shop.trade(count)
    shop.close()
    return shop


def row_of(rows: Rows, table: str, column: str) -> list[Any]:
    """One column of a table, in the order of its rows."""
    place = [one.name for one in metadata.tables[table].columns].index(column)
    return [row[place] for row in rows[table]]


def said(rows: Rows) -> Rows:
    """Without the words of a refusal, which are each database's own."""
    quarantine = [(*row[:7], row[8]) for row in rows["quarantine"]]
    return {**rows, "quarantine": quarantine}


async def push(office: Office, shop: Shop, batch: Batch) -> IngestAnswer:
    return await ingest_batch(office.archive, shop.store_id, shop.device_id, batch, NOW_MS)


# --- stage 1


async def test_a_batch_is_acknowledged_with_its_last_hash(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    batch = shop.chain.batch(0, 5)
    assert await push(office, shop, batch) == Acknowledged(5, shop.chain.hashes[5])


async def test_a_batch_sent_twice_counts_once(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    before = await office.rows()
    await deliver(office.archive, shop, events_max=7)
    await apply_all(office.archive)
    assert await office.rows() == before
    assert len(before["sale"]) == shop.receipts


async def test_only_the_new_part_of_an_overlapping_batch_is_taken(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 10))
    assert await push(office, shop, shop.chain.batch(4, 20)) == Acknowledged(
        20, shop.chain.hashes[20]
    )
    assert await push(office, shop, shop.chain.batch(2, 9)) == Acknowledged(
        20, shop.chain.hashes[20]
    )


async def test_a_batch_that_begins_too_late_hears_what_must_come(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 3))
    assert await push(office, shop, shop.chain.batch(5, 9)) == Gap(4)


async def test_another_branch_is_a_fork_and_changes_no_row(office: Office) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(5)
    other.append(other.move_till(777))
    await office.open(shop)
    await deliver(office.archive, shop)
    assert await push(office, other, other.chain.batch(0, 4)) == Forked(4)
    assert await push(office, other, other.chain.batch(3, 4)) == Forked(4)
    async with office.archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
    assert standing is not None
    assert (standing.alarm, standing.watermark) == ("fork", 8)
    assert await push(office, shop, shop.chain.batch(0, 8)) == Acknowledged(8, shop.chain.hashes[8])


async def test_a_head_that_was_only_stated_makes_no_event_a_fork(office: Office) -> None:
    """A6: which box is right cannot be known from a claim: events decide, and people are told."""
    shop, copy = Shop(1), Shop(1)
    for one in (shop, copy):
        one.open()
        one.trade(3)
    shop.trade(4)
    copy.append(copy.move_till(777))
    copy.trade(8)
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 6))
    heard = await hear_head(office.archive, shop.store_id, shop.device_id, copy.chain.head, NOW_MS)
    assert heard == Acknowledged(6, shop.chain.hashes[6])
    last = len(shop.events)
    answer = await push(office, shop, shop.chain.batch(6, last))
    assert answer == Acknowledged(last, shop.chain.hashes[last])
    async with office.archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        assert (standing.alarm, standing.sender_seq) == (None, len(copy.events))
    # The copy's own events decide: another event 7 is here.
    assert await push(office, copy, copy.chain.batch(6, len(copy.events))) == Forked(7)


async def test_claims_are_settled_by_the_very_events_and_by_no_others(office: Office) -> None:
    """A6: another event at the claimed place leaves the claim, with an alarm."""
    shop, restored = Shop(1), Shop(1)
    for one in (shop, restored):
        one.open()
    shop.trade(5)
    restored.append(restored.move_till(777))
    restored.trade(8)
    await office.open(shop)
    # The box says that it holds eight events, delivers three, and is put back to a copy.
    assert isinstance(await push(office, shop, shop.chain.batch(0, 3)), Acknowledged)
    whole = Acknowledged(12, restored.chain.hashes[12])
    assert await push(office, restored, restored.chain.batch(3, 12)) == whole
    async with office.archive.unit() as unit:
        assert await unit.settle_claims(shop.key) == 8
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        assert standing.alarm is None


async def test_a_batch_whose_head_is_another_event_than_its_own_contradicts_itself(
    office: Office,
) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(3)
    other.append(other.move_till(777))
    await office.open(shop)
    wrong = msgspec.structs.replace(shop.chain.batch(0, 6), head=other.chain.head)
    assert isinstance(await push(office, shop, wrong), Damaged)
    assert isinstance(await push(office, shop, shop.chain.batch(0, 6)), Acknowledged)


async def test_every_request_states_a_head_that_must_be_ours(office: Office) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(5)
    other.append(other.move_till(777))
    await office.open(shop)
    await deliver(office.archive, shop)
    heard = shop.store_id, shop.device_id
    whole = Acknowledged(8, shop.chain.hashes[8])
    assert await hear_head(office.archive, *heard, shop.chain.head, NOW_MS) == whole
    older = Head(shop.epoch, 3, shop.chain.hashes[3])
    assert await hear_head(office.archive, *heard, older, NOW_MS) == whole
    assert await hear_head(office.archive, *heard, other.chain.head, NOW_MS) == Forked(4)
    assert await hear_head(office.archive, *heard, other.chain.head, NOW_MS) == whole
    stranger = DeviceId(UUID(int=5))
    answer = await hear_head(office.archive, shop.store_id, stranger, older, NOW_MS)
    assert answer == NoStream()


async def test_a_sealed_epoch_is_fenced(office: Office) -> None:
    shop, successor = traded(), Shop(1, epoch_number=2)
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 5))
    await office.open(successor)
    assert await push(office, shop, shop.chain.batch(5, 9)) == Fenced(5)
    sent = (shop.store_id, shop.device_id, shop.chain.head, NOW_MS)
    assert await hear_head(office.archive, *sent) == Fenced(5)


async def test_a_device_pushes_only_into_its_own_stream(office: Office) -> None:
    shop, other = traded(1), traded(2)
    await office.open(shop, other)
    batch = shop.chain.batch(0, 5)
    for store_id, device_id in (
        (other.store_id, other.device_id),
        (shop.store_id, other.device_id),
    ):
        answer = await ingest_batch(office.archive, store_id, device_id, batch, NOW_MS)
        assert answer == NoStream()


@pytest.mark.parametrize("kind", ["a\0b", "\0"])
async def test_a_kind_that_is_no_name_is_refused_and_takes_nothing(
    office: Office, kind: str
) -> None:
    shop = Shop(1)
    shop.open()
    shop.append_body(kind, 1, b"")
    await office.open(shop)
    assert isinstance(await push(office, shop, shop.chain.batch(0, 4)), Damaged)
    assert await push(office, shop, shop.chain.batch(0, 3)) == Acknowledged(3, shop.chain.hashes[3])


async def test_a_flipped_byte_is_refused(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    batch = shop.chain.batch(0, 5)
    body = batch.envelopes[2].body
    flipped = msgspec.structs.replace(batch.envelopes[2], body=bytes([body[0] ^ 1]) + body[1:])
    spoilt = msgspec.structs.replace(
        batch, envelopes=(*batch.envelopes[:2], flipped, *batch.envelopes[3:])
    )
    assert isinstance(await push(office, shop, spoilt), Damaged)
    assert isinstance(await push(office, shop, batch), Acknowledged)


async def test_keys_beside_the_chain_are_kept_and_the_first_stays(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    keys = (PersonalKey(CUSTOMERS[1], b"k" * 32), PersonalKey(CUSTOMERS[0], b"l" * 32))
    await push(office, shop, msgspec.structs.replace(shop.chain.batch(0, 5), keys=keys))
    later = (PersonalKey(CUSTOMERS[1], b"x" * 32),)
    await push(office, shop, msgspec.structs.replace(shop.chain.batch(5, 6), keys=later))
    assert await personal_keys(office.archive, office.engine) == {
        CUSTOMERS[0]: b"l" * 32,
        CUSTOMERS[1]: b"k" * 32,
    }


# --- stage 2


async def test_one_poison_event_delays_nothing_but_itself(office: Office) -> None:
    shop = Shop(1)
    shop.open()
    shop.trade(10)
    poison = shop.append_body("retail_transaction", 1, b"\xc1")
    shop.trade(10)
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert len(rows["sale"]) == shop.receipts
    assert row_of(rows, "quarantine", "seq") == [poison.seq]
    assert row_of(rows, "quarantine", "state") == ["error"]


async def test_an_event_whose_rows_cannot_be_kept_is_found_by_halving(office: Office) -> None:
    """Another movement under an event id that is taken: its rows have a key that is taken."""
    shop = Shop(1)
    shop.open()
    first = shop.append(shop.stock())
    shop.trade(10)
    poison = shop.stock()
    again = shop.append_body("stock_moved", 1, encode(poison), first.event_id)
    shop.trade(10)
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert len(rows["sale"]) == shop.receipts
    assert row_of(rows, "quarantine", "seq") == [again.seq]
    on_hand = sum(row_of(rows, "stock_level", "on_hand_milli"))
    day = tally(shop.facts, DAY).totals().stock_milli
    undated = tally(shop.facts, None).totals().stock_milli
    assert on_hand == day + undated


def each_kind(shop: Shop) -> dict[str, AnyFact]:
    """A fact of every kind, in an order in which they can be applied."""
    sale = shop.sale(((1, 1_000, 2_000),), CUSTOMERS[0])
    told: list[AnyFact] = [
        BusinessDayOpened(DAY, ANNA, "Asia/Singapore"),
        shop.opening(),
        shop.move_till(777),
        sale,
        IdAbandoned(SaleId(shop.new_id()), WORKSTATIONS[0]),
        shop.stock(),
        shop.customer(CUSTOMERS[0], NOW_MS << 16),
        AlarmRaised(shop.new_id(), AlarmKind.SALE_ID_REUSED, "S", "the same id twice"),
        AlarmCleared(shop.new_id(), "Ann", "it was a double tap"),
        DeviceRecorded("boot", "started", "test"),
        counted(shop, 4_000, 2),
        _transferred(shop),
        BusinessDayReopened(DAY, ANNA, "closed too early"),
        shop.settling(),
    ]
    return {kind_of(fact).kind: fact for fact in told}


def _transferred(shop: Shop) -> StockTransferred:
    movement, direction = MovementId(shop.new_id()), TransferDirection.IN
    lines = (StockLine(TEA, 2_000),)
    return StockTransferred(movement, direction, None, None, ANNA, DAY, "from S02", lines)


async def test_a_fact_of_any_kind_that_comes_again_counts_once(office: Office) -> None:
    """A8: the same id and content, in the same set, in a later one, in the store's next epoch."""
    shop, successor = Shop(1), Shop(1, epoch_number=2)
    facts = each_kind(shop)
    sent = {kind: shop.append(fact) for kind, fact in facts.items()}
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    once = await office.rows()
    assert not once["quarantine"]
    again = [*sent.values(), *sent.values()]
    for envelope in again:
        shop.append_body(envelope.kind, envelope.kind_version, envelope.body, envelope.event_id)
    await deliver(office.archive, shop)
    for envelope in again:
        body = (envelope.kind, envelope.kind_version, envelope.body, envelope.event_id)
        successor.append_body(*body)
    await office.open(successor)
    await deliver(office.archive, successor)
    await apply_all(office.archive, limit=7)
    assert await office.rows() == once
    assert sent.keys() | {"business_day_closed"} == {kind.kind for kind in codec.KINDS}


async def test_another_content_under_an_id_that_counts_is_set_aside_whatever_its_kind(
    office: Office,
) -> None:
    """A8: and what stands, stands."""
    shop, other = Shop(1), Shop(1, seed=2)
    facts, others = each_kind(shop), each_kind(other)
    sent = [(shop.append(fact), fact) for fact in facts.values()]
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    once = await office.rows()
    changed = []
    for envelope, fact in sent:
        name = fact.OWN_ID
        new = _otherwise(others[envelope.kind], fact, name)
        body = (envelope.kind, envelope.kind_version, encode(new), envelope.event_id)
        changed.append(shop.append_body(*body))
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "seq") == [event.seq for event in changed]
    states = row_of(rows, "quarantine", "state")
    # Behind another content of its till session or sale waits what belongs to it.
    assert set(states) <= {"error", "waiting"}
    assert {**rows, "quarantine": []} == {**once, "quarantine": []}


def _otherwise(new: AnyFact, old: AnyFact, own: str | None) -> AnyFact:
    """Another fact of the old one's id and aggregate."""
    kept = [name for name in (own, "till_session_id") if name and hasattr(old, name)]
    new = msgspec.structs.replace(new, **{name: getattr(old, name) for name in kept})
    if new == old:
        other = {
            "zone": "UTC",
            "float_minor": 1,
            "reason": "?",
            "detail": "?",
            "operator_id": "bert",
        }
        field = next(name for name in other if hasattr(new, name))
        new = msgspec.structs.replace(new, **{field: other[field]})
    return new


async def test_a_stamp_beyond_its_arrival_wins_nothing_for_longer_than_it_is_wild(
    office: Office,
) -> None:
    """A28: a box says the year 6000; another store's edit an hour later is the newer one."""
    wild, other = Shop(1), Shop(2)
    wild.append(wild.customer(CUSTOMERS[0], (1 << 63) - 1))
    wild.append(wild.customer(CUSTOMERS[0], (1 << 63) - 1))
    await office.open(wild, other)
    await deliver(office.archive, wild)
    await apply_all(office.archive)
    rows = await office.rows()
    newest = fields_of(wild.facts[-1])
    assert row_of(rows, "customer_field", "sealed")[1] == newest["name"].sealed
    assert {stamp >> 16 for stamp in row_of(rows, "customer_field", "hlc")} == {NOW_MS + 300_000}
    later = (NOW_MS + 3_600_000) << 16
    other.append(other.customer(CUSTOMERS[0], later))
    for batch in other.batches():
        heard_ms = NOW_MS + 3_600_000
        await ingest_batch(office.archive, other.store_id, other.device_id, batch, heard_ms)
    await apply_all(office.archive)
    rows = await office.rows()
    assert set(row_of(rows, "customer_field", "source")) == {other.store_id}
    assert set(row_of(rows, "customer_field", "hlc")) == {later}


async def test_a_box_changes_customers_in_its_own_stores_name_only(office: Office) -> None:
    """A28: the company's id as source would be head office's word."""
    shop = Shop(1)
    fields = (FieldChange(CustomerField.CODE, Hlc(NOW_MS << 16), COMPANY, "C-1", None),)
    shop.append(CustomerChanged(CUSTOMERS[0], ANNA, fields))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert rows["customer_field"] == []
    (said,) = row_of(rows, "quarantine", "error")
    assert "another's name" in said


async def test_an_id_that_no_index_can_hold_is_set_aside_before_the_database_is_asked(
    office: Office,
) -> None:
    """A database of several machines says such a thing in a way that looks like a passing fault."""
    shop = Shop(1)
    shop.open()
    long = "x" * 257
    moved = shop.stock()
    shop.append(
        msgspec.structs.replace(
            moved, lines=(msgspec.structs.replace(moved.lines[0], item_id=ItemId(long)),)
        )
    )
    shop.append(shop.sale())
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert len(rows["sale"]) == 1
    assert row_of(rows, "quarantine", "error") == ["an id has 257 characters, at most 256 are kept"]


def fields_of(fact: AnyFact) -> dict[str, FieldChange]:
    assert isinstance(fact, CustomerChanged)
    return {change.field.value: change for change in fact.fields}


async def test_the_same_sale_twice_counts_once_and_another_content_is_set_aside(
    office: Office,
) -> None:
    shop = Shop(1)
    shop.open()
    sale = shop.sale()
    shop.append(sale)
    shop.append(sale)
    other = shop.append(shop.sale(((3, 1_000, 999),), sale_id=sale.sale_id))
    await office.open(shop)
    await deliver(office.archive, shop)
    for limit in (4, 2_000):
        await apply_all(office.archive, limit)
    rows = await office.rows()
    assert row_of(rows, "sale", "total_minor") == [sale.total_minor]
    assert row_of(rows, "quarantine", "seq") == [other.seq]
    assert (shop.store_id, DAY, "transactions", 1) in rows["day_total"]


async def test_a_receipt_number_is_one_sales_alone(office: Office) -> None:
    shop = Shop(1)
    shop.open()
    sale = shop.sale()
    shop.append(sale)
    taken = msgspec.structs.replace(shop.sale(), receipt_number=sale.receipt_number)
    event = shop.append(taken)
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "sale", "sale_id") == [sale.sale_id]
    assert row_of(rows, "quarantine", "seq") == [event.seq]
    assert row_of(rows, "quarantine", "state") == ["error"]


async def test_a_return_waits_for_the_sale_that_it_names(office: Office) -> None:
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    sale = old.sale(customer=CUSTOMERS[0])
    old.append(sale)
    back = new.append(new.sale((), CUSTOMERS[0], [(sale, 1)]))
    new.append(new.sale())
    await office.open(old)
    await push(office, old, old.chain.batch(0, 4))
    await office.open(new)
    await deliver(office.archive, new)
    await apply_events(office.archive, new.store_id, new.epoch)
    rows = await office.rows()
    assert len(rows["sale"]) == 1
    assert row_of(rows, "quarantine", "seq") == [back.seq]
    assert row_of(rows, "quarantine", "root_id") == [sale.sale_id]
    await apply_all(office.archive)
    rows = await office.rows()
    assert len(rows["sale"]) == 3
    assert rows["quarantine"] == []


async def test_a_tills_movement_and_count_wait_for_its_opening(office: Office) -> None:
    shop, late = Shop(1), Shop(1, epoch_number=2)
    shop.append(shop.move_till(500))
    shop.append(shop.settling())
    late.tills, late.till = shop.tills, shop.till
    late.open()
    await office.open(shop)
    await deliver(office.archive, shop)
    await office.open(late)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "state") == ["waiting", "waiting"]
    await deliver(office.archive, late)
    await apply_all(office.archive)
    rows = await office.rows()
    assert rows["quarantine"] == []
    assert 500 in row_of(rows, "till_session", "moved_minor")
    assert 20_002 in row_of(rows, "till_session", "counted_cash_minor")


async def test_only_its_own_aggregate_waits_behind_an_error(office: Office) -> None:
    shop = Shop(1)
    shop.open()
    again = shop.append(msgspec.structs.replace(shop.opening(), float_minor=1))
    behind = shop.append(shop.move_till(500))
    shop.append(shop.sale())
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "seq") == [again.seq, behind.seq]
    assert row_of(rows, "quarantine", "state") == ["error", "waiting"]
    assert len(rows["sale"]) == 1


async def test_unknown_kinds_are_parked_and_tried_again_on_request(office: Office) -> None:
    shop = Shop(1)
    shop.open()
    shop.append_body("from_the_future", 1, b"x")
    shop.append_body("retail_transaction", 2, b"x")
    shop.append(shop.sale())
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    before = await office.rows()
    assert row_of(before, "quarantine", "state") == ["parked", "parked"]
    assert (await retry_quarantined(office.archive, shop.store_id)).events == 0
    tried = await retry_quarantined(office.archive, shop.store_id, every=True, limit=1)
    assert (tried.events, tried.set_aside) == (2, 2)
    assert await office.rows() == before


async def test_what_a_newer_applier_understands_leaves_quarantine(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(1)
    shop.open()
    sale = shop.sale()
    body = encode(sale)
    shop.append_body("retail_transaction", 2, body, EventId(sale.sale_id))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    newer = KindVersion("retail_transaction", 2)
    monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
    monkeypatch.setitem(codec._DECODERS, newer, msgspec.msgpack.Decoder(RetailTransaction))
    monkeypatch.setattr("central.usecases.journal.retry_quarantined.APPLIER_VERSION", 2)
    monkeypatch.setattr("central.usecases.journal.apply_events.APPLIER_VERSION", 2)
    tried = await retry_quarantined(office.archive, shop.store_id)
    assert (tried.events, tried.set_aside) == (1, 0)
    rows = await office.rows()
    assert (len(rows["sale"]), rows["quarantine"]) == (1, [])


async def test_points_are_balance_and_grants_together(office: Office) -> None:
    shop, member = Shop(1), CUSTOMERS[0]
    shop.open()
    sale = shop.sale(((1, 1_000, 10_000),), member)
    shop.append(sale)
    shop.append(shop.sale(((1, 1_000, 500),), member, spend=4))
    shop.append(shop.sale((), member, [(sale, 1)]))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    # Earned 10, spent 4, taken back 10: 7 of them from rights and 3 as a debt.
    assert (await office.rows())["points_account"] == [(COMPANY, member, 0, 10, 4, 10, -1)]


@pytest.mark.parametrize("limit", [1, 3])
async def test_how_events_are_cut_into_sets_does_not_matter(office: Office, limit: int) -> None:
    shop = messy(1)
    await office.open(shop)
    await deliver(office.archive, shop, events_max=limit * 4)
    await apply_all(office.archive, limit)
    witness = Office(MemoryArchive(), None)
    await witness.open(shop)
    await deliver(witness.archive, shop)
    await apply_all(witness.archive)
    assert said(await office.rows()) == said(await witness.rows())


def messy(seed: int) -> Shop:
    """A day in which some things go wrong."""
    shop = Shop(1, seed=seed)
    shop.open()
    shop.trade(8)
    shop.append_body("retail_transaction", 1, b"\xc1")
    moved = shop.stock()
    event = shop.append(moved)
    shop.append_body("stock_moved", 1, encode(moved), event.event_id)
    shop.append_body("from_the_future", 1, b"")
    missing = shop.sale()
    shop.append(shop.sale((), None, [(missing, 1)]))
    shop.trade(8)
    shop.append(shop.opening())
    shop.append(shop.move_till())
    shop.trade(4)
    shop.append(missing)
    shop.close()
    return shop


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), salt=st.integers(0, 10_000))
async def test_any_delivery_to_either_archive_ends_in_the_same_rows(
    engine: AsyncEngine, seed: int, salt: int
) -> None:
    shops = (messy(seed), traded(2, 20, seed), traded(3, 20, seed))
    plain, lossy = Office(MemoryArchive(), None), Office(PostgresArchive(engine), engine)
    await empty(engine)
    for office in (plain, lossy):
        await office.open(*shops)
    for shop in shops:
        await deliver(plain.archive, shop)
    await apply_all(plain.archive)
    await deliver_at_random(lossy.archive, shops, Random(salt))
    await apply_all(lossy.archive, 1 + salt % 50)
    assert said(await lossy.rows()) == said(await plain.rows())


async def deliver_at_random(archive: Archive, shops: Sequence[Shop], rng: Random) -> None:
    """Batches of any size from anywhere, repeated and out of turn, applied at any time."""
    at = dict.fromkeys(range(len(shops)), 0)
    while any(at[place] < len(shop.events) for place, shop in enumerate(shops)):
        place = rng.randrange(len(shops))
        shop = shops[place]
        start = max(0, at[place] - rng.randrange(4))
        end = min(len(shop.events), start + rng.randrange(9))
        batch = shop.chain.batch(start, end)
        answer = await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
        assert isinstance(answer, Acknowledged)
        at[place] = answer.watermark
        if rng.randrange(3) == 0:
            await apply_events(archive, shop.store_id, shop.epoch, 1 + rng.randrange(9))


async def test_customers_that_changed_are_published_as_they_stand(engine: AsyncEngine) -> None:
    in_memory: list[CustomerRecord] = []
    in_postgres: list[CustomerRecord] = []

    async def publish(
        db: AsyncConnection, company_id: CompanyId, records: tuple[CustomerRecord, ...]
    ) -> None:
        assert company_id == COMPANY
        in_postgres.extend(records)

    for office in (
        Office(MemoryArchive(lambda _, records: in_memory.extend(records)), None),
        Office(PostgresArchive(engine, publish), engine),
    ):
        shop = Shop(1)
        shop.append(shop.customer(CUSTOMERS[0], 5))
        shop.append(shop.customer(CUSTOMERS[1], 5))
        shop.append(shop.customer(CUSTOMERS[0], 3))
        await office.open(shop)
        await deliver(office.archive, shop)
        await apply_all(office.archive, 2)
    assert in_memory == in_postgres
    assert [record.customer_id for record in in_memory] == list(CUSTOMERS[:2])
    assert [len(record.fields) for record in in_memory] == [2, 2]


async def test_a_unit_that_fails_keeps_nothing(engine: AsyncEngine) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError

    def fail_in_memory(*_: object) -> None:
        raise ConnectionError

    for office in (
        Office(MemoryArchive(fail_in_memory), None),
        Office(PostgresArchive(engine, fail), engine),
    ):
        shop = Shop(1)
        shop.open()
        shop.append(shop.customer(CUSTOMERS[0], 5))
        await office.open(shop)
        await deliver(office.archive, shop)
        with pytest.raises(ConnectionError):
            await apply_events(office.archive, shop.store_id, shop.epoch)
        assert not any((await office.rows()).values())
        assert await office.archive.behind() == (shop.key,)


# --- stock that was counted


def moved(shop: Shop, milli: int) -> StockMoved:
    movement = MovementId(shop.new_id())
    lines = (StockLine(TEA, milli), StockLine(COFFEE, milli))
    return StockMoved(movement, StockMovementKind.RECEIPT, ANNA, DAY, "delivery", lines)


def counted(shop: Shop, milli: int, seen: int, parent: int | None = None) -> StockCounted:
    line = CountLine(TEA, milli, seen)
    return StockCounted(MovementId(shop.new_id()), ANNA, DAY, "stocktake", parent, (line,))


def on_hand(rows: Rows, item: ItemId = TEA) -> int:
    level: int = next(row[2] for row in rows["stock_level"] if row[1] == item)
    counts = [row for row in rows["stock_count"] if row[1] == item]
    beside: int = sum(row[7] - row[8] for row in counts)
    return level + beside


@pytest.mark.parametrize("limit", [1, 2, 2_000])
async def test_a_count_is_what_is_there_and_what_it_has_not_seen_comes_on_top(
    office: Office, limit: int
) -> None:
    """A10: ten received, nine counted are nine, not nineteen; what is sold meanwhile is sold."""
    shop = Shop(1)
    shop.open()
    shop.append(moved(shop, 10_000))
    seen = len(shop.events)
    shop.append(shop.sale(((1, 2_000, 350),)))
    shop.append(counted(shop, 9_000, seen))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    rows = await office.rows()
    assert (on_hand(rows), on_hand(rows, COFFEE)) == (7_000, 10_000)
    shop.append(shop.sale(((1, 1_000, 350),)))
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 6_000
    # A count that has seen less does not take over from one that has seen more.
    shop.append(counted(shop, 1_000, seen - 1))
    # One that has seen everything does.
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 6_000
    shop.append(counted(shop, 5_000, len(shop.events)))
    await deliver(office.archive, shop)
    await apply_all(office.archive, limit)
    assert on_hand(await office.rows()) == 5_000


async def test_what_a_count_has_seen_counts_no_second_time_when_it_is_applied_late(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A10: a sale that waited in quarantine had left the shelf before it was counted."""
    shop = Shop(1)
    shop.open()
    shop.append(moved(shop, 10_000))
    late = shop.sale(((1, 2_000, 350),))
    shop.append_body("retail_transaction", 2, encode(late), EventId(late.sale_id))
    shop.append(counted(shop, 8_000, len(shop.events)))
    unseen = shop.sale(((1, 3_000, 350),))
    shop.append_body("retail_transaction", 2, encode(unseen), EventId(unseen.sale_id))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    assert on_hand(await office.rows()) == 8_000
    newer = KindVersion("retail_transaction", 2)
    monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
    monkeypatch.setitem(codec._DECODERS, newer, msgspec.msgpack.Decoder(RetailTransaction))
    await retry_quarantined(office.archive, shop.store_id, every=True)
    rows = await office.rows()
    assert (len(rows["sale"]), on_hand(rows)) == (2, 5_000)


async def test_a_count_in_a_new_epoch_has_seen_the_one_before_through_its_watermark(
    office: Office,
) -> None:
    """A10: what the box before it had not said when it was sealed comes on top."""
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.append(moved(old, 10_000))
    through = len(old.events)
    old.append(moved(old, 1_000))
    await office.open(old)
    await deliver(office.archive, old)
    new.append(counted(new, 9_000, 0, parent=through))
    new.append(moved(new, 500))
    await office.open(new)
    await deliver(office.archive, new)
    await apply_all(office.archive)
    assert on_hand(await office.rows()) == 10_500


async def test_a_day_that_was_closed_by_mistake_and_goes_on_is_closed_by_its_next_close(
    office: Office,
) -> None:
    """Reopened in the same set as it was closed, or in a later one."""
    for limit in (1, 2_000):
        shop = Shop(limit)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        shop.append(BusinessDayReopened(DAY, ANNA, "the evening was still to come"))
        await office.open(shop)
        await deliver(office.archive, shop)
        await apply_all(office.archive, limit)
        (day,) = [row for row in (await office.rows())["business_day"] if row[0] == shop.store_id]
        assert (day[5], day[6], day[7]) == (None, None, len(shop.events))
        shop.append(shop.sale())
        shop.new_tills()
        for name in shop.tills:
            shop.append(shop.opening(name))
        shop.close()
        await deliver(office.archive, shop)
        await apply_all(office.archive, limit)
        (day,) = [row for row in (await office.rows())["business_day"] if row[0] == shop.store_id]
        assert day[5] == len(shop.events)
        assert day[6] is not None

"""Stage 2: what of the events counts, waits or is set aside, in both archives."""

from uuid import UUID

import msgspec
import pytest

from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import ingest_batch
from central.usecases.journal.retry_quarantined import retry_quarantined
from sync.protocol import codec
from sync.protocol.clock import Hlc
from sync.protocol.codec import encode
from sync.protocol.facts import (
    AnyFact,
    CustomerChanged,
    KindVersion,
    RetailTransaction,
)
from sync.protocol.identity import EventId, ItemId
from sync.protocol.shared import CustomerField, FieldChange
from tests.contract.every_kind import each_kind, otherwise
from tests.contract.histories import arrive
from tests.contract.office import Office, push, row_of
from tests.head_office import (
    apply_all,
    deliver,
)
from tests.shop_journal import ANNA, COMPANY, CUSTOMERS, DAY, NOW_MS, Shop
from tests.shop_sales import tally


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
    elsewhere = {"business_day_closed", "event_recovered"}
    assert sent.keys() | elsewhere == {kind.kind for kind in codec.KINDS}


async def test_another_content_under_an_id_that_counts_is_set_aside_whatever_its_kind(
    office: Office,
) -> None:
    """A8: and what stands, stands. What merges has no other content."""
    shop, other = Shop(1), Shop(1, seed=2)
    facts, others = each_kind(shop), each_kind(other)
    sent = [(shop.append(fact), fact) for fact in facts.values() if not fact.MERGES]
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    once = await office.rows()
    changed = []
    for envelope, fact in sent:
        name = fact.OWN_ID
        new = otherwise(others[envelope.kind], fact, name)
        body = (envelope.kind, envelope.kind_version, encode(new), envelope.event_id)
        changed.append(shop.append_body(*body))
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "seq") == [event.seq for event in changed]
    states = row_of(rows, "quarantine", "state")
    assert set(states) == {"error"}
    assert {**rows, "quarantine": []} == {**once, "quarantine": []}


@pytest.mark.parametrize("first", [0, 1], ids=["in their order", "in the other order"])
async def test_one_request_that_a_box_and_its_copy_carried_out_changes_the_customer_as_both_hold_it(
    office: Office, first: int
) -> None:
    """Each stamped it by its own clock: the newer stands, as it does at both boxes after a pull."""
    box, copy, request = Shop(1), Shop(1, epoch_number=2), EventId(UUID(int=0xE5))
    box.append(box.customer(CUSTOMERS[0], 1))
    shops = (box, copy) if first == 0 else (copy, box)
    for shop, clock in ((box, 9), (copy, 5)):
        changed = shop.customer(CUSTOMERS[0], clock)
        shop.append_body("customer_changed", 1, encode(changed), request)
        shop.facts.append(changed)
    await office.open(*shops)
    for each in shops:
        await arrive(office.archive, each, len(each.events))
        await apply_all(office.archive)
    rows = await office.rows()
    newest = fields_of(box.facts[-1])
    assert row_of(rows, "customer_field", "sealed")[1] == newest["name"].sealed
    assert row_of(rows, "customer_field", "hlc") == [9, 9]
    assert (rows["quarantine"], await office.alarms()) == ([], [])


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
    assert (shop.store_id, DAY, "transactions", 1) in [row[:4] for row in rows["day_total"]]


@pytest.mark.parametrize("first", [0, 1], ids=["in their order", "in the other order"])
async def test_two_sales_printed_under_one_receipt_number_both_count_and_people_are_told(
    office: Office, first: int
) -> None:
    """Head office was put back and gave an epoch's number twice; or a copy sold on."""
    shop, other = Shop(1), Shop(1, branch=1)
    shop.open()
    sale = shop.sale()
    shop.append(sale)
    taken = msgspec.structs.replace(other.sale(), receipt_number=sale.receipt_number)
    other.append(taken)
    other.append(other.sale((), None, [(taken, 1)]))
    shops = (shop, other) if first == 0 else (other, shop)
    await office.open(*shops)
    for each in shops:
        await arrive(office.archive, each, len(each.events))
        await apply_all(office.archive)
    rows = await office.rows()
    assert {sale.sale_id, taken.sale_id} <= set(row_of(rows, "sale", "sale_id"))
    assert (len(rows["sale"]), rows["quarantine"]) == (3, [])
    one, two = sorted((sale.sale_id, taken.sale_id))
    said = f"was printed on two receipts, the sales {one} and {two}. Both count."
    assert await office.alarms() == [
        ("same_number_twice", f"Receipt number {sale.receipt_number} {said}")
    ]


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
    """A customer was changed in another's name: what the box changes of them afterwards waits."""
    shop = Shop(1)
    shop.open()
    fields = (FieldChange(CustomerField.CODE, Hlc(NOW_MS << 16), COMPANY, "C-1", None),)
    wrong = shop.append(CustomerChanged(CUSTOMERS[0], ANNA, fields))
    behind = shop.append(shop.customer(CUSTOMERS[0], NOW_MS << 16))
    shop.append(shop.customer(CUSTOMERS[1], NOW_MS << 16))
    shop.append(shop.sale())
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "seq") == [wrong.seq, behind.seq]
    assert row_of(rows, "quarantine", "state") == ["error", "waiting"]
    assert set(row_of(rows, "customer_field", "customer_id")) == {CUSTOMERS[1]}
    assert len(rows["sale"]) == 1


async def test_behind_what_lost_under_its_own_id_nothing_waits(office: Office) -> None:
    """The till session is there, with the content that counts: cash that moved in it did move."""
    shop = Shop(1)
    shop.open()
    again = shop.append(msgspec.structs.replace(shop.opening(), float_minor=1))
    shop.append(shop.move_till(500))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "seq") == [again.seq]
    assert row_of(rows, "quarantine", "state") == ["error"]
    assert row_of(rows, "till_session", "float_minor") == [10_000, 10_000]
    assert sorted(row_of(rows, "till_session", "moved_minor")) == [0, 500]


async def test_unknown_kinds_are_parked_and_tried_again_on_request(office: Office) -> None:
    shop = Shop(1)
    shop.open()
    shop.append_body("from_the_future", 1, b"x")
    shop.append_body("retail_transaction", 99, b"x")
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
    shop.append_body("retail_transaction", 99, body, EventId(sale.sale_id))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    newer = KindVersion("retail_transaction", 99)
    monkeypatch.setitem(codec.KINDS, newer, RetailTransaction)
    monkeypatch.setitem(codec._DECODERS, newer, msgspec.msgpack.Decoder(RetailTransaction))
    monkeypatch.setattr("central.usecases.journal.retry_quarantined.APPLIER_VERSION", 2)
    monkeypatch.setattr("central.usecases.journal.apply_events.APPLIER_VERSION", 2)
    tried = await retry_quarantined(office.archive, shop.store_id)
    assert (tried.events, tried.set_aside) == (1, 0)
    rows = await office.rows()
    assert (len(rows["sale"]), rows["quarantine"]) == (1, [])

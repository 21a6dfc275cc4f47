"""What comes home by a recovered event is what counts, once; of two contents under one id the one
of the lowest place, in either archive."""

from itertools import permutations

import msgspec
import pytest

from sync.protocol.codec import encode
from sync.protocol.currency import format_money
from sync.protocol.facts import EventRecovered, IdAbandoned
from sync.protocol.identity import EventId, SaleId
from tests.contract.histories import apply, arrive, copied
from tests.contract.office import Office, row_of
from tests.head_office import Rows
from tests.shop_journal import ANNA, CUSTOMERS, DAY, WORKSTATIONS, Shop

W1, W2 = WORKSTATIONS


def burnt() -> Shop:
    """A box that sold once more before it burnt; nobody heard of its last receipt."""
    shop = Shop(1)
    shop.open()
    shop.append(shop.sale(((1, 1_000, 5_000),), CUSTOMERS[0]))
    shop.append(shop.sale(((2, 1_000, 700),), CUSTOMERS[0], day=DAY))
    return shop


async def come(office: Office, shop: Shop, through: int | None = None) -> None:
    await arrive(office.archive, shop, len(shop.events) if through is None else through)
    await apply(office.archive, shop, 100)


def places(rows: Rows) -> list[tuple[int, int]]:
    numbers, seqs = row_of(rows, "sale", "epoch_number"), row_of(rows, "sale", "seq")
    return sorted(zip(numbers, seqs, strict=True))


async def test_a_sale_that_comes_home_counts_with_its_own_epoch_sequence_day_and_till(
    office: Office,
) -> None:
    old, new = burnt(), Shop(1, epoch_number=2)
    await office.open(old)
    await come(office, old, 4)
    new.recover(old, 5, W2)
    await office.open(new)
    await come(office, new)
    rows = await office.rows()
    assert places(rows) == [(1, 4), (1, 5)]
    assert set(row_of(rows, "sale", "till_session_id")) <= set(old.tills.values())
    assert row_of(rows, "recovered_fact", "workstation_id") == [W2]
    assert row_of(rows, "recovered_fact", "source") == ["workstation"]
    assert (row_of(rows, "counted_fact", "kind"), rows["quarantine"]) == (
        ["business_day_opened", "till_session_opened", "till_session_opened"],
        [],
    )


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_what_two_tills_two_boxes_and_its_own_late_tail_bring_counts_once(
    office: Office, order: tuple[int, ...]
) -> None:
    old = burnt()
    second, third = Shop(1, epoch_number=2), Shop(1, epoch_number=3)
    second.recover(old, 5, W2)
    second.recover(old, 5, W1)
    third.recover(old, 5)
    shops = (old, second, third)
    await office.open(*shops)
    await come(office, old, 4)
    for place in order:
        await come(office, shops[place])
    rows = await office.rows()
    assert places(rows) == [(1, 4), (1, 5)]
    assert rows["recovered_fact"] == rows["quarantine"] == []
    assert (old.store_id, DAY, "transactions", 2) in [row[:4] for row in rows["day_total"]]


@pytest.mark.parametrize("first", [0, 1], ids=["the lower one first", "the higher one first"])
async def test_of_two_contents_under_one_sale_id_the_lowest_place_counts_whichever_came_first(
    office: Office, first: int
) -> None:
    old, new = burnt(), Shop(1, epoch_number=2)
    sale = old.facts[4]
    assert isinstance(sale, type(old.sale()))
    new.append(new.sale(((3, 2_000, 999),), CUSTOMERS[1], sale_id=sale.sale_id))
    new.append(new.sale((), CUSTOMERS[0], [(sale, 1)]))
    await office.open(old, new)
    await come(office, old, 4)
    for shop in (old, new) if first == 0 else (new, old):
        await come(office, shop)
    rows = await office.rows()
    assert places(rows) == [(1, 4), (1, 5), (2, 2)]
    assert row_of(rows, "quarantine", "error") == [
        f"under the id of this retail transaction, {sale.sale_id}, other content counts: that of"
        " the lowest place"
    ]
    # Of the item, the customer and the tenders that only the other content has nothing is left.
    assert "I3" not in row_of(rows, "stock_level", "item_id")
    assert CUSTOMERS[1] not in row_of(rows, "right_account", "account_id")
    alarms = await office.alarms()
    assert [alarm[0] for alarm in alarms] == ["same_id_twice"]
    named = f"receipt {sale.receipt_number}, {format_money(sale.due_minor, sale.currency)}"
    assert f"event 5 of epoch {old.epoch} counts ({named})" in alarms[0][1]


async def test_two_sales_at_one_place_of_a_forked_journal_both_count(office: Office) -> None:
    """The box was copied: both sold on in one epoch, under one receipt number."""
    shop = Shop(1)
    shop.open()
    copy, side = copied(shop, 1), Shop(1, epoch_number=2)
    shop.append(shop.sale(((1, 1_000, 100),)))
    sold = copy.sale(((1, 1_000, 200),))
    number = shop.facts[-1].receipt_number  # type: ignore[union-attr]  # a sale
    copy.append(msgspec.structs.replace(sold, receipt_number=number))
    side.recover(copy, 4)
    await office.open(shop, side)
    for one in (side, shop):
        await come(office, one)
    rows = await office.rows()
    assert places(rows) == [(1, 4), (1, 4)]
    assert row_of(rows, "sale", "receipt_number") == [number, number]
    assert (rows["quarantine"], await office.alarms()) == ([], [])


@pytest.mark.parametrize("first", [0, 1], ids=["the sale first", "the giving up first"])
async def test_a_sale_under_an_id_that_its_till_gave_up_counts_and_people_are_told(
    office: Office, first: int
) -> None:
    """Its box burnt before the till was told, and the next one had never heard of it."""
    old, new = burnt(), Shop(1, epoch_number=2)
    sale_id = SaleId(old.events[4].event_id)
    new.append(IdAbandoned(sale_id, W1, ANNA))
    await office.open(old, new)
    for shop in (old, new) if first == 0 else (new, old):
        await come(office, shop)
    assert sale_id in row_of(await office.rows(), "sale", "sale_id")
    ((kind, detail),) = await office.alarms()
    assert kind == "given_up_and_sold"
    assert f"the sale {sale_id} up" in detail


@pytest.mark.parametrize("said", [0, 1], ids=["none of its own events", "one of them"])
async def test_what_comes_home_of_an_epoch_that_is_not_known_waits_for_it(
    office: Office, said: int
) -> None:
    side, new = Shop(1, branch=1), Shop(1, epoch_number=2)
    side.open()
    side.append(side.sale())
    new.recover(side, 4, W1)
    new.append(new.sale())
    await office.open(new)
    await come(office, new)
    rows = await office.rows()
    assert row_of(rows, "quarantine", "state") == ["waiting"]
    assert row_of(rows, "quarantine", "root_kind") == ["epoch"]
    assert places(rows) == [(2, 2)]
    await office.open(side)
    await come(office, side, said)
    rows = await office.rows()
    assert rows["quarantine"] == []
    assert places(rows) == [(1, 4), (2, 2)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"signature": bytes(64)}, "is not signed by the box that wrote there"),
        ({"hash": bytes(32)}, "does not come out at its hash"),
        ({"prev_hash": bytes(32)}, "does not come out at its hash"),
    ],
)
async def test_what_no_box_of_ours_wrote_counts_nowhere(
    office: Office, changed: dict[str, bytes], said: str
) -> None:
    old, new = burnt(), Shop(1, epoch_number=2)
    new.recover(old, 5, W2)
    (fact,) = new.facts
    assert isinstance(fact, EventRecovered)
    new.append_body("event_recovered", 1, encode(msgspec.structs.replace(fact, **changed)))
    new.events.pop(0)
    new.events[0] = msgspec.structs.replace(new.events[0], seq=1, event_id=EventId(new.new_id()))
    await office.open(old, new)
    await come(office, new)
    rows = await office.rows()
    assert rows["sale"] == []
    assert row_of(rows, "quarantine", "state") == ["error"]
    assert said in row_of(rows, "quarantine", "error")[0]

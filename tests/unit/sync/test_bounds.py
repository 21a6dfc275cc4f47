"""Bounds of single figures leave room for every sum that is made of them.

Facts are drawn at the edges of their figures, added up as both sides add them, and the sum has to
travel: what is committed can always be closed.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.journal import FactBeyondBounds, Moment, next_entry
from sync.protocol.bare import bare
from sync.protocol.bounds import DATE_MAX, DATE_MIN, FIGURE_MAX, SUM_MAX
from sync.protocol.change import INSTANT_MS_MAX, Epoch, Head
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import KINDS, decode, decode_fact, encode
from sync.protocol.errors import Unbalanced
from sync.protocol.facts import (
    AnyFact,
    BusinessDayClosed,
    Line,
    RetailTransaction,
    StockLine,
    StockMoved,
    StockMovementKind,
    TaxClass,
    TenderKind,
    TenderLine,
    tax_lines,
)
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    MovementId,
    OperatorId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.manifest import Manifest, WorkstationTotals

DAY = date(2026, 11, 28)
ANNA, W1 = OperatorId("anna"), WorkstationId("W1")
RECEIPTS_OF_A_DAY = 92_000_000
"""A writer of 1,000 receipts a second, all the day long."""
near_the_edge = st.integers(FIGURE_MAX - 1_000, FIGURE_MAX)


def line(number: int, amount: int, quantity: int = 1_000, points: int = 0) -> Line:
    return Line(
        item_id=ItemId("gold"),
        description="Gold",
        unit="each",
        scan_code=None,
        tax_class=TaxClass.ZERO,
        tax_rate_bp=0,
        tax_included=True,
        tax_version=1,
        price_version=1,
        unit_cost_minor=amount,
        quantity_milli=quantity,
        unit_price_minor=amount,
        extended_minor=amount,
        amount_minor=amount,
        tax_minor=0,
        points=points,
        line_no=number,
    )


def receipt(
    *lines: Line, day: date = DAY, at_ms: int = 1_764_000_000_000, change: int = 0
) -> RetailTransaction:
    points = sum(one.points for one in lines)
    total = sum(one.amount_minor for one in lines)
    return RetailTransaction(
        sale_id=SaleId(UUID(int=1)),
        receipt_number=ReceiptNumber("S01-W1-E1-000001"),
        workstation_id=W1,
        till_session_id=TillSessionId(UUID(int=2)),
        operator_id=ANNA,
        business_date=day,
        tendered_at_ms=at_ms,
        currency="SGD",
        customer_id=CustomerId(UUID(int=3)) if points else None,
        lines=lines,
        taxes=tax_lines(lines),
        tenders=(TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, total + change),),
        change_minor=change,
        points_earned=points,
    )


def test_a_day_of_the_largest_receipts_leaves_room() -> None:
    assert RECEIPTS_OF_A_DAY * FIGURE_MAX <= SUM_MAX


@given(st.lists(st.tuples(near_the_edge, near_the_edge, near_the_edge), min_size=1, max_size=8))
def test_receipts_at_the_edge_add_up_to_what_can_be_closed(
    edges: list[tuple[int, int, int]],
) -> None:
    """A1: sums passed 10^15, and the close of the day was set aside at head office for ever."""
    tally = Tally()
    for amount, quantity, points in edges:
        sold = receipt(line(1, amount, quantity, points))
        assert decode_fact("retail_transaction", 1, encode(sold)) == sold
        tally.add(sold)
    busiest = RECEIPTS_OF_A_DAY // len(edges)
    for figure in ("gross_minor", "stock_milli", "points_earned"):
        tally.sums[figure] *= busiest
    tally.tenders = {name: amount * busiest for name, amount in tally.tenders.items()}
    tally.taxes = {key: (net * busiest, tax * busiest) for key, (net, tax) in tally.taxes.items()}
    totals = tally.totals()
    assert decode(Totals, encode(totals)) == totals
    manifest = Manifest(DAY, 1, b"abcd", 1, 2, b"h" * 32, totals, (WorkstationTotals(W1, totals),))
    closed = BusinessDayClosed(DAY, ANNA, manifest)
    assert decode_fact("business_day_closed", 1, encode(closed)) == closed


BEYOND: dict[str, Callable[[], object]] = {
    "amounts of many lines": lambda: receipt(*(line(n, FIGURE_MAX // 2 + 1) for n in (1, 2))),
    "pieces of many lines": lambda: receipt(*(line(n, 1, FIGURE_MAX // 2 + 1) for n in (1, 2))),
    "points of many lines": lambda: receipt(
        *(line(n, 1, points=FIGURE_MAX // 2 + 1) for n in (1, 2))
    ),
    "cash given": lambda: receipt(line(1, 100), change=FIGURE_MAX),
    "a date before every shop": lambda: receipt(line(1, 1), day=date.min),
    "the calendar's last day": lambda: receipt(line(1, 1), day=date.max),
    "pieces received": lambda: StockMoved(
        MovementId(UUID(int=1)),
        StockMovementKind.RECEIPT,
        ANNA,
        DAY,
        "delivery",
        tuple(StockLine(ItemId("gold"), FIGURE_MAX // 2 + 1) for _ in range(2)),
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_whole_that_is_beyond_the_bound_does_not_exist(name: str) -> None:
    """A1, A2: each part keeps its bound, the whole does not."""
    with pytest.raises(Unbalanced):
        BEYOND[name]()


def test_the_first_and_the_last_business_date_are_read() -> None:
    for day in (DATE_MIN, DATE_MAX):
        sold = receipt(line(1, 1), day=day)
        assert decode_fact("retail_transaction", 1, encode(sold)) == sold


@pytest.mark.parametrize(
    "sold",
    [
        receipt(line(1, 1), at_ms=INSTANT_MS_MAX + 1),
        receipt(line(1, 1), at_ms=253_402_300_799_000),
    ],
    ids=["an instant beyond the bound", "the year 9999"],
)
def test_the_journal_keeps_nothing_that_head_office_could_not_read(sold: RetailTransaction) -> None:
    """A2: a sale tendered in the year 9999 was answered 201, and then never read by anybody."""
    head = Head(Epoch(1, b"abcd"), 0, b"g" * 32)
    moment = Moment(1_764_000_000_000, 28_800, BootId(UUID(int=4)), ClockState.CHECKED)
    with pytest.raises(FactBeyondBounds) as refused:
        next_entry(StoreId(UUID(int=5)), head, Hlc(0), sold, EventId(sold.sale_id), moment)
    assert "$[6]" in refused.value.detail, "the seventh field, tendered_at_ms"
    assert refused.value.remedy


@pytest.mark.parametrize("kind", sorted(set(KINDS.values()), key=str), ids=str)
def test_a_fact_is_held_to_the_bounds_that_its_reader_holds_it_to(kind: type[AnyFact]) -> None:
    """The journal looks at types and bounds alone, by a description made of the fact's own."""
    assert _said_of(bare(kind)) == _said_of(kind)


def _said_of(kind: type[msgspec.Struct]) -> Any:
    """Every field's type and bounds, without the words beside them."""

    def without_words(said: Any) -> Any:
        if isinstance(said, list):
            return [without_words(each) for each in said]
        if not isinstance(said, dict):
            return said
        return {name: without_words(each) for name, each in said.items() if name != "description"}

    return without_words(msgspec.json.schema(kind))


def test_a_fact_that_was_made_is_not_judged_twice_before_it_is_kept() -> None:
    """Whoever made it has judged it: reading it again to look at its bounds is some of a sale."""
    sold = receipt(line(1, 1))
    read: Any = msgspec.msgpack.decode(encode(sold), type=bare(type(sold)))
    assert not hasattr(read, "__post_init__")
    assert not hasattr(read.lines[0], "__post_init__")

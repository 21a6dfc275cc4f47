"""Facts refuse to exist unbalanced: each figure that is changed alone is noticed."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.protocol.aggregate import Root, names_of, root_of
from sync.protocol.clock import Hlc
from sync.protocol.codec import KINDS, decode_fact, encode
from sync.protocol.errors import Unbalanced, Undecodable
from sync.protocol.facts import (
    CountLine,
    KindVersion,
    Line,
    OriginalLine,
    RetailTransaction,
    Spend,
    StockCounted,
    StockLine,
    StockMoved,
    StockMovementKind,
    StockTransferred,
    TakeBack,
    TaxClass,
    TenderKind,
    TenderLine,
    TillMoved,
    TillMovementKind,
    TransferDirection,
    tax_lines,
)
from sync.protocol.identity import (
    CustomerId,
    ItemId,
    MovementId,
    OperatorId,
    ReceiptNumber,
    SaleId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.shared import CustomerField, FieldChange
from tests.chain_strategies import FACTS
from tests.golden.examples import EXAMPLES
from tests.strategies import sales

SALE = SaleId(UUID(int=1))
ORIGINAL = SaleId(UUID(int=2))
CUSTOMER = CustomerId(UUID(int=3))


def changed(value: Any, **fields: Any) -> Any:
    """The same struct with other values, built, and so checked, anew."""
    return type(value)(**{**msgspec.structs.asdict(value), **fields})


def line(number: int = 1, quantity: int = 1_000, amount: int = 1_090, **fields: Any) -> Line:
    values: dict[str, Any] = {
        "item_id": ItemId("tea"),
        "description": "Green tea 100 g",
        "unit": "each",
        "scan_code": "8881234567890",
        "tax_class": TaxClass.STANDARD,
        "tax_rate_bp": 900,
        "tax_included": True,
        "tax_version": 1,
        "price_version": 1,
        "unit_cost_minor": 400,
        "quantity_milli": quantity,
        "unit_price_minor": 1_090,
        "extended_minor": amount,
        "amount_minor": amount,
        "tax_minor": 90,
        "points": 1,
        "line_no": number,
    }
    return Line(**{**values, **fields})


def returned(number: int = 2) -> Line:
    return line(
        number, -1_000, -1_090, tax_minor=-90, points=-1, original=OriginalLine(ORIGINAL, 3)
    )


def sale(lines: tuple[Line, ...] = (line(),), **fields: Any) -> RetailTransaction:
    due = sum(one.amount_minor for one in lines)
    taken = -sum(one.points for one in lines if one.points < 0)
    values: dict[str, Any] = {
        "sale_id": SALE,
        "receipt_number": ReceiptNumber("S01-W1-E1-000001"),
        "workstation_id": WorkstationId("W1"),
        "till_session_id": TillSessionId(UUID(int=4)),
        "operator_id": OperatorId("anna"),
        "business_date": date(2025, 11, 24),
        "tendered_at_ms": 1_764_000_000_000,
        "currency": "SGD",
        "customer_id": CUSTOMER,
        "lines": lines,
        "taxes": tax_lines(lines),
        "tenders": (TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, due + 10),),
        "change_minor": 10,
        "points_earned": sum(one.points for one in lines if one.points > 0),
        "take_back": TakeBack(taken, (Spend(ORIGINAL, 3, taken),), 0) if taken else None,
    }
    return RetailTransaction(**{**values, **fields})


def test_every_kind_has_a_strategy() -> None:
    assert FACTS.keys() == KINDS.keys()


def test_an_exchange_balances() -> None:
    exchange = sale((line(), returned()))
    assert (exchange.total_minor, exchange.due_minor) == (0, 0)


def test_tax_that_is_not_included_is_owed_on_top() -> None:
    lines = (line(tax_minor=98, tax_included=False),)
    paid = (TenderLine(TenderId("card"), "Card", TenderKind.CARD, 1_188),)
    plus_tax = sale(lines, tenders=paid, change_minor=0)
    assert plus_tax.total_minor == 1_188


def with_line(receipt: RetailTransaction, place: int, **fields: Any) -> RetailTransaction:
    """The receipt with one of its lines changed."""
    other = changed(receipt.lines[place], **fields)
    lines = (*receipt.lines[:place], other, *receipt.lines[place + 1 :])
    made: RetailTransaction = changed(receipt, lines=lines)
    return made


AMOUNTS_OF_A_SALE = ["rounding_minor", "change_minor", "points_earned"]


@given(sales(), st.sampled_from(AMOUNTS_OF_A_SALE), st.integers(-1_000, 1_000).filter(bool))
def test_a_figure_of_a_receipt_changed_alone_is_refused(
    receipt: RetailTransaction, name: str, by: int
) -> None:
    with pytest.raises(Unbalanced):
        changed(receipt, **{name: getattr(receipt, name) + by})


@given(sales(), st.data())
def test_a_figure_of_a_line_changed_alone_is_refused(
    receipt: RetailTransaction, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(receipt.lines) - 1))
    name = data.draw(
        st.sampled_from(["extended_minor", "amount_minor", "tax_minor", "points", "tax_rate_bp"])
    )
    by = data.draw(st.integers(1, 1_000))
    with pytest.raises(Unbalanced):
        with_line(receipt, place, **{name: getattr(receipt.lines[place], name) + by})


@given(sales(), st.data())
def test_a_tender_changed_alone_is_refused(receipt: RetailTransaction, data: st.DataObject) -> None:
    extra = TenderLine(TenderId("card"), "Card", TenderKind.CARD, data.draw(st.integers(1, 1_000)))
    with pytest.raises(Unbalanced):
        changed(receipt, tenders=(*receipt.tenders, extra))
    if receipt.tenders:
        first = receipt.tenders[0]
        other = changed(first, amount_minor=first.amount_minor + 1)
        with pytest.raises(Unbalanced):
            changed(receipt, tenders=(other, *receipt.tenders[1:]))


@given(sales(), st.data())
def test_a_line_left_out_is_refused(receipt: RetailTransaction, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(receipt.lines) - 1))
    assume(receipt.lines[place].amount_minor != 0)
    with pytest.raises(Unbalanced):
        changed(receipt, lines=(*receipt.lines[:place], *receipt.lines[place + 1 :]))


WRONG_LINES = [
    {"quantity_milli": 0},
    {"quantity_milli": -1_000},
    {"tax_rate_bp": 10_001},
    {"tax_rate_bp": -1},
    {"amount_minor": 1_089},
    {"original": OriginalLine(ORIGINAL, 1)},
    {"extended_minor": -1_090, "amount_minor": -1_090},
    {"tax_minor": -1},
    {"points": -1},
    {"tax_class": TaxClass.OUT_OF_SCOPE},
]


@pytest.mark.parametrize("fields", WRONG_LINES, ids=str)
def test_a_wrong_line_does_not_exist(fields: dict[str, Any]) -> None:
    with pytest.raises(Unbalanced, match="line 1"):
        changed(line(), **fields)


WRONG_SALES: list[dict[str, Any]] = [
    {"lines": ()},
    {"lines": (line(2),)},
    {
        "change_minor": -1,
        "tenders": (TenderLine(TenderId("cash"), "Cash", TenderKind.CASH, 1_089),),
    },
    {"taxes": ()},
    {"customer_id": None},
    {"take_back": TakeBack(1, (), 1)},
    {
        "tenders": tuple(
            TenderLine(TenderId("v"), "Voucher", TenderKind.VOUCHER, 1_100 if n == 0 else 0)
            for n in range(21)
        )
    },
]


@pytest.mark.parametrize("fields", WRONG_SALES, ids=str)
def test_a_wrong_receipt_does_not_exist(fields: dict[str, Any]) -> None:
    sale()
    with pytest.raises(Unbalanced):
        sale(**fields)


def test_tax_that_is_not_the_rate_on_the_sum_is_refused() -> None:
    with pytest.raises(Unbalanced, match="not the rate"):
        sale((line(tax_minor=91),))


def test_points_are_only_taken_by_whole_spends() -> None:
    grant = UUID(int=9)
    with pytest.raises(Unbalanced, match="at least one"):
        Spend(grant, 1, 0)
    with pytest.raises(Unbalanced, match="do not add up"):
        TenderLine(
            TenderId("points"), "Points", TenderKind.POINTS, 5, None, 500, (Spend(grant, 1, 499),)
        )
    with pytest.raises(Unbalanced, match="only points"):
        TenderLine(TenderId("card"), "Card", TenderKind.CARD, 5, None, 500, (Spend(grant, 1, 500),))
    with pytest.raises(Unbalanced, match="spends and debt"):
        TakeBack(5, (Spend(grant, 1, 6),), 0)
    with pytest.raises(Unbalanced, match="spends and debt"):
        TakeBack(-1, (), -1)


def test_a_receipt_may_pay_off_more_than_it_takes_back() -> None:
    """A12: a debt below zero is what was paid off, by rights that the spends name."""
    assert TakeBack(5, (Spend(UUID(int=9), 1, 6),), -1).debt == -1
    assert TakeBack(0, (Spend(UUID(int=9), 1, 6),), -6).points == 0


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (TillMovementKind.LOAN, -1),
        (TillMovementKind.PICKUP, 1),
        (TillMovementKind.PAID_IN, 0),
        (TillMovementKind.PAID_OUT, 5),
    ],
)
def test_cash_moves_with_the_sign_of_its_kind(kind: TillMovementKind, amount: int) -> None:
    with pytest.raises(Unbalanced, match="wrong sign"):
        TillMoved(
            MovementId(UUID(int=1)),
            TillSessionId(UUID(int=2)),
            kind,
            OperatorId("anna"),
            date(2025, 11, 24),
            amount,
            "change",
        )


RECEIPT = StockMovementKind.RECEIPT


def stock(kind: StockMovementKind, *lines: StockLine) -> StockMoved:
    return StockMoved(MovementId(SALE), kind, OperatorId("a"), None, "", lines)


def transferred(direction: TransferDirection, *lines: StockLine) -> StockTransferred:
    parts = (None, None, OperatorId("a"), None, "")
    return StockTransferred(MovementId(SALE), direction, *parts, lines)


def test_no_movement_moves_nothing() -> None:
    with pytest.raises(Unbalanced, match="moves nothing"):
        StockLine(ItemId("tea"), 0)
    with pytest.raises(Unbalanced, match="at least one line"):
        stock(RECEIPT)


def test_an_absolute_figure_stands_only_in_a_count() -> None:
    """A10: a count was a movement like any other, and was added."""
    assert "count" not in [kind.value for kind in StockMovementKind]
    counted = StockCounted(
        MovementId(SALE), OperatorId("a"), None, "", None, (CountLine(ItemId("tea"), 0, 7),)
    )
    assert decode_fact("stock_counted", 1, encode(counted)) == counted


def test_a_transfer_has_the_sign_of_its_direction() -> None:
    came, left = StockLine(ItemId("tea"), 1_000), StockLine(ItemId("tea"), -1_000)
    assert transferred(TransferDirection.IN, came).lines == (came,)
    assert transferred(TransferDirection.OUT, left, left).lines == (left, left)
    for direction, wrong in ((TransferDirection.IN, left), (TransferDirection.OUT, came)):
        with pytest.raises(Unbalanced, match="wrong sign"):
            transferred(direction, wrong)


@pytest.mark.parametrize(
    ("field", "value", "sealed"),
    [(CustomerField.NAME, "Anna", None), (CustomerField.CODE, None, b"sealed")],
)
def test_a_personal_field_never_stands_open(
    field: CustomerField, value: str | None, sealed: bytes | None
) -> None:
    with pytest.raises(Unbalanced):
        FieldChange(field, Hlc(1), UUID(int=1), value, sealed)


def test_only_its_own_aggregate_waits_behind_a_fact() -> None:
    exchange = sale((line(), returned()))
    assert root_of(exchange) == Root("sale", SALE)
    assert names_of(exchange) == (Root("sale", ORIGINAL),)
    assert names_of(sale()) == ()
    assert root_of(stock(RECEIPT, StockLine(ItemId("tea"), 1))) is None


def texts_with_nul(value: object) -> Iterator[object]:
    """``value`` as often as it holds texts, each time with NUL in another one."""
    if isinstance(value, str):
        yield f"{value[:1]}\0{value[1:]}"
    if isinstance(value, list):
        for place, inner in enumerate(value):
            for changed in texts_with_nul(inner):
                yield [*value[:place], changed, *value[place + 1 :]]


@pytest.mark.parametrize("name", EXAMPLES, ids=str)
def test_no_text_of_a_fact_holds_nul(name: KindVersion) -> None:
    spoiled = list(texts_with_nul(msgspec.msgpack.decode(encode(EXAMPLES[name]))))
    assert spoiled
    for body in spoiled:
        with pytest.raises(Undecodable):
            decode_fact(*name, encode(body))

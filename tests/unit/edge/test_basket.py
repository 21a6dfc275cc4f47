"""What a workstation may send, before any rule looks at it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from edge.domain.sale.basket import (
    TENDERED_AHEAD_MAX_S,
    UNCHECKED_AHEAD_MAX_S,
    SaleRequest,
    refuse_wrong_instant,
    refuse_wrong_shape,
)
from edge.domain.sale.refusals.lines import TooManyLines, WrongLineNumber, WrongQuantity
from edge.domain.sale.refusals.prices import TenderedInTheFuture, TenderedTooLongAgo
from edge.domain.sale.refusals.returns import NothingReturned
from edge.domain.sale.refusals.tenders import TooManyTenders
from sync.protocol.change import INSTANT_MS_MAX
from sync.protocol.clock import ClockState
from sync.protocol.errors import NotAcceptable
from sync.protocol.facts import LINES_MAX, TENDERS_MAX
from sync.protocol.money import QUANTITY_MILLI_MAX
from tests.builders import CARD, NOW, NOW_MS
from tests.sale_builders import line, return_line, sale_request, tender

BODY: dict[str, Any] = {
    "sale_id": "0195c2f0-0000-7000-8000-000000000001",
    "operator_id": "anna",
    "tendered_at": "2026-03-02T12:30:00+08:00",
    "total_minor": 150,
    "lines": [{"line_no": 1, "quantity_milli": 1000, "scan_code": "8880000000015"}],
    "tenders": [{"tender_id": "card", "amount_minor": 150}],
}


def decoded(**changes: Any) -> SaleRequest:
    return msgspec.json.decode(msgspec.json.encode(BODY | changes), type=SaleRequest)


def test_a_body_becomes_a_request() -> None:
    request = decoded(note="größer < 5 & 'quoted' 😀")
    assert request.tendered_at == NOW
    assert request.tendered_at_ms == NOW_MS
    assert request.lines[0].scan_code == "8880000000015"


@pytest.mark.parametrize(
    "hostile",
    [
        "line\nfeed",
        "nul\x00",
        "escape\x1b[2J",
        "delete\x7f",
        "next line\x85",
        "right to left \u202e",
        "isolate\u2066",
        "paragraph\u2029",
        "mark\ufeff",
        "tab\t",
        "ends in a line feed\n",
        "",
        "   ",
        "x" * 201,
    ],
)
def test_text_that_steers_printers_or_hides_is_no_text(hostile: str) -> None:
    for changes in (
        {"note": hostile},
        {"operator_id": hostile},
        {"tenders": [{"tender_id": "card", "amount_minor": 1, "reference": hostile}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "scan_code": hostile}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "item_id": hostile}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "serial": hostile}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "lot": hostile}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "open_price_reason": hostile}]},
    ):
        with pytest.raises(msgspec.ValidationError):
            decoded(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"total_minor": 1 << 63},
        {"total_minor": 1.5},
        {"total_minor": "150"},
        {"total_minor": True},
        {"total_minor": None},
        {"tendered_at": "2026-03-02T12:30:00"},
        {"tendered_at": "yesterday"},
        {"sale_id": "1"},
        {"customer_id": "M1"},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "unit_price_minor": -1}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1, "unit_price_minor": 10**11 + 1}]},
        {"lines": [{"line_no": 1, "quantity_milli": 1 << 70}]},
        {"lines": {}},
        {"tenders": [{"tender_id": "card", "amount_minor": 1, "unknown": 1}]},
        {"discount": 5},
    ],
)
def test_wrong_types_and_figures_beyond_every_use_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decoded(**changes)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (sale_request(lines=[], tenders=[]), TooManyLines),
        (sale_request(lines=[line()] * (LINES_MAX + 1)), TooManyLines),
        (sale_request(tenders=[tender(CARD, 1)] * (TENDERS_MAX + 1)), TooManyTenders),
        (sale_request(lines=[line(quantity_milli=0)]), WrongQuantity),
        (sale_request(lines=[line(quantity_milli=-1000)]), WrongQuantity),
        (sale_request(lines=[line(quantity_milli=QUANTITY_MILLI_MAX + 1)]), WrongQuantity),
    ],
)
def test_a_receipt_has_a_possible_shape(
    request_: SaleRequest, refusal: type[NotAcceptable]
) -> None:
    with pytest.raises(refusal) as refused:
        refuse_wrong_shape(request_, require_return=False)
    assert refused.value.field is not None


@pytest.mark.parametrize("numbers", [(1, 1), (1, 3), (2, 1), (0, 1)])
def test_lines_are_numbered_one_two_three(numbers: tuple[int, ...]) -> None:
    request = sale_request(lines=[line()] * len(numbers))
    lines = tuple(
        msgspec.structs.replace(each, line_no=number)
        for each, number in zip(request.lines, numbers, strict=True)
    )
    with pytest.raises(WrongLineNumber):
        refuse_wrong_shape(msgspec.structs.replace(request, lines=lines), require_return=False)


def test_a_return_takes_something_back() -> None:
    with pytest.raises(NothingReturned):
        refuse_wrong_shape(sale_request(), require_return=True)
    exchange = sale_request(lines=[line(), return_line("a")], total_minor=0, tenders=[])
    refuse_wrong_shape(exchange, require_return=True)


DAY_S = 86_400


@pytest.mark.parametrize(
    ("tendered_s", "age_max_s", "refusal"),
    [
        (0, 2 * DAY_S, None),
        (-2 * DAY_S, 2 * DAY_S, None),
        (-2 * DAY_S - 1, 2 * DAY_S, TenderedTooLongAgo),
        (-9_000 * DAY_S, None, None),
        (TENDERED_AHEAD_MAX_S, 2 * DAY_S, None),
        (TENDERED_AHEAD_MAX_S + 1, 2 * DAY_S, TenderedInTheFuture),
        (TENDERED_AHEAD_MAX_S + 1, None, TenderedInTheFuture),
    ],
)
def test_a_basket_is_neither_too_old_nor_from_the_future(
    tendered_s: int, age_max_s: int | None, refusal: type[NotAcceptable] | None
) -> None:
    instant = NOW_MS + tendered_s * 1_000
    for state in (ClockState.UNCHECKED, ClockState.JUMPED):
        refuse_wrong_instant(instant, NOW_MS, state, age_max_s)
    if refusal is None:
        refuse_wrong_instant(instant, NOW_MS, ClockState.CHECKED, age_max_s)
    else:
        with pytest.raises(refusal):
            refuse_wrong_instant(instant, NOW_MS, ClockState.CHECKED, age_max_s)


@pytest.mark.parametrize("state", ClockState)
@pytest.mark.parametrize(
    ("instant_ms", "refusal"),
    [
        (253_402_300_799_999, TenderedInTheFuture),  # the last of the year 9999
        (NOW_MS + 1_000 * UNCHECKED_AHEAD_MAX_S + 1_000, TenderedInTheFuture),
        (-1, TenderedTooLongAgo),
        (-62_135_596_800_000, TenderedTooLongAgo),  # the first of the year 1
    ],
)
def test_an_instant_that_no_clock_of_a_shop_shows_is_refused_whatever_the_box_knows(
    state: ClockState, instant_ms: int, refusal: type[NotAcceptable]
) -> None:
    """A2: a basket of the year 9999 was answered 201, then 500 for ever."""
    with pytest.raises(refusal):
        refuse_wrong_instant(instant_ms, NOW_MS, state, None)
    assert abs(NOW_MS + 1_000 * UNCHECKED_AHEAD_MAX_S) < INSTANT_MS_MAX


def test_every_instant_of_the_calendar_becomes_milliseconds() -> None:
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert isinstance(decoded(tendered_at=text).tendered_at_ms, int)
    epoch = sale_request(tendered_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert epoch.tendered_at_ms == 0

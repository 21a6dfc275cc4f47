"""Trades a retailer's file: every store's business days in turn, through its box's HTTP API.

A receipt that the box refuses is set aside with the refusal's own words, and so are the returns
against it: every line of the file ends as taken or as set aside. Where prices are lowered, what a
receipt comes to is asked before it is tendered.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from central.demo.business_day import close_day, open_day
from central.demo.offers import by_hand
from central.demo.receipts_file import (
    PlannedLine,
    PlannedReceipt,
    PlannedStore,
    SetAside,
    item_id_of,
)
from central.demo.workstation import SaleRefused, Workstation, new_id

ZONE = ZoneInfo("Europe/London")
OPERATOR = "cashier"
OPEN_PRICE_REASON = "price from the file"
CASH_MINOR_MAX = 20_000
NOTE_MINOR = 1_000
FLOAT_MINOR = 10_000
BY_HAND_EVERY = 2
"""Where prices are lowered: of a store's sales one in so many."""
BY_HAND_BP = 1_000


@dataclass
class FileShop:
    """A country as a store. ``taken`` lines and value are what the box answered for.
    ``stays_open``: what is to be said of its last day, where a person keeps it open; receipts of
    later dates are then traded on that day. ``lowered``: promotions are in force, and some of
    ``sales`` get a discount by hand."""

    plan: PlannedStore
    workstation: Workstation
    lowered: bool = False
    sales: int = 0
    taken: int = 0
    taken_value: Decimal = Decimal(0)
    set_aside: list[SetAside] = field(default_factory=list)
    refused: set[UUID] = field(default_factory=set)
    stays_open: str | None = None


async def trade_file(shop: FileShop, on_lines: Callable[[int], None]) -> None:
    """Open, trade and close each business date of the store, in order."""
    for day, receipts in sorted(shop.plan.days.items()):
        await _trade_day(shop, day, receipts, on_lines)


async def _trade_day(
    shop: FileShop, day: date, receipts: list[PlannedReceipt], on_lines: Callable[[int], None]
) -> None:
    station, session = shop.workstation, new_id()
    await open_day(station, OPERATOR, day)
    till = {"till_session_id": session, "operator_id": OPERATOR, "float_minor": FLOAT_MINOR}
    await station.call("POST", "/till-sessions", till)
    station.cash_minor = FLOAT_MINOR
    for receipt in receipts:
        await _trade_receipt(shop, receipt)
        on_lines(len(receipt.lines))
    await station.call(
        "POST",
        f"/till-sessions/{session}/settle",
        {
            "event_id": new_id(),
            "operator_id": OPERATOR,
            "counted_cash_minor": station.cash_minor,
        },
    )
    shop.stays_open = await close_day(station, OPERATOR)


async def _trade_receipt(shop: FileShop, receipt: PlannedReceipt) -> None:
    lines = []
    for line in receipt.lines:
        if line.original is not None and line.original.sale_id in shop.refused:
            _set_aside(shop, line, "its original was refused")
        else:
            lines.append(line)
    if not lines:
        return
    path = "/returns" if receipt.is_return else "/sales"
    try:
        sale = sale_of(receipt, lines)
        if shop.lowered:
            sale = await _lowered(shop, sale, receipt)
        await shop.workstation.complete(path, sale)
    except SaleRefused as refusal:
        shop.refused.add(receipt.sale_id)
        for line in lines:
            _set_aside(shop, line, f"refused by the box: {refusal.slug}")
        return
    shop.taken += len(lines)
    shop.taken_value += sum((line.source.value for line in lines), Decimal(0))


def _set_aside(shop: FileShop, line: PlannedLine, reason: str) -> None:
    shop.set_aside.append(SetAside(line.source.number, line.source.value, reason))


def sale_of(receipt: PlannedReceipt, lines: list[PlannedLine]) -> dict[str, Any]:
    """The request of a receipt: open prices with their reason, the file's instant in its zone."""
    total_minor = sum(line.source.quantity * line.source.unit_price_minor for line in lines)
    return {
        "sale_id": str(receipt.sale_id),
        "operator_id": OPERATOR,
        "tendered_at": receipt.at.replace(tzinfo=ZONE).isoformat(),
        "total_minor": total_minor,
        "lines": [_line(number, line) for number, line in enumerate(lines, start=1)],
        "tenders": [_tender(total_minor, lines[0].source.invoice)],
    }


async def _lowered(shop: FileShop, sale: dict[str, Any], receipt: PlannedReceipt) -> dict[str, Any]:
    """The request with what the box says that it comes to, tendered now: no promotion lowers what
    was tendered before it was published. Raises SaleRefused."""
    asked = {name: sale[name] for name in ("operator_id", "lines")}
    asked["tendered_at"] = datetime.now(UTC).isoformat()
    if not receipt.is_return:
        shop.sales += 1
        if shop.sales % BY_HAND_EVERY == 0:
            asked["discount"] = by_hand(BY_HAND_BP)
    told = await shop.workstation.call("POST", "/quotes", asked)
    total_minor = int(told["total_minor"])
    tenders = [_tender(total_minor, receipt.lines[0].source.invoice)]
    return {**sale, **asked, "total_minor": total_minor, "tenders": tenders}


def _line(line_no: int, line: PlannedLine) -> dict[str, Any]:
    request: dict[str, Any] = {
        "line_no": line_no,
        "item_id": item_id_of(line.source.stock_code),
        "quantity_milli": abs(line.source.quantity) * 1_000,
    }
    if line.original is not None:
        sold = line.original
        request["original"] = {"sale_id": str(sold.sale_id), "line_no": sold.line_no}
    else:
        request["unit_price_minor"] = line.source.unit_price_minor
        request["open_price_reason"] = OPEN_PRICE_REASON
    return request


def _tender(total_minor: int, invoice: str) -> dict[str, Any]:
    """Small sums in cash (with change), large ones by card, and so every refund: a drawer that pays
    out more than it took would be short of cash that the file knows nothing of."""
    if not 0 <= total_minor <= CASH_MINOR_MAX:
        return {"tender_id": "card", "amount_minor": total_minor, "reference": invoice[:32]}
    return {"tender_id": "cash", "amount_minor": -(-total_minor // NOTE_MINOR) * NOTE_MINOR}


async def trade_all(shops: list[FileShop], on_lines: Callable[[int], None]) -> None:
    """All stores side by side; each keeps the order of its own receipts."""
    async with asyncio.TaskGroup() as group:
        for shop in shops:
            group.create_task(trade_file(shop, on_lines))

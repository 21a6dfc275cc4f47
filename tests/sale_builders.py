"""Requests of sales over the store that `builders` seeds, and the sale itself."""

import hashlib
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

import msgspec

from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest, TenderRequest
from edge.domain.sale.completed import CompletedSale
from edge.usecases.sale.complete import complete_sale
from sync.engine.journal import Moment
from sync.protocol.identity import (
    ItemId,
    SaleId,
    TenderId,
    WorkstationId,
)
from sync.protocol.money import extend
from sync.protocol.units import divides
from tests.builders import ANNA, CARD, CODES, ITEMS, NAMES, NOW, W1, moment


def sale_id(name: str) -> SaleId:
    """The same id for the same name, in every test."""
    return SaleId(uuid5(NAMES, f"sale {name}"))


def line(
    item_id: str = "I01",
    pieces: int = 1,
    *,
    price_minor: int | None = None,
    quantity_milli: int | None = None,
    **more: Any,
) -> LineRequest:
    """A sale line by scan code; its number is given by ``sale_request``."""
    return LineRequest(
        line_no=0,
        quantity_milli=pieces * 1_000 if quantity_milli is None else quantity_milli,
        scan_code=ITEMS[ItemId(item_id)].scan_code,
        unit_price_minor=price_minor,
        open_price_reason=None if price_minor is None else "as marked",
        **more,
    )


def fitting(item_id: str, quantity_milli: int) -> int:
    """The quantity nearest below that the item's unit allows and that costs something."""
    step = divides(ITEMS[ItemId(item_id)].unit)
    return max(step, quantity_milli // step * step, 10)


def return_line(name: str, line_no: int = 1, pieces: int = 1, **more: Any) -> LineRequest:
    """Takes back pieces of a line of the sale that ``sale_id(name)`` made."""
    original = OriginalRequest(sale_id(name), line_no)
    values = {"quantity_milli": pieces * 1_000} | more
    return LineRequest(line_no=0, original=original, **values)


def tender(tender_id: TenderId, amount_minor: int, **more: Any) -> TenderRequest:
    """Positive: the customer gives it."""
    return TenderRequest(tender_id, amount_minor, **more)


def total_of(lines: Sequence[LineRequest]) -> int:
    """What sale lines come to at the seeded prices."""
    total = 0
    for each in lines:
        item = CODES[each.scan_code or ""]
        unit = item.price_minor if each.unit_price_minor is None else each.unit_price_minor
        total += extend(unit or 0, each.quantity_milli)
    return total


def sale_request(
    name: str = "1",
    lines: Sequence[LineRequest] | None = None,
    tenders: Sequence[TenderRequest] | None = None,
    *,
    total_minor: int | None = None,
    **more: Any,
) -> SaleRequest:
    """One piece of item I01 paid by card, unless said otherwise; lines are numbered here. Without
    ``tenders`` the card pays (or gets back) the total."""
    chosen = [line()] if lines is None else lines
    total = total_of(chosen) if total_minor is None else total_minor
    paid = [tender(CARD, total)] if tenders is None else tenders
    numbered = tuple(
        msgspec.structs.replace(each, line_no=number) for number, each in enumerate(chosen, start=1)
    )
    values: dict[str, Any] = {"operator_id": ANNA, "tendered_at": NOW} | more
    return SaleRequest(
        sale_id=sale_id(name),
        total_minor=total,
        lines=numbered,
        tenders=tuple(paid),
        **values,
    )


def digest_of(request: SaleRequest) -> bytes:
    """Of the bytes that a workstation would send."""
    return hashlib.sha256(msgspec.json.encode(request)).digest()


def sell(
    db: sqlite3.Connection,
    request: SaleRequest,
    workstation: WorkstationId = W1,
    at: Moment | None = None,
    *,
    require_return: bool = False,
) -> CompletedSale:
    """``complete_sale`` as the API calls it, inside the caller's unit of work."""
    return complete_sale(
        db,
        request,
        digest_of(request),
        workstation,
        at or moment(),
        require_return=require_return,
    )


def later(hours: int) -> datetime:
    """NOW, hours later (negative: earlier)."""
    return NOW + timedelta(hours=hours)

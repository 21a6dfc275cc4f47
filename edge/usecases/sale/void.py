"""Post-void: a receipt that should not have been is taken back whole, on its own business day, and
every tender gets back what it paid. It is a return like any other, made out of the receipt itself;
what it takes more is that nothing of it came back before, a reason, and the permission ``void``.

What gift cards and credit paid goes back onto them, what points paid is given as points again,
coupons that it used up are good again, and what it loaded comes off its card, if it is there yet
(``edge/domain/sale/value.py``, ``coupons.py``): all as rights that the void gives birth to or
takes. What took nothing back for good (a voucher that the store keeps) forbids it."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from edge.db.days import find_open_day
from edge.db.payments import payments_left
from edge.db.receipts import LineOut, ReceiptHead, lines_out, receipt_head
from edge.domain.sale.basket import (
    AccountRequest,
    LineRequest,
    OriginalRequest,
    SaleRequest,
    TenderRequest,
    ValueKind,
)
from edge.domain.sale.refusals.voids import (
    NothingToVoid,
    NotVoidable,
    VoidedAlready,
    VoidHasLines,
    VoidReasonMissing,
)
from sync.protocol.facts import TenderKind
from sync.protocol.identity import SaleId
from sync.protocol.refunds import Payment


def void_whole(db: sqlite3.Connection, request: SaleRequest) -> SaleRequest:
    """``request``, with the lines of the receipt that it voids, and, where it states no tenders,
    with theirs turned round. One that voids nothing comes back as it is.

    Raises VoidHasLines, NothingToVoid, VoidedAlready, NotVoidable.
    """
    if request.post_void_of is None:
        return request
    lowered = request.discount is not None or request.coupons or request.vouchers
    if request.lines or lowered:
        raise VoidHasLines
    head, lines, payments = voidable(db, request.post_void_of)
    tenders = request.tenders or _turned_round(payments, head.rounding_minor)
    return replace(request, lines=_all_lines(head.sale_id, lines), tenders=tenders)


class Voidable(NamedTuple):
    """A receipt that can be taken back whole now."""

    head: ReceiptHead
    lines: tuple[LineOut, ...]
    payments: tuple[Payment, ...]


def voidable(db: sqlite3.Connection, sale_id: SaleId) -> Voidable:
    """Raises NothingToVoid, VoidedAlready, NotVoidable."""
    head = receipt_head(db, sale_id)
    if head is None:
        raise NothingToVoid(sale_id)
    if head.voided_by is not None:
        raise VoidedAlready(head.sale_id, head.voided_by)
    lines = tuple(lines_out(db, head.sale_id))
    payments = payments_left(db, [head.sale_id])[head.sale_id]
    day = find_open_day(db)
    today = None if day is None else day.business_date.isoformat()
    why = why_not(head, lines, payments, today)
    if why is not None:
        raise NotVoidable(head.sale_id, head.receipt_number, why)
    return Voidable(head, lines, payments)


def refuse_without_reason(request: SaleRequest) -> None:
    """Raises VoidReasonMissing."""
    if request.post_void_of is not None and request.note is None:
        raise VoidReasonMissing


def why_not(
    head: ReceiptHead, lines: Sequence[LineOut], payments: Sequence[Payment], day: str | None
) -> str | None:
    """Why a receipt cannot be voided; None: it can. ``day``: the open one."""
    if head.voided_by is not None:
        return "it was voided already"
    if head.business_date != day:
        return f"it is of {head.business_date}, and only one of the open day can be"
    if any(line.quantity_milli < 0 for line in lines):
        return "it took goods back itself"
    if any(line.returned_milli for line in lines):
        return "some of its goods came back already"
    paid = (one for one in payments if one.amount_minor or one.tip_minor)
    if not all(one.refundable or one.points for one in paid):
        return "it was paid by something that takes nothing back"
    return None


def _all_lines(sale_id: SaleId, lines: Sequence[LineOut]) -> tuple[LineRequest, ...]:
    return tuple(
        LineRequest(number, line.quantity_milli, original=OriginalRequest(sale_id, line.line_no))
        for number, line in enumerate(lines, start=1)
    )


def _turned_round(payments: Sequence[Payment], rounding_minor: int) -> tuple[TenderRequest, ...]:
    """What each paid, its tip with it, below zero; all cash as one sum, with the rounding that it
    had."""
    back = [
        TenderRequest(
            one.tender_id,
            -one.amount_minor - one.tip_minor,
            one.reference,
            account=_into(one),
            tip_minor=-one.tip_minor,
        )
        for one in payments
        if one.kind is not TenderKind.CASH and (one.amount_minor or one.tip_minor)
    ]
    cash = [one for one in payments if one.kind is TenderKind.CASH]
    if cash:
        tips = sum(one.tip_minor for one in cash)
        amount = sum(one.amount_minor for one in cash) + rounding_minor + tips
        back.append(TenderRequest(cash[0].tender_id, -amount, tip_minor=-tips))
    return tuple(back)


def _into(paid: Payment) -> AccountRequest | None:
    if paid.account is None:
        return None
    return AccountRequest(ValueKind(paid.account.kind), account_id=paid.account.account_id)

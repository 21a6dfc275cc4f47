"""Find the receipt that goods come back of: by the code on it or by its number, with what is still
to come back of each line and of each payment. It needs no journal: a receipt whose record has left
the store is taken back like any other. One that another shop gave is shown as head office states
it, and kept once there is leave to take goods of it back."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db import sales
from edge.db.days import find_open_day
from edge.db.payments import payments_as_stated, payments_left
from edge.db.receipts import LineOut, lines_out, receipt_head, sale_witnessed
from edge.db.stated_receipts import keep_receipt, lines_as_stated
from edge.usecases.sale.void import why_not
from sync.protocol.facts import TenderKind
from sync.protocol.identity import ItemId, ReceiptNumber, SaleId, TenderId
from sync.protocol.money import share_through
from sync.protocol.paper.witness import read_witness
from sync.protocol.refunds import Payment
from sync.protocol.rights import ReceiptStated
from sync.protocol.typed import refuse_card_number


class LineToTakeBack(msgspec.Struct, frozen=True):
    """A sale line. ``left_milli``: so much of it has not come back; ``left_minor``: what that gives
    back, with its tax."""

    line_no: int
    item_id: ItemId
    description: str
    unit: str
    scan_code: str | None
    quantity_milli: int
    unit_price_minor: int
    amount_minor: int
    left_milli: int
    left_minor: int


class PaymentToTakeBack(msgspec.Struct, frozen=True):
    """``left_minor``: so much of what it paid has not gone back. ``refundable``: it can."""

    tender_id: TenderId
    name: str
    kind: TenderKind
    left_minor: int
    refundable: bool


class ReceiptToTakeBack(msgspec.Struct, frozen=True):
    """``voided_by``: the number of the receipt that took it back whole. ``can_be_voided``: it is of
    the open day, and nothing of it came back yet. ``store_code``: of the shop that gave it, if this
    store holds no such receipt. ``taken_back_at``: the shop that has leave to take goods of it back
    now, if another one has."""

    sale_id: UUID
    receipt_number: ReceiptNumber
    business_date: str
    tendered_at_ms: int
    total_minor: int
    training: bool
    voided_by: ReceiptNumber | None
    can_be_voided: bool
    lines: tuple[LineToTakeBack, ...]
    payments: tuple[PaymentToTakeBack, ...]
    store_code: str | None = None
    taken_back_at: str | None = None


def find_receipt(db: sqlite3.Connection, typed: str) -> ReceiptToTakeBack | None:
    """None where this store finished no such receipt. Raises CardNumberTyped."""
    sale_id = sale_of(db, typed)
    return None if sale_id is None else show_receipt(db, sale_id)


def show_receipt(db: sqlite3.Connection, sale_id: SaleId) -> ReceiptToTakeBack | None:
    """None where this store finished no such sale."""
    head = receipt_head(db, sale_id)
    if head is None:
        return None
    lines = tuple(lines_out(db, head.sale_id))
    payments = payments_left(db, [head.sale_id])[head.sale_id]
    day = find_open_day(db)
    today = None if day is None else day.business_date.isoformat()
    return ReceiptToTakeBack(
        head.sale_id,
        head.receipt_number,
        head.business_date,
        head.tendered_at_ms,
        head.total_minor,
        head.training,
        head.voided_by,
        why_not(head, lines, payments, today) is None,
        tuple(_line(line) for line in lines if line.quantity_milli > 0),
        tuple(_payment(one) for one in payments if one.amount_minor),
    )


def show_stated(db: sqlite3.Connection, stated: ReceiptStated) -> ReceiptToTakeBack:
    """A receipt that this store does not hold."""
    payments = payments_as_stated(db, stated)
    return ReceiptToTakeBack(
        stated.sale_id,
        stated.receipt_number,
        stated.business_date.isoformat(),
        stated.tendered_at_ms,
        stated.total_minor,
        training=False,
        voided_by=None,
        can_be_voided=False,
        lines=tuple(_line(line) for line in lines_as_stated(db, stated)),
        payments=tuple(_payment(one) for one in payments if one.amount_minor),
        store_code=stated.store_code,
        taken_back_at=stated.held_by,
    )


def keep_stated(
    db: sqlite3.Connection, stated: ReceiptStated, request_id: UUID | None, at_ms: int
) -> ReceiptToTakeBack:
    """Kept, so that its goods come back whatever becomes of the line. ``request_id``: of the leave
    under which it was read."""
    keep_receipt(db, stated, request_id, at_ms)
    return show_receipt(db, stated.sale_id) or show_stated(db, stated)


def sale_of(db: sqlite3.Connection, typed: str) -> SaleId | None:
    """By the code that the paper bears, or by its number. Raises CardNumberTyped."""
    witness = read_witness(typed)
    if witness is not None:
        return sale_witnessed(db, witness)
    refuse_card_number(typed, "code")
    return sales.sale_numbered(db, typed.strip())


def _line(line: LineOut) -> LineToTakeBack:
    def left(whole: int) -> int:
        return whole - share_through(whole, line.returned_milli, line.quantity_milli)

    on_top = 0 if line.tax_included else left(line.tax_minor)
    return LineToTakeBack(
        line.line_no,
        ItemId(line.item_id),
        line.description,
        line.unit,
        line.scan_code,
        line.quantity_milli,
        line.unit_price_minor,
        line.amount_minor,
        line.quantity_milli - line.returned_milli,
        left(line.amount_minor) + on_top,
    )


def _payment(one: Payment) -> PaymentToTakeBack:
    return PaymentToTakeBack(one.tender_id, one.name, one.kind, one.amount_minor, one.refundable)

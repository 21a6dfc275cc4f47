"""Find the receipt that goods come back of: by the code on it or by its number, with what is still
to come back of each line and of each payment. It needs no journal: a receipt whose record has left
the store is taken back like any other."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db import sales
from edge.db.days import find_open_day
from edge.db.payments import payments_left
from edge.db.receipts import LineOut, lines_out, receipt_head, sale_witnessed
from edge.usecases.sale.void import why_not
from sync.protocol.facts import TenderKind
from sync.protocol.identity import ItemId, ReceiptNumber, SaleId, TenderId
from sync.protocol.money import share_through
from sync.protocol.paper.witness import read_witness
from sync.protocol.refunds import Payment
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
    the open day, and nothing of it came back yet."""

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


def find_receipt(db: sqlite3.Connection, typed: str) -> ReceiptToTakeBack | None:
    """None where this store finished no such receipt. Raises CardNumberTyped."""
    sale_id = sale_of(db, typed)
    head = None if sale_id is None else receipt_head(db, sale_id)
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

"""Receipts as head office stated them, kept so that goods of them come back whatever becomes of the
line: of another shop's all that a return needs; of this shop's own what others took back of it.

A statement holds as long as the leave under which it was read is here and not used: then nobody
else takes goods of that receipt back under one. What it says of other shops stays true for ever.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from edge.db.receipts import LineOut
from edge.db.stock import held_of
from edge.domain.sale.situation import SoldLine
from edge.domain.sale.tender_kinds import TENDER_RULES
from sync.protocol.codec import decode, encode
from sync.protocol.facts import OriginalLine
from sync.protocol.identity import SaleId, StoreId, TenderId
from sync.protocol.moving_cost import NOTHING_HELD, Held
from sync.protocol.refunds import Payment
from sync.protocol.rights import LineStated, PaymentStated, ReceiptStated

_KEEP = (
    "INSERT OR REPLACE INTO receipt_stated (sale_id, request_id, receipt_number, stated_at_ms,"
    " body) VALUES (?, ?, ?, ?, ?)"
)
_STATED = """
SELECT r.body FROM json_each(?) f JOIN receipt_stated r ON r.sale_id = unhex(f.value)
"""
_LEAVES = """
SELECT p.customer_id, p.root, k.request_id IS p.root AS read_under_it, q.until
FROM json_each(?) f JOIN points_right p ON p.customer_id = unhex(f.value) AND p.kind = 'refund'
    AND p.points > p.spent + p.released
LEFT JOIN right_request q ON q.request_id = p.root
LEFT JOIN receipt_stated k ON k.sale_id = p.customer_id
ORDER BY read_under_it, p.root
"""
_BACK_HERE = """
SELECT l.original_line_no, -sum(l.quantity_milli) FROM sale_line l
JOIN sale s ON s.sale_id = l.sale_id
WHERE l.original_sale_id = ? AND NOT s.training GROUP BY l.original_line_no
"""
_BACK_ELSEWHERE = (
    "UPDATE sale_line SET returned_milli = returned_milli + ? WHERE sale_id = ? AND line_no = ?"
)
_TAKEN = "SELECT tender_id FROM tender WHERE refundable AND active"
_HERE = """
SELECT l.original_line_no, -sum(l.quantity_milli) FROM sale_line l
JOIN sale s ON s.sale_id = l.sale_id
WHERE l.original_sale_id = ? AND NOT s.training GROUP BY l.original_line_no
"""
_BACK_ELSEWHERE = (
    "UPDATE sale_line SET returned_milli = returned_milli + ? WHERE sale_id = ? AND line_no = ?"
)
_TAKEN = "SELECT tender_id FROM tender WHERE refundable AND active"
_HERE = "SELECT store_id FROM box WHERE one = 1"


class Leave(NamedTuple):
    """That is here and not used. ``read_under_it``: the receipt was stated since it was given;
    ``until``: the last day on which it may be used, None: it has no end."""

    request_id: UUID
    read_under_it: bool
    until: date | None = None


def stated_receipts(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> dict[SaleId, ReceiptStated]:
    """Those of them that head office stated once."""
    rows = db.execute(_STATED, (_listed(sale_ids),))
    found = (decode(ReceiptStated, row[0]) for row in rows)
    return {one.sale_id: one for one in found}


def leaves_here(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> Iterator[tuple[SaleId, Leave]]:
    """What this store was given and did not use up of receipts; one under which lines were read
    comes last."""
    for sale_id, root, read, until in db.execute(_LEAVES, (_listed(sale_ids),)):
        last = None if until is None else date.fromisoformat(until)
        yield SaleId(UUID(bytes=sale_id)), Leave(UUID(bytes=root), bool(read), last)


def keep_receipt(
    db: sqlite3.Connection, stated: ReceiptStated, request_id: UUID | None, at_ms: int
) -> None:
    """In the place of what was stated of it before; what other shops took back since then counts at
    the lines that this store sold."""
    before = stated_receipts(db, [stated.sale_id]).get(stated.sale_id)
    was = {} if before is None else _elsewhere(before)
    more = {number: milli - was.get(number, 0) for number, milli in _elsewhere(stated).items()}
    _count_elsewhere(db, stated.sale_id, more)
    leave = None if request_id is None else request_id.bytes
    values = (stated.sale_id.bytes, leave, stated.receipt_number, at_ms, encode(stated))
    db.execute(_KEEP, values)


def mark_returned_elsewhere(db: sqlite3.Connection, sale_id: SaleId) -> None:
    """Of a receipt that came home after head office had stated it."""
    for stated in stated_receipts(db, [sale_id]).values():
        _count_elsewhere(db, sale_id, _elsewhere(stated))


def lines_stated(
    db: sqlite3.Connection, named: Iterable[OriginalLine]
) -> dict[OriginalLine, SoldLine]:
    """Lines that this store holds no receipt of, as head office stated them."""
    wanted = set(named)
    receipts = stated_receipts(db, {one.sale_id for one in wanted})
    here = StoreId(UUID(bytes=db.execute(_HERE).fetchone()[0])) if receipts else None
    found: dict[OriginalLine, SoldLine] = {}
    for receipt in receipts.values():
        back = _back_here(db, receipt.sale_id)
        held = held_of(db, [line.item_id for line in receipt.lines])
        for line in receipt.lines:
            name = OriginalLine(receipt.sale_id, line.line_no)
            if name in wanted:
                came = _back_milli(line, back)
                at = None if receipt.store_id == here else receipt.store_id
                found[name] = _sold(receipt, line, came, held.get(line.item_id, NOTHING_HELD), at)
    return found


def lines_as_stated(db: sqlite3.Connection, stated: ReceiptStated) -> Iterator[LineOut]:
    """All sale lines of a receipt, with what came back of each."""
    back = _back_here(db, stated.sale_id)
    for line in stated.lines:
        yield LineOut(
            line.line_no,
            line.item_id,
            line.description,
            line.unit,
            line.scan_code,
            line.quantity_milli,
            _back_milli(line, back),
            line.unit_price_minor,
            line.extended_minor,
            line.amount_minor,
            line.tax_minor,
            line.tax_included,
            is_return=False,
        )


def payments_stated(stated: ReceiptStated, refundable: frozenset[TenderId]) -> tuple[Payment, ...]:
    """What paid a receipt of another shop, and whether money can go back by it here."""
    return tuple(
        Payment(
            one.tender_id,
            one.name,
            one.kind,
            one.amount_minor,
            _may_go_back(one, refundable),
            one.reference,
            points=one.points,
        )
        for one in stated.payments
    )


def _may_go_back(one: PaymentStated, refundable: frozenset[TenderId]) -> bool:
    """Points only where it is known how many paid."""
    rules = TENDER_RULES[one.kind]
    told = bool(one.points) or not rules.spends_points
    return one.tender_id in refundable and rules.refundable and told


def refundable_tenders(db: sqlite3.Connection) -> frozenset[TenderId]:
    """By which this store gives money back."""
    return frozenset(TenderId(row[0]) for row in db.execute(_TAKEN))


def _back_here(db: sqlite3.Connection, sale_id: SaleId) -> dict[int, int]:
    return dict(db.execute(_BACK_HERE, (sale_id.bytes,)).fetchall())


def _back_milli(line: LineStated, back_here: Mapping[int, int]) -> int:
    """What came back of a line: elsewhere as head office heard, here as far as either side knows
    (a box that took a burnt one's place does not know what that one took back)."""
    here = back_here.get(line.line_no, 0)
    return line.back_elsewhere_milli + max(line.back_here_milli, here)


def _elsewhere(stated: ReceiptStated) -> Mapping[int, int]:
    return {line.line_no: line.back_elsewhere_milli for line in stated.lines}


def _count_elsewhere(db: sqlite3.Connection, sale_id: SaleId, more: Mapping[int, int]) -> None:
    rows = [(milli, sale_id.bytes, number) for number, milli in more.items() if milli]
    db.executemany(_BACK_ELSEWHERE, rows)


def _sold(
    receipt: ReceiptStated,
    line: LineStated,
    returned_milli: int,
    held: Held,
    store_id: StoreId | None,
) -> SoldLine:
    return SoldLine(
        receipt.sale_id,
        line.line_no,
        receipt.customer_id,
        receipt.receipt_number,
        line.item_id,
        line.description,
        line.unit,
        line.scan_code,
        line.tax_class,
        line.tax_rate_bp,
        line.tax_included,
        line.tax_version,
        line.price_version,
        line.unit_price_minor,
        line.unit_cost_minor,
        line.quantity_milli,
        line.extended_minor,
        line.amount_minor,
        line.tax_minor,
        line.points,
        returned_milli,
        held.on_hand_milli,
        receipt.currency,
        store_id=store_id,
        stated=True,
        price_book=line.price_book,
        worth_minor=held.worth_minor,
        unit_mills=held.unit_mills,
        packs_milli=line.packs_milli,
    )


def _listed(sale_ids: Iterable[SaleId]) -> str:
    return msgspec.json.encode([sale_id.hex for sale_id in sale_ids]).decode()

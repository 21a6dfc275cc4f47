"""Finished sales: what each writes, as tuples in the order of the columns, and finding it again.

What a sale reads before it is one stands in ``sale_reads.py``.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from edge.db.customers import SAME_PERSON
from edge.db.journal import envelope_of
from edge.db.recovered import wrapped_event
from edge.db.stock import Booked, book_moved
from edge.domain.sale.vouchers import number_of
from edge.domain.stock import Moved
from sync.protocol.change import Epoch, Head, Kept
from sync.protocol.codec import decode
from sync.protocol.facts import RetailTransaction, Spend, TenderKind
from sync.protocol.identity import (
    CustomerId,
    OperatorId,
    SaleId,
    StoreId,
    WorkstationId,
)
from sync.protocol.lots import Mark
from sync.protocol.paper.receipt import Names, Original
from sync.protocol.rights import ReceiptStated

_SALE = (
    "INSERT INTO sale (sale_id, request_digest, epoch_number, epoch_fingerprint, seq,"
    " receipt_number, workstation_id, till_session_id, operator_id, business_date, tendered_at_ms,"
    " customer_id, total_minor, rounding_minor, change_minor, points_earned, points_taken_back,"
    " points_debt, training, settings_no, operator_name, customer_name, points_expiring,"
    " points_expire_on, post_void_of)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LINE = (
    "INSERT INTO sale_line (sale_id, line_no, item_id, description, unit, scan_code, tax_class,"
    " tax_rate_bp, tax_included, tax_version, price_version, unit_price_minor, unit_cost_minor,"
    " quantity_milli, extended_minor, discount_minor, amount_minor, tax_minor, points,"
    " original_sale_id, original_line_no, returned_milli, price_book, cost_minor, packs_milli)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_TAX = (
    "INSERT INTO sale_tax (sale_id, is_return, tax_class, tax_rate_bp, tax_included, net_minor,"
    " tax_minor) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_TENDER = (
    "INSERT INTO sale_tender (sale_id, tender_no, tender_id, name, kind, amount_minor, reference,"
    " points, tip_minor, foreign_currency, foreign_milli)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_VOUCHER = (
    "INSERT INTO sale_voucher (sale_id, voucher_no, tender_id, number, amount_minor)"
    " VALUES (?, ?, ?, ?, ?)"
)
_RIGHT = (
    "INSERT INTO points_right (root, line, customer_id, points, spent, kind, released, last_day)"
    " VALUES (?, ?, ?, ?, 0, 'points', 0, NULL)"
)
_GREW = "INSERT OR IGNORE INTO right_grown (kind, account_id) VALUES ('points', ?)"
_SPEND = "UPDATE points_right SET spent = spent + ? WHERE root = ? AND line = ?"
_OWE = (
    "INSERT INTO points_debt (customer_id, points) VALUES (?, ?)"
    " ON CONFLICT (customer_id) DO UPDATE SET points = points_debt.points + excluded.points"
)
_OWED = (
    "SELECT customer_id, points FROM points_debt"  # noqa: S608 - constant
    f" WHERE points > 0 AND customer_id IN ({SAME_PERSON}) ORDER BY customer_id"
)
_DROP_RIGHTS = "UPDATE points_right SET released = points - spent WHERE points > spent + released"
_RETURNED = (
    "UPDATE sale_line SET returned_milli = returned_milli + ? WHERE sale_id = ? AND line_no = ?"
)
_RETURNED_BEFORE = """
UPDATE sale_line SET returned_milli = coalesce(
    (SELECT -sum(r.quantity_milli) FROM sale_line r
     WHERE r.original_sale_id = sale_line.sale_id AND r.original_line_no = sale_line.line_no), 0)
WHERE sale_id = ?
"""
_SERIES = (
    "INSERT INTO receipt_series (workstation_id, epoch_number, epoch_fingerprint, last)"
    " VALUES (?, ?, ?, ?) ON CONFLICT (workstation_id, epoch_number, epoch_fingerprint)"
    " DO UPDATE SET last = excluded.last"
)
_ABANDONED = "INSERT INTO abandoned_id (sale_id, workstation_id, abandoned_at_ms) VALUES (?, ?, ?)"
_NUMBERS = """
SELECT unhex(f.value) AS sale_id, coalesce(s.receipt_number, k.receipt_number) AS receipt_number,
    s.business_date, k.body
FROM json_each(?) f LEFT JOIN sale s ON s.sale_id = unhex(f.value)
LEFT JOIN receipt_stated k ON k.sale_id = unhex(f.value)
WHERE coalesce(s.receipt_number, k.receipt_number) IS NOT NULL
"""
_NUMBERED = "SELECT sale_id FROM sale WHERE receipt_number = ? ORDER BY sale_id DESC LIMIT 1"
_NAMES = """
SELECT (SELECT name FROM operator WHERE operator_id = ?),
       (SELECT name FROM customer WHERE customer_id = ?)
"""
_PLACE = "SELECT epoch_number, epoch_fingerprint, seq FROM sale WHERE sale_id = ?"
_FINISHED = """
SELECT h.store_id, j.epoch_number, j.epoch_fingerprint, h.genesis_hash, b.hash, j.seq, j.event_id,
       j.kind, j.kind_version, j.occurred_at_ms, j.utc_offset_s, j.boot_id, j.hlc, j.clock_state,
       j.body, j.hash
FROM sale s
JOIN journal j ON j.epoch_number = s.epoch_number AND j.epoch_fingerprint = s.epoch_fingerprint
    AND j.seq = s.seq AND j.event_id = s.sale_id
JOIN journal_head h ON h.epoch_number = s.epoch_number
    AND h.epoch_fingerprint = s.epoch_fingerprint
LEFT JOIN journal b ON b.epoch_number = s.epoch_number
    AND b.epoch_fingerprint = s.epoch_fingerprint AND b.seq = s.seq - 1
WHERE s.sale_id = ?
"""
"""The event of a sale in whatever epoch it stands, and the hash before it."""


def insert_sale(
    db: sqlite3.Connection,
    fact: RetailTransaction,
    request_digest: bytes,
    place: Head,
    settings_no: int,
    names: Names,
) -> None:
    """The receipt's head, lines, taxes, tenders and vouchers. ``place``: its event's;
    ``settings_no``: of the settings under which it was made; ``names``: what its paper shows."""
    db.execute(_SALE, _sale_row(fact, request_digest, place, settings_no, names))
    db.executemany(_LINE, _line_rows(fact))
    db.executemany(_TAX, _tax_rows(fact))
    db.executemany(_TENDER, _tender_rows(fact))
    if fact.vouchers:
        db.executemany(_VOUCHER, _voucher_rows(fact))


def _sale_row(
    fact: RetailTransaction, request_digest: bytes, place: Head, settings_no: int, names: Names
) -> tuple[Any, ...]:
    take_back = fact.take_back
    return (
        fact.sale_id.bytes,
        request_digest,
        place.epoch.number,
        place.epoch.fingerprint,
        place.seq,
        fact.receipt_number,
        fact.workstation_id,
        fact.till_session_id.bytes,
        fact.operator_id,
        fact.business_date.isoformat(),
        fact.tendered_at_ms,
        None if fact.customer_id is None else fact.customer_id.bytes,
        fact.total_minor,
        fact.rounding_minor,
        fact.change_minor,
        fact.points_earned,
        0 if take_back is None else take_back.points,
        0 if take_back is None else take_back.debt,
        int(fact.training),
        settings_no,
        *names,
        None if fact.post_void_of is None else fact.post_void_of.bytes,
    )


def _tax_rows(fact: RetailTransaction) -> list[tuple[Any, ...]]:
    return [
        (
            fact.sale_id.bytes,
            int(tax.is_return),
            tax.tax_class.value,
            tax.tax_rate_bp,
            int(tax.tax_included),
            tax.net_minor,
            tax.tax_minor,
        )
        for tax in fact.taxes
    ]


def _tender_rows(fact: RetailTransaction) -> list[tuple[Any, ...]]:
    return [
        (
            fact.sale_id.bytes,
            number,
            tender.tender_id,
            tender.name,
            tender.kind.value,
            tender.amount_minor,
            _number_of(tender.reference) if tender.kind is TenderKind.VOUCHER else tender.reference,
            tender.points,
            tender.tip_minor,
            *tender.foreign_taken,
        )
        for number, tender in enumerate(fact.tenders, start=1)
    ]


def _number_of(reference: str | None) -> str | None:
    """Of a voucher, by which it is found again however it was typed."""
    return None if reference is None else number_of(reference)


def _voucher_rows(fact: RetailTransaction) -> list[tuple[Any, ...]]:
    return [
        (
            fact.sale_id.bytes,
            place,
            one.tender_id,
            _number_of(one.reference),
            one.amount_minor,
        )
        for place, one in enumerate(fact.vouchers, start=1)
    ]


def _line_rows(fact: RetailTransaction) -> list[tuple[Any, ...]]:
    sale_id = fact.sale_id.bytes
    return [
        (
            sale_id,
            line.line_no,
            line.item_id,
            line.description,
            line.unit,
            line.scan_code,
            line.tax_class.value,
            line.tax_rate_bp,
            int(line.tax_included),
            line.tax_version,
            line.price_version,
            line.unit_price_minor,
            line.unit_cost_minor,
            line.quantity_milli,
            line.extended_minor,
            line.discount_minor,
            line.amount_minor,
            line.tax_minor,
            line.points,
            None if line.original is None else line.original.sale_id.bytes,
            None if line.original is None else line.original.line_no,
            0,
            line.price_book,
            line.cost_minor,
            line.packs_milli,
        )
        for line in fact.lines
    ]


def names_now(
    db: sqlite3.Connection, operator_id: OperatorId, customer_id: CustomerId | None
) -> Names:
    """What people are called now: a paper that was printed elsewhere may have said otherwise."""
    buyer = None if customer_id is None else customer_id.bytes
    return Names(*db.execute(_NAMES, (operator_id, buyer)).fetchone())


def insert_movements(
    db: sqlite3.Connection, fact: RetailTransaction, moved: Sequence[Moved], moved_at_ms: int
) -> None:
    """Stock movements of the sale, and the levels after them."""
    at = Booked(fact.sale_id.bytes, fact.business_date.isoformat(), moved_at_ms)
    kinds = ["return" if one.quantity_milli > 0 else "sale" for one in moved]
    marks = [Mark(line.lot, line.expires_on, line.serial) for line in fact.lines]
    book_moved(db, at, moved, kinds, marks)


def move_points(
    db: sqlite3.Connection, fact: RetailTransaction, spends: Sequence[Spend], *, born: bool = True
) -> None:
    """Rights that were ``born`` in the sale lines, then rights that were used (born ones may pay
    off a debt at once), and how the customer's debt changed. In a receipt of another epoch none
    were born that this one may spend."""
    if fact.customer_id is None:
        return
    root, customer = fact.sale_id.bytes, fact.customer_id.bytes
    if fact.points_earned and born:
        db.executemany(
            _RIGHT,
            [(root, x.line_no, customer, x.points) for x in fact.lines if x.points > 0],
        )
        db.execute(_GREW, (customer,))
    if spends:
        db.executemany(_SPEND, [(s.points, s.root.bytes, s.line) for s in spends])
    if fact.take_back is not None and fact.take_back.debt:
        _change_debt(db, customer, fact.take_back.debt)


def take_rights(db: sqlite3.Connection, fact: RetailTransaction) -> None:
    """What the receipt uses up without a tender."""
    if fact.rights_taken:
        rows = [(one.amount, one.root.bytes, one.line) for one in fact.rights_taken]
        db.executemany(_SPEND, rows)


def _change_debt(db: sqlite3.Connection, customer: bytes, points: int) -> None:
    """What is paid off is owed no more, under whatever id of the person. Never below nothing: a
    receipt that came home may pay off what was owed at a box that is gone."""
    if points > 0:
        db.execute(_OWE, (customer, points))
        return
    left = -points
    for owing, owed in db.execute(_OWED, (customer,)).fetchall():
        paid = min(left, owed)
        db.execute(_OWE, (owing, -paid))
        left -= paid


def mark_returned(db: sqlite3.Connection, fact: RetailTransaction) -> None:
    """Count what came back at the original lines."""
    rows = [
        (-line.quantity_milli, line.original.sale_id.bytes, line.original.line_no)
        for line in fact.lines
        if line.original is not None
    ]
    if rows:
        db.executemany(_RETURNED, rows)


def mark_returned_before(db: sqlite3.Connection, sale_id: SaleId) -> None:
    """Count what came back of a receipt before it came home itself."""
    db.execute(_RETURNED_BEFORE, (sale_id.bytes,))


def stands_at(db: sqlite3.Connection, sale_id: SaleId) -> tuple[Epoch, int]:
    """In which epoch, at which sequence the sale was finished. Raises KeyError for any other id."""
    row = db.execute(_PLACE, (sale_id.bytes,)).fetchone()
    if row is None:
        raise KeyError(sale_id)
    return Epoch(row[0], row[1]), row[2]


def advance_series(
    db: sqlite3.Connection, workstation_id: WorkstationId, place: Head, last: int
) -> None:
    """The number that the workstation's series has reached in this epoch."""
    values = (workstation_id, place.epoch.number, place.epoch.fingerprint, last)
    db.execute(_SERIES, values)


def drop_rights(db: sqlite3.Connection) -> None:
    """Nothing is left of any right: another epoch was given it, or it was born in that one's sales
    (protocol.md, escrow)."""
    db.execute(_DROP_RIGHTS)


def insert_abandoned(
    db: sqlite3.Connection, sale_id: SaleId, workstation_id: WorkstationId, at_ms: int
) -> None:
    """The id is given up."""
    db.execute(_ABANDONED, (sale_id.bytes, workstation_id, at_ms))


def receipts_of(db: sqlite3.Connection, sale_ids: Iterable[SaleId]) -> dict[SaleId, Original]:
    """The receipts of finished sales, and of other shops' that head office stated."""
    listed = msgspec.json.encode([sale_id.hex for sale_id in set(sale_ids)]).decode()
    return {
        SaleId(UUID(bytes=sale_id)): Original(number, _date_of(sold_on, stated))
        for sale_id, number, sold_on, stated in db.execute(_NUMBERS, (listed,))
    }


def _date_of(sold_on: str | None, stated: bytes | None) -> date | None:
    if sold_on is not None:
        return date.fromisoformat(sold_on)
    return None if stated is None else decode(ReceiptStated, stated).business_date


def sale_numbered(db: sqlite3.Connection, typed: str) -> SaleId | None:
    """The sale with a receipt number, the last where two have it; in capitals if none has it as it
    was typed."""
    for number in (typed, typed.upper()):
        row = db.execute(_NUMBERED, (number,)).fetchone()
        if row is not None:
            return SaleId(UUID(bytes=row[0]))
    return None


def finished_event(db: sqlite3.Connection, sale_id: SaleId) -> Kept | None:
    """A sale's event with an empty signature, of one that came home with its own; None where the
    store or its journal lacks it."""
    home = wrapped_event(db, sale_id)
    row = db.execute(_FINISHED, (sale_id.bytes,)).fetchone()
    if row is None or home is not None:
        return home
    store, number, fingerprint, genesis, before, *event, own_hash = row
    prev_hash = genesis if event[0] == 1 else before
    if prev_hash is None:
        return None
    epoch = Epoch(number, fingerprint)
    return Kept(StoreId(UUID(bytes=store)), epoch, prev_hash, envelope_of(event), own_hash, b"")

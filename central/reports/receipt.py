"""One receipt as head office holds it, and as the store's journal says it.

Both in one form, so that a page shows them alike: ``receipt_from_rows`` of the projections,
``receipt_from_fact`` of the event. The event's bytes are the store's own word, by its hash.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.journal_event import JournalEvent, find_event
from sync.protocol.change import Epoch
from sync.protocol.errors import NotFound
from sync.protocol.facts import LINES_MAX, Line, RetailTransaction, TenderLine
from sync.protocol.figures import percent
from sync.protocol.identity import CompanyId, SaleId, StoreId
from sync.protocol.manifest import Difference

_SALE = """
SELECT s.*, coalesce(p.spent, 0) AS points_spent,
    coalesce(v.epoch_number, s.epoch_number) AS arrived_number,
    coalesce(v.epoch_fingerprint, s.epoch_fingerprint) AS arrived_fingerprint,
    coalesce(v.seq, s.seq) AS arrived_seq
FROM sale AS s LEFT JOIN points_move AS p USING (store_id, sale_id)
LEFT JOIN recovered_fact AS v ON v.store_id = s.store_id AND v.kind = 'retail_transaction'
    AND v.fact_id = s.sale_id
WHERE s.store_id = $1 AND s.sale_id = $2
"""
_LINES = """
SELECT line_no, item_id, description, scan_code, quantity_milli, unit_price_minor, extended_minor,
    amount_minor, tax_class, tax_rate_bp, tax_included, tax_minor, points, original_sale_id,
    original_line_no, unit, original_store_id, price_book, price_version
FROM sale_line WHERE store_id = $1 AND business_date = $2 AND sale_id = $3
ORDER BY line_no LIMIT $4
"""
_CODES = "SELECT store_id, code FROM store WHERE company_id = $1 AND store_id = ANY($2)"
_TAXES = """
SELECT tax_class, tax_rate_bp, tax_included, net_minor, tax_minor, is_return
FROM sale_tax WHERE store_id = $1 AND business_date = $2 AND sale_id = $3
ORDER BY is_return, tax_class, tax_rate_bp, tax_included
"""
_TENDERS = """
SELECT tender_id, name, kind, amount_minor, reference, points, outcome, tip_minor,
    foreign_currency, foreign_milli
FROM sale_tender WHERE store_id = $1 AND business_date = $2 AND sale_id = $3
ORDER BY tender_no
"""


class ReceiptLine(NamedTuple):
    """A sale or return line, signed. ``extended_minor`` is before modifiers. ``original_store_id``:
    the shop that sold it, if it was another one. ``price_book``: out of which its price is, None:
    the zone's plain one; ``price_version``: the publication that said it."""

    line_no: int
    item_id: str
    description: str
    scan_code: str | None
    quantity_milli: int
    unit_price_minor: int
    extended_minor: int
    amount_minor: int
    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    tax_minor: int
    points: int
    original_sale_id: UUID | None
    original_line_no: int | None
    unit: str
    original_store_id: UUID | None
    price_book: str | None
    price_version: int


class ReceiptTax(NamedTuple):
    """Tax of one class, rate and mode."""

    tax_class: str
    tax_rate_bp: int
    tax_included: bool
    net_minor: int
    tax_minor: int
    is_return: bool


class ReceiptTender(NamedTuple):
    """One tender. ``outcome``: a word of ``Outcome``; None where nobody else pays. ``tip_minor``:
    of the amount. ``foreign_milli``: handed over, in thousandths of ``foreign_currency``."""

    tender_id: str
    name: str
    kind: str
    amount_minor: int
    reference: str | None
    points: int
    outcome: str | None
    tip_minor: int
    foreign_currency: str | None
    foreign_milli: int | None


class ReceiptForm(NamedTuple):
    """A receipt, whichever side says it."""

    sale_id: SaleId
    number: str
    workstation_id: str
    till_session_id: UUID
    operator_id: str
    business_date: date
    tendered_at_ms: int
    currency: str
    customer_id: UUID | None
    rounding_minor: int
    change_minor: int
    points_earned: int
    points_spent: int
    points_taken_back: int
    training: bool
    lines: tuple[ReceiptLine, ...]
    taxes: tuple[ReceiptTax, ...]
    tenders: tuple[ReceiptTender, ...]

    @property
    def lines_minor(self) -> int:
        """Sum of the lines' amounts."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """Sum of the tax lines."""
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def total_minor(self) -> int:
        """What the customer owed, with tax, before rounding."""
        return self.lines_minor + self.tax_added_minor

    @property
    def tax_added_minor(self) -> int:
        """Tax that comes on top of the lines' amounts."""
        return sum(tax.tax_minor for tax in self.taxes if not tax.tax_included)

    def figures(self) -> dict[str, tuple[int, str]]:
        """Every figure by its name, with its unit: what two sides of a receipt are held against."""
        found = {
            "total": (self.total_minor, "minor"),
            "rounding": (self.rounding_minor, "minor"),
            "change": (self.change_minor, "minor"),
            "points earned": (self.points_earned, "points"),
            "points spent": (self.points_spent, "points"),
            "points taken back": (self.points_taken_back, "points"),
        }
        for line in self.lines:
            found[f"line {line.line_no} quantity"] = (line.quantity_milli, "milli")
            found[f"line {line.line_no} price"] = (line.unit_price_minor, "minor")
            found[f"line {line.line_no} amount"] = (line.amount_minor, "minor")
            found[f"line {line.line_no} tax"] = (line.tax_minor, "minor")
            found[f"line {line.line_no} points"] = (line.points, "points")
        for tax in self.taxes:
            name = f"{tax.tax_class} {percent(tax.tax_rate_bp)}{' returned' * tax.is_return}"
            name += " added" * (not tax.tax_included)
            found[f"net {name}"] = (tax.net_minor, "minor")
            found[f"tax {name}"] = (tax.tax_minor, "minor")
        for number, tender in enumerate(self.tenders, 1):
            found[f"tender {number} {tender.tender_id}"] = (tender.amount_minor, "minor")
            if tender.tip_minor:
                found[f"tip by tender {number}"] = (tender.tip_minor, "minor")
        return found


def form_differences(store: ReceiptForm, central: ReceiptForm) -> tuple[Difference, ...]:
    """Where the store's word and head office's rows part; None where one side lacks the figure."""
    ours, theirs = store.figures(), central.figures()
    found = []
    for name in {**ours, **theirs}:
        said, counted = ours.get(name), theirs.get(name)
        if said != counted:
            _, unit = said or counted or (0, "minor")
            left, right = said and said[0], counted and counted[0]
            found.append(Difference(name, left, right, unit))
    return tuple(found)


async def sold_elsewhere(
    db: AsyncConnection, company_id: CompanyId, form: ReceiptForm | None
) -> dict[UUID, str]:
    """The codes of the company's other shops that sold what the receipt takes back, by their
    ids."""
    named = {line.original_store_id for line in form.lines} - {None} if form else set()
    if not named:
        return {}
    rows = await (await driver_of(db)).fetch(_CODES, company_id, list(named))
    return {row[0]: row[1] for row in rows}


class HeldReceipt(NamedTuple):
    """``event`` is None where the journal has none at the row's place."""

    form: ReceiptForm
    event: JournalEvent | None


async def held_receipt(db: AsyncConnection, store_id: StoreId, sale_id: UUID) -> HeldReceipt:
    """A receipt by its sale's id, with its event. Raises NotFound."""
    found = await find_receipt(db, store_id, sale_id)
    if found is None:
        raise NotFound(
            "Head office has no such receipt of this store.",
            field="sale_id",
            remedy="Look for it among the receipts of its day.",
        )
    return found


async def find_receipt(db: AsyncConnection, store_id: StoreId, sale_id: UUID) -> HeldReceipt | None:
    """The same, or None where head office counts no such receipt."""
    connection = await driver_of(db)
    sale = await connection.fetchrow(_SALE, store_id, sale_id)
    if sale is None:
        return None
    name = (store_id, sale["business_date"], sale_id)
    lines = await connection.fetch(_LINES, *name, LINES_MAX)
    taxes = await connection.fetch(_TAXES, *name)
    tenders = await connection.fetch(_TENDERS, *name)
    arrived = (Epoch(sale["arrived_number"], sale["arrived_fingerprint"]), sale["arrived_seq"])
    event = await find_event(connection, store_id, *arrived)
    form = receipt_from_rows(sale, lines, taxes, tenders)
    return HeldReceipt(form, event if event and event.event_id == form.sale_id else None)


def receipt_from_rows(
    sale: Any, lines: Sequence[Any], taxes: Sequence[Any], tenders: Sequence[Any]
) -> ReceiptForm:
    """As head office counts it."""
    return ReceiptForm(
        sale_id=SaleId(plain_uuid(sale["sale_id"])),
        number=sale["receipt_number"],
        workstation_id=sale["workstation_id"],
        till_session_id=plain_uuid(sale["till_session_id"]),
        operator_id=sale["operator_id"],
        business_date=sale["business_date"],
        tendered_at_ms=sale["tendered_at_ms"],
        currency=sale["currency"],
        customer_id=sale["customer_id"],
        rounding_minor=sale["rounding_minor"],
        change_minor=sale["change_minor"],
        points_earned=sale["points_earned"],
        points_spent=sale["points_spent"],
        points_taken_back=sale["points_taken_back"],
        training=sale["training"],
        lines=tuple(ReceiptLine(*row) for row in lines),
        taxes=tuple(ReceiptTax(*row) for row in taxes),
        tenders=tuple(ReceiptTender(*row) for row in tenders),
    )


def _line(line: Line) -> ReceiptLine:
    return ReceiptLine(
        line.line_no,
        line.item_id,
        line.description,
        line.scan_code,
        line.quantity_milli,
        line.unit_price_minor,
        line.extended_minor,
        line.amount_minor,
        line.tax_class,
        line.tax_rate_bp,
        line.tax_included,
        line.tax_minor,
        line.points,
        line.original.sale_id if line.original else None,
        line.original.line_no if line.original else None,
        line.unit,
        line.original.store_id if line.original else None,
        line.price_book,
        line.price_version,
    )


def _tender(tender: TenderLine) -> ReceiptTender:
    return ReceiptTender(
        tender.tender_id,
        tender.name,
        tender.kind,
        tender.amount_minor,
        tender.reference,
        tender.points,
        tender.outcome,
        tender.tip_minor,
        *tender.foreign_taken,
    )


def receipt_from_fact(fact: RetailTransaction) -> ReceiptForm:
    """As the store recorded it."""
    return ReceiptForm(
        sale_id=fact.sale_id,
        number=fact.receipt_number,
        workstation_id=fact.workstation_id,
        till_session_id=fact.till_session_id,
        operator_id=fact.operator_id,
        business_date=fact.business_date,
        tendered_at_ms=fact.tendered_at_ms,
        currency=fact.currency,
        customer_id=fact.customer_id,
        rounding_minor=fact.rounding_minor,
        change_minor=fact.change_minor,
        points_earned=fact.points_earned,
        points_spent=sum(tender.points for tender in fact.tenders),
        points_taken_back=fact.take_back.points if fact.take_back else 0,
        training=fact.training,
        lines=tuple(_line(line) for line in fact.lines),
        taxes=tuple(
            ReceiptTax(
                tax.tax_class,
                tax.tax_rate_bp,
                tax.tax_included,
                tax.net_minor,
                tax.tax_minor,
                tax.is_return,
            )
            for tax in fact.taxes
        ),
        tenders=tuple(_tender(tender) for tender in fact.tenders),
    )

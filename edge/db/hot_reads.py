"""What a sale reads: one statement per kind of thing, however many lines the receipt has.

Lists go in as one JSON text (``json_each``), ids in it as hexadecimal. All run on the writer's
connection, inside the sale's own unit of work, and give the plain values of ``situation.py``.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec
from sqlalchemy import String, and_, bindparam, func, select, true
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlmodel import col

from edge.db.days import DayState
from edge.db.prepare import Prepared, prepare
from edge.db.tables import (
    AbandonedId,
    Alarm,
    Box,
    BusinessDay,
    Customer,
    ItemRow,
    Journal,
    JournalHead,
    OperatorRow,
    PointsRight,
    PriceRow,
    ReceiptSeries,
    Sale,
    SaleLine,
    ScanCode,
    Settings,
    StockLevel,
    TaxRateRow,
    TenderRow,
    TillSession,
)
from edge.db.tills import TillState
from edge.domain.errors import SettingsMissing
from edge.domain.situation import ItemOnSale, PriceInForce, RateInForce, SoldLine, TenderInUse
from sync.protocol.change import Envelope, Epoch, Kept
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.escrow import Right
from sync.protocol.identity import (
    BootId,
    CustomerId,
    EventId,
    ItemId,
    OperatorId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
    TillSessionId,
    WorkstationId,
)
from sync.protocol.poslog import OriginalLine, TaxClass, TenderKind
from sync.protocol.reference import StoreSettings

Column: TypeAlias = ColumnElement[Any] | Mapped[Any]

RIGHTS_MAX = 2_000
"""Rights of one customer that one sale may look at, the oldest; the rest wait for the next."""

_settings = msgspec.msgpack.Decoder(StoreSettings)


class IdStanding(NamedTuple):
    """What an id means at this store already; all None: nothing."""

    request_digest: bytes | None
    receipt_number: ReceiptNumber | None
    abandoned_at_ms: int | None
    kind: str | None


class StoreNow(NamedTuple):
    """The store, its settings and the epoch it writes in."""

    store_id: StoreId
    store_code: str
    settings: StoreSettings
    epoch: Epoch


class CounterNow(NamedTuple):
    """A workstation's open day and till, who stands before and behind it, and how many receipts its
    series has. ``..._active`` is None where nobody has the id."""

    business_date: date | None
    till_session_id: TillSessionId | None
    operator_active: bool | None
    customer_active: bool | None
    receipts: int


def _each(name: str) -> TableValuedAlias:
    """The values of a JSON list that is bound as text."""
    return func.json_each(bindparam(name, type_=String)).table_valued("value")


def _one(column: Column, *where: ColumnElement[bool]) -> ColumnElement[Any]:
    """The one value of a column, or NULL."""
    return select(column).where(*where).scalar_subquery()


def _items(listed: TableValuedAlias, named: Column, *, by_code: bool) -> Prepared:
    """Items in a list, each with its price as of ``as_of_ms`` and its stock."""
    newest = aliased(PriceRow)
    effective = _one(
        func.max(col(newest.effective_from_ms)),
        col(newest.item_id) == col(ItemRow.item_id),
        col(newest.effective_from_ms) <= bindparam("as_of_ms"),
    )
    items = select(
        named,
        col(ItemRow.item_id),
        col(ItemRow.name),
        col(ItemRow.tax_class),
        col(ItemRow.open_price),
        col(ItemRow.unit_cost_minor),
        col(ItemRow.active),
        col(PriceRow.unit_price_minor),
        col(PriceRow.version),
        col(StockLevel.on_hand_milli),
    ).select_from(listed)
    if by_code:
        items = items.join(ScanCode, col(ScanCode.scan_code) == listed.c.value).join(
            ItemRow, col(ItemRow.item_id) == col(ScanCode.item_id)
        )
    else:
        items = items.join(ItemRow, col(ItemRow.item_id) == listed.c.value)
    at = and_(
        col(PriceRow.item_id) == col(ItemRow.item_id), col(PriceRow.effective_from_ms) == effective
    )
    of_item = col(StockLevel.item_id) == col(ItemRow.item_id)
    return prepare(items.outerjoin(PriceRow, at).outerjoin(StockLevel, of_item))


def _originals() -> Prepared:
    """Sold lines in a list of [sale id in hexadecimal, line number]."""
    listed = _each("lines")
    sale_id = func.unhex(func.json_extract(listed.c.value, "$[0]"))
    line_no = func.json_extract(listed.c.value, "$[1]")
    return prepare(
        select(
            col(SaleLine.sale_id),
            col(SaleLine.line_no),
            col(Sale.customer_id),
            col(Sale.receipt_number),
            col(SaleLine.item_id),
            col(SaleLine.description),
            col(SaleLine.scan_code),
            col(SaleLine.tax_class),
            col(SaleLine.tax_rate_bp),
            col(SaleLine.tax_version),
            col(SaleLine.price_version),
            col(SaleLine.unit_price_minor),
            col(SaleLine.unit_cost_minor),
            col(SaleLine.quantity_milli),
            col(SaleLine.extended_minor),
            col(SaleLine.amount_minor),
            col(SaleLine.tax_minor),
            col(SaleLine.points),
            col(SaleLine.returned_milli),
            func.coalesce(col(StockLevel.on_hand_milli), 0),
        )
        .select_from(listed)
        .join(SaleLine, and_(col(SaleLine.sale_id) == sale_id, col(SaleLine.line_no) == line_no))
        .join(Sale, col(Sale.sale_id) == col(SaleLine.sale_id))
        .outerjoin(StockLevel, col(StockLevel.item_id) == col(SaleLine.item_id))
    )


def _finished() -> Prepared:
    """A sale's event in whatever epoch it stands, and the hash before it."""
    before = aliased(Journal)
    return prepare(
        select(
            col(JournalHead.store_id),
            col(Journal.epoch_number),
            col(Journal.epoch_fingerprint),
            col(Journal.seq),
            col(Journal.event_id),
            col(Journal.kind),
            col(Journal.kind_version),
            col(Journal.occurred_at_ms),
            col(Journal.utc_offset_s),
            col(Journal.boot_id),
            col(Journal.hlc),
            col(Journal.clock_state),
            col(Journal.body),
            col(Journal.hash),
            col(before.hash),
            col(JournalHead.genesis_hash),
        )
        .select_from(Sale)
        .join(Journal, _same_place(Journal, Sale))
        .join(JournalHead, _same_epoch(JournalHead, Sale))
        .outerjoin(before, and_(_same_epoch(before, Sale), col(before.seq) == col(Sale.seq) - 1))
        .where(col(Sale.sale_id) == bindparam("id"))
    )


def _same_epoch(left: type[Journal | JournalHead], right: type[Sale]) -> ColumnElement[bool]:
    return and_(
        col(left.epoch_number) == col(right.epoch_number),
        col(left.epoch_fingerprint) == col(right.epoch_fingerprint),
    )


def _same_place(left: type[Journal], right: type[Sale]) -> ColumnElement[bool]:
    return and_(_same_epoch(left, right), col(left.seq) == col(right.seq))


_STANDING = prepare(
    select(
        _one(col(Sale.request_digest), col(Sale.sale_id) == bindparam("id")),
        _one(col(Sale.receipt_number), col(Sale.sale_id) == bindparam("id")),
        _one(col(AbandonedId.abandoned_at_ms), col(AbandonedId.sale_id) == bindparam("id")),
        _one(func.min(col(Journal.kind)), col(Journal.event_id) == bindparam("id")),
    )
)
_STORE = prepare(
    select(
        col(Box.store_id),
        col(Box.store_code),
        col(Settings.body),
        col(JournalHead.epoch_number),
        col(JournalHead.epoch_fingerprint),
    )
    .select_from(Box)
    .join(JournalHead, col(JournalHead.current) == true())
    .outerjoin(Settings, col(Settings.one) == col(Box.one))
)
_open_day = _one(
    func.max(col(BusinessDay.business_date)), col(BusinessDay.state) == DayState.OPEN.value
)
_COUNTER = prepare(
    select(
        _open_day,
        _one(
            col(TillSession.till_session_id),
            col(TillSession.business_date) == _open_day,
            col(TillSession.workstation_id) == bindparam("workstation_id"),
            col(TillSession.state) == TillState.OPEN.value,
        ),
        _one(col(OperatorRow.active), col(OperatorRow.operator_id) == bindparam("operator_id")),
        _one(col(Customer.active), col(Customer.customer_id) == bindparam("customer_id")),
        _one(
            col(ReceiptSeries.last),
            col(ReceiptSeries.workstation_id) == bindparam("workstation_id"),
            col(ReceiptSeries.epoch_number) == bindparam("epoch_number"),
            col(ReceiptSeries.epoch_fingerprint) == bindparam("epoch_fingerprint"),
        ),
    )
)
_codes, _ids, _tenders, _sales = _each("codes"), _each("ids"), _each("tenders"), _each("sales")
_BY_CODE = _items(_codes, col(ScanCode.scan_code), by_code=True)
_BY_ID = _items(_ids, col(ItemRow.item_id), by_code=False)
_ORIGINALS = _originals()
_FINISHED = _finished()
_RATES = prepare(
    select(
        col(TaxRateRow.tax_class),
        col(TaxRateRow.rate_bp),
        col(TaxRateRow.version),
        func.max(col(TaxRateRow.effective_from)),
    )
    .where(col(TaxRateRow.effective_from) <= bindparam("business_date"))
    .group_by(col(TaxRateRow.tax_class))
)
"""SQLite takes bare columns beside a lone max() from the row that has it
(Quirks: "bare columns in an aggregate query")."""
_TENDERS = prepare(
    select(
        col(TenderRow.tender_id),
        col(TenderRow.kind),
        col(TenderRow.refundable),
        col(TenderRow.active),
    )
    .select_from(_tenders)
    .join(TenderRow, col(TenderRow.tender_id) == _tenders.c.value)
)
_RIGHTS = prepare(
    select(
        col(PointsRight.root),
        col(PointsRight.line),
        col(PointsRight.points) - col(PointsRight.spent),
    )
    .where(
        col(PointsRight.customer_id) == bindparam("customer_id"),
        col(PointsRight.points) > col(PointsRight.spent),
    )
    .order_by(col(PointsRight.root), col(PointsRight.line))
)
_POINTS_HERE = prepare(
    select(func.coalesce(func.sum(col(PointsRight.points) - col(PointsRight.spent)), 0)).where(
        col(PointsRight.customer_id) == bindparam("customer_id")
    )
)
_NUMBERS = prepare(
    select(col(Sale.sale_id), col(Sale.receipt_number))
    .select_from(_sales)
    .join(Sale, col(Sale.sale_id) == func.unhex(_sales.c.value))
)
_ALARM = prepare(select(col(Alarm.alarm_id)).where(col(Alarm.alarm_id) == bindparam("id")))

STATEMENTS = (
    _STANDING,
    _STORE,
    _COUNTER,
    _BY_CODE,
    _BY_ID,
    _ORIGINALS,
    _FINISHED,
    _RATES,
    _TENDERS,
    _RIGHTS,
    _POINTS_HERE,
    _NUMBERS,
    _ALARM,
)
"""Held against the migrated schema by a test."""


def find_id(db: sqlite3.Connection, sale_id: SaleId) -> IdStanding:
    """What this id means here already."""
    return IdStanding(*db.execute(_STANDING.sql, _STANDING.bind(id=sale_id.bytes)).fetchone())


def read_store(db: sqlite3.Connection) -> StoreNow | None:
    """None until the box was enrolled. Raises SettingsMissing until they have arrived."""
    row = db.execute(_STORE.sql, _STORE.bind()).fetchone()
    if row is None:
        return None
    if row[2] is None:
        raise SettingsMissing
    return StoreNow(
        StoreId(UUID(bytes=row[0])), row[1], _settings.decode(row[2]), Epoch(row[3], row[4])
    )


def read_counter(
    db: sqlite3.Connection,
    workstation_id: WorkstationId,
    operator_id: OperatorId,
    customer_id: CustomerId | None,
    epoch: Epoch,
) -> CounterNow:
    """The open day and till, operator, customer and receipt series of a workstation."""
    values = _COUNTER.bind(
        workstation_id=workstation_id,
        operator_id=operator_id,
        customer_id=None if customer_id is None else customer_id.bytes,
        epoch_number=epoch.number,
        epoch_fingerprint=epoch.fingerprint,
    )
    day, till, operator, customer, receipts = db.execute(_COUNTER.sql, values).fetchone()
    return CounterNow(
        None if day is None else date.fromisoformat(day),
        None if till is None else TillSessionId(UUID(bytes=till)),
        None if operator is None else bool(operator),
        None if customer is None else bool(customer),
        receipts or 0,
    )


def items_by_code(
    db: sqlite3.Connection, codes: Iterable[str], as_of_ms: int
) -> dict[str, ItemOnSale]:
    """Items by their scan codes; unknown ones are left out."""
    rows = db.execute(_BY_CODE.sql, _BY_CODE.bind(codes=_listed(codes), as_of_ms=as_of_ms))
    return {row[0]: _item(row) for row in rows}


def items_by_id(
    db: sqlite3.Connection, ids: Iterable[ItemId], as_of_ms: int
) -> dict[ItemId, ItemOnSale]:
    """Items by their ids; unknown ones are left out."""
    rows = db.execute(_BY_ID.sql, _BY_ID.bind(ids=_listed(ids), as_of_ms=as_of_ms))
    return {row[0]: _item(row) for row in rows}


def rates_in_force(db: sqlite3.Connection, business_date: date) -> dict[TaxClass, RateInForce]:
    """The rate of each tax class on a date."""
    rows = db.execute(_RATES.sql, _RATES.bind(business_date=business_date.isoformat()))
    return {TaxClass(row[0]): RateInForce(row[1], row[2]) for row in rows}


def tenders_named(
    db: sqlite3.Connection, tender_ids: Iterable[TenderId]
) -> dict[TenderId, TenderInUse]:
    """Tenders by their ids; unknown ones are left out."""
    rows = db.execute(_TENDERS.sql, _TENDERS.bind(tenders=_listed(tender_ids)))
    return {row[0]: TenderInUse(TenderKind(row[1]), bool(row[2]), bool(row[3])) for row in rows}


def sold_lines(
    db: sqlite3.Connection, lines: Iterable[OriginalLine]
) -> dict[OriginalLine, SoldLine]:
    """Lines of finished receipts; unknown ones are left out."""
    listed = _listed({(line.sale_id.hex, line.line_no) for line in lines})
    rows = db.execute(_ORIGINALS.sql, _ORIGINALS.bind(lines=listed))
    found = (_sold(row) for row in rows)
    return {OriginalLine(line.sale_id, line.line_no): line for line in found}


def rights_left(db: sqlite3.Connection, customer_id: CustomerId) -> tuple[Right, ...]:
    """What is left of the customer's rights here, oldest first (sale ids are made in order), at
    most RIGHTS_MAX of them."""
    rows = db.execute(_RIGHTS.sql, _RIGHTS.bind(customer_id=customer_id.bytes))
    return tuple(Right(UUID(bytes=row[0]), row[1], row[2]) for row in rows.fetchmany(RIGHTS_MAX))


def points_here(db: sqlite3.Connection, customer_id: CustomerId) -> int:
    """What all rights of the customer come to at this store."""
    values = _POINTS_HERE.bind(customer_id=customer_id.bytes)
    points: int = db.execute(_POINTS_HERE.sql, values).fetchone()[0]
    return points


def receipt_numbers(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> dict[SaleId, ReceiptNumber]:
    """The receipt numbers of finished sales."""
    listed = _listed({sale_id.hex for sale_id in sale_ids})
    rows = db.execute(_NUMBERS.sql, _NUMBERS.bind(sales=listed))
    return {SaleId(UUID(bytes=row[0])): row[1] for row in rows}


def finished_event(db: sqlite3.Connection, sale_id: SaleId) -> Kept | None:
    """A sale's event with an empty signature; None where the store or its journal lacks it."""
    row = db.execute(_FINISHED.sql, _FINISHED.bind(id=sale_id.bytes)).fetchone()
    if row is None:
        return None
    store, number, fingerprint, seq, event, kind, version, at, offset, boot, hlc = row[:11]
    state, body, own_hash, before, genesis = row[11:]
    prev_hash = genesis if seq == 1 else before
    if prev_hash is None:
        return None
    envelope = Envelope(
        seq,
        EventId(UUID(bytes=event)),
        kind,
        version,
        at,
        offset,
        BootId(UUID(bytes=boot)),
        Hlc(hlc),
        ClockState(state),
        body,
    )
    epoch = Epoch(number, fingerprint)
    return Kept(StoreId(UUID(bytes=store)), epoch, prev_hash, envelope, own_hash, b"")


def has_alarm(db: sqlite3.Connection, alarm_id: UUID) -> bool:
    """Whether it was raised here already."""
    return db.execute(_ALARM.sql, _ALARM.bind(id=alarm_id.bytes)).fetchone() is not None


def _listed(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _item(row: tuple[Any, ...]) -> ItemOnSale:
    price = None if row[7] is None else PriceInForce(row[7], row[8])
    return ItemOnSale(
        row[1], row[2], TaxClass(row[3]), bool(row[4]), row[5], bool(row[6]), price, row[9] or 0
    )


def _sold(row: tuple[Any, ...]) -> SoldLine:
    sale_id, customer = SaleId(UUID(bytes=row[0])), row[2]
    buyer = None if customer is None else CustomerId(UUID(bytes=customer))
    return SoldLine._make((sale_id, row[1], buyer, *row[3:7], TaxClass(row[7]), *row[8:]))

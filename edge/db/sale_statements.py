"""What a sale asks the database, compiled once from the tables: one query per kind of thing.

Lists go in as one JSON text (``json_each``), ids in it as hexadecimal. Values are given as tuples;
``_reading`` refuses, when this module is imported, an order that is not the statement's own.
"""

from typing import Any, TypeAlias

from sqlalchemy import String, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlmodel import col

from edge.db.connection.prepare import NotPreparable, Prepared, prepare
from edge.db.tables.customer import Customer
from edge.db.tables.points import PointsDebt, PointsRight
from edge.db.tables.published import (
    ItemRow,
    OperatorRow,
    PastRow,
    PriceRow,
    ScanCode,
    Settings,
    TaxRateRow,
    TenderRow,
)
from edge.db.tables.store import (
    AbandonedId,
    Box,
    BusinessDay,
    Journal,
    JournalHead,
    ReceiptSeries,
    Sale,
    SaleLine,
    StockLevel,
    TillSession,
)
from edge.domain.business_day import DayState
from edge.domain.till import TillState

Column: TypeAlias = ColumnElement[Any] | Mapped[Any]


def _reading(statement: ClauseElement, order: str) -> Prepared:
    """Compile a query whose values are given as a tuple. Raises NotPreparable if ``order`` is not
    that of its question marks."""
    prepared = prepare(statement)
    if prepared.order != tuple(order.split()) or prepared.fixed:
        raise NotPreparable(f"the values are {' '.join(prepared.order)}: {prepared.sql}")
    return prepared


def _text(value: str) -> ColumnElement[str]:
    """A constant that stands in the statement itself."""
    return literal_column(f"'{value}'", String)


def _each(name: str) -> TableValuedAlias:
    """The values of a JSON list that is bound as text."""
    return func.json_each(bindparam(name, type_=String)).table_valued("value")


def _one(column: Column, *where: ColumnElement[bool]) -> ColumnElement[Any]:
    """The one value of a column, or NULL."""
    return select(column).where(*where).scalar_subquery()


def _items(named: Column, *, by_code: bool) -> Prepared:
    """Items in a list, each with its price as of ``as_of_ms`` and its stock."""
    listed = _each("listed")
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
        col(ItemRow.unit),
        col(ItemRow.tax_class),
        col(ItemRow.open_price),
        col(ItemRow.unit_cost_minor),
        col(ItemRow.active),
        col(PriceRow.unit_price_minor),
        col(PriceRow.version),
        col(StockLevel.on_hand_milli),
    ).select_from(listed)
    if by_code:
        meant = and_(col(ScanCode.code_key) == listed.c.value, col(ScanCode.holds))
        items = items.join(ScanCode, meant).join(
            ItemRow, col(ItemRow.item_id) == col(ScanCode.item_id)
        )
    else:
        items = items.join(ItemRow, col(ItemRow.item_id) == listed.c.value)
    at = and_(
        col(PriceRow.item_id) == col(ItemRow.item_id), col(PriceRow.effective_from_ms) == effective
    )
    of_item = col(StockLevel.item_id) == col(ItemRow.item_id)
    joined = items.outerjoin(PriceRow, at).outerjoin(StockLevel, of_item)
    return _reading(joined, "listed as_of_ms")


def _priced() -> Prepared:
    """Price as of ``as_of_ms`` and stock of item ids in a list."""
    listed = _each("listed")
    newest = aliased(PriceRow)
    effective = _one(
        func.max(col(newest.effective_from_ms)),
        col(newest.item_id) == listed.c.value,
        col(newest.effective_from_ms) <= bindparam("as_of_ms"),
    )
    return _reading(
        select(
            listed.c.value,
            col(PriceRow.unit_price_minor),
            col(PriceRow.version),
            col(StockLevel.on_hand_milli),
        )
        .select_from(listed)
        .outerjoin(
            PriceRow,
            and_(
                col(PriceRow.item_id) == listed.c.value,
                col(PriceRow.effective_from_ms) == effective,
            ),
        )
        .outerjoin(StockLevel, col(StockLevel.item_id) == listed.c.value),
        "listed as_of_ms",
    )


def _originals() -> Prepared:
    """Sold lines in a list of [sale id in hexadecimal, line number]."""
    listed = _each("lines")
    sale_id = func.unhex(func.json_extract(listed.c.value, _text("$[0]")))
    line_no = func.json_extract(listed.c.value, _text("$[1]"))
    return _reading(
        select(
            col(SaleLine.sale_id),
            col(SaleLine.line_no),
            col(Sale.customer_id),
            col(Sale.receipt_number),
            col(SaleLine.item_id),
            col(SaleLine.description),
            col(SaleLine.unit),
            col(SaleLine.scan_code),
            col(SaleLine.tax_class),
            col(SaleLine.tax_rate_bp),
            col(SaleLine.tax_included),
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
            col(StockLevel.on_hand_milli),
            col(Settings.body),
        )
        .select_from(listed)
        .join(SaleLine, and_(col(SaleLine.sale_id) == sale_id, col(SaleLine.line_no) == line_no))
        .join(Sale, col(Sale.sale_id) == col(SaleLine.sale_id))
        .join(Settings, col(Settings.settings_no) == col(Sale.settings_no))
        .outerjoin(StockLevel, col(StockLevel.item_id) == col(SaleLine.item_id)),
        "lines",
    )


def _finished() -> Prepared:
    """A sale's event in whatever epoch it stands, and the hash before it."""
    before = aliased(Journal)
    return _reading(
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
        .outerjoin(
            before,
            and_(_same_epoch(before, Sale), col(before.seq) == col(Sale.seq) - literal_column("1")),
        )
        .where(col(Sale.sale_id) == bindparam("id")),
        "id",
    )


def _same_epoch(left: type[Journal | JournalHead], right: type[Sale]) -> ColumnElement[bool]:
    return and_(
        col(left.epoch_number) == col(right.epoch_number),
        col(left.epoch_fingerprint) == col(right.epoch_fingerprint),
    )


def _same_place(left: type[Journal], right: type[Sale]) -> ColumnElement[bool]:
    return and_(_same_epoch(left, right), col(left.seq) == col(right.seq))


STANDING = _reading(
    select(
        _one(col(Sale.request_digest), col(Sale.sale_id) == bindparam("id")),
        _one(col(AbandonedId.abandoned_at_ms), col(AbandonedId.sale_id) == bindparam("id")),
        _one(func.min(col(Journal.kind)), col(Journal.event_id) == bindparam("id")),
    ),
    "id id id",
)
SHOWN = _reading(
    select(col(Settings.body), col(Sale.operator_name), col(Sale.customer_name))
    .select_from(Sale)
    .join(Settings, col(Sale.settings_no) == col(Settings.settings_no))
    .where(col(Sale.sale_id) == bindparam("sale_id")),
    "sale_id",
)
SETTINGS_NO = _reading(
    select(col(Settings.body)).where(col(Settings.settings_no) == bindparam("settings_no")),
    "settings_no",
)
_open_day = _one(
    func.max(col(BusinessDay.business_date)), col(BusinessDay.state) == _text(DayState.OPEN)
)
_settings_now = aliased(Settings)
_settings_no = _one(
    col(_settings_now.settings_no), col(_settings_now.current) == literal_column("1")
)
"""A row of its own to look for: joined by ``current``, SQLite makes an index each time."""
COUNTER = _reading(
    select(
        _one(col(Sale.request_digest), col(Sale.sale_id) == bindparam("id")),
        _one(col(AbandonedId.abandoned_at_ms), col(AbandonedId.sale_id) == bindparam("id")),
        _one(func.min(col(Journal.kind)), col(Journal.event_id) == bindparam("id")),
        col(Box.store_id),
        col(Box.store_code),
        col(Settings.settings_no),
        col(Settings.body),
        col(JournalHead.epoch_number),
        col(JournalHead.epoch_fingerprint),
        col(JournalHead.seq),
        col(JournalHead.hash),
        col(JournalHead.hlc),
        select(func.max(col(PastRow.until_ms))).scalar_subquery(),
        _open_day,
        _one(
            col(TillSession.till_session_id),
            col(TillSession.business_date) == _open_day,
            col(TillSession.workstation_id) == bindparam("workstation_id"),
            col(TillSession.state) == _text(TillState.OPEN),
        ),
        col(OperatorRow.active),
        col(OperatorRow.name),
        col(Customer.active),
        col(Customer.name),
        col(PointsDebt.points),
        col(ReceiptSeries.last),
    )
    .outerjoin_from(Box, JournalHead, col(JournalHead.current) == literal_column("1"))
    .outerjoin_from(Box, Settings, col(Settings.settings_no) == _settings_no)
    .outerjoin_from(Box, OperatorRow, col(OperatorRow.operator_id) == bindparam("operator_id"))
    .outerjoin_from(Box, Customer, col(Customer.customer_id) == bindparam("customer_id"))
    .outerjoin_from(Box, PointsDebt, col(PointsDebt.customer_id) == bindparam("customer_id"))
    .outerjoin_from(
        Box,
        ReceiptSeries,
        and_(
            col(ReceiptSeries.workstation_id) == bindparam("workstation_id"),
            col(ReceiptSeries.epoch_number) == col(JournalHead.epoch_number),
            col(ReceiptSeries.epoch_fingerprint) == col(JournalHead.epoch_fingerprint),
        ),
    )
    .where(col(Box.one) == literal_column("1")),
    "id id id workstation_id operator_id customer_id customer_id workstation_id",
)
_tenders, _sales = _each("tenders"), _each("sales")
BY_CODE = _items(col(ScanCode.code_key), by_code=True)
BY_ID = _items(col(ItemRow.item_id), by_code=False)
PRICED = _priced()
ORIGINALS = _originals()
FINISHED = _finished()
RATES = _reading(
    select(
        col(TaxRateRow.tax_class),
        col(TaxRateRow.rate_bp),
        col(TaxRateRow.version),
        func.max(col(TaxRateRow.effective_from)),
    )
    .where(col(TaxRateRow.effective_from) <= bindparam("business_date"))
    .group_by(col(TaxRateRow.tax_class)),
    "business_date",
)
"""SQLite takes bare columns beside a lone max() from the row that has it
(Quirks: "bare columns in an aggregate query")."""
TENDERS = _reading(
    select(
        col(TenderRow.tender_id),
        col(TenderRow.name),
        col(TenderRow.kind),
        col(TenderRow.refundable),
        col(TenderRow.active),
    )
    .select_from(_tenders)
    .join(TenderRow, col(TenderRow.tender_id) == _tenders.c.value),
    "tenders",
)
RIGHTS = _reading(
    select(
        col(PointsRight.root),
        col(PointsRight.line),
        col(PointsRight.points) - col(PointsRight.spent),
    )
    .where(
        col(PointsRight.customer_id) == bindparam("customer_id"),
        col(PointsRight.points) > col(PointsRight.spent),
    )
    .order_by(col(PointsRight.root), col(PointsRight.line)),
    "customer_id",
)
POINTS_HERE = _reading(
    select(func.sum(col(PointsRight.points) - col(PointsRight.spent))).where(
        col(PointsRight.customer_id) == bindparam("customer_id")
    ),
    "customer_id",
)
BUYER = _reading(
    select(
        _one(col(Customer.name), col(Customer.customer_id) == bindparam("customer_id")),
        _one(col(PointsDebt.points), col(PointsDebt.customer_id) == bindparam("customer_id")),
    ),
    "customer_id customer_id",
)
NUMBERS = _reading(
    select(col(Sale.sale_id), col(Sale.receipt_number))
    .select_from(_sales)
    .join(Sale, col(Sale.sale_id) == func.unhex(_sales.c.value)),
    "sales",
)
NUMBERED = _reading(
    select(col(Sale.sale_id)).where(col(Sale.receipt_number) == bindparam("receipt_number")),
    "receipt_number",
)

STATEMENTS = (
    STANDING,
    SHOWN,
    SETTINGS_NO,
    COUNTER,
    BY_CODE,
    BY_ID,
    PRICED,
    ORIGINALS,
    FINISHED,
    RATES,
    TENDERS,
    RIGHTS,
    POINTS_HERE,
    BUYER,
    NUMBERS,
    NUMBERED,
)
"""Held against the migrated schema by a test."""

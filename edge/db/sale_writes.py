"""What a finished sale writes: statements compiled once from the tables, run on the connection.

Rows are tuples in the order of their table's columns; ``_inserting`` refuses, when this module is
imported, a list of names that is not that order. What a sale reads stands in ``sale_reads.py``.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import col

from edge.db.connection.prepare import NotPreparable, Prepared, prepare
from edge.db.tables.base import EdgeTable
from edge.db.tables.points import PointsDebt, PointsRight
from edge.db.tables.store import (
    AbandonedId,
    ReceiptSeries,
    Sale,
    SaleLine,
    SaleTax,
    SaleTender,
    StockLevel,
    StockMovement,
)
from edge.domain.sale.situation import Names
from edge.domain.stock import Moved
from sync.protocol.change import Head
from sync.protocol.facts import RetailTransaction, Spend
from sync.protocol.identity import SaleId, WorkstationId


def _inserting(table: type[EdgeTable], names: str) -> Prepared:
    """INSERT of all columns. Raises NotPreparable if ``names`` are not they, in their order."""
    prepared = prepare(insert(cast(Table, table.__table__)))  # type: ignore[attr-defined]  # SQLModel sets it
    if prepared.order != tuple(names.split()):
        raise NotPreparable(f"{table.__name__} has the columns {' '.join(prepared.order)}")
    return prepared


_SALE = _inserting(
    Sale,
    "sale_id request_digest epoch_number epoch_fingerprint seq receipt_number workstation_id"
    " till_session_id operator_id business_date tendered_at_ms customer_id total_minor"
    " rounding_minor change_minor points_earned points_taken_back points_debt training settings_no"
    " operator_name customer_name",
)
_LINE = _inserting(
    SaleLine,
    "sale_id line_no item_id description unit scan_code tax_class tax_rate_bp tax_included"
    " tax_version price_version unit_price_minor unit_cost_minor quantity_milli extended_minor"
    " amount_minor tax_minor points original_sale_id original_line_no returned_milli",
)
_TAX = _inserting(
    SaleTax, "sale_id is_return tax_class tax_rate_bp tax_included net_minor tax_minor"
)
_TENDER = _inserting(
    SaleTender, "sale_id tender_no tender_id name kind amount_minor reference points"
)
_MOVEMENT = _inserting(
    StockMovement,
    "event_id line_no item_id kind quantity_milli on_hand_after_milli oversold business_date"
    " moved_at_ms",
)
_RIGHT = _inserting(PointsRight, "root line customer_id points spent")
_ABANDONED = _inserting(AbandonedId, "sale_id workstation_id abandoned_at_ms")

_level = upsert(StockLevel)
_LEVEL = prepare(
    _level.on_conflict_do_update(
        index_elements=[col(StockLevel.item_id)],
        set_={"on_hand_milli": _level.excluded.on_hand_milli},
    )
)
_series = upsert(ReceiptSeries)
_SERIES = prepare(
    _series.on_conflict_do_update(
        index_elements=[
            col(ReceiptSeries.workstation_id),
            col(ReceiptSeries.epoch_number),
            col(ReceiptSeries.epoch_fingerprint),
        ],
        set_={"last": _series.excluded.last},
    )
)
_SPEND = prepare(
    update(PointsRight)
    .where(
        col(PointsRight.root) == bindparam("of_root"), col(PointsRight.line) == bindparam("of_line")
    )
    .values(spent=col(PointsRight.spent) + bindparam("points_spent"))
)
_debt = upsert(PointsDebt)
_DEBT = prepare(
    _debt.on_conflict_do_update(
        index_elements=[col(PointsDebt.customer_id)],
        set_={"points": col(PointsDebt.points) + _debt.excluded.points},
    )
)
_RETURNED = prepare(
    update(SaleLine)
    .where(
        col(SaleLine.sale_id) == bindparam("of_sale"), col(SaleLine.line_no) == bindparam("of_line")
    )
    .values(returned_milli=col(SaleLine.returned_milli) + bindparam("came_back"))
)

STATEMENTS = (
    _SALE,
    _LINE,
    _TAX,
    _TENDER,
    _MOVEMENT,
    _RIGHT,
    _ABANDONED,
    _LEVEL,
    _SERIES,
    _SPEND,
    _DEBT,
    _RETURNED,
)
"""Held against the migrated schema by a test."""


def insert_sale(
    db: sqlite3.Connection,
    fact: RetailTransaction,
    request_digest: bytes,
    place: Head,
    settings_no: int,
    names: Names,
) -> None:
    """The receipt's head, lines, taxes and tenders. ``place``: its event's; ``settings_no``: of the
    settings under which it was made; ``names``: what its paper shows."""
    db.execute(_SALE.sql, _sale_row(fact, request_digest, place, settings_no, names))
    db.executemany(_LINE.sql, _line_rows(fact))
    db.executemany(_TAX.sql, _tax_rows(fact))
    db.executemany(_TENDER.sql, _tender_rows(fact))


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
            tender.reference,
            tender.points,
        )
        for number, tender in enumerate(fact.tenders, start=1)
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
            line.amount_minor,
            line.tax_minor,
            line.points,
            None if line.original is None else line.original.sale_id.bytes,
            None if line.original is None else line.original.line_no,
            0,
        )
        for line in fact.lines
    ]


def insert_movements(
    db: sqlite3.Connection, fact: RetailTransaction, moved: Sequence[Moved], moved_at_ms: int
) -> None:
    """Stock movements of the sale, and the levels after them."""
    event_id, day = fact.sale_id.bytes, fact.business_date.isoformat()
    db.executemany(_LEVEL.sql, {m.item_id: m.on_hand_after_milli for m in moved}.items())
    db.executemany(
        _MOVEMENT.sql,
        [
            (
                event_id,
                m.line_no,
                m.item_id,
                "return" if m.quantity_milli > 0 else "sale",
                m.quantity_milli,
                m.on_hand_after_milli,
                int(m.oversold),
                day,
                moved_at_ms,
            )
            for m in moved
        ],
    )


def move_points(db: sqlite3.Connection, fact: RetailTransaction, spends: Sequence[Spend]) -> None:
    """Rights that were born in the sale lines, then rights that were used (born ones may pay off a
    debt at once), and how the customer's debt changed."""
    if fact.customer_id is None:
        return
    root, customer = fact.sale_id.bytes, fact.customer_id.bytes
    if fact.points_earned:
        db.executemany(
            _RIGHT.sql,
            [(root, x.line_no, customer, x.points, 0) for x in fact.lines if x.points > 0],
        )
    if spends:
        db.executemany(_SPEND.sql, [(s.points, s.root.bytes, s.line) for s in spends])
    if fact.take_back is not None and fact.take_back.debt:
        db.execute(_DEBT.sql, (customer, fact.take_back.debt))


def mark_returned(db: sqlite3.Connection, fact: RetailTransaction) -> None:
    """Count what came back at the original lines."""
    rows = [
        (-line.quantity_milli, line.original.sale_id.bytes, line.original.line_no)
        for line in fact.lines
        if line.original is not None
    ]
    if rows:
        db.executemany(_RETURNED.sql, rows)


def advance_series(
    db: sqlite3.Connection, workstation_id: WorkstationId, place: Head, last: int
) -> None:
    """The number that the workstation's series has reached in this epoch."""
    values = (workstation_id, place.epoch.number, place.epoch.fingerprint, last)
    db.execute(_SERIES.sql, values)


def insert_abandoned(
    db: sqlite3.Connection, sale_id: SaleId, workstation_id: WorkstationId, at_ms: int
) -> None:
    """The id is given up."""
    db.execute(_ABANDONED.sql, (sale_id.bytes, workstation_id, at_ms))

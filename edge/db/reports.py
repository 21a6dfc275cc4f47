"""What a shop's receipts say over a span of business dates, told apart in one way or another. A
report is one description of ``REPORTS``: which rows, by what they are told apart, what is added up;
its table, its sum and the receipts under each of its figures all read that.

All of it counts from rows, as ``totals.py`` does, so that it can be held against head office's.
Training counts nowhere.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edge.db.sales import finished_event
from edge.domain.sale.returns import SHARE_OF_MODIFIERS
from edge.domain.span import Span, walls
from sync.protocol.codec import decode_fact
from sync.protocol.facts import RetailTransaction
from sync.protocol.facts.sale import PRICE_OVERRIDE
from sync.protocol.identity import ReceiptNumber, SaleId


class Column(NamedTuple):
    """What is added up. ``unit`` is ``minor``, ``milli`` or ``count``. ``sql``: over the report's
    rows, of a group, of all and of each receipt alike; so each leads to receipts that sum to it."""

    name: str
    unit: str
    sql: str


class Report(NamedTuple):
    """``rows``: of which ``sale s`` is one. ``key``: what they are told apart by, a text.
    ``label``: how that is called, empty where the page has words for it. ``main``: the column that
    is compared with other days, and drawn where ``drawn``. ``by_key``: its rows stand in the keys'
    order, else the largest first. ``average``: what a receipt comes to is told, too; ``costs``: and
    what later costs put right, which is on no receipt."""

    name: str
    rows: str
    key: str
    label: str
    columns: tuple[Column, ...]
    main: str
    by_key: bool = False
    drawn: bool = False
    average: bool = False
    costs: bool = False

    def column(self, name: str) -> Column | None:
        """The one of this name."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def compared(self) -> Column:
        """The main one."""
        return next(one for one in self.columns if one.name == self.main)


RECEIPTS = Column("receipts", "count", "count(DISTINCT s.sale_id)")
_WORTH = "l.amount_minor + CASE WHEN l.tax_included THEN 0 ELSE l.tax_minor END"
QUANTITY = Column("quantity", "milli", "coalesce(sum(l.quantity_milli), 0)")
LINES = Column("lines", "count", "count(*) FILTER (WHERE l.quantity_milli > 0)")
GROSS = Column(
    "gross", "minor", "coalesce(sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0), 0)"
)
REFUNDS = Column(
    "refunds", "minor", "coalesce(-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0), 0)"
)
DISCOUNTS = Column("discounts", "minor", "coalesce(sum(l.discount_minor), 0)")
TAX = Column("tax", "minor", "coalesce(sum(l.tax_minor), 0)")
TOTAL = Column("total", "minor", f"coalesce(sum({_WORTH}), 0)")
"""What customers owed, with tax, less what came back."""
_SALES = (RECEIPTS, GROSS, REFUNDS, DISCOUNTS, TAX, TOTAL)

_NET = "l.amount_minor - CASE WHEN l.tax_included THEN l.tax_minor ELSE 0 END"
_BEFORE_TAX = Column("net", "minor", f"coalesce(sum({_NET}), 0)")
_COST = Column("cost", "minor", "coalesce(sum(l.cost_minor), 0)")
_MARGIN = Column(
    "margin",
    "minor",
    f"coalesce(sum({_NET} - l.cost_minor) FILTER (WHERE l.cost_minor IS NOT NULL), 0)",
)
"""Of the lines whose cost is known: what has none is no margin."""
_WITHOUT_COST = Column(
    "without_cost",
    "milli",
    "coalesce(sum(l.quantity_milli) FILTER (WHERE l.cost_minor IS NULL), 0)",
)

_LINES = "sale s JOIN sale_line l ON l.sale_id = s.sale_id"
_ITEMS = f"{_LINES} LEFT JOIN item i ON i.item_id = l.item_id"
_WALL = (
    " JOIN (SELECT value ->> 0 AS since_ms, value ->> 1 AS until_ms, value ->> 2 AS ahead_ms"
    " FROM json_each(:walls)) w ON s.tendered_at_ms >= w.since_ms AND s.tendered_at_ms < w.until_ms"
)
_OWN_LINES = "(SELECT count(*) FROM sale_line n WHERE n.sale_id = s.sale_id)"
_IS_FIRST_CASH = (
    "t.tender_no = (SELECT min(u.tender_no) FROM sale_tender u"
    " WHERE u.sale_id = s.sale_id AND u.kind = 'cash')"
)
_CHANGE = f"coalesce(sum(s.change_minor) FILTER (WHERE {_IS_FIRST_CASH}), 0)"

REPORTS: tuple[Report, ...] = (
    Report("day", _LINES, "s.business_date", "", _SALES, "total", True, True, True),
    Report(
        "hour",
        f"{_LINES}{_WALL}",
        "printf('%02d', (s.tendered_at_ms + w.ahead_ms) / 3600000 % 24)",
        "",
        (RECEIPTS, LINES, TOTAL),
        "total",
        by_key=True,
        drawn=True,
        average=True,
    ),
    Report(
        "item",
        _ITEMS,
        "l.item_id",
        "coalesce(max(i.name), max(l.description))",
        (RECEIPTS, QUANTITY, DISCOUNTS, REFUNDS, TOTAL),
        "total",
    ),
    Report(
        "department",
        _ITEMS,
        "coalesce(i.department, '')",
        "max(coalesce(i.department, ''))",
        (RECEIPTS, QUANTITY, DISCOUNTS, REFUNDS, TOTAL),
        "total",
        drawn=True,
    ),
    Report(
        "operator",
        f"{_LINES} LEFT JOIN operator o ON o.operator_id = s.operator_id",
        "s.operator_id",
        "coalesce(max(o.name), '')",
        (RECEIPTS, LINES, GROSS, REFUNDS, DISCOUNTS, TOTAL),
        "total",
        average=True,
    ),
    Report(
        "margin",
        _ITEMS,
        "l.item_id",
        "coalesce(max(i.name), max(l.description))",
        (RECEIPTS, QUANTITY, _BEFORE_TAX, _COST, _MARGIN, _WITHOUT_COST),
        "margin",
        costs=True,
    ),
    Report(
        "tender",
        "sale s JOIN sale_tender t ON t.sale_id = s.sale_id",
        "t.tender_id",
        "max(t.name)",
        (
            RECEIPTS,
            Column("tendered", "minor", "coalesce(sum(t.amount_minor), 0)"),
            Column("change", "minor", _CHANGE),
            Column("kept", "minor", f"coalesce(sum(t.amount_minor), 0) - {_CHANGE}"),
        ),
        "kept",
    ),
    Report(
        "foreign-cash",
        "sale s JOIN sale_tender t ON t.sale_id = s.sale_id AND t.foreign_currency IS NOT NULL",
        "t.foreign_currency",
        "",
        (
            RECEIPTS,
            Column("handed", "milli", "coalesce(sum(t.foreign_milli), 0)"),
            Column("worth", "minor", "coalesce(sum(t.amount_minor), 0)"),
        ),
        "worth",
        by_key=True,
    ),
    Report(
        "tax",
        "sale s JOIN sale_tax x ON x.sale_id = s.sale_id",
        "x.tax_class || ' ' || x.tax_rate_bp",
        "",
        (
            RECEIPTS,
            Column("net", "minor", "coalesce(sum(x.net_minor), 0)"),
            Column("tax", "minor", "coalesce(sum(x.tax_minor), 0)"),
        ),
        "tax",
        by_key=True,
    ),
    Report(
        "basket",
        _LINES,
        f"CASE WHEN {_OWN_LINES} <= 2 THEN '0' || {_OWN_LINES}"
        f" WHEN {_OWN_LINES} <= 5 THEN '03' WHEN {_OWN_LINES} <= 10 THEN '06'"
        f" WHEN {_OWN_LINES} <= 20 THEN '11' ELSE '21' END",
        "",
        (RECEIPTS, LINES, TOTAL),
        "receipts",
        by_key=True,
        drawn=True,
        average=True,
    ),
    Report(
        "promotion",
        "json_each(:modifiers) m JOIN sale s ON s.sale_id = unhex(m.value ->> 0)",
        "m.value ->> 1",
        "max(m.value ->> 2)",
        (RECEIPTS, Column("off", "minor", "coalesce(-sum(m.value ->> 3), 0)")),
        "off",
    ),
    Report(
        "price-book",
        f"{_LINES} AND l.price_book IS NOT NULL",
        "l.price_book",
        "max(l.price_book)",
        (RECEIPTS, LINES, QUANTITY, TOTAL),
        "total",
    ),
    Report(
        "late-value",
        "sale s JOIN value_move m ON m.sale_id = s.sale_id AND m.last_day < s.business_date"
        " AND NOT EXISTS (SELECT 1 FROM sale v WHERE v.post_void_of = s.sale_id)",
        "m.kind",
        "",
        (RECEIPTS, Column("taken", "minor", "coalesce(-sum(m.amount), 0)")),
        "taken",
    ),
    Report(
        "oversold",
        "sale s JOIN stock_movement m ON m.event_id = s.sale_id AND m.oversold"
        " LEFT JOIN item i ON i.item_id = m.item_id",
        "m.item_id",
        "coalesce(max(i.name), '')",
        (RECEIPTS, Column("units", "milli", "coalesce(-sum(m.quantity_milli), 0)")),
        "units",
    ),
)
BY_NAME: Mapping[str, Report] = MappingProxyType({one.name: one for one in REPORTS})

_OF_SPAN = "NOT s.training AND s.business_date BETWEEN :first AND :last"
_OF_KEY = "(:key IS NULL OR {key} = :key)"
_ANY_OPEN = (
    "SELECT EXISTS (SELECT 1 FROM till_session"
    " WHERE state = 'open' AND business_date BETWEEN ? AND ?)"
)
_DISCOUNTED = (
    "SELECT s.sale_id FROM sale s WHERE NOT s.training AND s.business_date BETWEEN ? AND ?"
    " AND EXISTS (SELECT 1 FROM sale_line l WHERE l.sale_id = s.sale_id AND l.discount_minor <> 0)"
)
NO_DISCOUNT = frozenset({SHARE_OF_MODIFIERS, PRICE_OVERRIDE})
"""Kinds that take nothing off: a return's share of its original's, and a price that is set."""


def _sums(report: Report) -> str:
    columns = ", ".join(one.sql for one in report.columns)
    label = report.label or "''"
    return (
        f"SELECT {report.key}, {label}, {columns} FROM {report.rows}"  # noqa: S608  texts of ours
        f" WHERE {_OF_SPAN} GROUP BY 1 ORDER BY 1"
    )


def _whole(report: Report) -> str:
    columns = ", ".join(one.sql for one in report.columns)
    return f"SELECT {columns} FROM {report.rows} WHERE {_OF_SPAN}"  # noqa: S608  texts of ours


def _under(report: Report, column: Column) -> str:
    return (
        "SELECT s.sale_id, s.receipt_number, s.business_date, s.workstation_id, s.operator_id,"  # noqa: S608  texts of ours
        f" s.tendered_at_ms, s.post_void_of, {column.sql} FROM {report.rows}"
        f" WHERE {_OF_SPAN} AND {_OF_KEY.format(key=report.key)}"
        f" GROUP BY s.sale_id HAVING {column.sql} <> 0 ORDER BY s.tendered_at_ms, s.receipt_number"
    )


SUMS = MappingProxyType({one.name: _sums(one) for one in REPORTS})
WHOLE = MappingProxyType({one.name: _whole(one) for one in REPORTS})
UNDER = MappingProxyType(
    {(one.name, column.name): _under(one, column) for one in REPORTS for column in one.columns}
)


class Group(NamedTuple):
    """What one key comes to, in the report's columns."""

    key: str
    label: str
    amounts: tuple[int, ...]


class ReceiptUnder(NamedTuple):
    """A receipt, and what it adds to a figure. ``post_void_of``: the one that it takes back
    whole."""

    sale_id: SaleId
    receipt_number: ReceiptNumber
    business_date: str
    workstation_id: str
    operator_id: str
    tendered_at_ms: int
    post_void_of: bytes | None
    amount: int


class Taken(NamedTuple):
    """What was taken off prices in a span, as JSON for the statements; ``archived``: receipts with
    something taken off whose own words this box keeps no more."""

    modifiers: str = "[]"
    archived: int = 0


def read_groups(
    db: sqlite3.Connection, report: Report, span: Span, zone: str, taken: Taken
) -> tuple[Group, ...]:
    """In the order of their keys."""
    rows = db.execute(SUMS[report.name], _values(span, zone, taken))
    return tuple(Group(str(key), str(label), tuple(amounts)) for key, label, *amounts in rows)


def read_whole(
    db: sqlite3.Connection, report: Report, span: Span, zone: str, taken: Taken
) -> tuple[int, ...]:
    """The columns of all groups together: a receipt that is in several counts once."""
    return tuple(db.execute(WHOLE[report.name], _values(span, zone, taken)).fetchone())


def receipts_under(
    db: sqlite3.Connection,
    report: Report,
    column: Column,
    key: str | None,
    span: Span,
    zone: str,
    taken: Taken,
) -> tuple[ReceiptUnder, ...]:
    """Those that add to a figure of one key, or (None) of all, in the order of time."""
    values = {**_values(span, zone, taken), "key": key}
    rows = db.execute(UNDER[report.name, column.name], values)
    return tuple(ReceiptUnder(SaleId(UUID(bytes=key)), *rest) for key, *rest in rows)


def is_any_till_open(db: sqlite3.Connection, span: Span) -> bool:
    """Whether a till of these dates was not counted yet."""
    days = (span.first.isoformat(), span.last.isoformat())
    return bool(db.execute(_ANY_OPEN, days).fetchone()[0])


def read_taken(db: sqlite3.Connection, report: Report, span: Span) -> Taken:
    """What the receipts themselves say was taken off, and by what; nothing for a report that does
    not ask for it."""
    if ":modifiers" not in report.rows:
        return Taken()
    days = (span.first.isoformat(), span.last.isoformat())
    found: list[tuple[str, str, str, int]] = []
    archived = 0
    for (key,) in db.execute(_DISCOUNTED, days).fetchall():
        sale = _receipt(db, SaleId(UUID(bytes=key)))
        archived += sale is None
        if sale is not None:
            found += _modifiers(sale)
    return Taken(msgspec.json.encode(found).decode(), archived)


def _receipt(db: sqlite3.Connection, sale_id: SaleId) -> RetailTransaction | None:
    kept = finished_event(db, sale_id)
    if kept is None:
        return None
    fact = decode_fact(kept.envelope.kind, kept.envelope.kind_version, kept.envelope.body)
    return fact if isinstance(fact, RetailTransaction) else None


def _modifiers(sale: RetailTransaction) -> Iterator[tuple[str, str, str, int]]:
    """As head office tells them apart: by promotion, else by what somebody took off by hand and
    why."""
    for line in sale.lines:
        for one in line.modifiers:
            if one.kind not in NO_DISCOUNT:
                named = one.promotion_id or f"{one.kind} {one.reason}"
                yield sale.sale_id.hex, named, one.reason, one.amount_minor


def _values(span: Span, zone: str, taken: Taken) -> Mapping[str, Any]:
    days: Sequence[str] = (span.first.isoformat(), span.last.isoformat())
    return {
        "first": days[0],
        "last": days[1],
        "walls": msgspec.json.encode(list(walls(span, zone))).decode(),
        "modifiers": taken.modifiers,
    }

"""What the store's rows add up to: of everything, of a day, of its workstations, of each receipt.

Counted from the rows of sales, tenders, movements and till sessions each time, never from
counters, so that it can be held against head office's own count (``sync/protocol/figures.py``
says what each figure is). One set of statements serves all: a *part* is what is told apart (the
whole store, a workstation, a receipt), a *scope* is which rows are looked at. Training counts
nowhere. Several statements make one account: call within one transaction, or the rows may move.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from msgspec.structs import replace

from sync.protocol.figures import TaxTotal, TenderTotal, Totals
from sync.protocol.identity import SaleId, TenderId, WorkstationId
from sync.protocol.manifest import Receipt, WorkstationTotals

RECEIPTS_MAX = 1_000
"""Receipts in one page at most."""

Part: TypeAlias = str | bytes
"""``""`` for the whole store, a workstation's id, or a sale's id."""
Accounts: TypeAlias = dict[Part, Totals]

STORE = "''"
WORKSTATION = "s.workstation_id"
RECEIPT = "s.sale_id"

EVERYTHING = "NOT s.training"
OF_DAY = "NOT s.training AND s.business_date = :day"
OF_PAGE = "NOT s.training AND s.sale_id > :after AND s.sale_id <= :last"
OF_DAY_PAGE = f"{OF_PAGE} AND s.business_date = :day"

_HEADS = """
SELECT {part}, count(*), sum(s.total_minor), sum(s.change_minor), sum(s.rounding_minor),
       sum(s.points_earned), sum(s.points_taken_back)
FROM sale s WHERE {scope} GROUP BY 1
"""
_LINES = """
SELECT {part}, count(*),
       coalesce(sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0), 0),
       coalesce(-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0), 0)
FROM sale s JOIN sale_line l USING (sale_id) WHERE {scope} GROUP BY 1
"""
_TAXES = """
SELECT {part}, x.tax_class, x.tax_rate_bp, sum(x.net_minor), sum(x.tax_minor)
FROM sale s JOIN sale_tax x USING (sale_id) WHERE {scope} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_TENDERS = """
SELECT {part}, t.tender_id, sum(t.amount_minor), sum(t.points)
FROM sale s JOIN sale_tender t USING (sale_id) WHERE {scope} GROUP BY 1, 2 ORDER BY 1, 2
"""
_STOCK = """
SELECT {part}, sum(m.quantity_milli)
FROM sale s JOIN stock_movement m ON m.event_id = s.sale_id WHERE {scope} GROUP BY 1
"""
_TILLS = """
SELECT {part}, sum(s.float_minor),
       coalesce(sum(s.expected_cash_minor) FILTER (WHERE s.state = 'settled'), 0),
       coalesce(sum(s.counted_cash_minor) FILTER (WHERE s.state = 'settled'), 0)
FROM till_session s WHERE {scope} GROUP BY 1
"""
_OTHER_STOCK = (
    "SELECT coalesce(sum(quantity_milli), 0) FROM stock_movement"
    " WHERE kind NOT IN ('sale', 'return')"
)
_OTHER_STOCK_OF_DAY = f"{_OTHER_STOCK} AND business_date = :day"
_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale s
WHERE NOT s.training AND s.sale_id > :after ORDER BY s.sale_id LIMIT :limit
"""
_DAY_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale s
WHERE NOT s.training AND s.sale_id > :after AND s.business_date = :day
ORDER BY s.sale_id LIMIT :limit
"""


class _Statements(NamedTuple):
    """The statements of one part and scope."""

    heads: str
    lines: str
    taxes: str
    tenders: str
    stock: str


def _statements(part: str, scope: str) -> _Statements:
    texts = (_HEADS, _LINES, _TAXES, _TENDERS, _STOCK)
    return _Statements(*(text.format(part=part, scope=scope) for text in texts))


_SALES: Mapping[tuple[str, str], _Statements] = MappingProxyType(
    {
        (part, scope): _statements(part, scope)
        for part, scope in (
            (STORE, EVERYTHING),
            (STORE, OF_DAY),
            (WORKSTATION, EVERYTHING),
            (WORKSTATION, OF_DAY),
            (RECEIPT, OF_PAGE),
            (RECEIPT, OF_DAY_PAGE),
        )
    }
)
_TILLS_OF: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (part, scope): _TILLS.format(part=part, scope=condition)
        for part in (STORE, WORKSTATION)
        for scope, condition in ((EVERYTHING, "1"), (OF_DAY, "s.business_date = :day"))
    }
)


def read_totals(db: sqlite3.Connection, business_date: date | None) -> Totals:
    """The store's account of a day, or of everything: sales, tills, and stock moved without a
    sale."""
    accounts, scope, values = _account(db, STORE, business_date)
    statement = _OTHER_STOCK if scope == EVERYTHING else _OTHER_STOCK_OF_DAY
    other: int = db.execute(statement, values).fetchone()[0]
    totals = accounts.get("", Totals())
    return replace(totals, stock_milli=totals.stock_milli + other)


def read_workstation_totals(
    db: sqlite3.Connection, business_date: date | None
) -> tuple[WorkstationTotals, ...]:
    """Each workstation's part, by its id; only those that sold or opened a till."""
    accounts, _, _ = _account(db, WORKSTATION, business_date)
    return tuple(
        WorkstationTotals(WorkstationId(str(part)), totals)
        for part, totals in sorted(accounts.items(), key=lambda item: str(item[0]))
    )


def read_receipts(
    db: sqlite3.Connection,
    business_date: date | None,
    limit: int = RECEIPTS_MAX,
    after: SaleId | None = None,
) -> tuple[Receipt, ...]:
    """Receipts in the order of their sale ids, after the one given; at most RECEIPTS_MAX."""
    values: dict[str, Any] = {
        "after": b"" if after is None else after.bytes,
        "limit": min(limit, RECEIPTS_MAX),
    }
    if business_date is not None:
        values["day"] = business_date.isoformat()
    page = db.execute(_PAGE if business_date is None else _DAY_PAGE, values).fetchall()
    if not page:
        return ()
    values["last"] = page[-1][0]
    scope = OF_PAGE if business_date is None else OF_DAY_PAGE
    accounts = _add_sales(db, _SALES[RECEIPT, scope], values)
    return tuple(
        Receipt(number, UUID(bytes=sale_id), date.fromisoformat(day), accounts[sale_id])
        for sale_id, number, day in page
    )


def _account(
    db: sqlite3.Connection, part: str, business_date: date | None
) -> tuple[Accounts, str, dict[str, Any]]:
    scope = EVERYTHING if business_date is None else OF_DAY
    values = {} if business_date is None else {"day": business_date.isoformat()}
    accounts = _add_sales(db, _SALES[part, scope], values)
    for key, floats, expected, counted in db.execute(_TILLS_OF[part, scope], values):
        accounts[key] = replace(
            accounts.get(key, Totals()),
            float_minor=floats,
            expected_cash_minor=expected,
            counted_cash_minor=counted,
            over_short_minor=counted - expected,
        )
    return accounts, scope, values


def _add_sales(
    db: sqlite3.Connection, statements: _Statements, values: Mapping[str, Any]
) -> Accounts:
    """What the sales in scope add up to, by part."""
    accounts: Accounts = {}
    for key, count, total, change, rounding, earned, taken in db.execute(statements.heads, values):
        accounts[key] = Totals(
            transactions=count,
            tax_added_minor=total,
            change_minor=change,
            rounding_minor=rounding,
            points_earned=earned,
            points_taken_back=taken,
        )
    for key, lines, gross, refunds in db.execute(statements.lines, values):
        known = accounts[key]
        accounts[key] = replace(
            known,
            lines=lines,
            gross_minor=gross,
            refunds_minor=refunds,
            # what receipts come to beyond their lines is the tax that was put on top
            tax_added_minor=known.tax_added_minor - (gross - refunds),
        )
    _add_taxes(db, statements.taxes, values, accounts)
    _add_tenders(db, statements.tenders, values, accounts)
    for key, moved in db.execute(statements.stock, values):
        accounts[key] = replace(accounts[key], stock_milli=moved)
    return accounts


def _add_taxes(
    db: sqlite3.Connection, statement: str, values: Mapping[str, Any], accounts: Accounts
) -> None:
    taxes: dict[Part, list[TaxTotal]] = {}
    for key, tax_class, rate_bp, net, tax in db.execute(statement, values):
        taxes.setdefault(key, []).append(TaxTotal(tax_class, rate_bp, net, tax))
    for part, found in taxes.items():
        accounts[part] = replace(accounts[part], taxes=tuple(found))


def _add_tenders(
    db: sqlite3.Connection, statement: str, values: Mapping[str, Any], accounts: Accounts
) -> None:
    tenders: dict[Part, list[TenderTotal]] = {}
    points: dict[Part, int] = {}
    for key, tender_id, amount, spent in db.execute(statement, values):
        tenders.setdefault(key, []).append(TenderTotal(TenderId(tender_id), amount))
        points[key] = points.get(key, 0) + spent
    for part, found in tenders.items():
        accounts[part] = replace(accounts[part], tenders=tuple(found), points_spent=points[part])

"""What the store's rows add up to: of everything, of a day, of its workstations, of each receipt.

Counted from the rows of sales, tenders, movements and till sessions each time, never from
counters, so that it can be held against head office's own count (``sync/protocol/figures.py``
says what each figure is). One set of statements serves all: a *part* is what is told apart (the
whole store, a workstation, a receipt), a *scope* is which rows are looked at. Training counts
nowhere. Several statements make one account: call within one transaction, or the rows may move.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.manifest import Receipt, WorkstationTotals

RECEIPTS_MAX = 1_000
"""Receipts in one page at most."""

Part: TypeAlias = str | bytes | int
"""``""`` for the whole store, a workstation's id, a sale's id, or which of several spans."""
Tallies: TypeAlias = defaultdict[Part, Tally]

STORE = "''"
WORKSTATION = "s.workstation_id"
RECEIPT = "s.sale_id"
TILL = "s.till_session_id"

OF_DAY = "s.business_date = :day"
FINISHED_HERE = "s.request_digest <> x''"
"""Of whatever came home no request is known (``bring_home``), also where another journal of this
very epoch had it, a copy's."""
IN_EPOCH = f"""(s.epoch_number, s.epoch_fingerprint) =
    (SELECT epoch_number, epoch_fingerprint FROM journal_head WHERE current = 1)
    AND {FINISHED_HERE}"""  # noqa: S608 - constant
CAME_HOME = f"""s.sale_id IN (SELECT r.sale_id FROM recovered r
    JOIN journal_head h ON h.epoch_number = r.in_epoch_number
        AND h.epoch_fingerprint = r.in_epoch_fingerprint WHERE h.current = 1)
    AND NOT ({IN_EPOCH})"""  # noqa: S608 - constant
"""Receipts whose events came home in this epoch, and that its own journal has under no event."""
OF_PAGE = "s.sale_id > :after AND s.sale_id <= :last"

_SETTLED = "(WHERE s.state = 'settled')"
_SUMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sale s": {
            "transactions": "count(*)",
            # what receipts come to beyond their lines is the tax that was put on top
            "tax_added_minor": "sum(s.total_minor)",
            "change_minor": "sum(s.change_minor)",
            "rounding_minor": "sum(s.rounding_minor)",
            "points_earned": "sum(s.points_earned)",
            "points_taken_back": "sum(s.points_taken_back)",
        },
        "sale s JOIN sale_line l USING (sale_id)": {
            "lines": "count(*)",
            "gross_minor": "sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0)",
            "refunds_minor": "-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0)",
            "tax_added_minor": "-sum(l.amount_minor)",
            "discounts_minor": "sum(l.discount_minor)",
        },
        "sale s JOIN value_move v USING (sale_id)": {
            "points_given_back": "sum(v.amount) FILTER (WHERE v.kind = 'points')",
        },
        "sale s JOIN stock_movement m ON m.event_id = s.sale_id": {
            "stock_milli": "sum(m.quantity_milli)",
        },
        "till_session s": {
            "float_minor": "sum(s.float_minor)",
            "expected_cash_minor": f"sum(s.expected_cash_minor) FILTER {_SETTLED}",
            "counted_cash_minor": f"sum(s.counted_cash_minor) FILTER {_SETTLED}",
            "over_short_minor": (
                f"sum(s.counted_cash_minor - s.expected_cash_minor) FILTER {_SETTLED}"
            ),
        },
    }
)
"""Of which rows, by a figure's field (figures.py), how it is added up; what rows of several sorts
say of one is added."""
_TILLS = "till_session s"
_TAXES = """
SELECT {part}, x.tax_class, x.tax_rate_bp, sum(x.net_minor), sum(x.tax_minor)
FROM sale s JOIN sale_tax x USING (sale_id) WHERE {scope} GROUP BY 1, 2, 3
"""
_TENDERS = """
SELECT {part}, t.tender_id, sum(t.amount_minor), sum(t.points), sum(t.tip_minor)
FROM sale s JOIN sale_tender t USING (sale_id) WHERE {scope} GROUP BY 1, 2
"""
_OTHER_STOCK = """
SELECT coalesce(sum(s.quantity_milli), 0) FROM stock_movement s
WHERE s.kind NOT IN ('sale', 'return') AND s.kind <> 'count' AND {scope}
"""
_OTHER_CASH = """
SELECT coalesce(sum(s.till_minor) FILTER (
        WHERE s.kind IN ('loan', 'pickup', 'paid_in', 'paid_out')), 0),
    coalesce(sum(s.safe_minor) FILTER (WHERE s.kind = 'safe_count'), 0),
    -coalesce(sum(s.safe_minor) FILTER (WHERE s.kind = 'deposit'), 0)
FROM cash_moved s WHERE {scope}
"""
_OF_CASH = ("cash_moved_minor", "safe_over_short_minor", "deposited_minor")
_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale s
WHERE NOT s.training AND s.sale_id > :after AND {scope} ORDER BY s.sale_id LIMIT :limit
"""


class StoreAccount(NamedTuple):
    """``store``: the workstations' sum, with the stock and the cash that moved without a receipt.
    ``recovered``: receipts that came home in this epoch, in neither."""

    store: Totals
    workstations: tuple[WorkstationTotals, ...]
    recovered: Totals


def read_account(db: sqlite3.Connection, business_date: date) -> StoreAccount:
    """A day in the current epoch, counted once for the store and its workstations (by their ids;
    only those that sold or opened a till), and what came home apart."""
    values, whole, parts = _of(business_date), Tally(), []
    tallies = _count(db, WORKSTATION, f"{OF_DAY} AND {IN_EPOCH}", values, tills=OF_DAY)
    for part in sorted(tallies, key=str):
        parts.append(WorkstationTotals(WorkstationId(str(part)), tallies[part].totals()))
        whole.add_totals(parts[-1].totals)
    store = _with_others(db, whole, OF_DAY, values)
    return StoreAccount(store, tuple(parts), read_recovered(db, business_date))


def read_recovered(db: sqlite3.Connection, business_date: date | None) -> Totals:
    """Of a day, or of everything: the receipts that came home in the current epoch."""
    scope = f"{_scope(business_date)} AND {CAME_HOME}"
    return _count(db, STORE, scope, _of(business_date))[""].totals()


def read_totals(db: sqlite3.Connection, business_date: date | None) -> Totals:
    """The store's account of a day, or of everything: sales, tills, stock and cash moved without a
    sale."""
    scope, values = _scope(business_date), _of(business_date)
    tallies = _count(db, STORE, scope, values, tills=scope)
    return _with_others(db, tallies[""], scope, values)


def read_parts(db: sqlite3.Connection, business_date: date, part: str) -> dict[Part, Totals]:
    """What each WORKSTATION, or each TILL's session, did on a day, in whichever epoch."""
    tallies = _count(db, part, OF_DAY, _of(business_date), tills=OF_DAY)
    return {key: tallies[key].totals() for key in sorted(tallies, key=str)}


def read_receipts(
    db: sqlite3.Connection,
    business_date: date | None,
    limit: int = RECEIPTS_MAX,
    after: SaleId | None = None,
) -> tuple[Receipt, ...]:
    """Receipts in the order of their sale ids, after the one given; at most RECEIPTS_MAX."""
    values = _of(business_date) | {
        "after": b"" if after is None else after.bytes,
        "limit": min(limit, RECEIPTS_MAX),
    }
    scope = _scope(business_date)
    page = db.execute(_PAGE.format(scope=scope), values).fetchall()
    if not page:
        return ()
    values["last"] = page[-1][0]
    tallies = _count(db, RECEIPT, f"{OF_PAGE} AND {scope}", values)
    return tuple(
        Receipt(number, UUID(bytes=sale_id), date.fromisoformat(day), tallies[sale_id].totals())
        for sale_id, number, day in page
    )


def _scope(business_date: date | None) -> str:
    return "1" if business_date is None else OF_DAY


def _of(business_date: date | None) -> dict[str, Any]:
    return {} if business_date is None else {"day": business_date.isoformat()}


def _with_others(
    db: sqlite3.Connection, tally: Tally, scope: str, values: Mapping[str, Any]
) -> Totals:
    tally.sums["stock_milli"] += db.execute(_OTHER_STOCK.format(scope=scope), values).fetchone()[0]
    cash = db.execute(_OTHER_CASH.format(scope=scope), values).fetchone()
    for field, amount in zip(_OF_CASH, cash, strict=True):
        tally.sums[field] += amount
    return tally.totals()


@cache
def _statement(rows: str, part: str, scope: str) -> str:
    sums = ", ".join(_SUMS[rows].values())
    counts = "" if rows == _TILLS else "NOT s.training AND "
    return f"SELECT {part}, {sums} FROM {rows} WHERE {counts}{scope} GROUP BY 1"  # noqa: S608  texts of ours


@cache
def _counts(part: str, scope: str) -> str:
    return f"""SELECT {part}, t.tender_id, sum(t.expected_minor), sum(t.counted_minor)
        FROM till_session s JOIN till_tender t USING (till_session_id)
        WHERE {scope} GROUP BY 1, 2"""  # noqa: S608  texts of ours


def count_sales(
    db: sqlite3.Connection, part: str, scope: str, values: Mapping[str, Any]
) -> Tallies:
    """What the receipts in a scope (of ``sale s``) add up to, by part; tills are none of them."""
    return _count(db, part, scope, values)


def _count(
    db: sqlite3.Connection,
    part: str,
    scope: str,
    values: Mapping[str, Any],
    *,
    tills: str | None = None,
) -> Tallies:
    """What the receipts in scope add up to, by part, and the till sessions in ``tills``."""
    tallies = Tallies(Tally)
    for rows in _SUMS:
        within = tills if rows == _TILLS else scope
        if within is None:
            continue
        for key, *amounts in db.execute(_statement(rows, part, within), values):
            sums = tallies[key].sums
            for field, amount in zip(_SUMS[rows], amounts, strict=True):
                sums[field] += amount or 0
    sold = f"NOT s.training AND {scope}"
    for key, *tax in db.execute(_TAXES.format(part=part, scope=sold), values):
        tallies[key].add_tax(*tax)
    for key, tender_id, amount, points, tips in db.execute(
        _TENDERS.format(part=part, scope=sold), values
    ):
        tallies[key].add_tender(tender_id, amount)
        tallies[key].sums["points_spent"] += points
        tallies[key].sums["tips_minor"] += tips
    if tills is not None:
        for key, *counted in db.execute(_counts(part, tills), values):
            tallies[key].add_count(*counted)
    return tallies

"""Value on cards and of store credit at this store: what a request may spend of it, on which card a
line put some, and what receipts moved, coupons with it. The rights themselves stand with all others
(``points_right``)."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

import msgspec

from edge.db.customers import SAME_PERSON
from sync.protocol.escrow import Right, RightKind
from sync.protocol.facts import Account, OriginalLine, RetailTransaction
from sync.protocol.identity import CompanyId, SaleId
from sync.protocol.last_days import latest

RIGHTS_MAX = 2_000
"""Rights to one account that one sale may look at, the oldest."""

_COMPANY = "SELECT company_id FROM box WHERE one = 1"
_HELD = f"""
SELECT root, line, points - spent - released FROM points_right
WHERE kind = ? AND customer_id IN ({SAME_PERSON}) AND points > spent + released
ORDER BY root, line
"""  # noqa: S608 - constant
_LOADED = """
SELECT m.sale_id, m.line_no, m.kind, m.account_id
FROM json_each(?) f JOIN value_move m ON m.sale_id = unhex(f.value)
WHERE m.line_no > 0 AND m.amount > 0
"""
_USED_UP = """
SELECT kind, account_id FROM value_move WHERE sale_id = ? AND kind = ? AND amount < 0
ORDER BY tender_no
"""
_MOVE = (
    "INSERT INTO value_move (sale_id, line_no, tender_no, kind, account_id, amount, last_day)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_BORN = (
    "INSERT INTO points_right (root, line, customer_id, points, spent, kind, released, last_day)"
    " VALUES (?, ?, ?, ?, 0, ?, 0, ?)"
)
_TOLD = f"SELECT last_day FROM points_right WHERE kind = ? AND customer_id IN ({SAME_PERSON})"  # noqa: S608 - constant
_GREW = "INSERT OR IGNORE INTO right_grown (kind, account_id) VALUES (?, ?)"
_SPEND = "UPDATE points_right SET spent = spent + ? WHERE root = ? AND line = ?"


def company_of(db: sqlite3.Connection) -> CompanyId | None:
    """Whose store this is; None: it is enrolled nowhere."""
    row = db.execute(_COMPANY).fetchone()
    return None if row is None else CompanyId(UUID(bytes=row[0]))


def value_rights(db: sqlite3.Connection, account: Account) -> tuple[Right, ...]:
    """What is left of each right to the account here, oldest first, at most RIGHTS_MAX; of store
    credit under whatever id facts name the person."""
    rows = db.execute(_HELD, (account.kind, account.account_id.bytes))
    return tuple(Right(UUID(bytes=row[0]), row[1], row[2]) for row in rows.fetchmany(RIGHTS_MAX))


def value_here(db: sqlite3.Connection, account: Account) -> int:
    """What all rights to it come to at this store."""
    return sum(right.points_left for right in value_rights(db, account))


def value_last_day(db: sqlite3.Connection, account: Account) -> date | None:
    """Through which day the account is good, as far as this store was told of what is in it; None:
    for ever (``sync/protocol/last_days.py``)."""
    rows = db.execute(_TOLD, (account.kind, account.account_id.bytes))
    return latest(None if row[0] is None else date.fromisoformat(row[0]) for row in rows)


def loaded_by(db: sqlite3.Connection, sale_ids: Iterable[SaleId]) -> dict[OriginalLine, Account]:
    """The lines of these receipts that put value on a card, and on which."""
    listed = msgspec.json.encode([sale_id.hex for sale_id in set(sale_ids)]).decode()
    return {
        OriginalLine(SaleId(UUID(bytes=row[0])), row[1]): Account(row[2], UUID(bytes=row[3]))
        for row in db.execute(_LOADED, (listed,))
    }


def coupons_used(db: sqlite3.Connection, sale_id: SaleId) -> tuple[Account, ...]:
    """The coupons that a receipt used up, each good once."""
    rows = db.execute(_USED_UP, (sale_id.bytes, RightKind.COUPON.value))
    return tuple(Account(row[0], UUID(bytes=row[1])) for row in rows)


def move_value(db: sqlite3.Connection, fact: RetailTransaction, *, born: bool = True) -> None:
    """What lines of a receipt put into accounts, and tenders took out of them or put back, and the
    coupons that it used up. In a receipt of another epoch no right was ``born`` that this one may
    spend, nor was one spent that it has."""
    by_tender = any(tender.account for tender in fact.tenders)
    if not (fact.rights_given or fact.rights_taken or by_tender):
        return
    paid = {one.account for one in fact.tenders if one.account is not None and one.amount_minor > 0}
    last_days = {account: _day(value_last_day(db, account)) for account in paid}
    db.executemany(_MOVE, _moves(fact, last_days))
    if not born:
        return
    given = fact.rights_given
    root = fact.sale_id.bytes
    db.executemany(
        _BORN,
        [
            (root, one.line, one.account_id.bytes, one.amount, one.kind, _day(one.last_day))
            for one in given
        ],
    )
    db.executemany(_GREW, [(one.kind, one.account_id.bytes) for one in given])
    spends = [
        (spend.points, spend.root.bytes, spend.line)
        for tender in fact.tenders
        if tender.account is not None
        for spend in tender.spends
    ]
    db.executemany(_SPEND, spends)


def _day(last_day: date | None) -> str | None:
    return None if last_day is None else last_day.isoformat()


def _moves(
    fact: RetailTransaction, last_days: Mapping[Account, str | None]
) -> Collection[tuple[object, ...]]:
    """What a line loaded or a tender gave back, points as well; what value paid, with the last day
    of its account as it was then; coupons."""
    lines, sale_id = len(fact.lines), fact.sale_id.bytes
    given = [
        (sale_id, *_place(one.line, lines), one.kind, one.account_id.bytes, one.amount, None)
        for one in fact.rights_given
        if one.line <= lines + len(fact.tenders)
    ]
    paid = [
        (
            *(sale_id, 0, number, one.account.kind, one.account.account_id.bytes),
            *(-one.amount_minor, last_days[one.account]),
        )
        for number, one in enumerate(fact.tenders, start=1)
        if one.account is not None and one.amount_minor > 0
    ]
    used = [
        (sale_id, 0, len(fact.tenders) + number, one.kind, one.account_id.bytes, -one.amount, None)
        for number, one in enumerate(fact.rights_taken, start=1)
        if one.kind == RightKind.COUPON
    ]
    return given + paid + used


def _place(line: int, lines: int) -> tuple[int, int]:
    """A line's number and a tender's, one of them 0."""
    return (line, 0) if line <= lines else (0, line - lines)

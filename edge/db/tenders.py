"""The store's ways to pay: for people to choose from, and as a sale reads them."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from edge.domain.sale.situation import TenderInUse, Worth
from edge.domain.sale.tender_kinds import TENDER_RULES
from sync.protocol.facts import TenderKind
from sync.protocol.identity import ReceiptNumber, TenderId
from sync.protocol.paying import PaymentWay, VoucherMeaning, VoucherType

TENDERS_LISTED_MAX = 50
READ_OF_A_TENDER = (
    "t.name, t.kind, t.refundable, t.active, w.through, w.online_only, w.proxy, w.payee,"
    " w.expires_s, v.meaning, v.not_for"
)
"""What a sale reads of a tender ``t``, in the order of ``tender_in_use``."""
OF_A_TENDER = (
    "LEFT JOIN payment_way w ON w.tender_id = t.tender_id"
    " LEFT JOIN voucher_type v ON v.tender_id = t.tender_id"
)
_COUNT = "SELECT count(*) FROM tender WHERE active"
_CASH = "SELECT tender_id FROM tender WHERE kind = 'cash'"
_ACTIVE = (
    "SELECT t.tender_id, t.name, t.kind, w.through, v.meaning"  # noqa: S608 - constants
    f" FROM tender t {OF_A_TENDER}"
    " WHERE t.active ORDER BY t.rowid LIMIT ? OFFSET ?"
)
_NAMED = (
    f"SELECT t.tender_id, {READ_OF_A_TENDER}"  # noqa: S608 - constants
    f" FROM json_each(?) f JOIN tender t ON t.tender_id = f.value {OF_A_TENDER}"
)
_WORTH = """
SELECT c.currency, c.own_minor, c.foreign_minor, c.decimals, c.version, max(c.effective_from_ms)
FROM json_each(?) f JOIN foreign_currency c ON c.currency = f.value
WHERE c.own_currency = ? AND c.effective_from_ms <= ? GROUP BY c.currency
"""
_ALL_WORTH = """
SELECT currency, own_minor, foreign_minor, decimals, version, max(effective_from_ms)
FROM foreign_currency WHERE own_currency = ? AND effective_from_ms <= ?
GROUP BY currency ORDER BY currency
"""
"""SQLite takes bare columns beside a lone max() from the row that has it."""
_VOUCHER = "INSERT OR REPLACE INTO voucher_type (tender_id, meaning, not_for) VALUES (?, ?, ?)"
_DROP_VOUCHER = "DELETE FROM voucher_type WHERE tender_id = ?"
_TAKEN = """
SELECT f.value ->> 0, f.value ->> 1, s.receipt_number, x.amount_minor, s.sale_id
FROM json_each(:named) f JOIN sale_tender x ON x.kind = 'voucher' AND x.reference = f.value ->> 1
    AND x.tender_id = f.value ->> 0
JOIN sale s ON s.sale_id = x.sale_id WHERE NOT s.training
UNION ALL
SELECT f.value ->> 0, f.value ->> 1, s.receipt_number, x.amount_minor, s.sale_id
FROM json_each(:named) f JOIN sale_voucher x ON x.number = f.value ->> 1
    AND x.tender_id = f.value ->> 0
JOIN sale s ON s.sale_id = x.sale_id WHERE NOT s.training
    AND NOT EXISTS (SELECT 1 FROM sale v WHERE v.post_void_of = s.sale_id)
ORDER BY 5
"""
"""What paid or went back, and what lowered the price of a receipt that stands."""
_TENDER_KINDS = {each.value: each for each in TenderKind}


def cash_tender_ids(db: sqlite3.Connection) -> frozenset[str]:
    """What lies in the drawer as one sum, whatever it is called."""
    return frozenset(row[0] for row in db.execute(_CASH))


class ActiveTender(msgspec.Struct, frozen=True):
    """A way to pay that may be used. ``through``: who is asked for the payment (``paying.py``);
    ``voucher``: what its vouchers are; None: nobody, nothing special. ``spends_points``,
    ``has_account``: as its kind is (``tender_kinds.py``)."""

    tender_id: TenderId
    name: str
    kind: TenderKind
    through: str | None = None
    voucher: VoucherMeaning | None = None
    spends_points: bool = False
    has_account: bool = False


def list_tenders(
    db: sqlite3.Connection, limit: int = TENDERS_LISTED_MAX, offset: int = 0
) -> tuple[ActiveTender, ...]:
    """Those in use, in the order in which head office published them, a page of them."""
    return tuple(
        ActiveTender(
            TenderId(tender_id),
            name,
            TenderKind(kind),
            through,
            None if meaning is None else VoucherMeaning(meaning),
            TENDER_RULES[TenderKind(kind)].spends_points,
            TENDER_RULES[TenderKind(kind)].has_account,
        )
        for tender_id, name, kind, through, meaning in db.execute(_ACTIVE, (limit, offset))
    )


def count_tenders(db: sqlite3.Connection) -> int:
    """How many are in use."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count


def tenders_named(
    db: sqlite3.Connection, tender_ids: Iterable[TenderId]
) -> dict[TenderId, TenderInUse]:
    """Tenders by their ids; unknown ones are left out."""
    rows = db.execute(_NAMED, (msgspec.json.encode(list(tender_ids)).decode(),))
    return {row[0]: tender_in_use(row[0], row[1:]) for row in rows}


def tender_in_use(tender_id: TenderId, read: Sequence[Any]) -> TenderInUse:
    """From what READ_OF_A_TENDER names."""
    name, kind, refundable, active, through, online_only, proxy, payee, expires_s = read[:9]
    meaning, not_for = read[9:]
    way = voucher = None
    if through is not None:
        way = PaymentWay(tender_id, through, bool(online_only), proxy, payee, expires_s)
    if meaning is not None:
        departments = tuple(msgspec.json.decode(not_for))
        voucher = VoucherType(tender_id, VoucherMeaning(meaning), departments)
    return TenderInUse(name, _TENDER_KINDS[kind], bool(refundable), bool(active), way, voucher)


def worth_of(
    db: sqlite3.Connection, currencies: Iterable[str], own_currency: str, as_of_ms: int
) -> dict[str, Worth]:
    """What foreign cash is worth at an instant, by its currency; what is not taken is left out."""
    named = msgspec.json.encode(sorted(set(currencies))).decode()
    rows = db.execute(_WORTH, (named, own_currency, as_of_ms))
    return {row[0]: Worth(*row[1:5]) for row in rows}


def all_worth(db: sqlite3.Connection, own_currency: str, as_of_ms: int) -> dict[str, Worth]:
    """Of every currency that is taken."""
    return {row[0]: Worth(*row[1:5]) for row in db.execute(_ALL_WORTH, (own_currency, as_of_ms))}


def vouchers_taken(
    db: sqlite3.Connection, named: Sequence[tuple[TenderId, str]]
) -> dict[tuple[TenderId, str], ReceiptNumber]:
    """Of vouchers by tender and number (``vouchers.number_of``), those that were taken for a
    receipt here and did not go back since: the receipt that was last."""
    listed = {"named": msgspec.json.encode(list(dict.fromkeys(named))).decode()}
    left: dict[tuple[TenderId, str], int] = {}
    last: dict[tuple[TenderId, str], ReceiptNumber] = {}
    for tender_id, number, receipt, amount, _ in db.execute(_TAKEN, listed):
        name = (TenderId(tender_id), number)
        left[name] = left.get(name, 0) + amount
        if amount > 0:
            last[name] = ReceiptNumber(receipt)
    return {name: receipt for name, receipt in last.items() if left[name] > 0}


def take_voucher_types(db: sqlite3.Connection, vouchers: Sequence[VoucherType]) -> None:
    """As published."""
    db.executemany(
        _VOUCHER,
        [
            (each.tender_id, each.meaning.value, msgspec.json.encode(each.not_for).decode())
            for each in vouchers
        ],
    )


def drop_voucher_types(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are no more."""
    db.executemany(_DROP_VOUCHER, [(key,) for key in keys])

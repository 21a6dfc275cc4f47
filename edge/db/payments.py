"""What paid receipts, and what of it has not gone back yet: read where goods come back
(``sync/protocol/refunds.py`` has the rule)."""

import sqlite3
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from edge.db.stated_receipts import payments_stated, refundable_tenders, stated_receipts
from edge.domain.sale.tender_kinds import TENDER_RULES
from sync.protocol.facts import Account, TenderKind
from sync.protocol.identity import SaleId, TenderId
from sync.protocol.refunds import GaveBack, Payment, gone_by, left_of, settled
from sync.protocol.rights import ReceiptStated

_PAID = """
SELECT s.sale_id, x.tender_id, x.name, x.kind, x.amount_minor - x.tip_minor AS amount_minor,
       coalesce(t.refundable AND t.active, 0) AS refundable, x.reference,
       s.change_minor, s.rounding_minor, v.kind, v.account_id, x.points, x.tip_minor
FROM json_each(?) f JOIN sale s ON s.sale_id = unhex(f.value)
JOIN sale_tender x ON x.sale_id = s.sale_id
LEFT JOIN tender t ON t.tender_id = x.tender_id
LEFT JOIN value_move v ON v.sale_id = x.sale_id AND v.line_no = 0 AND v.tender_no = x.tender_no
ORDER BY f.key, x.tender_no
"""
_RETURNED = """
SELECT l.sale_id, l.original_sale_id,
       -sum(l.amount_minor + (1 - l.tax_included) * l.tax_minor) AS value_minor
FROM sale_line l WHERE l.original_sale_id IS NOT NULL AND l.sale_id IN
    (SELECT r.sale_id FROM json_each(?) f JOIN sale_line r ON r.original_sale_id = unhex(f.value))
GROUP BY l.sale_id, l.original_sale_id ORDER BY l.sale_id, min(l.line_no)
"""
_CASH = (
    "SELECT tender_id, name FROM tender WHERE kind = 'cash' AND active AND refundable"
    " ORDER BY rowid LIMIT 1"
)


def payments_left(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> dict[SaleId, tuple[Payment, ...]]:
    """Of each receipt what each of its tenders paid and has not given back, in their order."""
    named = list(dict.fromkeys(sale_ids))
    goods: dict[SaleId, list[tuple[SaleId, int]]] = {}
    for back, original, value in db.execute(_RETURNED, (_listed(named),)):
        goods.setdefault(_id(back), []).append((_id(original), value))
    others = [original for each in goods.values() for original, _ in each]
    stated = stated_receipts(db, {*named, *others})
    paid = _paid(db, [*named, *others], stated)
    backs = _payments(db, goods)
    gave_back = [
        GaveBack(
            tuple(parts),
            tuple((one.tender_id, -one.amount_minor) for one in backs.get(sale_id, ())),
        )
        for sale_id, parts in goods.items()
    ]
    gone = gone_by(gave_back, paid)
    return {
        sale_id: left_of(
            paid.get(sale_id, ()),
            _with_elsewhere(
                {tender_id: amount for (of, tender_id), amount in gone.items() if of == sale_id},
                stated.get(sale_id),
            ),
        )
        for sale_id in named
    }


def _paid(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId], stated: Mapping[SaleId, ReceiptStated]
) -> dict[SaleId, tuple[Payment, ...]]:
    """Of receipts that another shop gave what head office stated."""
    paid = dict(_payments(db, sale_ids))
    others = {of: one for of, one in stated.items() if of not in paid}
    if others:
        may = refundable_tenders(db)
        paid |= {of: payments_stated(one, may) for of, one in others.items()}
    return paid


def _with_elsewhere(
    gone: Mapping[TenderId, int], stated: ReceiptStated | None
) -> Mapping[TenderId, int]:
    """With what went back at other shops as head office heard, and here as far as either side
    knows."""
    told = {} if stated is None else {one.tender_id: one for one in stated.gone}
    both = dict(gone)
    for tender_id, one in told.items():
        both[tender_id] = one.elsewhere_minor + max(one.here_minor, gone.get(tender_id, 0))
    return both


def payments_as_stated(db: sqlite3.Connection, stated: ReceiptStated) -> tuple[Payment, ...]:
    """The same of a receipt that head office states, and that is not kept here."""
    gone = {one.tender_id: one.amount_minor for one in stated.gone}
    return left_of(payments_stated(stated, refundable_tenders(db)), gone)


def cash_tender(db: sqlite3.Connection) -> Payment | None:
    """The store's cash, by which anything may go back; None where it has none."""
    row = db.execute(_CASH).fetchone()
    return None if row is None else Payment(TenderId(row[0]), row[1], TenderKind.CASH, 0)


def _payments(
    db: sqlite3.Connection, sale_ids: Iterable[SaleId]
) -> Mapping[SaleId, tuple[Payment, ...]]:
    """What each tender settled, without its tip, cash without change and rounding."""
    found: dict[SaleId, list[Payment]] = {}
    beside: dict[SaleId, tuple[int, int]] = {}
    for row in db.execute(_PAID, (_listed(dict.fromkeys(sale_ids)),)):
        kind = TenderKind(row[3])
        may = bool(row[5]) and TENDER_RULES[kind].refundable
        account = None if row[9] is None else Account(row[9], UUID(bytes=row[10]))
        name, moved = TenderId(row[1]), (row[6], account, row[11])
        one = Payment(name, row[2], kind, row[4], may, *moved, tip_minor=row[12])
        found.setdefault(_id(row[0]), []).append(one)
        beside[_id(row[0])] = row[7], row[8]
    return {of: tuple(settled(each, *beside[of])) for of, each in found.items()}


def _listed(sale_ids: Iterable[SaleId]) -> str:
    return msgspec.json.encode([sale_id.hex for sale_id in sale_ids]).decode()


def _id(value: bytes) -> SaleId:
    return SaleId(UUID(bytes=value))

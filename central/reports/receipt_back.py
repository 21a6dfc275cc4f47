"""A receipt as it stands for whoever takes goods of it back: found by what its paper says, with
what came back of it at every shop of the company, and by what money went back for that.

Head office knows what it was told. What a shop took back and did not tell yet is held by the leave
that the shop had for it (``usecases/grant/leave.py``), or, at the shop that sold, is found
afterwards (``exceptions/returned_twice.py``).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.receipt import ReceiptAmbiguous, ReceiptNotHeard, ReceiptUnknown
from central.reports.leaves import without_over
from central.reports.rights import read_account
from sync.protocol.escrow import RightKind, outstanding
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import (
    CompanyId,
    CustomerId,
    ItemId,
    ReceiptNumber,
    SaleId,
    StoreId,
    TenderId,
)
from sync.protocol.paper.witness import Witness, read_witness
from sync.protocol.refunds import GaveBack, Payment, gone_by, settled
from sync.protocol.rights import GoneBack, LineStated, PaymentStated, ReceiptStated

_STORES = "SELECT store_id, code FROM store WHERE company_id = $1"
_BY_ID = """
SELECT store_id, sale_id FROM sale WHERE store_id = ANY($1) AND sale_id = $2 AND NOT training
"""
_NUMBERED = """
SELECT store_id, sale_id FROM sale
WHERE store_id = ANY($1) AND receipt_number = ANY($2) AND NOT training LIMIT 2
"""
_WITNESSED = """
SELECT s.store_id, s.sale_id FROM raw_event AS r
JOIN sale AS s ON s.store_id = r.store_id AND s.sale_id = r.event_id
WHERE r.store_id = ANY($1) AND r.epoch_number = $2 AND r.epoch_fingerprint = $3 AND r.seq = $4
    AND substring(r.hash FOR 8) = $5 AND NOT s.training
UNION SELECT s.store_id, s.sale_id FROM recovered_fact AS v
JOIN sale AS s ON s.store_id = v.store_id AND s.sale_id = v.fact_id
WHERE v.store_id = ANY($1) AND v.kind = 'retail_transaction' AND substring(v.hash FOR 8) = $5
    AND NOT s.training
LIMIT 2
"""
_OF_EPOCH = """
SELECT store_id FROM stream WHERE store_id = ANY($1) AND epoch_number = $2
    AND epoch_fingerprint = $3 LIMIT 1
"""
_HEAD = """
SELECT receipt_number, business_date, tendered_at_ms, total_minor, currency, customer_id
FROM sale WHERE store_id = $1 AND sale_id = $2
"""
_LINES = """
SELECT line_no, item_id, description, unit, scan_code, tax_class, tax_rate_bp, tax_included,
    tax_version, price_version, unit_price_minor, unit_cost_minor, quantity_milli, extended_minor,
    amount_minor, tax_minor, points, price_book, packs_milli
FROM sale_line WHERE store_id = $1 AND business_date = $2 AND sale_id = $3 AND quantity_milli > 0
ORDER BY line_no
"""
_BACK = """
SELECT t.original_line_no AS line_no, -sum(t.quantity_milli)::bigint AS back_milli,
    -coalesce(sum(t.quantity_milli) FILTER (WHERE t.store_id = $4), 0)::bigint AS here_milli
FROM sale_line AS t JOIN sale AS b ON b.store_id = t.store_id AND b.sale_id = t.sale_id
WHERE t.store_id = ANY($3) AND t.original_sale_id = $2
    AND coalesce(t.original_store_id, t.store_id) = $1 AND NOT b.training
GROUP BY t.original_line_no
"""
_GOODS = """
SELECT l.store_id, l.sale_id, coalesce(l.original_store_id, l.store_id) AS sold_at,
    l.original_sale_id,
    -sum(l.amount_minor + CASE WHEN l.tax_included THEN 0 ELSE l.tax_minor END)::bigint AS minor
FROM (SELECT DISTINCT t.store_id, t.sale_id, b.business_date FROM sale_line AS t
    JOIN sale AS b ON b.store_id = t.store_id AND b.sale_id = t.sale_id
    WHERE t.store_id = ANY($3) AND t.original_sale_id = $2
        AND coalesce(t.original_store_id, t.store_id) = $1 AND NOT b.training) AS r
JOIN sale_line AS l ON l.store_id = r.store_id AND l.business_date = r.business_date
    AND l.sale_id = r.sale_id
WHERE l.original_sale_id IS NOT NULL
GROUP BY 1, 2, 3, 4 ORDER BY l.sale_id, l.store_id, min(l.line_no)
"""
_PAID = """
SELECT s.store_id, s.sale_id, x.tender_id, x.name, x.kind,
    (x.amount_minor - x.tip_minor)::bigint AS amount_minor, x.reference, x.points,
    s.change_minor, s.rounding_minor
FROM unnest($1::uuid[], $2::uuid[]) AS f (store_id, sale_id)
JOIN sale AS s ON s.store_id = f.store_id AND s.sale_id = f.sale_id
JOIN sale_tender AS x ON x.store_id = s.store_id AND x.business_date = s.business_date
    AND x.sale_id = s.sale_id
ORDER BY s.store_id, s.sale_id, x.tender_no
"""


class Sold(NamedTuple):
    """A receipt, and where it was given."""

    store_id: StoreId
    sale_id: SaleId


async def find_sold(db: AsyncConnection, company_id: CompanyId, code: str) -> Sold:
    """By the code on its paper, its number or its sale's id. Raises ReceiptUnknown,
    ReceiptNotHeard, ReceiptAmbiguous."""
    connection = await driver_of(db)
    codes = await _codes(connection, company_id)
    witness, sale_id = read_witness(code), _uuid(code)
    if witness is not None:
        stores = list(codes)
        values = (witness.epoch.number, witness.epoch.fingerprint, witness.seq, witness.hash_start)
        rows = await connection.fetch(_WITNESSED, stores, *values)
    elif sale_id is not None:
        stores, rows = [], await connection.fetch(_BY_ID, list(codes), sale_id)
    else:
        stores = [of for of, name in codes.items() if _names(code, name)]
        typed = list({code.strip(), code.strip().upper()})
        rows = await connection.fetch(_NUMBERED, stores, typed)
    if len(rows) == 1:
        return _sold(rows[0][0], rows[0][1])
    if rows:
        raise ReceiptAmbiguous(code)
    gave = stores if witness is None else await _of_epoch(connection, stores, witness)
    if gave:
        raise ReceiptNotHeard(code, codes[gave[0]])
    raise ReceiptUnknown(code)


async def state_receipt(
    db: AsyncConnection, company_id: CompanyId, sold: Sold, asking: StoreId, now_ms: int
) -> ReceiptStated:
    """As of now, for the store that asks. Call it within one snapshot."""
    connection = await driver_of(db)
    codes = await _codes(connection, company_id)
    head = await connection.fetchrow(_HEAD, *sold)
    lines = await _lines(connection, sold, head["business_date"], list(codes), asking)
    paid, gone = await _money(connection, sold, list(codes), asking)
    buyer = head["customer_id"]
    return ReceiptStated(
        sold.sale_id,
        sold.store_id,
        codes[sold.store_id],
        ReceiptNumber(head["receipt_number"]),
        head["business_date"],
        head["tendered_at_ms"],
        head["total_minor"],
        head["currency"],
        None if buyer is None else CustomerId(plain_uuid(buyer)),
        lines,
        tuple(
            PaymentStated(
                one.tender_id, one.name, one.kind, one.amount_minor, one.reference, one.points
            )
            for one in paid
        ),
        gone,
        await _held_by(db, company_id, sold.sale_id, asking, codes, now_ms),
    )


async def goods_are_left(db: AsyncConnection, company_id: CompanyId, sale_id: UUID) -> bool:
    """Whether anything of a receipt that is here can still come back."""
    connection = await driver_of(db)
    stores = list(await _codes(connection, company_id))
    for row in await connection.fetch(_BY_ID, stores, sale_id):
        sold = _sold(row[0], row[1])
        day = (await connection.fetchrow(_HEAD, *sold))["business_date"]
        lines = await _lines(connection, sold, day, stores, sold.store_id)
        if any(line.back_milli < line.quantity_milli for line in lines):
            return True
    return False


def _sold(store_id: UUID, sale_id: UUID) -> Sold:
    return Sold(StoreId(plain_uuid(store_id)), SaleId(plain_uuid(sale_id)))


async def _codes(connection: Any, company_id: CompanyId) -> dict[UUID, str]:
    return {plain_uuid(row[0]): row[1] for row in await connection.fetch(_STORES, company_id)}


def _uuid(code: str) -> UUID | None:
    try:
        return UUID(code.strip())
    except ValueError:
        return None


def _names(code: str, store_code: str) -> bool:
    """A receipt's number begins with the code of its store."""
    return code.strip().upper().startswith(f"{store_code.upper()}-")


async def _of_epoch(connection: Any, stores: Sequence[UUID], witness: Witness) -> list[UUID]:
    """Whose epoch the paper names, if it is one that head office knows."""
    named = (witness.epoch.number, witness.epoch.fingerprint)
    return [plain_uuid(row[0]) for row in await connection.fetch(_OF_EPOCH, stores, *named)]


async def _lines(
    connection: Any, sold: Sold, day: Any, stores: Sequence[UUID], asking: StoreId
) -> tuple[LineStated, ...]:
    back = {
        row["line_no"]: (row["back_milli"], row["here_milli"])
        for row in await connection.fetch(_BACK, *sold, stores, asking)
    }
    rows = await connection.fetch(_LINES, sold.store_id, day, sold.sale_id)
    return tuple(
        LineStated(
            **{**row, "item_id": ItemId(row["item_id"]), "tax_class": TaxClass(row["tax_class"])},
            back_milli=back.get(row["line_no"], (0, 0))[0],
            back_here_milli=back.get(row["line_no"], (0, 0))[1],
        )
        for row in rows
    )


async def _money(
    connection: Any, sold: Sold, stores: Sequence[UUID], asking: StoreId
) -> tuple[tuple[Payment, ...], tuple[GoneBack, ...]]:
    """What paid the receipt, and what of it went back by which tender (``sync/protocol/refunds``):
    at all, and at the store that asks."""
    goods: dict[Sold, list[tuple[Sold, int]]] = {}
    for row in await connection.fetch(_GOODS, *sold, stores):
        taken, original = _sold(row[0], row[1]), _sold(row[2], row[3])
        goods.setdefault(taken, []).append((original, row["minor"]))
    originals = {sold} | {original for each in goods.values() for original, _ in each}
    paid = await _payments(connection, originals | goods.keys())
    by_id = {one.sale_id: paid[one] for one in originals if one in paid}
    backs = {
        taken: GaveBack(
            tuple((original.sale_id, minor) for original, minor in parts),
            tuple((one.tender_id, -one.amount_minor) for one in paid.get(taken, ())),
        )
        for taken, parts in goods.items()
    }
    everywhere = _of(sold, gone_by(list(backs.values()), by_id))
    own = [back for taken, back in backs.items() if taken.store_id == asking]
    here = _of(sold, gone_by(own, by_id))
    gone = (GoneBack(name, amount, here.get(name, 0)) for name, amount in everywhere.items())
    return paid.get(sold, ()), tuple(gone)


def _of(sold: Sold, gone: dict[tuple[SaleId, TenderId], int]) -> dict[TenderId, int]:
    return {name: amount for (of, name), amount in gone.items() if of == sold.sale_id and amount}


async def _payments(connection: Any, sales: Iterable[Sold]) -> dict[Sold, tuple[Payment, ...]]:
    named = sorted(sales)
    stores, ids = [one.store_id for one in named], [one.sale_id for one in named]
    found: dict[Sold, list[Payment]] = {}
    beside: dict[Sold, tuple[int, int]] = {}
    for row in await connection.fetch(_PAID, stores, ids):
        of = _sold(row["store_id"], row["sale_id"])
        kind = TenderKind(row["kind"])
        what = (TenderId(row["tender_id"]), row["name"], kind, row["amount_minor"])
        one = Payment(*what, reference=row["reference"], points=row["points"])
        found.setdefault(of, []).append(one)
        beside[of] = row["change_minor"], row["rounding_minor"]
    return {of: tuple(settled(each, *beside[of])) for of, each in found.items()}


async def _held_by(
    db: AsyncConnection,
    company_id: CompanyId,
    sale_id: SaleId,
    asking: StoreId,
    codes: dict[UUID, str],
    now_ms: int,
) -> str | None:
    account = await read_account(db, company_id, RightKind.REFUND.value, sale_id)
    account = await without_over(db, account, now_ms)
    holders = (one.store_id for one in account.rights if outstanding(one.held) > 0)
    return next((codes[one] for one in holders if one != asking and one in codes), None)

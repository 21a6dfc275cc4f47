"""Vouchers that were taken twice, to pay or to lower the price: one number of one tender in two
receipts, mostly of two shops that could not know of each other. At one shop somebody allowed it
(``edge/domain/sale/vouchers.py``). What went back by a voucher is good again, and what lowered the
price of a receipt that was voided."""

from central.reports.exceptions.case import (
    Case,
    Deed,
    Found,
    Kind,
    Scene,
    Weight,
    accepting,
    found,
)

_TWICE = """
SELECT c.code, v.tender_id, v.reference, v.times, v.shops, s.sale_id, s.receipt_number,
    s.tendered_at_ms, count(*) OVER () AS total
FROM (
    SELECT x.tender_id, upper(btrim(x.reference)) AS reference,
        count(*) FILTER (WHERE x.amount_minor > 0) AS times,
        sum(x.amount_minor)::bigint AS amount_minor,
        max(x.amount_minor) AS most_minor,
        string_agg(DISTINCT h.code, ', ' ORDER BY h.code)
            FILTER (WHERE x.amount_minor > 0) AS shops,
        array_agg(DISTINCT x.store_id) AS stores,
        (array_agg(x.store_id ORDER BY b.tendered_at_ms DESC, x.sale_id DESC)
            FILTER (WHERE x.amount_minor > 0))[1] AS last_at,
        (array_agg(x.sale_id ORDER BY b.tendered_at_ms DESC, x.sale_id DESC)
            FILTER (WHERE x.amount_minor > 0))[1] AS last_id
    FROM (
        SELECT store_id, sale_id, tender_id, reference, amount_minor
        FROM sale_tender WHERE kind = 'voucher'
        UNION ALL
        SELECT store_id, sale_id, tender_id, reference, amount_minor
        FROM sale_voucher AS l WHERE NOT EXISTS (SELECT FROM sale AS g
            WHERE g.store_id = l.store_id AND g.post_void_of = l.sale_id)
    ) AS x
    JOIN sale AS b ON b.store_id = x.store_id AND b.sale_id = x.sale_id
    JOIN store AS h ON h.store_id = x.store_id
    WHERE h.company_id = $2 AND x.reference IS NOT NULL AND NOT b.training
    GROUP BY 1, 2
) AS v
JOIN sale AS s ON s.store_id = v.last_at AND s.sale_id = v.last_id
JOIN store AS c ON c.store_id = v.last_at
LEFT JOIN exception_accepted AS a ON a.company_id = $2 AND a.kind = 'voucher_twice'
    AND a.case_key = v.tender_id || ':' || v.reference
WHERE v.times > coalesce(a.amount, 1) AND v.amount_minor > v.most_minor AND v.stores && $1
ORDER BY s.tendered_at_ms, s.store_id, s.sale_id LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    """Each where it was taken last."""
    rows = await scene.rows(_TWICE, scene.company_id)
    cases = []
    for row in rows:
        said = (row["receipt_number"], row["reference"], row["times"], row["shops"])
        address = f"/stores/{row['code']}/receipts/{row['sale_id']}"
        case = f"{row['tender_id']}:{row['reference']}"
        subject = accepting("voucher_twice", case, row["times"], row["sale_id"])
        cases.append(Case(row["code"], row["tendered_at_ms"], said, address, subject))
    return found(cases, rows)


VOUCHER_TWICE = Kind("voucher_twice", Weight.LOOK, _find, Deed.ACCEPT, waits=True)

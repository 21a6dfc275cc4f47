"""Goods of which more came back than was sold, wherever they came back: two receipts took back the
same. A box that was put back to its past does not know what it took back before its tills have
brought that home; and a shop without a line does not know what came back at another one."""

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

_RETURNED = """
SELECT c.code, r.back_milli, l.quantity_milli AS sold_milli, l.description,
    o.receipt_number, r.sold_at, r.original_sale_id, r.original_line_no, s.sale_id,
    s.receipt_number AS last_number, s.tendered_at_ms,
    count(*) OVER () AS total
FROM (
    SELECT coalesce(t.original_store_id, t.store_id) AS sold_at, t.original_sale_id,
        t.original_line_no, -sum(t.quantity_milli)::bigint AS back_milli,
        max(t.sale_id::text)::uuid AS last_id,
        (array_agg(t.store_id ORDER BY t.sale_id DESC))[1] AS last_at
    FROM sale_line AS t JOIN sale AS b ON b.store_id = t.store_id AND b.sale_id = t.sale_id
    WHERE t.store_id IN (SELECT store_id FROM store WHERE company_id = $2)
        AND t.original_sale_id IS NOT NULL AND NOT b.training
    GROUP BY 1, t.original_sale_id, t.original_line_no
) AS r
JOIN sale AS o ON o.store_id = r.sold_at AND o.sale_id = r.original_sale_id
JOIN sale_line AS l ON l.store_id = o.store_id AND l.business_date = o.business_date
    AND l.sale_id = o.sale_id AND l.line_no = r.original_line_no
JOIN sale AS s ON s.store_id = r.last_at AND s.sale_id = r.last_id
JOIN store AS c ON c.store_id = r.last_at
LEFT JOIN exception_accepted AS a ON a.company_id = $2 AND a.kind = 'returned_twice'
    AND a.case_key = r.sold_at::text || ':' || r.original_sale_id::text || ':'
        || r.original_line_no::text
WHERE r.back_milli > l.quantity_milli + coalesce(a.amount, 0)
    AND (r.sold_at = ANY($1) OR r.last_at = ANY($1))
ORDER BY s.tendered_at_ms, s.store_id, s.sale_id LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    """Each where it came back last."""
    rows = await scene.rows(_RETURNED, scene.company_id)
    cases = []
    for row in rows:
        more = row["back_milli"] - row["sold_milli"]
        said = (row["last_number"], row["description"], more, row["receipt_number"])
        address = f"/stores/{row['code']}/receipts/{row['sale_id']}"
        case = f"{row['sold_at']}:{row['original_sale_id']}:{row['original_line_no']}"
        subject = accepting("returned_twice", case, more, row["sale_id"])
        cases.append(Case(row["code"], row["tendered_at_ms"], said, address, subject))
    return found(cases, rows)


RETURNED_TWICE = Kind("returned_twice", Weight.LOOK, _find, Deed.ACCEPT, waits=True)

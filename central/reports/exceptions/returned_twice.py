"""Goods of which more came back than was sold: two receipts took back the same. A box that was put
back to its past does not know what it took back before its tills have brought that home."""

from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found

_RETURNED = """
SELECT r.store_id, r.back_milli, l.quantity_milli AS sold_milli, l.description,
    o.receipt_number, s.sale_id, s.receipt_number AS last_number, s.tendered_at_ms,
    count(*) OVER () AS total
FROM (
    SELECT t.store_id, t.original_sale_id, t.original_line_no,
        -sum(t.quantity_milli)::bigint AS back_milli, max(t.sale_id::text)::uuid AS last_id
    FROM sale_line AS t JOIN sale AS b ON b.store_id = t.store_id AND b.sale_id = t.sale_id
    WHERE t.store_id = ANY($1) AND t.original_sale_id IS NOT NULL AND NOT b.training
    GROUP BY t.store_id, t.original_sale_id, t.original_line_no
) AS r
JOIN sale AS o ON o.store_id = r.store_id AND o.sale_id = r.original_sale_id
JOIN sale_line AS l ON l.store_id = o.store_id AND l.business_date = o.business_date
    AND l.sale_id = o.sale_id AND l.line_no = r.original_line_no
JOIN sale AS s ON s.store_id = r.store_id AND s.sale_id = r.last_id
WHERE r.back_milli > l.quantity_milli
ORDER BY s.tendered_at_ms, s.store_id, s.sale_id LIMIT $2
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.rows(_RETURNED)
    cases = []
    for row in rows:
        code = scene.code(row["store_id"])
        more = row["back_milli"] - row["sold_milli"]
        said = (row["last_number"], row["description"], more, row["receipt_number"])
        address = f"/stores/{code}/receipts/{row['sale_id']}"
        cases.append(Case(code, row["tendered_at_ms"], said, address))
    return found(cases, rows)


RETURNED_TWICE = Kind("returned_twice", Weight.LOOK, _find)

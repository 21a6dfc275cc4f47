"""Money that went back for goods that nobody had a receipt for: allowed within limits at the shop,
and looked at here, for it is how goods that were never sold are turned into cash."""

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
from sync.protocol.currency import format_money

_UNVERIFIED = """
SELECT u.store_id, u.refunded_minor, u.lines, u.reason, s.sale_id, s.receipt_number,
    s.operator_id, s.currency, s.tendered_at_ms, count(*) OVER () AS total
FROM (
    SELECT store_id, sale_id, count(*) AS lines, min(unverified) AS reason,
        -sum(amount_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END)::bigint
            AS refunded_minor
    FROM sale_line WHERE store_id = ANY($1) AND unverified IS NOT NULL
    GROUP BY store_id, sale_id
) AS u JOIN sale AS s ON s.store_id = u.store_id AND s.sale_id = u.sale_id AND NOT s.training
LEFT JOIN exception_accepted AS a ON a.company_id = $2 AND a.kind = 'unverified'
    AND a.case_key = u.store_id::text || ':' || u.sale_id::text
WHERE a.company_id IS NULL
ORDER BY s.tendered_at_ms DESC, s.store_id, s.sale_id LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    """The newest are named."""
    rows = await scene.rows(_UNVERIFIED, scene.company_id)
    cases = []
    for row in rows:
        code = scene.code(row["store_id"])
        refunded = format_money(row["refunded_minor"], row["currency"])
        what = (refunded, row["lines"], row["operator_id"], row["reason"])
        address = f"/stores/{code}/receipts/{row['sale_id']}"
        said = (row["receipt_number"], *what)
        case = f"{row['store_id']}:{row['sale_id']}"
        subject = accepting("unverified", case, row["refunded_minor"], row["sale_id"])
        cases.append(Case(code, row["tendered_at_ms"], said, address, subject))
    return found(cases, rows)


UNVERIFIED = Kind("unverified", Weight.KNOW, _find, Deed.ACCEPT)

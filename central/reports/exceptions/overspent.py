"""Points that a receipt spent under a right that gave fewer, or that nobody gave: a fact, and paid
for by the company."""

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

_OVERSPENT = """
SELECT p.store_id, p.root, p.line_no, p.customer_id, p.spent,
    coalesce(l.points, g.amount, 0) AS given, s.sale_id, s.receipt_number, s.tendered_at_ms,
    count(*) OVER () AS total
FROM (
    SELECT store_id, root, line_no, min(account_id::text)::uuid AS customer_id,
        sum(amount)::bigint AS spent, max(sale_id::text)::uuid AS sale_id
    FROM right_spend WHERE store_id = ANY($1) AND kind = 'points' AND root <> store_id
    GROUP BY store_id, root, line_no
) AS p
JOIN sale AS s ON s.store_id = p.store_id AND s.sale_id = p.sale_id
LEFT JOIN sale AS o ON o.store_id = p.store_id AND o.sale_id = p.root AND NOT o.training
LEFT JOIN sale_line AS l ON l.store_id = o.store_id AND l.business_date = o.business_date
    AND l.sale_id = o.sale_id AND l.line_no = p.line_no AND l.points > 0
LEFT JOIN grant_given AS g ON g.store_id = p.store_id AND g.grant_id = p.root AND p.line_no = 0
LEFT JOIN exception_accepted AS a ON a.company_id = $2 AND a.kind = 'overspent'
    AND a.case_key = p.store_id::text || ':' || p.root::text || ':' || p.line_no::text
WHERE p.spent > greatest(coalesce(l.points, g.amount, 0), coalesce(a.amount, 0))
ORDER BY p.spent DESC, p.store_id, p.root LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.rows(_OVERSPENT, scene.company_id)
    cases = []
    for row in rows:
        code = scene.code(row["store_id"])
        said = (row["receipt_number"], row["spent"], row["given"], row["customer_id"])
        case = f"{row['store_id']}:{row['root']}:{row['line_no']}"
        subject = accepting("overspent", case, row["spent"], row["sale_id"])
        address = f"/stores/{code}/receipts/{row['sale_id']}"
        cases.append(Case(code, row["tendered_at_ms"], said, address, subject))
    return found(cases, rows)


OVERSPENT = Kind("overspent", Weight.KNOW, _find, Deed.ACCEPT)

"""Gift cards and store credit that paid after their last day: somebody at the shop allowed it, or
might do so alone (``sync/protocol/last_days.py``).

An account's last day is what was told for all that was put into it through the business date of the
receipt: what is put in later makes good what is left of it, and nothing that was taken before.
"""

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
from central.reports.value import VALUE_KINDS
from sync.protocol.currency import format_money

_LATE = """
SELECT t.store_id, t.sale_id, t.receipt_number, t.operator_id, t.currency, t.tendered_at_ms,
    sum(t.amount)::bigint AS amount, max(t.last_day) AS last_day, count(*) OVER () AS total
FROM (
    SELECT s.store_id, s.sale_id, s.receipt_number, s.operator_id, s.currency, s.tendered_at_ms,
        u.amount, d.last_day
    FROM (SELECT DISTINCT b.kind, b.account_id FROM right_born AS b JOIN store AS o USING (store_id)
        WHERE o.company_id = $2 AND b.kind = ANY($3) AND b.last_day IS NOT NULL) AS a
    JOIN right_spend AS u ON u.account_id = a.account_id AND u.kind = a.kind
        AND u.store_id = ANY($1)
    JOIN sale AS s ON s.store_id = u.store_id AND s.sale_id = u.sale_id AND NOT s.training
    JOIN LATERAL (
        SELECT CASE WHEN count(*) = count(b.last_day) THEN max(b.last_day) END AS last_day
        FROM right_born AS b JOIN store AS o ON o.store_id = b.store_id AND o.company_id = $2
        JOIN sale AS p ON p.store_id = b.store_id AND p.sale_id = b.sale_id
        WHERE b.account_id = a.account_id AND b.kind = a.kind AND p.business_date <= s.business_date
    ) AS d ON d.last_day < s.business_date
    WHERE EXISTS (SELECT FROM sale_tender AS x WHERE x.store_id = s.store_id
            AND x.business_date = s.business_date AND x.sale_id = s.sale_id
            AND x.kind = 'stored_value' AND x.amount_minor > 0)
        AND NOT EXISTS (SELECT FROM sale AS v
            WHERE v.store_id = s.store_id AND v.post_void_of = s.sale_id)
) AS t
LEFT JOIN exception_accepted AS q ON q.company_id = $2 AND q.kind = 'late_value'
    AND q.case_key = t.store_id::text || ':' || t.sale_id::text
WHERE q.company_id IS NULL
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY t.tendered_at_ms DESC, t.store_id, t.sale_id LIMIT $4
"""


async def _find(scene: Scene) -> Found:
    """The newest are named."""
    rows = await scene.rows(_LATE, scene.company_id, list(VALUE_KINDS))
    cases = []
    for row in rows:
        code = scene.code(row["store_id"])
        taken = format_money(row["amount"], row["currency"])
        said = (row["receipt_number"], taken, row["last_day"], row["operator_id"])
        address = f"/stores/{code}/receipts/{row['sale_id']}"
        case = f"{row['store_id']}:{row['sale_id']}"
        subject = accepting("late_value", case, row["amount"], row["sale_id"])
        cases.append(Case(code, row["tendered_at_ms"], said, address, subject))
    return found(cases, rows)


LATE_VALUE = Kind("late_value", Weight.KNOW, _find, Deed.ACCEPT)

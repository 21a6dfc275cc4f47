"""Serial numbers that were sold more often than they came back: goods of which there is one stand
on two receipts, of two shops or of one. A shop sells what its customer holds in the hand, whatever
number is on it; which of the receipts is wrong only a person can say."""

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
SELECT c.code, v.item_id, v.serial, v.times, v.shops, s.sale_id, s.receipt_number,
    s.tendered_at_ms, l.description, count(*) OVER () AS total
FROM (
    SELECT m.item_id, m.serial,
        count(*) FILTER (WHERE m.kind = 'sale') - count(*) FILTER (WHERE m.kind = 'return')
            AS times,
        string_agg(DISTINCT h.code, ', ' ORDER BY h.code) FILTER (WHERE m.kind = 'sale') AS shops,
        array_agg(DISTINCT m.store_id) AS stores,
        (array_agg(m.store_id ORDER BY b.tendered_at_ms DESC, m.event_id DESC, m.line_no)
            FILTER (WHERE m.kind = 'sale'))[1] AS last_at,
        (array_agg(m.event_id ORDER BY b.tendered_at_ms DESC, m.event_id DESC, m.line_no)
            FILTER (WHERE m.kind = 'sale'))[1] AS last_id,
        (array_agg(m.line_no ORDER BY b.tendered_at_ms DESC, m.event_id DESC, m.line_no)
            FILTER (WHERE m.kind = 'sale'))[1] AS last_line
    FROM lot_movement AS m JOIN store AS h ON h.store_id = m.store_id
    JOIN sale AS b ON b.store_id = m.store_id AND b.sale_id = m.event_id
    WHERE h.company_id = $2 AND m.serial IS NOT NULL AND m.kind IN ('sale', 'return')
    GROUP BY 1, 2
) AS v
JOIN sale AS s ON s.store_id = v.last_at AND s.sale_id = v.last_id
JOIN sale_line AS l ON l.store_id = s.store_id AND l.business_date = s.business_date
    AND l.sale_id = s.sale_id AND l.line_no = v.last_line
JOIN store AS c ON c.store_id = v.last_at
LEFT JOIN exception_accepted AS a ON a.company_id = $2 AND a.kind = 'serial_twice'
    AND a.case_key = v.item_id || ':' || v.serial
WHERE v.times > coalesce(a.amount, 1) AND v.stores && $1
ORDER BY s.tendered_at_ms, s.store_id, s.sale_id LIMIT $3
"""


async def _find(scene: Scene) -> Found:
    """Each where it was sold last."""
    rows = await scene.rows(_TWICE, scene.company_id)
    cases = []
    for row in rows:
        said = (row["receipt_number"], row["description"], row["serial"], row["times"])
        address = f"/stores/{row['code']}/receipts/{row['sale_id']}"
        case = f"{row['item_id']}:{row['serial']}"
        subject = accepting("serial_twice", case, row["times"], row["sale_id"])
        told = (*said, row["shops"])
        cases.append(Case(row["code"], row["tendered_at_ms"], told, address, subject))
    return found(cases, rows)


SERIAL_TWICE = Kind("serial_twice", Weight.LOOK, _find, Deed.ACCEPT, waits=True)

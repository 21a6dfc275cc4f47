"""Items of which more was sold than was ever received or counted: a movement explains it, or a
count."""

from central.reports.exceptions.case import Case, Found, Kind, Scene, Weight, found

_BELOW = """
SELECT k.store_id, k.item_id,
    coalesce(c.counted_milli - c.seen_milli, 0) + k.on_hand_milli AS milli,
    count(*) OVER () AS total
FROM stock_level AS k
LEFT JOIN stock_count AS c ON c.store_id = k.store_id AND c.item_id = k.item_id
WHERE k.store_id = ANY($1)
    AND coalesce(c.counted_milli - c.seen_milli, 0) + k.on_hand_milli < 0
ORDER BY milli, k.store_id, k.item_id LIMIT $2
"""


async def _find(scene: Scene) -> Found:
    rows = await scene.rows(_BELOW)
    cases = [
        Case(scene.code(row["store_id"]), None, (row["item_id"], row["milli"])) for row in rows
    ]
    return found(cases, rows)


OVERSOLD = Kind("oversold", Weight.KNOW, _find)

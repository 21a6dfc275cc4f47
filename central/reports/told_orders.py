"""What a store is told of its orders at suppliers: each order that was sent, each delivery, each
end, as rows of ``sync/protocol/told.py``."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from central.archive.rows import plain_uuid
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import NAME_CHARACTERS_MAX, WORD_CHARACTERS_MAX
from sync.protocol.told import OrderNews, OrderTold, ToldLine, in_parts

_ORDERS = """
SELECT p.store_id, p.order_id, p.order_id AS event_id, p.supplier_id, p.number, p.expected_on,
    p.operator_id, false AS cancelled, '' AS reason, p.sent_at_ms AS at_ms
FROM store AS o JOIN purchase_order AS p USING (store_id)
WHERE o.company_id = $1 AND p.order_id = ANY($2)
"""
_ENDS = """
SELECT p.store_id, p.order_id, e.closing_id AS event_id, p.supplier_id, p.number, p.expected_on,
    e.operator_id, e.cancelled, e.reason, e.ended_at_ms AS at_ms
FROM store AS o JOIN purchase_order AS p USING (store_id)
JOIN purchase_order_end AS e ON e.store_id = p.store_id AND e.order_id = p.order_id
WHERE o.company_id = $1 AND p.order_id = ANY($2)
"""
_LINES = """
SELECT l.store_id, l.order_id, l.order_id AS event_id, l.line_no, l.item_id, l.quantity_milli,
    l.cost_minor, l.code, NULL AS lot, NULL::date AS expires_on, NULL AS serial
FROM store AS o JOIN purchase_order_line AS l USING (store_id)
WHERE o.company_id = $1 AND l.order_id = ANY($2)
UNION ALL
SELECT m.store_id, m.order_id, m.event_id, m.line_no, m.item_id, m.quantity_milli, m.cost_minor,
    NULL, m.lot, x.expires_on, x.serial
FROM store AS o JOIN stock_movement AS m USING (store_id)
LEFT JOIN lot_movement AS x ON x.store_id = m.store_id AND x.event_id = m.event_id
    AND x.line_no = m.line_no
WHERE o.company_id = $1 AND m.order_id = ANY($2) AND m.quantity_milli > 0
ORDER BY store_id, event_id, line_no
"""


def told_line(row: Any) -> ToldLine:
    """Of a row of lines. What is longer than a row of reference data may have is cut: no shop
    entered it by a page or a published word."""
    code, lot, serial = (
        row[name][:WORD_CHARACTERS_MAX] if row[name] else None for name in ("code", "lot", "serial")
    )
    what = (row["line_no"], ItemId(row["item_id"]), abs(row["quantity_milli"]))
    return ToldLine(*what, row["cost_minor"], code, lot, row["expires_on"], serial)


async def orders_told(
    connection: Any, company_id: CompanyId, orders: Sequence[UUID]
) -> list[tuple[UUID, OrderTold]]:
    """To the store itself; nothing of an order of which nobody heard that it was sent."""
    lines: defaultdict[tuple[UUID, UUID], list[Any]] = defaultdict(list)
    of_order: dict[tuple[UUID, UUID], UUID] = {}
    for row in await connection.fetch(_LINES, company_id, orders):
        lines[row["store_id"], row["event_id"]].append(row)
        of_order[row["store_id"], row["event_id"]] = row["order_id"]
    heads = {
        (row["store_id"], row["order_id"]): row
        for row in await connection.fetch(_ORDERS, company_id, orders)
    }
    told = [_rows(row, OrderNews.SENT, lines[key]) for key, row in heads.items()]
    for (store_id, event_id), order_id in of_order.items():
        head = heads.get((store_id, order_id))
        if event_id != order_id and head is not None:
            came = {**dict(head), "event_id": event_id}
            told.append(_rows(came, OrderNews.CAME, lines[store_id, event_id]))
    ends = await connection.fetch(_ENDS, company_id, orders)
    told += [_rows(row, OrderNews.ENDED, ()) for row in ends]
    return [one for rows in told for one in rows]


def _rows(head: Any, news: OrderNews, lines: Sequence[Any]) -> list[tuple[UUID, OrderTold]]:
    ids = (plain_uuid(head["order_id"]), plain_uuid(head["event_id"]))
    of_order = (head["supplier_id"], head["number"][:NAME_CHARACTERS_MAX], head["expected_on"])
    who = head["operator_id"][:NAME_CHARACTERS_MAX]
    why = (head["cancelled"], head["reason"][:NAME_CHARACTERS_MAX], head["at_ms"])
    return [
        (plain_uuid(head["store_id"]), OrderTold(*ids, part, news, *of_order, who, *why, some))
        for part, some in enumerate(in_parts([told_line(line) for line in lines]))
    ]

"""How rows meet in the archive in memory, where PostgreSQL's statements say it otherwise."""

from collections.abc import Mapping
from typing import Any

from central.projections.rows.stock import StockCount
from central.projections.stock_counts import has_seen


def unseen(count: StockCount, tables: Mapping[str, Mapping[Any, Any]]) -> int:
    """What moved of the item without the count having seen it."""
    found = 0
    sales = tables["sale"]
    for line in tables["sale_line"].values():
        if (line.store_id, line.item_id) == (count.store_id, count.item_id):
            sale = sales[line.store_id, line.sale_id]
            place = (sale.epoch_number, sale.epoch_fingerprint, sale.seq)
            if not (sale.training or has_seen(count, *place)):
                found -= line.quantity_milli
    for row in tables["stock_movement"].values():
        place = (row.epoch_number, row.epoch_fingerprint, row.seq)
        if (row.store_id, row.item_id) == count[:2] and not has_seen(count, *place):
            found += row.quantity_milli
    return found

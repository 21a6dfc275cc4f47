"""How rows meet in the archive in memory, where PostgreSQL's statements say it otherwise."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from central.projections.rows import Day
from central.projections.stock_counts import has_seen


class CountedStock(NamedTuple):
    """Table ``stock_count``, whole."""

    store_id: UUID
    item_id: str
    epoch_number: int
    epoch_fingerprint: bytes
    seen_through: int
    seq: int
    parent_through: int
    counted_milli: int
    seen_milli: int


def merged_day(held: Day, day: Day) -> Day:
    """The first opening, the last closing, unless a reopening came after it."""
    opened = [seq for seq in (held.opened_seq, day.opened_seq) if seq is not None]
    reopened = max(held.reopened_seq or 0, day.reopened_seq or 0)
    last = day if (day.closed_seq or 0) > (held.closed_seq or 0) else held
    closed, manifest = last.closed_seq, last.manifest
    if (closed or 0) <= reopened:
        closed = manifest = None
    return Day(*day[:4], min(opened, default=None), closed, manifest, reopened or None)


def unseen(count: CountedStock, tables: Mapping[str, Mapping[Any, Any]]) -> int:
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

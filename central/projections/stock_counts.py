"""Stock that was counted: an absolute figure, and every movement that the count has not seen.

What a count has seen is one rule for both sides (``sync/protocol/count_seen.py``), here in SQL:
on hand = counted + what moved unseen. The running sum of *all* movements stays as it is
(``stock_level``), and beside the count stands what of that sum it had seen: on hand = counted +
(all - seen). Then what is applied after the count needs no look at it, for it is unseen; only what
it has seen and comes late (out of quarantine, of another epoch) makes its ``seen`` be summed anew.
Of two counts of an item the one that has seen more holds. So events in any order, and a rebuild,
give the same rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from central.projections.row_changes import RowChanges
from central.projections.rows.journal import CountedFact
from central.projections.rows.sale import Sale
from central.projections.rows.stock import OnHand, StockCount
from sync.protocol.change import Epoch
from sync.protocol.count_seen import Before, lines_before


class Earliest(NamedTuple):
    """Of a set of changes at a store the first place; None: of several epochs."""

    epoch_number: int | None
    epoch_fingerprint: bytes
    seq: int


BEFORE = """LEFT JOIN unnest($3::int[], $4::bytea[], $5::int[], $6::bytea[], $7::bigint[],
        $8::bool[])
        AS b (number, fingerprint, before_number, before_fingerprint, through, is_parent)
        ON b.number = c.epoch_number AND b.fingerprint = c.epoch_fingerprint
        AND b.before_number = m.epoch_number AND b.before_fingerprint = m.epoch_fingerprint"""
SEEN = """CASE WHEN m.epoch_number = c.epoch_number AND m.epoch_fingerprint = c.epoch_fingerprint
        THEN m.seq <= c.seen_through
    WHEN b.number IS NOT NULL
        THEN m.seq <= greatest(b.through, CASE WHEN b.is_parent THEN c.parent_through END)
    ELSE m.epoch_number < c.epoch_number END"""
"""``has_seen`` of a movement m, in SQL."""
_GENESES = "SELECT epoch_number, epoch_fingerprint, genesis FROM stream WHERE store_id = $1"

COUNTED_ITEMS = """
SELECT item_id FROM stock_count WHERE store_id = $1 AND item_id = ANY($2)
    AND (item_id = ANY($3) OR $4::int IS NULL
        OR NOT (epoch_number = $4 AND epoch_fingerprint = $5 AND seen_through < $6))
"""
SUM_SEEN = f"""
UPDATE stock_count AS held SET seen_milli = coalesce(k.on_hand_milli, 0) - coalesce(u.milli, 0)
FROM stock_count AS c
LEFT JOIN stock_level AS k ON k.store_id = c.store_id AND k.item_id = c.item_id
LEFT JOIN (
    SELECT moved.item_id, sum(moved.milli)::bigint AS milli FROM (
        SELECT c.item_id, -l.quantity_milli AS milli FROM sale AS m
        JOIN sale_line AS l ON l.store_id = m.store_id AND l.business_date = m.business_date
            AND l.sale_id = m.sale_id
        JOIN stock_count AS c ON c.store_id = m.store_id AND c.item_id = l.item_id
        {BEFORE}
        WHERE m.store_id = $1 AND c.item_id = ANY($2) AND NOT m.training AND NOT {SEEN}
        UNION ALL
        SELECT c.item_id, m.quantity_milli FROM stock_movement AS m
        JOIN stock_count AS c ON c.store_id = m.store_id AND c.item_id = m.item_id
        {BEFORE}
        WHERE m.store_id = $1 AND c.item_id = ANY($2) AND NOT {SEEN}
    ) AS moved GROUP BY moved.item_id
) AS u ON u.item_id = c.item_id
WHERE c.store_id = $1 AND c.item_id = ANY($2)
    AND held.store_id = c.store_id AND held.item_id = c.item_id
"""  # noqa: S608  texts of ours


async def sum_seen(connection: Any, changes: RowChanges, gone: RowChanges) -> None:
    """What counts have seen, after counts and sums of ``changes`` were put, and others taken back:
    wherever that was."""
    for store_id, items in moved_items(changes, gone).items():
        counted = [row.item_id for row in changes[StockCount] if row.store_id == store_id]
        first = earliest(changes, store_id) if not gone else Earliest(None, b"", 0)
        asked = await connection.fetch(COUNTED_ITEMS, store_id, list(items), counted, *first)
        if asked:
            known = await connection.fetch(_GENESES, store_id)
            lines = lines_before({Epoch(*row[:2]): row[2] for row in known})
            columns = tuple(zip(*lines, strict=True)) or ((),) * len(Before._fields)
            items_asked = [row["item_id"] for row in asked]
            await connection.execute(SUM_SEEN, store_id, items_asked, *columns)


def moved_items(*changes: RowChanges) -> Mapping[UUID, set[str]]:
    """By store: items that moved or were counted."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for some in changes:
        rows: Iterable[OnHand | StockCount] = (*some[OnHand], *some[StockCount])
        for row in rows:
            found[row.store_id].add(row.item_id)
    return found


def earliest(changes: RowChanges, store_id: UUID) -> Earliest:
    """Where the set of a store begins."""
    places = [
        (row.epoch_number, row.epoch_fingerprint, row.seq)
        for row in _placed(changes)
        if row.store_id == store_id
    ]
    epochs = {place[:2] for place in places}
    if len(epochs) != 1:
        return Earliest(None, b"", 0)
    return Earliest(*min(places))


def _placed(changes: RowChanges) -> Iterable[Any]:
    return (*changes[Sale], *changes[CountedFact])

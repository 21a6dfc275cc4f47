"""How rows meet in the archive in memory: as their projections say.

It refuses what PostgreSQL refuses (a number out of its column's range, NUL in a text, a key taken),
so that poison ends in the same quarantine.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, Integer

from central.db.projected import PROJECTED
from central.projections.line_up import NUL
from central.projections.projection import ENTRIES, New, Projection, Row, Sum
from central.projections.row_changes import RowChanges
from central.projections.rows import BY_ROW, PROJECTIONS
from central.projections.rows.customer import CustomerField
from central.projections.rows.stock import StockCount
from central.projections.stock_counts import moved_items
from central.projections.taking_back import NOTHING_GONE, made_anew, taken_away
from central.projections.unwritable import Unwritable
from sync.protocol.clock import Hlc
from sync.protocol.count_seen import Before, has_seen
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField as FieldName
from sync.protocol.shared import FieldChange

Key: TypeAlias = tuple[Any, ...]


class Writing:
    """The part of a unit of work that changes rows; ``tables``: by name, rows by key; ``lines``: of
    a store's epochs."""

    def __init__(
        self, tables: dict[str, dict[Key, Any]], lines: Callable[[UUID], tuple[Before, ...]]
    ) -> None:
        self.tables = tables
        self._lines = lines
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []

    def set(self, table: dict[Any, Any], key: Any, row: Any) -> None:
        """Put a row under its key; None: take it away."""
        self._undo.append((table, key, table.get(key)))
        if row is None:
            table.pop(key, None)
        else:
            table[key] = row

    def roll_back(self, mark: int) -> None:
        """Undo everything after the mark."""
        while len(self._undo) > mark:
            table, key, before = self._undo.pop()
            if before is None:
                table.pop(key, None)
            else:
                table[key] = before

    async def write(
        self, changes: RowChanges, gone: RowChanges = NOTHING_GONE
    ) -> frozenset[CustomerId]:
        """See ArchiveUnit."""
        mark = len(self._undo)
        try:
            self._take_back(gone)
            return self._meet_all(changes, gone)
        except Unwritable:
            self.roll_back(mark)
            raise

    def _take_back(self, gone: RowChanges) -> None:
        for one in PROJECTIONS:
            table = self.tables[one.table]
            for row in taken_away(gone, one):
                left = _less(one, table[row[: one.key]], row)
                self.set(table, row[: one.key], left)
        for name, keys in made_anew(gone).items():
            for key in keys:
                self.set(self.tables[name], key, None)

    def _meet_all(self, changes: RowChanges, gone: RowChanges) -> frozenset[CustomerId]:
        changed = {one.row: self._meet(one, changes[one.row]) for one in PROJECTIONS}
        self._sum_seen(changes, gone)
        fields = (*changed[CustomerField], *gone[CustomerField])
        return frozenset(CustomerId(row.customer_id) for row in fields)

    def _meet(self, projection: Projection, rows: Iterable[Row]) -> list[Row]:
        """Each row meets the one of its key; those that changed something."""
        table, changed = self.tables[projection.table], []
        for row in rows:
            key = row[: projection.key]
            held = table.get(key)
            _refuse_unfit(projection, row)
            met = self._met(projection, held, row)
            if met is not held:
                self._put(projection, key, met)
                changed.append(row)
        return changed

    def _met(self, projection: Projection, held: Row | None, row: Row) -> Row | None:
        if projection.part:
            return held and projection.onto(held, row)
        if held is None:
            return row
        if isinstance(projection.merge, New):
            raise Unwritable(f"{projection.table}: the key {row[: projection.key]} is taken")
        return projection.merged(held, row)

    def _sum_seen(self, changes: RowChanges, gone: RowChanges) -> None:
        counts, projection = self.tables["stock_count"], BY_ROW[StockCount]
        for store_id, items in moved_items(changes, gone).items():
            for key in ((store_id, item) for item in items if (store_id, item) in counts):
                level = self.tables["stock_level"][key].on_hand_milli
                seen = level - unseen(counts[key], self.tables, self._lines(store_id))
                self._put(projection, key, counts[key]._replace(seen_milli=seen))

    def _put(self, projection: Projection, key: Key, row: Row) -> None:
        _refuse_unfit(projection, row)
        self.set(self.tables[projection.table], key, row)


def _less(projection: Projection, held: Row, row: Row) -> Row | None:
    """What is left of a row after another was taken away from it."""
    if not isinstance(projection.merge, Sum):
        return None
    numbers = projection.columns[projection.key :]
    less = {column: getattr(held, column) - getattr(row, column) for column in numbers}
    return None if less.get(ENTRIES) == 0 else held._replace(**less)


def change_of(row: CustomerField) -> FieldChange:
    """A field's row as the change that it was."""
    return FieldChange(FieldName(row.field), Hlc(row.hlc), row.source, row.value, row.sealed)


def unseen(
    count: StockCount, tables: Mapping[str, Mapping[Any, Any]], lines: tuple[Before, ...]
) -> int:
    """What moved of the item without the count having seen it."""
    found = 0
    sales = tables["sale"]
    for line in tables["sale_line"].values():
        if (line.store_id, line.item_id) == (count.store_id, count.item_id):
            sale = sales[line.store_id, line.sale_id]
            place = (sale.epoch_number, sale.epoch_fingerprint, sale.seq)
            if not (sale.training or has_seen(count, *place, lines)):
                found -= line.quantity_milli
    for row in tables["stock_movement"].values():
        place = (row.epoch_number, row.epoch_fingerprint, row.seq)
        if (row.store_id, row.item_id) == count[:2] and not has_seen(count, *place, lines):
            found += row.quantity_milli
    return found


def _bits(column: Any) -> int:
    if isinstance(column.type, BigInteger):
        return 63
    return 31 if isinstance(column.type, Integer) else 0


_BITS = {
    one.row: tuple(_bits(PROJECTED[one.table].columns[column]) for column in one.columns)
    for one in PROJECTIONS
}
"""Of each column: how many bits its numbers may have, 0 where it holds none."""


def _refuse_unfit(projection: Projection, row: Row) -> None:
    for value, bits in zip(row, _BITS[type(row)], strict=True):
        if isinstance(value, str) and NUL in value:
            raise Unwritable(f"{projection.table}: a text holds NUL")
        if bits and isinstance(value, int) and not -(1 << bits) <= value < 1 << bits:
            raise Unwritable(f"{projection.table}: {value} is out of range")

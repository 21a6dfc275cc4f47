"""What a simulated head office is asked about what goods are worth: production's reads run as they
are, their statements answered from the archive in memory (as in ``goods_answers.py``)."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.valuing import COUNTED, MOVED, SOLD
from central.reports import stock_value, valued
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.found_rows import Found

LONG_AGO = date(1970, 1, 1)


class WorthAnswers:
    """Stands in for a connection of a head office that keeps no worth: all is valued anew."""

    def __init__(self, archive: MemoryArchive) -> None:
        self.archive = archive
        self._answers: dict[str, Any] = {
            stock_value._ITEMS: self._items,
            stock_value._COST_OF_SALES: self._cost_of_sales,
            valued.STREAMS: self._streams,
            valued._UNLIKE: self._unlike,
            valued._KEPT: lambda *_: [],
            valued._PUT_RIGHT: lambda *_: [],
        }

    async def fetch(self, statement: str, *arguments: Any) -> list[Found]:
        """The rows."""
        found: list[Found] = self._answers[statement](*arguments)
        return found

    async def fetchrow(self, _statement: str, _store: UUID) -> None:
        """How far the store is valued: not at all."""

    async def fetchval(self, _statement: str, _store: UUID) -> int:
        """How often something was taken back."""
        return 0

    async def cursor(
        self, _statement: str, store_id: UUID, items: Sequence[str]
    ) -> AsyncIterator[tuple[Any, ...]]:
        """All that ever moved of these, in the order of the journal."""
        lines = [*self._sold(store_id), *self._moved(store_id), *self._counted(store_id)]
        for line in sorted(lines, key=lambda line: (line[0], *line[6:10])):
            if line[0] in items:
                yield line

    def _rows(self, table: str, store_id: UUID) -> list[Any]:
        return [row for row in self.archive.tables[table].values() if row.store_id == store_id]

    def _items(self, store_id: UUID, _limit: int, _offset: int) -> list[Found]:
        items = sorted(row.item_id for row in self._rows("stock_level", store_id))
        return [Found(item_id=item) for item in items]

    def _unlike(self, store_id: UUID, items: list[str] | None, *_: Any) -> list[Found]:
        levels = sorted(self._rows("stock_level", store_id), key=lambda row: row.item_id)
        return [
            Found(item_id=row.item_id, entries=row.entries)
            for row in levels
            if items is None or row.item_id in items
        ]

    def _streams(self, store_id: UUID) -> list[Found]:
        return [
            Found(
                epoch_number=key.epoch.number,
                epoch_fingerprint=key.epoch.fingerprint,
                applied_through=standing.applied_through,
                genesis=standing.genesis,
            )
            for key, standing in self.archive.standings.items()
            if key.store_id == store_id
        ]

    def _sales(self, store_id: UUID) -> list[tuple[Any, Any]]:
        sales = self.archive.tables["sale"]
        lines = self._rows("sale_line", store_id)
        paired = [(sales[line.store_id, line.sale_id], line) for line in lines]
        return [(sale, line) for sale, line in paired if not sale.training]

    def _sold(self, store_id: UUID) -> list[tuple[Any, ...]]:
        return [
            (
                *(line.item_id, SOLD, line.business_date, -line.quantity_milli),
                *(_less(line.cost_minor), line.unit_cost_minor),
                *(sale.epoch_number, sale.epoch_fingerprint, sale.seq, line.line_no),
            )
            for sale, line in self._sales(store_id)
        ]

    def _moved(self, store_id: UUID) -> list[tuple[Any, ...]]:
        return [
            (
                *(row.item_id, MOVED, row.business_date or self._instant(row)),
                *(row.quantity_milli, row.cost_minor, row.unit_cost_minor),
                *(row.epoch_number, row.epoch_fingerprint, row.seq, row.line_no),
            )
            for row in self._rows("stock_movement", store_id)
        ]

    def _counted(self, store_id: UUID) -> list[tuple[Any, ...]]:
        return [
            (
                *(row.item_id, COUNTED, self._instant(row), row.counted_milli, None, None),
                *(row.epoch_number, row.epoch_fingerprint, row.seq, 0),
                *(row.seen_through, row.parent_through),
            )
            for row in self._rows("stock_counted", store_id)
        ]

    def _instant(self, row: Any) -> date:
        """The date of the event at a row's place, in UTC."""
        key = StreamKey(StoreId(row.store_id), Epoch(row.epoch_number, row.epoch_fingerprint))
        raw, _ = self.archive.raw.get(key, {}).get(row.seq, (None, b""))
        if raw is None:
            return LONG_AGO
        return datetime.fromtimestamp(raw.occurred_at_ms / 1_000, UTC).date()

    def _cost_of_sales(self, store_id: UUID, first: date, last: date, *now: Any) -> list[Found]:
        found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 6)
        for _, line in self._sales(store_id):
            if not first <= line.business_date <= last:
                continue
            net = line.amount_minor - (line.tax_minor if line.tax_included else 0)
            known = line.cost_minor is not None
            left = net - line.cost_minor if known else 0
            unknown = 0 if known else line.quantity_milli
            of_line = (line.quantity_milli, net, line.cost_minor or 0, left, unknown, 0)
            found[line.item_id] = [a + b for a, b in zip(found[line.item_id], of_line, strict=True)]
        _, items, minor, *_ = now
        for item, put_right in zip(items, minor, strict=True):
            found[item][5] += put_right
        names = ("milli", "net", "cost", "margin", "unknown", "put_right")
        return [
            Found(item_id=item, **dict(zip(names, found[item], strict=True)))
            for item in sorted(found)
        ]


def _less(cost_minor: int | None) -> int | None:
    return None if cost_minor is None else -cost_minor

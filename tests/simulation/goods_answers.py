"""What a simulated head office is asked about goods: production's reads run as they are, their
statements answered from the archive in memory. Where the statements themselves are wrong,
tests/integration shows it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from central.reports import lots, told_orders, told_transfers
from sync.protocol.lots import earlier
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import SHOPS
from tests.simulation.found_rows import Found, picked

_ENDS = ("store_id", "event_id", "number", "reason", "other_store_id", "operator_id", "wish_id")
_LINE = ("store_id", "event_id", "line_no", "item_id", "quantity_milli")
_NOTE = ("store_id", "subject_id", "other_store_id", "other_code", "number", "reason")
_PLACED = ("epoch_number", "epoch_fingerprint", "seq")
_COUNT = ("item_id", "lot", "expires_on", "counted_milli", *_PLACED[:2], "seen_through", "seq")


_UNMARKED = {"lot": None, "expires_on": None, "serial": None}


class GoodsAnswers:
    """Stands in for a connection."""

    def __init__(self, archive: MemoryArchive) -> None:
        self.archive = archive
        self._answers: Mapping[str, Callable[..., list[Found]]] = {
            told_transfers._STORES: self._stores,
            told_transfers._ENDS: self._ends,
            told_transfers._LINES: self._end_lines,
            told_transfers._NOTES: self._notes,
            told_transfers._NOTE_LINES: self._note_lines,
            told_orders._ORDERS: self._orders,
            told_orders._ENDS: self._order_ends,
            told_orders._LINES: self._order_lines,
            lots._ITEMS: self._lot_items,
            lots._SUMS: self._lot_sums,
            lots._MOVES: self._lot_moves,
            lots._COUNTS: self._lot_counts,
            lots._GENESES: self._geneses,
        }

    async def fetch(self, statement: str, *arguments: Any) -> list[Found]:
        """The rows."""
        return self._answers[statement](*arguments)

    def _rows(self, table: str) -> list[Any]:
        return sorted(self.archive.tables[table].values(), key=lambda row: row[:3])

    def _stores(self, _company: UUID) -> list[Found]:
        return [Found(store_id=shop.store_id, code=shop.code) for shop in SHOPS]

    # --- transfers

    def _about(self, subjects: Collection[UUID]) -> list[Any]:
        rows = self._rows("stock_transfer")
        return [row for row in rows if (row.intent_id or row.event_id) in subjects]

    def _ends(self, _company: UUID, subjects: Sequence[UUID]) -> list[Found]:
        return [
            Found(
                **{name: getattr(row, name) for name in _ENDS},
                subject_id=row.intent_id or row.event_id,
                direction=row.direction,
                news="sent" if row.direction == "out" else "came",
                at_ms=row.moved_at_ms,
            )
            for row in self._about(subjects)
        ]

    def _end_lines(self, _company: UUID, subjects: Sequence[UUID]) -> list[Found]:
        events = {(row.store_id, row.event_id) for row in self._about(subjects)}
        return [
            _line(row, cost_minor=row.cost_minor, code=None, **self._marked(row))
            for row in self._rows("stock_movement")
            if row[:2] in events
        ]

    def _notes(self, _company: UUID, subjects: Sequence[UUID]) -> list[Found]:
        return [
            Found(
                **{name: getattr(row, name) for name in _NOTE},
                event_id=row.note_id,
                news=row.note,
                operator_id=row.operator_id,
                at_ms=row.noted_at_ms,
                wish_id=None,
            )
            for row in self._rows("transfer_note")
            if row.subject_id in subjects
        ]

    def _note_lines(self, _company: UUID, subjects: Sequence[UUID]) -> list[Found]:
        notes = self.archive.tables["transfer_note"]
        return [
            Found(
                store_id=row.store_id,
                event_id=row.note_id,
                line_no=row.line_no,
                item_id=row.item_id,
                quantity_milli=row.quantity_milli,
                cost_minor=None,
                code=None,
                **_UNMARKED,
            )
            for row in self._rows("transfer_note_line")
            if row[:2] in notes and notes[row[:2]].subject_id in subjects
        ]

    def _marked(self, row: Any) -> dict[str, Any]:
        """What stands on the goods of a movement's line."""
        mark = self.archive.tables["lot_movement"].get(row[:3])
        if mark is None:
            return {**_UNMARKED, "lot": row.lot}
        return {"lot": row.lot, "expires_on": mark.expires_on, "serial": mark.serial}

    # --- orders

    def _orders(self, _company: UUID, orders: Sequence[UUID]) -> list[Found]:
        return [
            _order(row, row.order_id, row.operator_id, False, "", row.sent_at_ms)
            for row in self._rows("purchase_order")
            if row.order_id in orders
        ]

    def _order_ends(self, _company: UUID, orders: Sequence[UUID]) -> list[Found]:
        known = {row[:2]: row for row in self._rows("purchase_order")}
        return [
            _order(
                known[end.store_id, end.order_id],
                end.closing_id,
                end.operator_id,
                end.cancelled,
                end.reason,
                end.ended_at_ms,
            )
            for end in self._rows("purchase_order_end")
            if end.order_id in orders and (end.store_id, end.order_id) in known
        ]

    def _order_lines(self, _company: UUID, orders: Sequence[UUID]) -> list[Found]:
        ordered = [
            Found(
                store_id=row.store_id,
                order_id=row.order_id,
                event_id=row.order_id,
                line_no=row.line_no,
                item_id=row.item_id,
                quantity_milli=row.quantity_milli,
                cost_minor=row.cost_minor,
                code=row.code,
                **_UNMARKED,
            )
            for row in self._rows("purchase_order_line")
            if row.order_id in orders
        ]
        return ordered + [
            _line(
                row,
                order_id=row.order_id,
                cost_minor=row.cost_minor,
                code=None,
                **self._marked(row),
            )
            for row in self._rows("stock_movement")
            if row.order_id in orders and row.quantity_milli > 0
        ]

    # --- lots

    def _lot_items(self, store_id: UUID, _limit: int, _offset: int) -> list[Found]:
        tables = self.archive.tables
        named = {row.item_id for row in self._named(store_id, None)}
        named |= {row.item_id for row in tables["lot_count"].values() if row.store_id == store_id}
        return [
            Found(item_id=item, on_hand_milli=on_hand_there(self.archive, store_id, item))
            for item in sorted(named)
            if (store_id, item) in tables["stock_level"]
        ]

    def _named(self, store_id: UUID, items: Collection[str] | None) -> list[Any]:
        return [
            row
            for row in self._rows("lot_movement")
            if row.store_id == store_id and row.lot is not None
            if items is None or row.item_id in items
        ]

    def _lot_sums(self, store_id: UUID, items: Sequence[str]) -> list[Found]:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        days: dict[tuple[str, str], date | None] = {}
        for row in self._named(store_id, items):
            key = (row.item_id, row.lot)
            sums[key] += row.quantity_milli
            days[key] = earlier(days.get(key), row.expires_on)
        return [
            Found(item_id=item, lot=lot, expires_on=days[item, lot], milli=milli)
            for (item, lot), milli in sums.items()
        ]

    def _lot_moves(self, store_id: UUID, items: Sequence[str]) -> list[Found]:
        names = ("item_id", "lot", "quantity_milli", *_PLACED)
        return [picked(row, *names) for row in self._named(store_id, items)]

    def _lot_counts(self, store_id: UUID, items: Sequence[str]) -> list[Found]:
        return [
            picked(row, *_COUNT, "parent_through")
            for row in self._rows("lot_count")
            if row.store_id == store_id and row.item_id in items
        ]

    def _geneses(self, store_id: UUID) -> list[Found]:
        return [
            Found(
                epoch_number=key.epoch.number,
                epoch_fingerprint=key.epoch.fingerprint,
                genesis=standing.genesis,
            )
            for key, standing in self.archive.standings.items()
            if key.store_id == store_id
        ]


def on_hand_there(archive: MemoryArchive, store_id: UUID, item_id: str) -> int:
    """What head office says is there (central/reports/stock.py)."""
    level = archive.tables["stock_level"].get((store_id, item_id))
    count = archive.tables["stock_count"].get((store_id, item_id))
    moved = 0 if level is None else level.on_hand_milli
    return moved if count is None else moved + count.counted_milli - count.seen_milli


def _line(row: Any, **more: Any) -> Found:
    return Found(**{name: getattr(row, name) for name in _LINE}, **more)


def _order(row: Any, event_id: UUID, who: str, cancelled: bool, reason: str, at_ms: int) -> Found:
    return Found(
        store_id=row.store_id,
        order_id=row.order_id,
        event_id=event_id,
        supplier_id=row.supplier_id,
        number=row.number,
        expected_on=row.expected_on,
        operator_id=who,
        cancelled=cancelled,
        reason=reason,
        at_ms=at_ms,
    )

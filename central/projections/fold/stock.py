"""Stock that came or went without a sale, and what was counted (``stock_counts``)."""

from collections import defaultdict
from uuid import UUID

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.stock import (
    CountedItem,
    LotCount,
    LotMovement,
    StockCount,
    StockMovement,
    StockTransfer,
)
from sync.protocol.facts import StockCounted, StockMoved, StockTransferred
from sync.protocol.lots import UNMARKED, Mark
from sync.protocol.transfers import intent_of


def _items(stock: StockMoved | StockTransferred | StockCounted) -> list[str]:
    return [line.item_id for line in stock.lines]


@folds(StockMoved, keys=_items)
def _moved(into: Fold, event: Event, moved: StockMoved) -> None:
    _movement(into, event, moved, moved.kind.value, (moved.order_id, moved.supplier_id))


@folds(StockTransferred, keys=_items)
def _transferred(into: Fold, event: Event, transferred: StockTransferred) -> None:
    direction, number = transferred.direction.value, transferred.document
    _movement(into, event, transferred, f"transfer_{direction}")
    named = transferred.intent_id
    intent = intent_of(into.company_id, number) if number else named
    what = (intent, direction, number, transferred.reason, event.occurred_at_ms)
    wish = None if named == intent else named
    of = (transferred.operator_id, transferred.other_store_id, wish)
    into.put(StockTransfer(event.store_id, event.event_id, *what, *of))


def _movement(
    into: Fold,
    event: Event,
    moved: StockMoved | StockTransferred,
    kind: str,
    of: tuple[UUID | None, str | None] = (None, None),
) -> None:
    """``of``: the order and the supplier of what was delivered."""
    day = moved.business_date
    for number, line in enumerate(moved.lines, start=1):
        on_hand = into.on_hand[event.store_id, line.item_id]
        on_hand[0] += line.quantity_milli
        on_hand[1] += 1
        what = (day, line.item_id, kind, line.quantity_milli)
        cost = line.came_for_minor if line.quantity_milli > 0 else line.cost_minor
        where = (event.store_id, event.event_id, number)
        said = (line.lot, line.unit_cost_minor, cost, *of)
        into.put(StockMovement._make((*where, *what, *event.place, *said)))
        mark = Mark(line.lot, line.expires_on, line.serial)
        put_lot(into, event, number, (line.item_id, kind, line.quantity_milli), mark)
    if day is not None:
        into.tallies[event.store_id, day].add(moved)


def put_lot(into: Fold, event: Event, line_no: int, what: tuple[str, str, int], mark: Mark) -> None:
    """Where the line of an event says lot, last day or serial number. ``what``: item, kind, signed
    quantity."""
    if mark == UNMARKED:
        return
    item, kind, milli = what
    of = (mark.name, mark.expires_on, mark.serial, milli)
    into.put(LotMovement(event.store_id, event.event_id, line_no, item, kind, *of, *event.place))


@folds(StockCounted, keys=_items)
def _counted(into: Fold, event: Event, fact: StockCounted) -> None:
    """One row an item: its lots together, which have seen what the least of them has. No count has
    seen what comes after it. What is counted has a sum of movements, be it 0."""
    counted: defaultdict[str, int] = defaultdict(int)
    seen: dict[str, int] = {}
    for line in fact.lines:
        counted[line.item_id] += line.counted_milli
        seen[line.item_id] = min(seen.get(line.item_id, event.seq - 1), line.seen_through)
    number, fingerprint, seq = event.place
    parent = fact.parent_through or 0
    for item, milli in counted.items():
        place = (number, fingerprint, seen[item], seq, parent)
        into.put(CountedItem(event.store_id, event.event_id, item, *place, milli))
        into.put(StockCount(event.store_id, item, *place, milli))
        into.on_hand[event.store_id, item][1] += 1
    by_lot = {line.item_id for line in fact.lines if Mark(line.lot, line.expires_on).name}
    for line_no, line in enumerate(fact.lines, start=1):
        if line.item_id in by_lot:
            place = (number, fingerprint, seen[line.item_id], seq, parent)
            said = (Mark(line.lot, line.expires_on).name, line.expires_on, line.counted_milli)
            where = (event.store_id, event.event_id, line_no)
            into.put(LotCount._make((*where, line.item_id, *said, *place)))

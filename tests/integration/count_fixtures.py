"""A shop whose shelves are counted while it sells, and what head office makes of its journal."""

from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from central.projections.event import Event
from central.projections.fold import fold_events
from central.projections.rows.sale import Sale, SaleLine
from central.projections.rows.stock import StockCount, StockMovement
from edge.db.connection.engine import open_connection
from edge.db.epochs import begin_epoch, held_epochs, remember_acknowledged, writing
from edge.db.stock import stock_level
from edge.usecases.box.branch_off import Opening, branch_off
from edge.usecases.kept.bring_home import bring_home
from edge.usecases.shelf_count.begin import BeginShelfCount, begin_shelf_count
from edge.usecases.shelf_count.book import (
    BookedShelfCount,
    BookShelfCount,
    Uncounted,
    book_shelf_count,
)
from edge.usecases.shelf_count.say import CountAgain, SayCounted, count_again, say_counted
from edge.usecases.stock.receive_goods import GoodsLine, ReceiveGoods, receive_goods
from sync.engine.outbox import BranchCause
from sync.protocol.change import Envelope, Epoch, Genesis, epoch_of, genesis_hash
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode_fact, encode
from sync.protocol.count_seen import lines_before
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import EventId, ItemId, MovementId, StoreId, WorkstationId
from tests.builders import (
    ANNA,
    BOOT,
    COMPANY,
    DEVICE,
    INCARNATION,
    ITEMS,
    NOW_MS,
    STORE,
    STORE_CODE,
    W1,
    moment,
    new_store,
)
from tests.doubles.archive_memory_rows import unseen
from tests.sale_builders import line, sale_request, sell
from tests.shop_journal import Shop as Journal

BEFORE = Epoch(1, b"gone")
"""The epoch of the box whose place this one took; head office had it through WATERMARK."""
WATERMARK = 5


class Counting:
    """A store in epoch 2, in one unit of work that never ends; what is done has names, so that it
    can be done again."""

    def __init__(self, path: Path) -> None:
        self.db = open_connection(new_store(path), writer=True)
        self.db.execute("BEGIN")
        genesis = Genesis(
            STORE,
            COMPANY,
            STORE_CODE,
            DEVICE,
            bytes(32),
            2,
            BEFORE,
            WATERMARK,
            bytes(32),
            INCARNATION,
            NOW_MS,
        )
        record = encode(genesis)
        begin_epoch(
            self.db, STORE, epoch_of(genesis, record), genesis_hash(record), record, bytes(64)
        )
        self.db.execute("DELETE FROM journal_head WHERE epoch_number = 1")
        self.db.execute("DELETE FROM stock_level")
        self.numbers = count(1)
        self.gone = Journal(1)
        self.counting: UUID | None = None

    @property
    def records(self) -> dict[Epoch, bytes]:
        """What each epoch grew from."""
        return {one.epoch: one.genesis for one in held_epochs(self.db)}

    def close(self) -> None:
        self.db.close()

    def on_hand(self, item: str) -> int:
        return stock_level(self.db, ItemId(item)).on_hand_milli

    def receive(self, item: str, milli: int, unit_cost_minor: int | None = None) -> None:
        request = ReceiveGoods(
            MovementId(uuid4()),
            ANNA,
            "delivery",
            (GoodsLine(ItemId(item), milli, unit_cost_minor),),
        )
        receive_goods(self.db, request, moment())

    def sell(self, item: str, pieces: int) -> None:
        sell(self.db, sale_request(f"here {next(self.numbers)}", [line(item, pieces)]))

    def bring(self, item: str, pieces: int, seq: int, lot: str | None = None) -> None:
        """A sale of the box that is gone, which a till kept."""
        sold = self.gone.sale(((1, pieces * 1_000, 350),))
        lines = tuple(replace(one, item_id=ItemId(item), lot=lot) for one in sold.lines)
        sold = replace(sold, lines=lines)
        number = (seq, EventId(sold.sale_id), *sold.KIND)
        event = Envelope(*number, NOW_MS, 28_800, BOOT, Hlc(seq), ClockState.CHECKED, encode(sold))
        own = seq.to_bytes(32, "big")
        fact = EventRecovered("workstation", W1, BEFORE, bytes(32), event, own, bytes(64))
        bring_home(self.db, fact, moment())

    def go_on(self, cause: BranchCause, heard: int = 0) -> None:
        """The box goes on in another epoch; head office had the first ``heard`` events of this
        one."""
        left = writing(self.db).epoch
        if heard:
            end = "SELECT seq, hash FROM journal WHERE (epoch_number, epoch_fingerprint) = (?, ?)"
            name = (left.number, left.fingerprint)
            rows = self.db.execute(f"{end} AND seq <= ? ORDER BY seq", (*name, heard)).fetchall()
            if rows:
                remember_acknowledged(self.db, left, *rows[-1])
        opening = Opening(Ed25519PrivateKey.generate(), uuid4(), uuid4().bytes)
        branch_off(self.db, left, cause, "for a test", moment(), opening)

    def begin(self) -> UUID:
        """The count that is open, else one of the whole shop."""
        if self.counting is None:
            self.counting = uuid4()
            begin_shelf_count(self.db, BeginShelfCount(self.counting, ANNA, "stocktake"), moment())
        return self.counting

    def say(self, item: str, milli: int, where: WorkstationId = W1, lot: str | None = None) -> None:
        request = SayCounted(uuid4(), ANNA, ITEMS[ItemId(item)].scan_code, milli, lot)
        say_counted(self.db, self.begin(), request, where, moment())

    def again(self, item: str) -> None:
        request = CountAgain(uuid4(), ANNA, (ItemId(item),))
        count_again(self.db, self.begin(), request)

    def book(self, uncounted: Uncounted = Uncounted.LEAVE) -> BookedShelfCount:
        request = BookShelfCount(uuid4(), ANNA, None, uncounted, without_again=True)
        booked = book_shelf_count(self.db, self.begin(), request, moment())
        self.counting = None
        return booked

    def at_head_office(self) -> dict[str, int]:
        """Of each item that was counted what head office makes of the journal, in whatever order it
        comes: counted, and what moved without the count having seen it."""
        tables = fold_events(COMPANY, self.events())
        held: dict[str, StockCount] = {}
        for one in tables[StockCount]:
            before = held.get(one.item_id)
            held[one.item_id] = one if before is None else max(before, one, key=lambda c: c[2:8])
        rows: dict[str, dict[Any, Any]] = {
            "sale": {(one.store_id, one.sale_id): one for one in tables[Sale]},
            "sale_line": dict(enumerate(tables[SaleLine])),
            "stock_movement": dict(enumerate(tables[StockMovement])),
        }
        lines = lines_before(self.records)
        return {item: one.counted_milli + unseen(one, rows, lines) for item, one in held.items()}

    def events(self) -> list[Event]:
        """Each at the place that it was written at, as head office gets them: of an epoch that was
        left what it had before."""
        found, met = [], set()
        columns = "seq, event_id, kind, kind_version, body FROM journal"
        name = "epoch_number = ? AND epoch_fingerprint = ? AND seq <= ?"
        for held in held_epochs(self.db):
            whose = (held.epoch.number, held.epoch.fingerprint, held.goes_to)
            written = f"SELECT {columns} WHERE {name} ORDER BY seq"
            for seq, event_id, *body in self.db.execute(written, whose):
                place, fact = (held.epoch, seq), decode_fact(*body)
                if isinstance(fact, EventRecovered):
                    inner = fact.envelope
                    place, event_id = (fact.epoch, inner.seq), inner.event_id.bytes
                    fact = decode_fact(inner.kind, inner.kind_version, inner.body)
                if place in met:
                    continue
                met.add(place)
                own_id = EventId(UUID(bytes=event_id))
                found.append(Event(StoreId(STORE), *place, own_id, NOW_MS, NOW_MS, fact))
        return found

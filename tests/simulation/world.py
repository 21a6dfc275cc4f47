"""A world: one seed, three stores with two workstations each, one head office, and what goes wrong.

It trades two business days while faults strike, mends everything, and must then come to rest within
a bound: every queue drained, every feed at its head. What must hold then stands in ``checks.py``.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec

from central.archive.port import StreamKey
from central.domain.decisions import CustomerDecided
from central.domain.feeds import followed_feeds
from edge.db.journal import append, read_range
from sync.engine import journal
from sync.engine.journal import Moment
from sync.engine.transport import Response
from sync.protocol.clock import Hlc
from sync.protocol.codec import decode_fact
from sync.protocol.facts import (
    CustomerChanged,
    DeviceRecorded,
    KindVersion,
    TillSessionOpened,
)
from sync.protocol.identity import (
    EventId,
    Incarnation,
    OperatorId,
    SaleId,
)
from sync.protocol.reference import Price
from sync.protocol.shared import CustomerField, FieldChange
from tests.simulation import office, templates
from tests.simulation.actors import Workstation
from tests.simulation.box import StoreServer
from tests.simulation.catalog import (
    COMPANY,
    CUSTOMERS,
    ITEMS,
    SHOPS,
    START_MS,
    WORKSTATIONS,
    ZONES,
    Shop,
    hostile_row,
    item,
    item_row,
    price_row,
    settings_row,
    unopened_till,
)
from tests.simulation.evidence import Broken, check_at_any_time
from tests.simulation.faults import DAY_MS, HOUR_MS, MINUTE_MS, Faults, draw
from tests.simulation.ids import Ids
from tests.simulation.leader import Leader
from tests.simulation.network import Line, chance
from tests.simulation.office import HeadOffice
from tests.simulation.people import StoreLife
from tests.simulation.scheduler import Scheduler
from tests.simulation.seams import seams
from tests.simulation.turn_writer import POINTS, Doom

TROUBLED_MS = 8 * MINUTE_MS
"""Faults begin within this time."""
TRADE_MS_MAX = 6 * HOUR_MS
"""Two days of trade end within this time, whatever the network does: nothing stops a shop."""
REST_MS_MAX = 30 * MINUTE_MS
"""Everything is drained within this time of the last fault: the longest back-off is 5 minutes."""
LOOK_EVERY_MS = 20_000
SALES_FROM, SALES_TO = 4, 9
"""Of a workstation in one of its shifts."""
EVENT_BYTES = 1 << 20
JUMPS_MS = (5 * MINUTE_MS, DAY_MS, 3_650 * DAY_MS)


class World:
    """Everything that happens follows from ``seed`` (and ``faults``, drawn from it if not given).
    ``seen`` counts what happened; ``poisons``: events that head office must set aside."""

    def __init__(self, seed: int, folder: Path, faults: Faults | None = None) -> None:
        self.seed = seed
        root = Random(f"holdfast {seed}")
        self._root = root
        self.faults = draw(root) if faults is None else faults
        self.seen: Counter[str] = Counter()
        self.poisons: set[EventId] = set()
        self.fingerprint = ""
        """What it came to, told once it is at rest."""
        self.looks_in = True
        """Hold it to what must hold at any time."""
        self.mended = False
        self.restored = False
        self.scheduler = Scheduler(self._random(), START_MS)
        self.ids = Ids(self._random(), self.scheduler)
        self.random = self._random()
        self.office = HeadOffice(self.scheduler, self._random(), self.seen)
        self.uplinks: dict[str, Line[Response]] = {}
        self.counters: list[Line[Any]] = []
        self.boxes: dict[str, StoreServer] = {}
        self.lives: dict[str, StoreLife] = {}
        self.workstations: list[Workstation] = []
        self.leaders: list[Leader] = []
        for shop in SHOPS:
            self._build(shop, folder)

    def _random(self) -> Random:
        return Random(self._root.getrandbits(64))

    def _build(self, shop: Shop, folder: Path) -> None:
        uplink: Line[Response] = Line(
            self.scheduler,
            self._random(),
            self.faults.uplink,
            self.seen,
            office.trouble,
            self._lost,
        )
        box = StoreServer(
            shop,
            self.scheduler,
            self.ids,
            self._random(),
            folder,
            self.faults.disk,
            lambda request: uplink.send(self.office, lambda: self.office.answer(request)),
            self.seen,
        )
        template = templates.enrolled if self.faults.cold else templates.loaded
        box.path.write_bytes(template(shop.code))
        life = StoreLife()
        self.uplinks[shop.code], self.boxes[shop.code], self.lives[shop.code] = uplink, box, life

        def person() -> dict[str, Any]:
            line: Line[Any] = Line(self.scheduler, self._random(), self.faults.counter, self.seen)
            self.counters.append(line)
            return {
                "scheduler": self.scheduler,
                "random": self._random(),
                "ids": self.ids,
                "server": box,
                "line": line,
                "life": life,
                "seen": self.seen,
            }

        for workstation_id in WORKSTATIONS:
            sales = self.random.randint(SALES_FROM, SALES_TO)
            workstation = Workstation(workstation_id, sales, **person())
            workstation.impatience_bp = self.faults.impatience_bp
            self.workstations.append(workstation)
        self.leaders.append(Leader(f"{shop.code} leader", **person()))

    def _lost(self, answer: Response) -> None:
        if answer.status == 200:
            self.seen["lost acknowledgement"] += 1

    # --- running

    def run(self) -> None:
        """Trade, mend, come to rest. Raises Stalled, Wrong, and whatever a defect raises."""
        with seams(self._random(), self.ids):
            self.office.start()
            for box in self.boxes.values():
                box.start()
            for workstation in self.workstations:
                workstation.start()
            for leader in self.leaders:
                leader.start()
            self._plan_faults()
            traded = self.scheduler.now_ms + TRADE_MS_MAX
            self._move(lambda: all(life.done for life in self.lives.values()), traded, "trade")
            self._mend()
            rested = self.scheduler.now_ms + REST_MS_MAX
            self._move(lambda: not self.what_waits(), rested, "rest")

    def shut(self) -> None:
        """End what still runs, and close every file."""
        for host in (self.office, *self.workstations, *self.leaders):
            host.kill_tasks()
        for box in self.boxes.values():
            box.shut()

    def _move(self, reached: Callable[[], bool], limit_ms: int, what: str) -> None:
        """Go on until ``reached``, looked at now and then, with the checks that always hold."""
        while not reached():
            due = self.scheduler.now_ms + LOOK_EVERY_MS
            waited = self.scheduler.pause(LOOK_EVERY_MS)
            self.scheduler.run_until(partial(getattr, waited, "done"), due, what)
            if self.scheduler.now_ms > limit_ms:
                raise Broken(f"{what}: not reached in time: {self.what_waits()}")
            if self.looks_in:
                check_at_any_time(self)

    def what_waits(self) -> list[str]:
        """What is not drained yet, in words."""
        waits, standings = [], self.office.archive.standings
        for code, box in self.boxes.items():
            if not box.alive:
                waits.append(f"{code} is down")
                continue
            standing = standings.get(StreamKey(box.shop.store_id, box.head().epoch))
            watermark = None if standing is None else standing.watermark
            ends = box.head().seq, box.acknowledged(), watermark
            if len(set(ends)) > 1:
                waits.append(f"{code} written, acknowledged, at head office: {ends}")
            cursors = box.cursors()
            for feed in followed_feeds(box.shop.store_id, box.shop.settings.price_zone):
                head = self.office.feeds.head(feed)
                cursor = cursors.get(feed)
                if head and (
                    cursor is None
                    or (cursor.incarnation, cursor.pub_seq) != (self.office.incarnation, head)
                ):
                    waits.append(f"{code} {feed.data_set}: head {head}, at {cursor}")
        if self.office.feeds.waiting:
            waits.append("publications wait")
        for key, standing in standings.items():
            if standing.applied_through < standing.watermark:
                waits.append(f"{key.store_id}: not all is applied")
        return waits

    # --- faults

    def _at_some_time(self, act: Callable[[], None]) -> None:
        self._in(self.random.randrange(TROUBLED_MS), act)

    def _in(self, wait_ms: int, act: Callable[[], None]) -> None:
        """Do ``act`` then, unless everything was mended before."""
        self.scheduler.after(wait_ms, lambda: None if self.mended else act())

    def _plan_faults(self) -> None:
        faults, random = self.faults, self.random
        for _ in range(faults.cuts):
            self._at_some_time(self._cut)
        for _ in range(faults.box_kills):
            self._at_some_time(self._kill)
        for _ in range(faults.office_restarts):
            self._at_some_time(lambda: self.office.restart(random.randrange(faults.dead_ms)))
        if faults.office_restores:
            self._in(random.randrange(TROUBLED_MS // 2), self.office.remember)
            self._in(TROUBLED_MS // 2 + random.randrange(TROUBLED_MS), self._restore)
        for _ in range(faults.workstation_restarts):
            self._at_some_time(
                lambda: random.choice(self.workstations).restart(random.randrange(faults.dead_ms))
            )
        for _ in range(faults.clock_jumps):
            self._at_some_time(self._set_clock)
        for _ in range(faults.poisons):
            self._at_some_time(self._poison)
        for _ in range(faults.repeats):
            self._at_some_time(self._repeat)
        for _ in range(faults.changes):
            self._at_some_time(self._change)

    def _cut(self) -> None:
        line = self.random.choice(list(self.uplinks.values()))
        one_way = chance(self.random, self.faults.cut_one_way_bp)
        line.up = one_way and bool(self.random.getrandbits(1))
        line.down = one_way and not line.up
        self.seen["line cut"] += 1

        def mend() -> None:
            line.up = line.down = True

        self.scheduler.after(self.random.randrange(self.faults.cut_ms), mend)

    def _kill(self) -> None:
        random, faults = self.random, self.faults
        box = random.choice(list(self.boxes.values()))
        torn, dead_ms = chance(random, faults.torn_bp), random.randrange(faults.dead_ms)
        if random.getrandbits(1):
            box.kill(torn=torn, dead_ms=dead_ms)
        else:
            point = POINTS[0] if random.getrandbits(1) else random.choice(POINTS)
            box.doom(Doom(point, random.randint(1, 3), torn), dead_ms)

    def _restore(self) -> None:
        new = Incarnation(self.ids.uuid()) if self.random.getrandbits(1) else None
        self.restored = True
        self.seen["head office restored"] += 1
        self.office.restore(self.random.randrange(self.faults.dead_ms), new)

    def _set_clock(self) -> None:
        box = self.random.choice(list(self.boxes.values()))
        box.set_clock(self.random.choice((-1, 1)) * self.random.choice(JUMPS_MS))
        self.seen["clock set"] += 1

    def _change(self) -> None:
        """Head office publishes or decides something."""
        random = self.random
        number = random.randrange(ITEMS)
        roll = random.randrange(7)
        if roll <= 1:
            zone = random.choice(ZONES)
            at_ms = self.scheduler.now_ms + random.randrange(-MINUTE_MS, 2 * MINUTE_MS)
            price = Price(item(number).item_id, at_ms, random.randrange(50, 2_000))
            self.office.feeds.publish(price_row(zone, price))
        elif roll == 2:
            self.office.feeds.publish(item_row(item(number, active=bool(random.getrandbits(1)))))
        elif roll == 3:
            new = item(ITEMS + random.randrange(2))
            self.office.feeds.publish(item_row(new))
            for zone in ZONES:
                at_ms = self.scheduler.now_ms - MINUTE_MS
                self.office.feeds.publish(price_row(zone, Price(new.item_id, at_ms, 333)))
        elif roll == 4:
            shop = random.choice(SHOPS)
            name = f"Shop {shop.code}, renamed {random.randrange(100)}"
            settings = msgspec.structs.replace(shop.settings, store_name=name)
            self.office.feeds.publish(settings_row(shop, settings))
        elif roll == 5:
            self.office.feeds.publish(hostile_row(random))
            self.seen["hostile row published"] += 1
        else:
            self._change_customer()

    def _change_customer(self) -> None:
        stamp = Hlc(self.scheduler.now_ms << 16)
        code = f"H{self.random.randrange(100)}"
        change = CustomerChanged(
            self.random.choice(CUSTOMERS),
            OperatorId(""),
            (FieldChange(CustomerField.CODE, stamp, COMPANY, code, None),),
        )
        if self.office.alive:
            office.run_now(self.office.decide([CustomerDecided(change)]))

    def _poison(self) -> None:
        """An event that head office cannot apply, in a journal; it concerns nothing else."""
        code = self.random.choice(list(self.boxes))
        box, life = self.boxes[code], self.lives[code]
        if not box.alive:
            return
        event_id = EventId(self.ids.uuid())
        kind = self.random.randrange(3)

        def write(db: Any, moment: Moment) -> None:
            if kind == 0 and life.receipts:
                # Another sale under a receipt number that is taken.
                fact = msgspec.structs.replace(
                    self.random.choice(life.receipts).sale.fact, sale_id=SaleId(event_id)
                )
                append(db, fact, event_id, moment)
            elif kind == 1:
                append(db, unopened_till(event_id), event_id, moment)
            else:
                newer = KindVersion("device_recorded", 2)  # newer than head office
                with (
                    patch.object(journal, "kind_of", lambda _: newer),
                    patch.object(journal, "decode_fact", lambda *_: None),
                ):
                    append(db, DeviceRecorded("news", "", ""), event_id, moment)
            self.poisons.add(event_id)

        box.spawn(_act(box, write))
        self.seen["poison"] += 1

    def _repeat(self) -> None:
        """An event of whatever kind is written once more: the same, or other bytes under its id."""
        box, other = self.boxes[self.random.choice(list(self.boxes))], self.random.getrandbits(1)
        if not box.alive or box.head().seq == 0:
            return
        after, by = self.random.randrange(box.head().seq), OperatorId("somebody else")

        def write(db: Any, moment: Moment) -> None:
            (entry,) = read_range(db, after, 1, EVENT_BYTES)
            sent = entry.envelope
            if sent.event_id in self.poisons:
                return
            fact: Any = decode_fact(sent.kind, sent.kind_version, sent.body)
            # What follows another opening of a till waits behind it: only itself is looked at here.
            changed = other and not isinstance(fact, TillSessionOpened)
            if changed and hasattr(fact, "operator_id"):
                fact = msgspec.structs.replace(fact, operator_id=by)
            elif changed and hasattr(fact, "detail"):
                fact = msgspec.structs.replace(fact, detail=fact.detail + ", and more")
            append(db, fact, sent.event_id, moment)
            self.seen[f"again, {'other' if changed else 'same'} bytes"] += 1

        box.spawn(_act(box, write))

    def _mend(self) -> None:
        """No more faults: what is on its way still arrives."""
        self.mended = True
        for line in (*self.uplinks.values(), *self.counters):
            line.mend()
        for box in self.boxes.values():
            box.calm()
        self.office.hurried = True


async def _act(box: StoreServer, write: Callable[[Any, Moment], None]) -> None:
    await box.act(write)

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
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.feeds import followed_feeds
from edge.domain.epoch import EpochState
from sync.engine.transport import Response
from sync.protocol.change import Epoch
from sync.protocol.identity import (
    EventId,
)
from tests.simulation import templates
from tests.simulation.actors import Workstation
from tests.simulation.box import StoreServer
from tests.simulation.catalog import (
    SHOPS,
    START_MS,
    WORKSTATIONS,
    Shop,
)
from tests.simulation.counting import CountingStorekeeper
from tests.simulation.evidence import Broken, check_at_any_time
from tests.simulation.faults import HOUR_MS, MINUTE_MS, Faults, draw
from tests.simulation.granting import given_up
from tests.simulation.ids import Ids
from tests.simulation.insisted import insisted_by
from tests.simulation.leader import Leader
from tests.simulation.network import Line, trouble
from tests.simulation.office import HeadOffice
from tests.simulation.people import Person, StoreLife
from tests.simulation.scheduler import Scheduler
from tests.simulation.seams import seams
from tests.simulation.storekeeper import ACTS_FROM, ACTS_TO, Road
from tests.simulation.trouble import plan_trouble

TRADE_MS_MAX = 6 * HOUR_MS
"""Two days of trade end within this time, whatever the network does: nothing stops a shop."""
REST_MS_MAX = 30 * MINUTE_MS
"""Everything is drained within this time of the last fault: the longest back-off is 5 minutes."""
LOOK_EVERY_MS = 20_000
SALES_FROM, SALES_TO = 4, 9
"""Of a workstation in one of its shifts."""


class World:
    """Everything that happens follows from ``seed`` (and ``faults``, drawn from it if not given).
    ``seen`` counts what happened; ``poisons``: events that head office must set aside."""

    def __init__(self, seed: int, folder: Path, faults: Faults | None = None) -> None:
        self.seed = seed
        root = Random(f"holdfast {seed}")
        self._root = root
        self.faults = draw(root) if faults is None else faults
        self.insists = insisted_by(seed) if faults is None else None
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
        """By store: the one that its people use."""
        self.machines: list[StoreServer] = []
        """Every one that there ever was."""
        self.damaged: dict[tuple[Epoch, int, bytes], bytes] = {}
        """Bodies of journal rows that were spoilt: by place and hash, as they were written."""
        self.copied: Counter[UUID] = Counter()
        """By customer: points that disks held which were copied or put back."""
        self.given_up: Counter[UUID] = Counter()
        """By customer: points of epochs that a person gave up."""
        self.lent_once: Counter[UUID] = Counter()
        """By store: goodwill of epochs that a person gave up."""
        self._folder = folder
        self.lives: dict[str, StoreLife] = {}
        self.workstations: list[Workstation] = []
        self.leaders: list[Leader] = []
        self.storekeepers: list[CountingStorekeeper] = []
        self.road = Road()
        for shop in SHOPS:
            self._build(shop)

    def _random(self) -> Random:
        return Random(self._root.getrandbits(64))

    def _build(self, shop: Shop) -> None:
        box, life = self.machine(shop.code, shop), StoreLife()
        template = templates.enrolled if self.faults.cold else templates.loaded
        box.path.write_bytes(template(shop.code))
        self.boxes[shop.code], self.lives[shop.code] = box, life

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
        acts = self.random.randint(ACTS_FROM, ACTS_TO)
        self.storekeepers.append(CountingStorekeeper(self.road, acts, **person()))

    def machine(self, name: str, shop: Shop) -> StoreServer:
        """Another store server, with a line to head office; nothing lies in its folder yet."""
        uplink: Line[Response] = Line(
            self.scheduler,
            self._random(),
            self.faults.uplink,
            self.seen,
            trouble,
            self._lost,
        )
        if self.mended:
            uplink.mend()
        box = StoreServer(
            name,
            shop,
            self.scheduler,
            self.ids,
            self._random(),
            self._folder,
            self.faults.disk,
            lambda request: uplink.send(self.office, lambda: self.office.answer(request)),
            self.seen,
        )
        self.uplinks[name] = uplink
        self.machines.append(box)
        return box

    def people_of(self, code: str) -> list[Person]:
        """Who works in a store."""
        people: list[Person] = [*self.workstations, *self.leaders, *self.storekeepers]
        return [one for one in people if one.life is self.lives[code]]

    def _lost(self, answer: Response) -> None:
        if answer.status == 200:
            self.seen["lost acknowledgement"] += 1

    # --- running

    def run(self) -> None:
        """Trade, mend, come to rest. Raises Stalled, Wrong, and whatever a defect raises."""
        with seams(self._random(), self.ids):
            self.office.start()
            for box in self.machines:
                box.start()
            for workstation in self.workstations:
                workstation.start()
            for leader in self.leaders:
                leader.start()
            for storekeeper in self.storekeepers:
                storekeeper.start()
            plan_trouble(self)
            traded = self.scheduler.now_ms + TRADE_MS_MAX
            self._move(self._has_traded, traded, "trade")
            self._mend()
            rested = self.scheduler.now_ms + REST_MS_MAX
            self._move(lambda: not self.what_waits(), rested, "rest")

    def _has_traded(self) -> bool:
        one = self.insists
        came = one is None or not one.waits or self.seen[one.word] > 0
        return came and all(life.done for life in self.lives.values())

    def shut(self) -> None:
        """End what still runs, and close every file."""
        for host in (self.office, *self.workstations, *self.leaders, *self.storekeepers):
            host.kill_tasks()
        for box in self.machines:
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
        for box in self.machines:
            if not box.gone:
                waits += self._waits_at(box)
        for one in self.workstations:
            owed = [kept for kept in one.memory.owed.values() if not self.office.holds(kept)]
            if owed:
                waits.append(f"{one.name} holds {len(owed)} receipts that head office lacks")
            if one.server.alive and not one.has_offered(one.server.said()):
                waits.append(f"{one.name} may hold what its box lacks")
        for code, box in self.boxes.items():
            elsewhere = [one.name for one in self.people_of(code) if one.server is not box]
            waits += [f"{name} is at a copy still" for name in elsewhere]
        waits += [f"{one.name} is at work" for one in self.storekeepers if one.busy]
        if self.office.archive.due:
            waits.append("stores are not told yet of goods and orders")
        if self.office.feeds.waiting:
            waits.append("publications wait")
        if any(given_up(self.office.archive)):
            waits.append("what was given up is not taken back yet")
        for key, standing in standings.items():
            if standing.applied_through < standing.watermark:
                waits.append(f"{key.store_id}: not all is applied")
        waits += [f"{code} has a day open" for code, life in self.lives.items() if not life.done]
        return waits

    def _waits_at(self, box: StoreServer) -> list[str]:
        if not box.alive:
            return [f"{box.name} is down"]
        waits = []
        for held in box.epochs():
            standing = self.office.archive.standings.get(StreamKey(box.shop.store_id, held.epoch))
            watermark = None if standing is None else standing.watermark
            ends = held.head.seq, held.acknowledged_through, watermark
            left = held.state is EpochState.LEFT
            if held.waiting if left else len(set(ends)) > 1:
                waits.append(f"{box.name} {held.epoch} written, acknowledged, held: {ends}")
        if box.requests_open():
            waits.append(f"{box.name}: points were asked for, and nobody answered")
        if box.rows_waiting():
            waits.append(f"{box.name}: rows wait to come into force")
        cursors = box.cursors()
        for feed in followed_feeds(box.shop.store_id, box.shop.settings.price_zone):
            head = self.office.feeds.head(feed)
            cursor = cursors.get(feed)
            if head and (
                cursor is None
                or (cursor.incarnation, cursor.pub_seq) != (self.office.incarnation, head)
            ):
                waits.append(f"{box.name} {feed.data_set}: head {head}, at {cursor}")
        return waits

    def _mend(self) -> None:
        """No more faults: what is on its way still arrives."""
        self.mended = True
        for line in (*self.uplinks.values(), *self.counters):
            line.mend()
        for box in self.machines:
            box.calm()
        self.office.hurried = True

"""A simulated store server: production's use cases, writer's pen, journal and exchange loop over a
real SQLite file, on virtual time.

What differs from production: no threads, no sockets, no fsync. Units that wait together are still
one group with one commit (``group.py``). A kill leaves the files as they are at that very
moment, copied before anything is rolled back or closed; the next start opens the copy.
"""

import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, cast

import msgspec

from central.domain.feeds import FollowedFeed
from edge.box.box import Box
from edge.box.clock import StoreClock
from edge.box.overrides import Overrides
from edge.box.sessions import Sessions
from edge.box.settings import EdgeSettings
from edge.db.connection import crash
from edge.db.connection.engine import open_connection
from edge.db.connection.pen import Pen
from edge.db.hybrid_clock import read_reckoning
from edge.db.journal import acknowledged, hash_at, read_head
from edge.db.reference import Cursor, read_cursors
from edge.db.store import read_enrolment
from edge.domain.reckoning import Steady
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.exchange.rounds import Line, journal_of
from edge.server.background import Exchange
from edge.usecases.box.record_boot import record_boot
from edge.usecases.sale.abandon import abandon_sale
from edge.usecases.sale.complete import complete_sale
from sync.engine.journal import Moment
from sync.engine.signing import SALE_SIGNED, Signer, sign_bytes
from sync.engine.transport import Request, Response
from sync.protocol.change import Head, Kept
from sync.protocol.errors import Refusal
from sync.protocol.identity import BootId, OperatorId, SaleId, WorkstationId
from tests.simulation.catalog import CENTRAL_KEY, CENTRAL_URL, Shop
from tests.simulation.faults import DiskFaults
from tests.simulation.ids import Ids
from tests.simulation.scheduler import Host, Promise, Scheduler
from tests.simulation.turn_writer import (
    DYING_DISK,
    PATIENCE,
    SOFTWARE,
    ZONE,
    Doom,
    InlineReader,
    Killed,
    Nudge,
    T,
    TurnWriter,
    tune,
)


class Told(NamedTuple):
    """What a workstation is answered to a sale (edge/api/sales.py), and keeps."""

    sale: CompletedSale
    kept: Kept


class Refused(NamedTuple):
    """A problem document."""

    slug: str
    detail: str


class StoreServer(Host):
    """One box. ``path`` moves to a new copy of the file with each kill."""

    def __init__(
        self,
        shop: Shop,
        scheduler: Scheduler,
        ids: Ids,
        random: Random,
        folder: Path,
        disk: DiskFaults,
        send: Callable[[Request], Promise[Response]],
        seen: Counter[str],
    ) -> None:
        super().__init__(shop.code, scheduler)
        self.shop = shop
        self.alive = False
        self.ahead_ms = 0
        self._ids = ids
        self._random = random
        self._folder = folder
        self.disk = disk
        self._send = send
        self._seen = seen
        self._generation = 0
        self._doom: Doom | None = None
        self._dead_ms = 0
        self._patience = 0
        self.path = folder / f"{shop.code}-0.sqlite3"

    def start(self) -> None:
        """Open the file and go to work: record the boot, exchange, answer."""
        self._reader = open_connection(self.path)
        steady = self._steady()
        self._clock = StoreClock(
            BootId(self._ids.uuid()),
            ZONE,
            read_reckoning(self._reader, steady),
            wall=lambda: self.scheduler.now_ms + self.ahead_ms,
            steady=self._steady,
        )
        pen = Pen(self.path, open_connection(self.path, writer=True), tune)
        self.writer = TurnWriter(self.scheduler, self._random, pen, self.disk, self.die, self._seen)
        self.alive = True
        self._set_arm()
        self.spawn(self._work())

    async def _work(self) -> None:
        moment = self._clock.moment()
        await self.writer.run(lambda db: record_boot(db, SOFTWARE, "started", moment))
        box = self._box()
        signer = Signer(
            self.shop.store_id,
            self.shop.device_id,
            self.shop.key,
            CENTRAL_KEY.public_key().public_bytes_raw(),
            lambda: self._ids.nonce(),
        )
        exchange = Exchange(box, Line(_Wire(self._send), signer, journal_of(box), {}))
        self.box = box
        self.spawn(self._keep_time(box.nudge.set, box.settings.push_every_s))

        def beat_due() -> None:
            exchange.beat_due = True
            box.nudge.set()

        self.spawn(self._keep_time(beat_due, box.settings.pull_every_s))
        while True:
            await box.nudge.wait()
            box.nudge.clear()
            wait_ms = await exchange.round()
            if wait_ms > 0:
                await self.scheduler.pause(wait_ms)

    async def _keep_time(self, due: Callable[[], None], every_s: int) -> None:
        while True:
            await self.scheduler.pause(every_s * 1_000)
            due()

    def _box(self) -> Box:
        enrolment = read_enrolment(self._reader)
        assert enrolment is not None
        return Box(
            folder=self._folder,
            settings=EdgeSettings(central_url=CENTRAL_URL),
            enrolment=enrolment,
            device_key=self.shop.key,
            writer=self.writer,
            reader=cast(Any, InlineReader(self._reader)),
            reports=cast(Any, None),
            clock=self._clock,
            workstations=cast(Any, None),
            certificate=cast(Any, None),
            sessions=Sessions(cast(Any, None), self._clock.steady, 300),
            pins=cast(Any, None),
            overrides=Overrides(self._clock.steady),
            nudge=cast(Any, Nudge()),
        )

    # --- dying

    def doom(self, doom: Doom, dead_ms: int) -> None:
        """Die in the next group that is written, or in one after it."""
        self._doom, self._dead_ms, self._patience = doom, dead_ms, PATIENCE
        self._set_arm()

    def _set_arm(self) -> None:
        if self.alive and self._doom is not None:
            self.writer.arm = self._arm
            if self._doom.point == "after_unit":
                self.writer.faults = DYING_DISK

    def _arm(self, size: int) -> None:
        doom = self._doom
        if doom is None:
            return
        between = doom.point == "after_unit"
        if between and size == 1 and self._patience > 0:
            self._patience -= 1
            self._set_arm()
            return
        if between and size > 1:
            self._seen["killed in the middle of a group"] += 1
        crash.arm(doom.point, min(doom.nth, size) if between else 1, self._strike)

    def _strike(self) -> None:
        """The files as they are now are all that is left."""
        self._leave_files(torn=self._doom is not None and self._doom.torn)
        raise Killed

    def kill(self, *, torn: bool, dead_ms: int) -> None:
        """Die here and now, between two groups."""
        if self.alive:
            self._dead_ms = dead_ms
            self._leave_files(torn=torn)
            self.die()

    def _leave_files(self, *, torn: bool) -> None:
        self._generation += 1
        left = self._folder / f"{self.shop.code}-{self._generation}.sqlite3"
        shutil.copyfile(self.path, left)
        log = Path(f"{self.path}-wal")
        if log.exists():
            shutil.copyfile(log, f"{left}-wal")
            if torn:
                with open(f"{left}-wal", "ab") as file:
                    file.write(self._random.randbytes(self._random.randrange(1, 3_000)))
                self._seen["torn log"] += 1
        self._left = left

    def copy(self) -> Path:
        """A backup of the file and its log as they are now."""
        copied = self._folder / f"{self.shop.code}-copy.sqlite3"
        for end in ("", "-wal"):
            shutil.copyfile(f"{self.path}{end}", f"{copied}{end}")
        return copied

    def put_back(self, copied: Path) -> None:
        """Somebody restores the backup and starts the store server again."""
        self._left, self._dead_ms = copied, 1_000
        self.die()

    def die(self) -> None:
        """What ran here is gone; start again later."""
        self.alive = False
        self._doom = None
        self._seen["store server killed"] += 1
        self.kill_tasks()
        self.writer.close_now()
        self._reader.close()
        _remove(self.path)
        self.path = self._left
        self.scheduler.after(self._dead_ms, self.start)

    def calm(self) -> None:
        """Nothing strikes any more."""
        self._doom = None
        self.disk = DiskFaults()
        if self.alive:
            self.writer.arm = None
            self.writer.faults = self.disk

    def set_clock(self, by_ms: int) -> None:
        """Somebody sets the clock; it stays set after a start."""
        self.ahead_ms += by_ms

    def _steady(self) -> Steady:
        """True time: the machine under a simulated box is never started anew."""
        return Steady(self.name, self.scheduler.now_ms)

    # --- looking in from outside

    def head(self) -> Head:
        """The journal's end."""
        return read_head(self._reader)

    def acknowledged(self) -> int:
        """What this box believes to be durable at head office."""
        return acknowledged(self._reader)

    def hash_at(self, seq: int) -> bytes | None:
        """The journal's hash there."""
        return hash_at(self._reader, seq)

    def cursors(self) -> dict[FollowedFeed, Cursor]:
        """How far each feed was taken."""
        return {FollowedFeed(*feed): at for feed, at in read_cursors(self._reader).items()}

    def shut(self) -> None:
        """Close the files at the end of a world."""
        if self.alive:
            self.kill_tasks()
            self.writer.close_now()
            self._reader.close()
        self.alive = False

    # --- answering workstations

    async def post_sale(self, raw: bytes, workstation_id: WorkstationId) -> Told | Refused:
        """As edge/api/sales.py does."""
        request = msgspec.json.decode(raw, type=SaleRequest)
        digest = hashlib.sha256(raw).digest()
        moment = self._clock.moment()
        try:
            sale = await self.writer.run(
                lambda db: complete_sale(db, request, digest, workstation_id, moment)
            )
        except Refusal as refusal:
            self._seen[f"refused: {refusal.slug}"] += 1
            return Refused(refusal.slug, refusal.detail)
        self.nudge()
        return self.tell(sale)

    def tell(self, sale: CompletedSale) -> Told:
        """The answer with the device's signature."""
        signature = sign_bytes(self.shop.key, SALE_SIGNED, sale.kept.hash)
        return Told(sale, msgspec.structs.replace(sale.kept, signature=signature))

    async def abandon(
        self, sale_id: SaleId, workstation_id: WorkstationId, operator_id: OperatorId
    ) -> Refused | None:
        """None: the id will never be a sale."""
        return await self.act(
            lambda db, moment: abandon_sale(db, sale_id, workstation_id, operator_id, moment)
        )

    async def act(self, verb: Callable[[sqlite3.Connection, Moment], object]) -> Refused | None:
        """Run another use case; None: it was done."""
        moment = self._clock.moment()
        try:
            await self.writer.run(lambda db: verb(db, moment))
        except Refusal as refusal:
            return Refused(refusal.slug, refusal.detail)
        self.nudge()
        return None

    async def look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """A read over one snapshot."""
        return look(self._reader)

    def nudge(self) -> None:
        """There is something to push."""
        box = getattr(self, "box", None)
        if box is not None:
            box.nudge.set()


class _Wire:
    """The transport: a request goes onto the virtual line."""

    def __init__(self, send: Callable[[Request], Promise[Response]]) -> None:
        self._send = send

    async def send(self, request: Request) -> Response:
        """See sync.engine.transport.Transport."""
        answer = await self._send(request)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer._replace(headers=headers)


def _remove(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)

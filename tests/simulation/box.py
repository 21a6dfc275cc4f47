"""A simulated store server: production's use cases, writer's pen, journal and exchange loop over a
real SQLite file, on virtual time.

What differs from production: no threads, no sockets, no fsync. Units that wait together are still
one group with one commit (``group.py``). A kill leaves the files as they are at that very
moment, copied before anything is rolled back or closed; the next start opens the copy.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, cast

from central.domain.feeds import FollowedFeed
from edge.box.box import Box, draw_opening
from edge.box.clock import StoreClock
from edge.box.overrides import Overrides
from edge.box.sessions import Sessions
from edge.box.settings import EdgeSettings
from edge.db.connection import crash
from edge.db.connection.engine import open_connection
from edge.db.connection.group import Done, Outcome
from edge.db.connection.pen import Pen
from edge.db.epochs import HeldEpoch, held_epochs, writing
from edge.db.hybrid_clock import read_reckoning
from edge.db.journal import acknowledged, hash_at, read_head
from edge.db.reference import Cursor, read_cursors
from edge.db.rights import unanswered
from edge.db.store import read_enrolment
from edge.db.told_mark import MARK_FILE, ToldMark, missing_after, read_mark
from edge.domain.reckoning import Steady
from edge.exchange.lineage import ask_lineage
from edge.exchange.rights import ask_for_right
from edge.exchange.rounds import Line, journal_of
from edge.server.background import Exchange
from edge.usecases.box.branch_off import branch_off
from edge.usecases.box.record_boot import record_boot
from edge.usecases.box.tell_missing import tell_missing
from sync.engine.outbox import BranchCause
from sync.engine.signing import Signer
from sync.engine.transport import Request, Response
from sync.protocol.change import Head
from sync.protocol.identity import BootId
from tests.simulation.answering import Answering
from tests.simulation.catalog import CENTRAL_KEY, CENTRAL_URL, Shop
from tests.simulation.faults import DiskFaults
from tests.simulation.ids import Ids
from tests.simulation.scheduler import Promise, Scheduler
from tests.simulation.turn_writer import (
    DYING_DISK,
    PATIENCE,
    SOFTWARE,
    ZONE,
    Doom,
    InlineReader,
    Killed,
    Nudge,
    TurnWriter,
    tune,
)

WHAT_A_BOX_NEEDS = {part.name for part in fields(Box) if part.default_factory is MISSING}


class Copied(NamedTuple):
    """What a backup of a box's folder holds: its database, and what its mark said."""

    path: Path
    mark: bytes


class PutBack(StrEnum):
    """How a box comes to be at its past: somebody puts the database back, or the whole folder, or
    lets ``edge restore`` do it."""

    DATABASE = "database put back"
    FOLDER = "folder put back"
    RESTORED = "restored by the command"


class StoreServer(Answering):
    """One box. ``path`` moves to a new copy of the file with each kill; ``left_behind``: files that
    nobody has any more, of a box that was put back or burnt."""

    def __init__(
        self,
        name: str,
        shop: Shop,
        scheduler: Scheduler,
        ids: Ids,
        random: Random,
        folder: Path,
        disk: DiskFaults,
        send: Callable[[Request], Promise[Response]],
        seen: Counter[str],
    ) -> None:
        super().__init__(name, scheduler)
        self.shop = shop
        self.alive = False
        self.ahead_ms = 0
        self._ids = ids
        self._random = random
        self._folder = folder / name
        self._folder.mkdir()
        self.disk = disk
        self._send = send
        self._seen = seen
        self._generation = 0
        self._doom: Doom | None = None
        self._dead_ms = 0
        self._patience = 0
        self._restoring = False
        self._starts = 0
        self.gone = False
        """Nobody ever starts it again."""
        self.path = self._folder / "0.sqlite3"
        self.left_behind: list[Path] = []

    def start(self) -> None:
        """Open the file and go to work: go on in another epoch if it must, record the boot,
        exchange, answer."""
        self._reader = open_connection(self.path)
        steady = self._steady()
        self._clock = StoreClock(
            BootId(self._ids.uuid()),
            ZONE,
            read_reckoning(self._reader, steady),
            wall=lambda: self.scheduler.now_ms + self.ahead_ms,
            steady=self._steady,
        )
        missing = missing_after(self._reader, read_mark(self._folder))
        self._mark = ToldMark(self._folder)
        pen = Pen(self.path, open_connection(self.path, writer=True), tune, self._mark.keep)
        self._go_on_elsewhere(pen, missing)
        self.writer = TurnWriter(self.scheduler, self._random, pen, self.disk, self.die, self._seen)
        self.box = self._box()
        self.alive = True
        self._set_arm()
        self.spawn(self._work())

    def _go_on_elsewhere(self, pen: Pen, missing: str | None) -> None:
        """As ``edge restore`` and edge/box/box.py do before a box serves."""
        moment, opening = self._clock.moment(), draw_opening(self.shop.key)
        if self._restoring:
            self._restoring = False
            restored = (BranchCause.RESTORED, "put back from a copy", moment, opening)
            _done(pen.write([lambda db: branch_off(db, writing(db).epoch, *restored)]))
        elif missing is not None:
            _done(pen.write([lambda db: tell_missing(db, missing, moment, opening)]))
            self._seen["told mark found what is missing"] += 1

    async def _work(self) -> None:
        moment, box = self._clock.moment(), self.box
        await self.writer.run(lambda db: record_boot(db, SOFTWARE, "started", moment))
        signer = Signer(
            self.shop.store_id,
            self.shop.device_id,
            self.shop.key,
            CENTRAL_KEY.public_key().public_bytes_raw(),
            lambda: self._ids.nonce(),
        )
        line = Line(_Wire(self._send), signer, journal_of(box), {})
        exchange = Exchange(box, line)
        box.asker.for_right = partial(ask_for_right, box, line)
        box.asker.for_lineage = partial(ask_lineage, box, line)
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
        simulated: dict[str, Any] = {
            "folder": self._folder,
            "settings": EdgeSettings(central_url=CENTRAL_URL),
            "enrolment": enrolment,
            "device_key": self.shop.key,
            "writer": self.writer,
            "reader": InlineReader(self._reader),
            "clock": self._clock,
            "sessions": Sessions(cast(Any, None), self._clock.steady, 300),
            "overrides": Overrides(self._clock.steady),
            "nudge": Nudge(),
        }
        return Box(**dict.fromkeys(WHAT_A_BOX_NEEDS, cast(Any, None)) | simulated)

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
        left = self._folder / f"{self._generation}.sqlite3"
        shutil.copyfile(self.path, left)
        log = Path(f"{self.path}-wal")
        if log.exists():
            shutil.copyfile(log, f"{left}-wal")
            if torn:
                with open(f"{left}-wal", "ab") as file:
                    file.write(self._random.randbytes(self._random.randrange(1, 3_000)))
                self._seen["torn log"] += 1
        self._left = left

    def copy(self) -> Copied:
        """A backup of the folder as it is now."""
        self._generation += 1
        copied = self._folder / f"{self._generation}-copy.sqlite3"
        for end in ("", "-wal"):
            if Path(f"{self.path}{end}").exists():
                shutil.copyfile(f"{self.path}{end}", f"{copied}{end}")
        return Copied(copied, (self._folder / MARK_FILE).read_bytes())

    def put_back(self, copied: Copied, how: PutBack, dead_ms: int) -> None:
        """The box ends, goes back to the backup, and is started again."""
        self.stop()
        self.left_behind.append(self.path)
        self.take_over(copied, mark=how is not PutBack.DATABASE)
        self._restoring = how is PutBack.RESTORED
        self.start_in(dead_ms)

    def take_over(self, copied: Copied, *, mark: bool) -> None:
        """Another box's folder, or this one's own of another day, is this one's from now on; with
        its ``mark``, or without."""
        self._generation += 1
        self.path = self._folder / f"{self._generation}.sqlite3"
        for end in ("", "-wal"):
            if Path(f"{copied.path}{end}").exists():
                shutil.copyfile(f"{copied.path}{end}", f"{self.path}{end}")
        if mark:
            (self._folder / MARK_FILE).write_bytes(copied.mark)

    def stop(self) -> None:
        """Nothing runs here any more, until somebody starts it."""
        self._starts += 1
        if self.alive:
            self._leave_files(torn=False)
            self._end()

    def burn(self) -> None:
        """Nobody has anything of it any more."""
        self.stop()
        self.gone = True
        self.left_behind.append(self.path)

    def die(self) -> None:
        """What ran here is gone; start again later."""
        self._end()
        self._seen["store server killed"] += 1
        self.start_in(self._dead_ms)

    def start_in(self, wait_ms: int) -> None:
        """Start then, unless something else becomes of it before."""
        self._starts += 1
        mine = self._starts
        self.scheduler.after(wait_ms, lambda: self.start() if self._starts == mine else None)

    def _end(self) -> None:
        self.alive = False
        self._doom = None
        self.kill_tasks()
        self.writer.close_now()
        self._reader.close()
        self._mark.close()
        _remove(self.path)
        self.path = self._left

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

    def epochs(self) -> tuple[HeldEpoch, ...]:
        """Every one that it holds."""
        return held_epochs(self._reader)

    def acknowledged(self) -> int:
        """What this box believes to be durable at head office."""
        return acknowledged(self._reader)

    def hash_at(self, seq: int) -> bytes | None:
        """The journal's hash there."""
        return hash_at(self._reader, seq)

    def cursors(self) -> dict[FollowedFeed, Cursor]:
        """How far each feed was taken."""
        return {FollowedFeed(*feed): at for feed, at in read_cursors(self._reader).items()}

    def rows_waiting(self) -> int:
        """Taken, and not in force yet."""
        (count,) = self._reader.execute("SELECT count(*) FROM waiting_row").fetchone()
        return int(count)

    def requests_open(self) -> bool:
        """Somebody asked for points in this epoch, and it is not known what comes of it."""
        held = writing(self._reader)
        return bool(unanswered(self._reader, 0, 0, held.epoch)) and not held.provisional

    def shut(self) -> None:
        """Close the files at the end of a world."""
        if self.alive:
            self.kill_tasks()
            self.writer.close_now()
            self._reader.close()
            self._mark.close()
        self.alive = False


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


def _done(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if not isinstance(outcome, Done):
            raise outcome.error

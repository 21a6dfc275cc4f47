"""Histories of claims: one store whose boxes die, return, are copied, put back and replaced in any
order, under clocks that are days or years wrong, over the archive in memory and the real rules.

A box here is its journal and what its people know; lines, disks and use cases are the large world's
(``world``). What is true is known here, as it is nowhere in production: which receipts each journal
held that anybody ever stated a head of.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random
from uuid import UUID

from msgspec.structs import replace

from central.domain.decisions import TailWrittenOff
from central.projections.fold.decisions import fold_decisions
from central.usecases.box.record_stated_head import note_head, record_stated_head
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from edge.usecases.workstation.compare_head import sealed_with
from sync.protocol.batch import Batch
from sync.protocol.change import Epoch, Head
from sync.protocol.facts import (
    AlarmCleared,
    AlarmKind,
    AlarmRaised,
    BusinessDayReopened,
)
from sync.protocol.identity import WorkstationId
from sync.protocol.ingest import Fenced, Forked, Gap
from tests.doubles.archive_memory import MemoryArchive
from tests.shop_journal import ANNA, COMPANY, DAY, NOW_MS, WORKSTATIONS, Shop
from tests.simulation.evidence import Broken
from tests.simulation.faults import DAY_MS
from tests.simulation.history_box import EPOCHS_MOST, WRONG_CLOCKS, Box, Stated
from tests.simulation.history_check import check
from tests.simulation.office import run_now
from tests.simulation.verdicts import claims_of, verdicts_of

STEPS_FROM, STEPS_TO = 20, 60


class History:
    """One seed's. ``seen`` counts what happened."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"claims {seed}")
        self.archive = MemoryArchive()
        self.now_ms = NOW_MS
        self.seen: Counter[str] = Counter()
        self.log: list[str] = []
        self.boxes: list[Box] = []
        self.copies: list[Box] = []
        self.late: list[tuple[Box, Stated, Batch]] = []
        self.stated: dict[Head, Stated] = {}
        self.told: dict[WorkstationId, Stated] = {}
        """What each workstation was told last."""
        self.witnesses: dict[UUID, Stated] = {}
        """What a workstation knows more than its box, by the alarm that says so."""
        self.given_up: dict[Epoch, int] = {}
        self.cleared: set[UUID] = set()
        self.first = Shop(1, seed=seed)
        self.archive.open_stream(self.first.key, self.first.genesis)
        self.boxes.append(Box(self.first))

    @property
    def today(self) -> date:
        """At head office."""
        return DAY + timedelta(days=(self.now_ms - NOW_MS) // DAY_MS)

    async def run(self) -> None:
        """Raises Broken."""
        acts = (
            *(self._trade,) * 5,
            *(self._day,) * 5,
            *(self._push,) * 4,
            *(self._apply,) * 2,
            self._beat,
            self._pull,
            self._night,
            self._die_or_return,
            self._copy,
            self._put_back,
            self._replace,
            self._set_clock,
            self._deliver_late,
            self._stranger,
            *(self._look_after,) * 2,
        )
        for _ in range(self.random.randint(STEPS_FROM, STEPS_TO)):
            act = self.random.choice(acts)
            self.now_ms += self.random.randrange(60_000)
            await act()
            await check(self)
        await self._settle()

    def _box(self) -> Box | None:
        alive = [box for box in self.boxes if box.alive]
        return self.random.choice(alive) if alive else None

    def _note(self, what: str, box: Box | None = None) -> None:
        self.seen[what.split(maxsplit=1)[0]] += 1
        at = "" if box is None else f" {box.shop.epoch} at {len(box.shop.events)}"
        number = "" if box is None else f" box {self.boxes.index(box)}"
        self.log.append(f"{what}{number}{at}")

    # --- in the shop

    async def _trade(self) -> None:
        box = self._box()
        if box is None or box.open_day is None:
            return
        for _ in range(self.random.randint(1, 3)):
            workstation = self.random.choice(WORKSTATIONS)
            self._witness(box, workstation)
            box.shop.append(box.shop.sale(day=box.open_day))
            self.told[workstation] = box.stated(box.head)
        self._note(f"sold on {box.open_day}", box)

    def _witness(self, box: Box, workstation: WorkstationId) -> None:
        """As edge/usecases/workstation/compare_head.py: what it states, held against this box."""
        told = self.told.get(workstation)
        if told is None or box.witnessed.get(workstation) == told.head:
            return
        box.witnessed[workstation] = told.head
        shop, seen = box.shop, told.head
        if seen.epoch == shop.epoch:
            known = told.hashes == tuple(shop.chain.hashes[: seen.seq + 1])
        else:
            known = sealed_with(shop.record, seen)
        if known or workstation in box.alarms:
            return
        detail = f"it was told event {seen.seq} of epoch {seen.epoch}; here stands {box.head.seq}"
        alarm_id = shop.new_id()
        kind = AlarmKind.WORKSTATION_AHEAD
        shop.append(AlarmRaised(alarm_id, kind, workstation, detail, workstation))
        box.alarms[workstation] = alarm_id
        self.witnesses[alarm_id] = told
        self._note(f"workstation ahead: {detail}", box)

    async def _day(self) -> None:
        box = self._box()
        if box is None:
            return
        if box.open_day is not None:
            box.shop.close(box.open_day)
            self._note(f"closed {box.open_day}", box)
            box.closed.append(box.open_day)
            box.open_day = None
            return
        if box.closed and self.random.randrange(4) == 0:
            # Only the one that was closed last, or the latest (edge/db/days.py).
            day = self.random.choice((box.closed[-1], max(box.closed)))
            box.shop.append(BusinessDayReopened(day, ANNA, "by mistake"))
            box.closed.remove(day)
            self._open_tills(box, day)
            self._note(f"opened again {day}", box)
            return
        day = self.today + timedelta(days=box.wrong_days)
        if day in box.closed:
            return
        box.shop.new_tills()
        box.shop.open(day)
        box.open_day = day
        self._note(f"opened {day}", box)

    def _open_tills(self, box: Box, day: date) -> None:
        box.shop.new_tills()
        for name in box.shop.tills:
            box.shop.append(box.shop.opening(name, day))
        box.open_day = day

    async def _night(self) -> None:
        self.now_ms += DAY_MS
        self._note("night")

    async def _set_clock(self) -> None:
        box = self._box()
        if box is not None and self.random.getrandbits(1):
            box.wrong_days = 0 if box.wrong_days else self.random.choice(WRONG_CLOCKS)
            self._note(f"clock {box.wrong_days} days wrong", box)

    async def _die_or_return(self) -> None:
        box = self.random.choice(self.boxes)
        box.alive = not box.alive
        self._note("returned" if box.alive else "died", box)

    async def _copy(self) -> None:
        """Of a file, at any time: also of a box that is down."""
        box = self.random.choice(self.boxes)
        if self.random.getrandbits(1):
            self.copies.append(box.copied(self.random))
            self._note("backup", box)
        elif len(self.boxes) < 5:
            self.boxes.append(box.copied(self.random))
            self._note("runs twice", box)

    async def _put_back(self) -> None:
        """A backup takes the place of a box of its epoch."""
        if not self.copies:
            return
        backup = self.random.choice(self.copies)
        for index, box in enumerate(self.boxes):
            if box.shop.epoch == backup.shop.epoch:
                self.boxes[index] = backup.copied(self.random)
                self.boxes[index].alive = True
                self._note("put back", self.boxes[index])
                return

    async def _replace(self) -> None:
        """A new box is enrolled: the epoch before it is sealed where head office stands."""
        number = 1 + max(key.epoch.number for key in self.archive.standings)
        if number > EPOCHS_MOST or self.random.getrandbits(1):
            return
        last = next(key for key in self.archive.standings if key.epoch.number == number - 1)
        standing = self.archive.standings[last]
        shop = Shop(1, epoch_number=number, seed=self.random.getrandbits(32))
        vars(shop)["record"] = replace(
            shop.record,
            parent=last.epoch,
            parent_watermark=standing.watermark,
            parent_hash=standing.head_hash,
            issued_at_ms=self.now_ms,
        )
        self.archive.open_stream(shop.key, shop.genesis)
        self.boxes.append(Box(shop))
        self._note("replaced", self.boxes[-1])

    async def _stranger(self) -> None:
        """A box of an epoch that head office never issued, as after a restore of head office."""
        if self.random.randrange(6) or any(not box.issued for box in self.boxes):
            return
        box = Box(Shop(1, epoch_number=9, seed=self.random.getrandbits(32)))
        box.issued = False
        self.boxes.append(box)
        self._note("stranger", box)

    # --- over the line

    def _say(self, box: Box) -> Stated:
        """A request leaves, and arrives: from here on somebody claimed it."""
        said = box.stated(box.head)
        if said.head.seq:
            self.stated.setdefault(said.head, said)
        return said

    async def _push(self) -> None:
        box = self._box()
        if box is None or box.stopped:
            return
        shop, after = box.shop, box.acknowledged
        through = min(len(shop.events), after + self.random.choice((1, 4, 200)))
        if through == after:
            await self._beat(box)
            return
        batch = shop.chain.batch(after, through)
        self.late.append((box, box.stated(box.head), batch))
        if self.random.randrange(8):
            await self._deliver(box, batch)

    async def _deliver(self, box: Box, batch: Batch) -> None:
        shop = box.shop
        answer = await ingest_batch(self.archive, shop.store_id, shop.device_id, batch, self.now_ms)
        self._note(f"pushed {batch.from_seq}..{batch.from_seq + len(batch.envelopes) - 1}", box)
        self.seen[type(answer).__name__] += 1
        stated = box.stated(batch.head) if batch.head.seq <= box.head.seq else None
        if stated is not None and stated.head.hash == box.shop.chain.hashes[batch.head.seq]:
            self.stated.setdefault(batch.head, stated)
        if not self.random.randrange(6):
            return  # the answer is lost
        if isinstance(answer, Acknowledged):
            box.stopped = answer.watermark > box.head.seq
            box.acknowledged = min(answer.watermark, box.head.seq)
        elif isinstance(answer, Gap):
            box.acknowledged = min(answer.expected - 1, box.head.seq)
        elif isinstance(answer, Forked | Fenced):
            box.stopped = True

    async def _deliver_late(self) -> None:
        """What somebody on the way kept arrives once more, or for the first time."""
        if not self.late:
            return
        box, said, batch = self.random.choice(self.late)
        shop = box.shop
        await ingest_batch(self.archive, shop.store_id, shop.device_id, batch, self.now_ms)
        self.stated.setdefault(said.head, said)
        self._note(f"late {batch.from_seq}..{batch.from_seq + len(batch.envelopes) - 1}")

    async def _beat(self, box: Box | None = None) -> None:
        box = box or self._box()
        if box is None:
            return
        said, shop = self._say(box), box.shop
        answer = await record_stated_head(
            self.archive, shop.store_id, shop.device_id, said.head, self.now_ms
        )
        self.seen[type(answer).__name__] += 1
        self._note(f"heartbeat of {said.head.seq}", box)

    async def _pull(self) -> None:
        """A request that is answered otherwise: a page of a feed, or a refusal."""
        box = self._box()
        if box is None:
            return
        said, shop = self._say(box), box.shop
        await note_head(self.archive, shop.store_id, shop.device_id, said.head, self.now_ms)
        self._note(f"pull at {said.head.seq}", box)

    async def _apply(self, limit: int | None = None) -> None:
        limit = limit or self.random.choice((1, 3, 10, 100))
        for key in await self.archive.behind():
            await apply_events(self.archive, key.store_id, key.epoch, limit)
        self.log.append(f"applied by {limit}")

    async def _settle(self) -> None:
        """Whatever still runs sends everything; then once more."""
        for box in self.boxes:
            for _ in range(2):
                if box.alive and not box.stopped:
                    await self._deliver_all(box)
        await self._apply(200)
        await check(self)

    async def _deliver_all(self, box: Box) -> None:
        if box.acknowledged < box.head.seq:
            await self._deliver(box, box.shop.chain.batch(box.acknowledged, box.head.seq))

    # --- people at head office

    async def _look_after(self) -> None:
        """Somebody gives a tail up, or a manager clears a workstation's alarm."""
        if self.random.getrandbits(1):
            return
        alarmed = [box for box in self.boxes if box.alive and box.alarms]
        if alarmed and self.random.getrandbits(1):
            box = self.random.choice(alarmed)
            alarm_id = box.alarms.pop(self.random.choice(sorted(box.alarms)))
            box.shop.append(AlarmCleared(alarm_id, "Ann", "found them"))
            self.cleared.add(alarm_id)
            self._note("alarm cleared", box)
            return
        with verdicts_of(self.archive) as db:
            claims = await claims_of(db, self.first.store_id)
        if not claims:
            return
        epoch = self.random.choice(claims).epoch
        through = max(claim.through for claim in claims if claim.epoch == epoch)
        off = TailWrittenOff(self.first.store_id, epoch, through, "burnt", "ann@shop.example")
        async with self.archive.unit() as unit:
            await unit.write(fold_decisions(COMPANY, [off]))
        self.given_up[epoch] = max(through, self.given_up.get(epoch, 0))
        # Whoever gives up an epoch gives up what its workstations were said to know, too.
        for row in self.archive.tables["store_alarm"].values():
            if Epoch(row.epoch_number, row.epoch_fingerprint) == epoch and row.seq <= through:
                self.cleared.add(row.alarm_id)
        self._note(f"written off {epoch} through {through}")


def played(seed: int) -> History:
    """The history of ``seed``. Raises Broken, with everything that happened."""
    history = History(seed)
    try:
        run_now(history.run())
    except Broken as broken:
        again = f"`uv run pytest tests/simulation/test_claims.py -n 0 --history {seed}`"
        broken.add_note(f"history {seed}: {again}")
        raise
    return history

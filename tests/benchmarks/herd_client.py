"""Boxes that were cut off and come back together, in a process of their own: ``python -m
tests.benchmarks.herd_client``.

Reads a plan from its standard input, a line of JSON (``Plan``): boxes that were enrolled, each with
so many sales queued. Prints ``ready`` when their batches are packed, begins at the next line,
``at_once`` boxes at a time, and prints what it saw.

An honest client: each box is the product's own round (``push_once``), from an address of its own,
and obeys the rules of its pauses. What its own machine would do with a processor of its own is done
before the clock starts (packing a batch), or kept small (``herd_line`` in httpx's place); how late
one process for all of them is with it all the same is said apart from head office's answers.
"""

import asyncio
import contextlib
import json
import secrets
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine import push
from sync.engine.journal import Entry
from sync.engine.outbox import BranchCause, Outbox, SendState, Showing, Stopped, Untold
from sync.engine.outcome import Advanced, Idle, Later, Shrunk
from sync.engine.push import push_once
from sync.engine.signing import NONCE_BYTES_MAX, Signer
from sync.engine.transport import Request, Response
from sync.protocol.batch import Batch, BatchLimits, Health
from sync.protocol.change import Epoch, genesis_hash
from sync.protocol.codec import pack_batch
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import NotSent
from sync.protocol.identity import Incarnation
from sync.protocol.retry import JITTER_RANGE, SECOND_MS, Pauses
from tests.benchmarks.head_office import bench_sale, shop_of
from tests.benchmarks.herd_line import Line
from tests.chain_strategies import Chain
from tests.shop_journal import Shop

BOX_TIMEOUT_S = 20
"""As in ``edge/box/settings.py``."""
HEALTH = Health("0.1.0", 1, 10**9, 1_764_000_000_000)
EARLY_S = 0.05
_PACKED: dict[tuple[Epoch, int, int], bytes] = {}


class Issued(msgspec.Struct, frozen=True):
    """A box that was enrolled: its store's number, its key's 32 bytes, what it was told."""

    number: int
    key: bytes
    me: EnrolmentAnswer


class Plan(msgspec.Struct, frozen=True):
    """See the module's text."""

    address: str
    boxes: list[Issued]
    sales: int
    at_once: int


class Seen(msgspec.Struct):
    """``answers_s``: from connecting to the last byte in; ``late_s``: from when a box with a
    processor of its own had asked until this one did; ``lost``: no answer, by what happened;
    ``early``: requests before the time that head office had asked for."""

    took_s: float = 0
    answers_s: list[float] = msgspec.field(default_factory=list)
    late_s: list[float] = msgspec.field(default_factory=list)
    statuses: dict[int, int] = msgspec.field(default_factory=dict)
    lost: dict[str, int] = msgspec.field(default_factory=dict)
    early: int = 0


class Queued:
    """A journal whose events were made beforehand."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._through = 0

    async def state(self) -> SendState:
        return SendState(self._chain.head, self._through, False)

    async def outbox(self, limits: BatchLimits) -> Outbox:
        chain, after = self._chain, self._through
        span = slice(after, after + limits.events)
        entries = map(Entry, [chain.epoch] * limits.events, chain.events[span], chain.links[span])
        return Outbox(await self.state(), chain.hashes[after], tuple(entries), ())

    async def untold(self) -> Untold | None:
        return None

    async def hash_at(self, _epoch: Epoch, seq: int) -> bytes | None:
        return self._chain.hashes[seq] if 0 <= seq < len(self._chain.hashes) else None

    async def acknowledge(self, _epoch: Epoch, through: int, head_hash: bytes) -> None:
        assert self._chain.hashes[through] == head_hash
        self._through = through

    async def send_again(self, epoch: Epoch, through: int, head_hash: bytes, detail: str) -> None:
        raise RuntimeError(detail)

    async def ratified(self, epoch: Epoch) -> None:
        raise RuntimeError(epoch)

    async def must_show(self, incarnation: Incarnation) -> bool:
        return False

    async def showing(self) -> Showing:
        raise RuntimeError("nothing is shown here")

    async def shown(self, incarnation: Incarnation) -> None:
        raise RuntimeError(incarnation)

    async def branch_off(self, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        raise RuntimeError(detail)

    async def stop(self, stopped: Stopped) -> None:
        raise RuntimeError(stopped.detail)


@dataclass
class Watched:
    """A transport that remembers what came of each request. ``due_s``: when the next one is."""

    line: Line
    seen: Seen
    due_s: float
    not_before_s: float = 0.0

    async def send(self, request: Request) -> Response:
        line, due_s = self.line, self.due_s
        try:
            answer = await line.send(request)
        except NotSent as error:
            self.due_s = time.time()
            _count(self.seen.lost, f"{error}: {error.__cause__!r}")
            raise
        finally:
            self.seen.late_s.append(line.begun_s - due_s)
            self.seen.early += line.begun_s < self.not_before_s - EARLY_S
        self.seen.answers_s.append(line.arrived_s - line.begun_s)
        _count(self.seen.statuses, answer.status)
        self.due_s = line.arrived_s
        self.not_before_s = line.arrived_s + float(answer.headers.get("retry-after", 0))
        return answer


def _count(found: dict[Any, int], what: str | int) -> None:
    found[what] = found.get(what, 0) + 1


def _prepared(batch: Batch) -> bytes:
    """What the box packed in the time before, or packs again after it has halved its limits."""
    place = (batch.epoch, batch.from_seq, len(batch.envelopes))
    if place not in _PACKED:
        _PACKED[place] = pack_batch(batch)
    return _PACKED[place]


def _journals(plan: Plan) -> list[Queued]:
    """The same sales in each: what is unique is so within a store."""
    template = Shop()
    template.open()
    for number in range(plan.sales):
        template.append(bench_sale(template, number))
    events, found = tuple(template.events), []
    for box in plan.boxes:
        shop = shop_of(box.me, box.number)
        chain = Chain(shop.store_id, shop.epoch, genesis_hash(shop.genesis), events)
        found.append(Queued(chain))
        for start in range(0, len(events), BatchLimits().events):
            batch = chain.batch(start, min(start + BatchLimits().events, len(events)))
            _prepared(msgspec.structs.replace(batch, health=HEALTH))
    return found


async def _drain(box: Issued, journal: Queued, transport: Watched) -> None:
    """As ``edge/server/background.py`` does, until nothing waits."""
    me, pauses, limits, never = box.me, Pauses(), BatchLimits(), asyncio.Event()
    signer = Signer(
        me.store_id,
        me.device_id,
        Ed25519PrivateKey.from_private_bytes(box.key),
        me.central_key,
        lambda: secrets.token_bytes(NONCE_BYTES_MAX),
    )
    while True:
        match await push_once(journal, transport, signer, limits, HEALTH):
            case Idle():
                return
            case Advanced(more=more, limits=limits):
                pauses.got_through()
                if not more:
                    return
            case Shrunk(limits=limits):
                pass
            case Later(wait_ms=wait_ms, limits=limits):
                jitter = secrets.randbelow(JITTER_RANGE)
                if wait_ms is None:
                    pause_ms = pauses.after_failure_ms(jitter)
                else:
                    pause_ms = pauses.when_asked_ms(wait_ms, jitter)
                transport.due_s += pause_ms / SECOND_MS
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(never.wait(), pause_ms / SECOND_MS)
            case other:
                raise RuntimeError(str(other))


async def _run(plan: Plan, journals: list[Queued]) -> Seen:
    seen, turns, where = Seen(), asyncio.Semaphore(plan.at_once), urlsplit(plan.address)
    host, port = str(where.hostname), int(where.port or 0)

    async def one(box: Issued, journal: Queued) -> None:
        source = f"127.1.{box.number // 250}.{box.number % 250 + 1}"
        async with turns:
            line = Line(host, port, source, BOX_TIMEOUT_S)
            await _drain(box, journal, Watched(line, seen, begun_s))
            line.close()

    print("ready", flush=True)  # noqa: T201  the process is told apart by what it prints
    await asyncio.to_thread(sys.stdin.readline)
    begun_s = time.time()
    await asyncio.gather(*map(one, plan.boxes, journals))
    seen.took_s = time.time() - begun_s
    return seen


async def main() -> None:
    """One run of the plan."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=Plan)
    vars(push)["pack_batch"] = _prepared
    seen = await _run(plan, _journals(plan))
    told: Any = msgspec.to_builtins(seen)
    print(json.dumps(told), flush=True)  # noqa: T201  what the parent reads


if __name__ == "__main__":
    asyncio.run(main())

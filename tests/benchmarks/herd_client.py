"""Boxes that were cut off and come back together, in a process of their own: ``python -m
tests.benchmarks.herd_client``.

Reads a plan from its standard input, a line of JSON (``Plan``): boxes that were enrolled, each with
so many sales queued. Prints ``ready`` when their batches are packed, begins at the next line,
``at_once`` boxes at a time, and prints what it saw.

An honest client: each box is the product's own round (``push_once``, and where ``pulls`` is set
``beat_once`` and ``pull_once`` until no feed is behind), from an address of its own, and obeys the
rules of its pauses. What its own machine would do with a processor of its own is done
before the clock starts (packing a batch), or kept small (``herd_line`` in httpx's place); how late
one process for all of them is with it all the same is said apart from head office's answers.
"""

import asyncio
import contextlib
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine import push
from sync.engine.fetch import PullLater
from sync.engine.outcome import Advanced, Heard, Idle, Later, Shrunk
from sync.engine.pull import Applied, UpToDate, not_head_offices, pull_once
from sync.engine.push import beat_once, push_once
from sync.engine.signing import NONCE_BYTES_MAX, Signer
from sync.engine.transport import Request, Response
from sync.protocol.batch import Acknowledgement, Batch, BatchLimits, Health
from sync.protocol.change import Epoch, genesis_hash
from sync.protocol.codec import pack_batch
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import NotSent
from sync.protocol.retry import JITTER_RANGE, SECOND_MS, Pauses
from tests.benchmarks.head_office import shop_of
from tests.benchmarks.herd_journal import Feeds, Queued, sold
from tests.benchmarks.herd_line import Line
from tests.chain_strategies import Chain

BOX_TIMEOUT_S = 20
"""As in ``edge/box/settings.py``."""
HEALTH = Health("0.1.0", 1, 10**9, 1_764_000_000_000)
EARLY_S = 0.05
REFUSED = frozenset({429, 503})
"""Asked to wait, and told how long."""
BEFORE_AT_ONCE = 4
"""Boxes that hear what there is before they are cut off: as many as are answered at once."""
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
    pulls: bool = False


class Seen(msgspec.Struct):
    """``answers_s``: from connecting to the last byte in; ``late_s``: from when a box with a
    processor of its own had asked until this one did; ``lost``: no answer, by what happened;
    ``early``: requests before the time that head office had asked for; ``in_a_row``: how often the
    box that was asked most often to wait was so for one thing that it wanted; ``rows``: pulled."""

    took_s: float = 0
    answers_s: list[float] = msgspec.field(default_factory=list)
    late_s: list[float] = msgspec.field(default_factory=list)
    statuses: dict[int, int] = msgspec.field(default_factory=dict)
    lost: dict[str, int] = msgspec.field(default_factory=dict)
    early: int = 0
    in_a_row: int = 0
    rows: int = 0


@dataclass
class Watched:
    """A transport that remembers what came of each request. ``due_s``: when the next one is."""

    line: Line
    seen: Seen
    due_s: float
    not_before_s: float = 0.0
    refused: int = 0

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
        self.refused = self.refused + 1 if answer.status in REFUSED else 0
        self.seen.in_a_row = max(self.seen.in_a_row, self.refused)
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


@dataclass(frozen=True)
class Back:
    """A box that comes back."""

    box: Issued
    journal: Queued
    feeds: Feeds
    transport: Watched

    @cached_property
    def signer(self) -> Signer:
        me, key = self.box.me, Ed25519PrivateKey.from_private_bytes(self.box.key)
        nonce = partial(secrets.token_bytes, NONCE_BYTES_MAX)
        return Signer(me.store_id, me.device_id, key, me.central_key, nonce)

    async def come(self, *, pulls: bool) -> None:
        """As ``edge/server/background.py`` does, until nothing waits on either side."""
        await self._push()
        while pulls:
            if await self._pulled(await self.hear()):
                return

    async def _push(self) -> None:
        pauses, limits = Pauses(), BatchLimits()
        while True:
            match await push_once(self.journal, self.transport, self.signer, limits, HEALTH):
                case Idle():
                    return
                case Advanced(more=more, limits=limits):
                    pauses.got_through()
                    if not more:
                        return
                case Shrunk(limits=limits):
                    pass
                case Later(wait_ms=wait_ms, limits=limits):
                    await self._wait(pauses, wait_ms)
                case other:
                    raise RuntimeError(str(other))

    async def hear(self) -> Acknowledgement:
        """Its heartbeat, answered."""
        pauses = Pauses()
        while True:
            match await beat_once(self.journal, self.transport, self.signer):
                case Heard(acknowledgement=heard):
                    return heard
                case Later(wait_ms=wait_ms):
                    await self._wait(pauses, wait_ms)
                case other:
                    raise RuntimeError(str(other))

    async def _pulled(self, heard: Acknowledgement) -> bool:
        """Everything that it was told of; False where it has to hear again first."""
        state, pauses, feeds = await self.journal.state(), Pauses(), self.feeds
        while True:
            outcome = await pull_once(
                feeds.cursor, feeds.take, self.transport, self.signer, state.head, heard
            )
            match outcome:
                case UpToDate():
                    if differing := await not_head_offices(feeds.cursor, heard):
                        raise RuntimeError(f"{self.box.number} took otherwise: {differing}")
                    return True
                case Applied():
                    pass
                case PullLater(person=True, detail=detail):
                    raise RuntimeError(detail)
                case PullLater(wait_ms=wait_ms):
                    await self._wait(pauses, wait_ms)
                    return False

    async def _wait(self, pauses: Pauses, asked_ms: int | None) -> None:
        jitter, never = secrets.randbelow(JITTER_RANGE), asyncio.Event()
        if asked_ms is None:
            pause_ms = pauses.after_failure_ms(jitter)
        else:
            pause_ms = pauses.when_asked_ms(asked_ms, jitter)
        self.transport.due_s += pause_ms / SECOND_MS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(never.wait(), pause_ms / SECOND_MS)


def _backs(plan: Plan) -> list[Back]:
    """The boxes, their batches packed."""
    where = urlsplit(plan.address)
    found, at_most = [], BatchLimits().events
    for box in plan.boxes:
        shop, events = shop_of(box.me, box.number), sold(box.number, plan.sales).events
        chain = Chain(shop.store_id, shop.epoch, genesis_hash(shop.genesis), tuple(events))
        for start in range(0, len(events), at_most):
            batch = chain.batch(start, min(start + at_most, len(events)))
            _prepared(msgspec.structs.replace(batch, health=HEALTH))
        source = f"127.1.{box.number // 250}.{box.number % 250 + 1}"
        line = Line(str(where.hostname), int(where.port or 0), source, BOX_TIMEOUT_S)
        found.append(Back(box, Queued(chain), Feeds(), Watched(line, Seen(), 0.0)))
    return found


async def _each(
    backs: Sequence[Back], at_once: int, work: Callable[[Back], Awaitable[None]]
) -> None:
    turns = asyncio.Semaphore(at_once)

    async def one(back: Back) -> None:
        async with turns:
            await work(back)
            back.transport.line.close()

    await asyncio.gather(*map(one, backs))


async def _run(plan: Plan) -> Seen:
    backs, seen = _backs(plan), Seen()

    async def was_up_to_date(back: Back) -> None:
        back.feeds.begin_at(await back.hear())

    async def comes_back(back: Back) -> None:
        back.transport.seen, back.transport.due_s = seen, begun_s
        await back.come(pulls=plan.pulls)
        seen.rows += back.feeds.rows

    if plan.pulls:
        await _each(backs, BEFORE_AT_ONCE, was_up_to_date)
    print("ready", flush=True)  # noqa: T201  the process is told apart by what it prints
    await asyncio.to_thread(sys.stdin.readline)
    begun_s = time.time()
    await _each(backs, plan.at_once, comes_back)
    seen.took_s = time.time() - begun_s
    return seen


async def main() -> None:
    """One run of the plan."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=Plan)
    vars(push)["pack_batch"] = _prepared
    seen = await _run(plan)
    told: Any = msgspec.to_builtins(seen)
    print(json.dumps(told), flush=True)  # noqa: T201  what the parent reads


if __name__ == "__main__":
    asyncio.run(main())

"""The loop that keeps a store and head office together: push, hear, pull, wait, again.

A timer (APScheduler) and each finished sale only set an event; the loop then goes on until the
journal is drained and every feed is at its head. So a nudge during a round is never lost, and a
failed round arms itself again after its back-off (``sync.protocol.retry``). With the HTTP border
this is the only place that catches everything: whatever breaks a round, the shop sells on and the
next round tries again. Every step is safe to cut: a stop waits a moment, then cuts.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from functools import partial
from typing import assert_never

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from edge.box.box import Box
from edge.box.forgotten_day import close_forgotten
from edge.box.mailing import send_mails
from edge.box.overdue_goods import look_for_overdue
from edge.box.people import keep_used_sessions, tell_owed_pins
from edge.box.pruning import prune_acknowledged
from edge.exchange.answering import answer_questions, declare_close
from edge.exchange.certificate import Certifying
from edge.exchange.lineage import ask_lineage
from edge.exchange.rights import ask_for_account, ask_for_receipt, ask_for_right, give_back
from edge.exchange.rounds import (
    Line,
    begin_differing_anew,
    health_of,
    line_to_central,
    note_contact,
    pull_page,
    tell_damaged,
)
from edge.usecases.box.note_refusal import note_refusal
from sync.engine.fetch import PullLater
from sync.engine.outbox import Stopped, StopReason
from sync.engine.outcome import Advanced, BranchedOff, Idle, Later, SentBack, Shrunk
from sync.engine.pull import Applied, UpToDate
from sync.engine.push import beat_once, push_once
from sync.protocol.batch import Acknowledgement, BatchLimits
from sync.protocol.retry import CAP_MS, JITTER_RANGE, Pauses

DRAIN_S = 2
"""A round at work gets this long to end when the server stops."""
STEPS_MAX = 1_000
"""Requests of one round; then the loop looks up, whether it may go on."""
SECOND_MS = 1_000
PEOPLE_EVERY_S = 20
PRUNE_EVERY_S = 120
MAIL_EVERY_S = 15
DAY_EVERY_S = 60
OVERDUE_EVERY_S = 3_600

log = structlog.get_logger()


class Exchange:
    """The state of one store's exchange between rounds."""

    def __init__(self, box: Box, line: Line) -> None:
        self._box = box
        self._line = line
        self._limits = BatchLimits()
        self._pauses = Pauses()
        self._stopped_told = False
        self._refused: str | None = None
        self._page_told: str | None = None
        self._later_told: str | None = None
        self._branches = 0
        self._asked: tuple[int, tuple[str, ...]] | None = None
        self.beat_due = True

    async def round(self) -> int:
        """One round; how long to wait after it, in milliseconds (0: until the next nudge)."""
        try:
            wait_ms = await self._round()
        except Exception as error:  # the loop must not end: see the module's text
            log.error("round broke", store=self._box.enrolment.store_code, exc_info=error)
            wait_ms = self._back_off(None)
        return wait_ms

    async def _round(self) -> int:
        pushed = await self._push()
        if isinstance(pushed, Later):
            return await self._later(pushed)
        if isinstance(pushed, BranchedOff):
            return self._branched(pushed)
        heard: Acknowledgement | int | None = pushed
        if self.beat_due:
            heard = await self._beat()
        elif pushed is not None and _asked_in(pushed) != self._asked:
            await self._note(pushed)
        if heard is None:
            return 0
        if isinstance(heard, int):
            return heard
        await self._answered()
        await give_back(self._box)
        await answer_questions(self._box, self._line, heard)
        if await begin_differing_anew(self._box, self._line, heard):
            self.beat_due = True
            heard = await self._beat()
            if isinstance(heard, int):
                return heard
        pulled = await self._pull(heard)
        if isinstance(pulled, PullLater):
            self.beat_due = True  # or the next round, at the moment it was given, asks nothing
            return await self._later(pulled)
        self._pauses.went_well(heard.pace_ms)
        self._page_told = None
        return heard.pace_ms

    async def _beat(self) -> Acknowledgement | int:
        """What head office answers to a heartbeat; how long to wait where it is no answer to go on
        with."""
        beat = await beat_once(self._line.journal, self._line.transport, self._line.signer)
        if isinstance(beat, Later):
            return await self._later(beat)
        if isinstance(beat, BranchedOff):
            self._reached()
            return self._branched(beat)
        if isinstance(beat, Stopped | SentBack):
            self._reached()
            self.beat_due = isinstance(beat, SentBack)  # a stop is heard by the timer, no sale
            self._tell(beat)
            return self._pauses.pace_ms
        await self._note(beat.acknowledgement)
        self.beat_due, self._branches = False, 0
        return beat.acknowledgement

    async def _note(self, heard: Acknowledgement) -> None:
        """What head office asks for is as its last answer says: what a push brought is sought no
        more."""
        await note_contact(self._box, heard)
        self._asked = _asked_in(heard)

    async def _push(self) -> Acknowledgement | BranchedOff | Later | None:
        """Until the journal is drained, or the box goes on in another epoch: head office's last
        answer, None if nothing was sent."""
        heard: Acknowledgement | None = None
        line = self._line
        health = await health_of(self._box)
        for _ in range(STEPS_MAX):
            outcome = await push_once(
                line.journal, line.transport, line.signer, self._limits, health
            )
            match outcome:
                case Advanced():
                    self._pauses.got_through()
                    heard, self._limits = outcome.acknowledgement, outcome.limits
                    if outcome.damaged is not None:
                        await tell_damaged(self._box, outcome.damaged)
                    if not outcome.more:
                        return heard
                    await declare_close(self._box, line)
                case Shrunk():
                    self._limits = outcome.limits
                case Later():
                    self._limits = outcome.limits
                    return outcome
                case BranchedOff():
                    return outcome
                case SentBack():
                    self._tell(outcome)
                case Stopped():
                    self._tell(outcome)
                    return heard
                case Idle():
                    return heard
                case _:
                    assert_never(outcome)
        self._box.nudge.set()
        return heard

    async def _pull(self, heard: Acknowledgement) -> PullLater | None:
        for _ in range(STEPS_MAX):
            outcome = await pull_page(self._box, self._line, heard)
            match outcome:
                case UpToDate():
                    return None
                case PullLater():
                    return outcome
                case Applied(feed=feed, rows=rows):
                    self._pauses.got_through()
                    log.info("pulled", data_set=feed.data_set, rows=rows)
                case _:
                    assert_never(outcome)
        self._box.nudge.set()
        return None

    def _branched(self, outcome: BranchedOff) -> int:
        """The box goes on in another epoch at once; a head office that takes none of them is asked
        ever more seldom."""
        self._tell(outcome)
        self.beat_due = True
        self._box.nudge.set()
        self._branches += 1
        return 0 if self._branches == 1 else min(CAP_MS, SECOND_MS << min(self._branches, 9))

    def _tell(self, outcome: Stopped | SentBack | BranchedOff) -> None:
        """People are told of each stop, and once a start of one that stands; the alarm itself is
        in the database."""
        before = isinstance(outcome, Stopped) and outcome.reason is StopReason.STOPPED_BEFORE
        if before and self._stopped_told:
            return
        self._stopped_told = isinstance(outcome, Stopped)
        log.error("needs a person", store=self._box.enrolment.store_code, detail=outcome.detail)

    async def _later(self, outcome: Later | PullLater) -> int:
        """What trying again will not mend calls a person: a box that is not taken in the status
        until it is, in the log once; a page that cannot be taken in the log once."""
        store, detail = self._box.enrolment.store_code, outcome.detail
        if outcome.person and detail not in (self._refused, self._page_told):
            log.error("needs a person", store=store, detail=detail)
            if isinstance(outcome, PullLater):
                self._page_told = detail
            else:
                self._refused = detail
                await self._box.writer.run(lambda db: note_refusal(db, detail))
        elif self._pauses.failures == 0 and detail != self._later_told:
            log.warning("head office", store=store, detail=detail)
            self._later_told = detail
        self._away(outcome)
        return self._back_off(outcome.wait_ms)

    async def _answered(self) -> None:
        """Head office took a request of this box."""
        self._reached()
        self._later_told = None
        if self._refused is not None:
            self._refused = None
            await self._box.writer.run(lambda db: note_refusal(db, None))

    def _back_off(self, asked_ms: int | None) -> int:
        """Arm the next try: its wait, which is the one that was asked for if one was."""
        self._box.nudge.set()
        jitter = secrets.randbelow(JITTER_RANGE)
        if asked_ms is None:
            return self._pauses.after_failure_ms(jitter)
        return self._pauses.when_asked_ms(asked_ms, jitter)

    def _away(self, outcome: Later | PullLater) -> None:
        """For the status. Who asks for a wait has answered; whether it was head office is known by
        its signature."""
        self._reached()
        if outcome.busy:
            self._box.busy.set()
        elif outcome.wait_ms is None:
            self._box.unreached.set()

    def _reached(self) -> None:
        self._box.unreached.clear()
        self._box.busy.clear()


def _asked_in(heard: Acknowledgement) -> tuple[int, tuple[str, ...]]:
    """What an answer asks for, and how much of this store it does not count for now."""
    return heard.set_aside, heard.commands


@asynccontextmanager
async def exchanging(box: Box) -> AsyncIterator[Exchange]:
    """Keep exchanging with head office inside the block."""
    async with line_to_central(box) as line, exchanging_over(box, line) as exchange:
        yield exchange


@asynccontextmanager
async def exchanging_over(box: Box, line: Line) -> AsyncIterator[Exchange]:
    """``exchanging`` over a line that somebody else opened."""
    exchange = Exchange(box, line)
    stopping = asyncio.Event()
    scheduler = _timers(box, exchange)
    box.nudge.set()
    certifying = Certifying(box, line)
    box.asker.for_right = partial(ask_for_right, box, line)
    box.asker.for_account = partial(ask_for_account, box, line)
    box.asker.for_receipt = partial(ask_for_receipt, box, line)
    box.asker.for_lineage = partial(ask_lineage, box, line)
    loop = asyncio.create_task(_keep_exchanging(box, exchange, certifying, stopping))
    scheduler.start()
    try:
        yield exchange
    finally:
        box.asker.for_right = box.asker.for_account = None
        box.asker.for_receipt = box.asker.for_lineage = None
        scheduler.shutdown(wait=False)
        stopping.set()
        box.nudge.set()
        await _end(loop)


def _timers(box: Box, exchange: Exchange) -> AsyncIOScheduler:
    """Push and pull by the clock as well: what was only nudged could be forgotten."""

    async def push_due() -> None:
        box.nudge.set()

    async def beat_due() -> None:
        exchange.beat_due = True
        box.nudge.set()

    async def people_due() -> None:
        await keep_used_sessions(box)
        await tell_owed_pins(box)

    async def prune_due() -> None:
        await prune_acknowledged(box)

    async def mails_due() -> None:
        await send_mails(box)

    async def day_due() -> None:
        await close_forgotten(box)

    scheduler = AsyncIOScheduler(timezone=UTC)
    # A box that was off over night looks before anybody sells on yesterday's day.
    scheduler.add_job(day_due)
    overdue_due = partial(look_for_overdue, box)
    scheduler.add_job(overdue_due)
    for due, every_s in (
        (push_due, box.settings.push_every_s),
        (beat_due, box.settings.pull_every_s),
        (people_due, PEOPLE_EVERY_S),
        (prune_due, PRUNE_EVERY_S),
        (mails_due, MAIL_EVERY_S),
        (day_due, DAY_EVERY_S),
        (overdue_due, OVERDUE_EVERY_S),
    ):
        scheduler.add_job(due, "interval", seconds=every_s, coalesce=True, misfire_grace_time=None)
    return scheduler


async def _keep_exchanging(
    box: Box, exchange: Exchange, certifying: Certifying, stopping: asyncio.Event
) -> None:
    while not stopping.is_set():
        await box.nudge.wait()
        box.nudge.clear()
        if stopping.is_set():
            return
        wait_ms = await exchange.round()
        if not box.unreached.is_set() and not box.busy.is_set():
            await certifying.look()
        if wait_ms > 0:
            await _wait(stopping, wait_ms)


async def _wait(stopping: asyncio.Event, wait_ms: int) -> None:
    """At most ``wait_ms``, less if the server stops."""
    try:
        async with asyncio.timeout(wait_ms / SECOND_MS):
            await stopping.wait()
    except TimeoutError:
        return


async def _end(loop: asyncio.Task[None]) -> None:
    """Let the round at work end, or cut it: what was sent is asked for again after the start."""
    _, pending = await asyncio.wait([loop], timeout=DRAIN_S)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)

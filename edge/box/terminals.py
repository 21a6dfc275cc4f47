"""The shop's card terminals: who asks them, and about what they are asked again.

A question runs on when whoever waited for it goes away, and its answer is written down. What the
terminal still owes an answer of is asked about again, at the start and now and then; asked again is
not charged again (``edge/devices/terminal/protocol.py``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from uuid import UUID

import structlog

from edge.db.connection.crash import crash_point
from edge.devices.at import DeviceAt
from edge.devices.terminal.ask import ask_terminal
from edge.devices.terminal.protocol import BEGINS, Answer, Ask, Question, Said
from edge.domain.payment.attempt import Attempt, AttemptEvent, AttemptState
from edge.usecases.payment.settle import Told
from sync.protocol.facts import Outcome
from sync.protocol.identity import WorkstationId

NO_ANSWER = Answer(Said.UNKNOWN, why="The workstation has no terminal any more.")
_EVENTS: Mapping[Said, AttemptEvent] = MappingProxyType(
    {
        Said.APPROVED: AttemptEvent.APPROVED,
        Said.OFFLINE: AttemptEvent.APPROVED,
        Said.DECLINED: AttemptEvent.DECLINED,
        Said.NEVER: AttemptEvent.DECLINED,
        Said.UNKNOWN: AttemptEvent.LOST,
        Said.CANCELLED: AttemptEvent.CANCELLED,
        Said.KEPT: AttemptEvent.KEPT,
    }
)
_OUTCOMES: Mapping[Said, Outcome] = MappingProxyType(
    {
        Said.APPROVED: Outcome.APPROVED,
        Said.OFFLINE: Outcome.OFFLINE,
        Said.KEPT: Outcome.APPROVED,
    }
)
Settle = Callable[[UUID, Told], Awaitable[Attempt]]

log = structlog.get_logger()


def told_by(answer: Answer) -> Told | None:
    """What an answer says of a payment; None: the customer is still at it."""
    event = _EVENTS.get(answer.said)
    if event is None:
        return None
    return Told(event, _OUTCOMES.get(answer.said), answer.approval, answer.why)


class Terminals:
    """Of one box. ``offline_max_minor``: up to so much a terminal may take without the bank.
    ``settle`` writes down what became of a payment."""

    def __init__(
        self, at: Mapping[WorkstationId, DeviceAt], offline_max_minor: int, settle: Settle
    ) -> None:
        self._at = at
        self._offline_max_minor = offline_max_minor
        self._settle = settle
        self._asking: dict[tuple[UUID, Ask], asyncio.Task[None]] = {}

    def has(self, workstation_id: WorkstationId) -> bool:
        """Whether a terminal stands there."""
        return workstation_id in self._at

    def begin(self, attempt: Attempt) -> asyncio.Task[None]:
        """Ask for a payment that was begun just now, and is written down."""
        return self._ask(attempt, _first(attempt))

    def ask_again(self, attempt: Attempt) -> asyncio.Task[None]:
        """Ask what became of it, or for its end where it was given up. One that is being asked for
        is waited for."""
        paying = self._asking.get((attempt.attempt_id, _first(attempt)))
        if attempt.state is AttemptState.VOIDING:
            return self._ask(attempt, Ask.CANCEL)
        return paying or self._ask(attempt, Ask.STATE)

    async def close(self) -> None:
        """What is being asked is cut, and asked about again after the next start."""
        asking = tuple(self._asking.values())
        for each in asking:
            each.cancel()
        if asking:
            await asyncio.wait(asking)

    def _ask(self, attempt: Attempt, ask: Ask) -> asyncio.Task[None]:
        key = (attempt.attempt_id, ask)
        if key not in self._asking:
            task = asyncio.create_task(self._settle_by_asking(attempt, ask))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._asked(key, done))
        return self._asking[key]

    def _asked(self, key: tuple[UUID, Ask], done: asyncio.Task[None]) -> None:
        del self._asking[key]
        if not done.cancelled() and done.exception() is not None:
            log.error("payment not settled", attempt_id=str(key[0]), exc_info=done.exception())

    async def _settle_by_asking(self, attempt: Attempt, ask: Ask) -> None:
        crash_point("before_asking")
        at = self._at.get(attempt.workstation_id)
        answer = NO_ANSWER if at is None else await ask_terminal(at, self._question(attempt, ask))
        crash_point("terminal_answered")
        told = told_by(answer)
        if told is not None:
            await self._settle(attempt.attempt_id, told)
        crash_point("payment_settled")

    def _question(self, attempt: Attempt, ask: Ask) -> Question:
        if ask not in BEGINS:
            return Question(ask, attempt.reference)
        alone = attempt.online_only or attempt.refunds is not None
        offline_max = 0 if alone else self._offline_max_minor
        what = (abs(attempt.amount_minor), attempt.currency, offline_max, attempt.refunds)
        return Question(ask, attempt.reference, *what)


def _first(attempt: Attempt) -> Ask:
    """What it was begun with."""
    return Ask.PAY if attempt.refunds is None else Ask.REFUND

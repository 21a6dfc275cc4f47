"""The virtual network: lines that lose, hold up, repeat, reorder and cut what passes over them.

A message's fate is drawn when it is sent. Whoever sends gets the answer, or is told what production
would be told: NotDelivered where it surely did not arrive, OutcomeUnknown where nobody knows.
"""

from collections import Counter
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Generic, TypeVar

from sync.engine.transport import Response
from sync.protocol.errors import NotDelivered, OutcomeUnknown
from tests.simulation.faults import LineFaults
from tests.simulation.scheduler import Host, Promise, Scheduler

BASIS_POINTS = 10_000
A = TypeVar("A")


def chance(random: Random, rate_bp: int) -> bool:
    """True for ``rate_bp`` of 10,000."""
    return random.randrange(BASIS_POINTS) < rate_bp


class Line(Generic[A]):
    """From one side to another. ``up``: requests pass; ``down``: answers pass. ``trouble`` makes
    what stands in the place of a true answer; ``lost`` hears of every answer that got lost."""

    def __init__(
        self,
        scheduler: Scheduler,
        random: Random,
        faults: LineFaults,
        seen: Counter[str],
        trouble: Callable[[Random, A], A] | None = None,
        lost: Callable[[A], None] = lambda answer: None,
    ) -> None:
        self._scheduler = scheduler
        self._random = random
        self._seen = seen
        self._trouble = trouble
        self._lost = lost
        self.faults = faults
        self.up = True
        self.down = True

    def mend(self) -> None:
        """No more faults."""
        self.faults = LineFaults(self.faults.delay_ms, timeout_ms=self.faults.timeout_ms)
        self.up = self.down = True

    def send(self, to: Host, answering: Callable[[], Coroutine[Any, Any, A]]) -> Promise[A]:
        """Carry a request to ``to``, whose answer ``answering`` computes there, as often as it
        arrives. Raises NotDelivered, OutcomeUnknown."""
        promise: Promise[A] = Promise()
        faults, random = self.faults, self._random
        lost = not self.up or chance(random, faults.drop_request_bp)
        if lost and chance(random, 5_000):
            self._scheduler.after(self._delay(), lambda: promise.fail(NotDelivered("no route")))
            return promise
        if lost:
            self._seen["request lost"] += 1
        else:
            self._deliver(to, answering, promise, self._delay())
        if chance(random, faults.duplicate_bp) and self.up:
            # A copy that somebody on the way kept: it may come long after the sender went on.
            self._seen["delivered twice"] += 1
            self._deliver(to, answering, promise, self._delay() + random.randrange(60_000))
        late = OutcomeUnknown("no answer in time")
        self._scheduler.after(faults.timeout_ms, lambda: promise.fail(late))
        return promise

    def _deliver(
        self,
        to: Host,
        answering: Callable[[], Coroutine[Any, Any, A]],
        promise: Promise[A],
        delay_ms: int,
    ) -> None:
        async def answer() -> None:
            self._answer(promise, await answering())

        def arrive() -> None:
            if to.alive:
                to.spawn(answer())
            else:
                promise.fail(NotDelivered(f"{to.name} is down"))

        self._scheduler.after(delay_ms, arrive)

    def _answer(self, promise: Promise[A], answer: A) -> None:
        """Let the answer travel back, if it does."""
        random = self._random
        if self._trouble is not None and chance(random, self.faults.trouble_bp):
            self._seen["answer replaced"] += 1
            answer = self._trouble(random, answer)
        if not self.down or chance(random, self.faults.drop_answer_bp):
            self._seen["answer lost"] += 1
            self._lost(answer)
            if chance(random, 5_000):
                reset = OutcomeUnknown("connection reset")
                self._scheduler.after(self._delay(), lambda: promise.fail(reset))
            return
        self._scheduler.after(self._delay(), lambda: promise.settle(answer))

    def _delay(self) -> int:
        random, faults = self._random, self.faults
        delay_ms = 1 + random.randrange(faults.delay_ms)
        if chance(random, faults.slow_bp):
            delay_ms += random.randrange(faults.slow_ms)
        return delay_ms


def trouble(random: Random, true_answer: Response) -> Response:
    """What stands on the way and answers in head office's place, or spoils its answer."""
    html = {"content-type": "text/html"}
    page = b"<html><body>Welcome to the hotel's network. Please sign in.</body></html>"
    spoilt = true_answer.body[: random.randrange(len(true_answer.body) + 1)]
    return random.choice(
        (
            Response(200, html, page),
            Response(403, html, page),
            Response(409, html, page),
            Response(410, html, page),
            Response(413, html, page),
            Response(422, html, page),
            Response(502, html, b"<h1>Bad gateway</h1>"),
            Response(500, {}, b""),
            Response(503, {"retry-after": str(random.randrange(30))}, b""),
            Response(429, {"retry-after": "5"}, b""),
            true_answer._replace(body=spoilt),
        )
    )

"""A network without a network, for whoever needs a Transport."""

from collections.abc import Awaitable, Callable
from enum import Enum

from sync.engine.transport import ANSWER_BYTES_MAX, Request, Response
from sync.protocol.errors import NotDelivered, OutcomeUnknown


class Fate(Enum):
    """What a network does with one request."""

    DELIVERED = "delivered"
    LOST = "lost"
    ANSWER_LOST = "answer_lost"


def _always_delivered(_request: Request) -> Fate:
    return Fate.DELIVERED


class MemoryTransport:
    """A network without a network: ``answer`` is the other side, ``fate`` decides what happens to
    each request on its way."""

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Response]],
        fate: Callable[[Request], Fate] = _always_delivered,
    ) -> None:
        self._answer = answer
        self._fate = fate

    async def send(self, request: Request) -> Response:
        """See Transport."""
        fate = self._fate(request)
        if fate is Fate.LOST:
            raise NotDelivered("head office cannot be reached: the line is cut")
        response = await self._answer(request)
        if fate is Fate.ANSWER_LOST:
            raise OutcomeUnknown("the line broke before the answer came")
        if len(response.body) > ANSWER_BYTES_MAX:
            raise OutcomeUnknown(f"the answer is larger than {ANSWER_BYTES_MAX:,} bytes")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return response._replace(headers=headers)

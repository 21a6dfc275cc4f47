"""Whoever sends a request, as the door sees them: are they there, and has all of it come."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import ReferenceType, ref

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_SENDER = "holdfast.sender"
"""Under this name a request's scope has its Sender among its extensions."""


class Sender(NamedTuple):
    """Whoever sends one request, as far as its connection tells. ``cycle`` lives for as long as the
    request is at work. It holds the scope in which this stands: held from here it would be a ring,
    and all that belongs to a request would wait for the garbage collector."""

    cycle: ReferenceType[RequestResponseCycle]
    transport: asyncio.Transport

    @property
    def is_gone(self) -> bool:
        """No answer will be read."""
        cycle = self.cycle()
        return cycle is None or cycle.disconnected or self.transport.is_closing()

    @property
    def still_sends(self) -> bool:
        """The body is not here yet."""
        cycle = self.cycle()
        return cycle is not None and cycle.more_body


def with_sender(
    cycle: RequestResponseCycle, transport: asyncio.Transport
) -> dict[str, dict[object, object]]:
    """The extensions of a request's scope."""
    return {_SENDER: {_SENDER: Sender(ref(cycle), transport)}}


def sender_of(scope: Mapping[str, Any]) -> Sender | None:
    """None where no door stands before the application."""
    sender: Sender | None = scope.get("extensions", {}).get(_SENDER, {}).get(_SENDER)
    return sender

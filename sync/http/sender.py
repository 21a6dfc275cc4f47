"""Whoever sends a request, as the door sees them: are they there, and has all of it come."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

SENDER = "holdfast.sender"
"""Under this name a request's scope has its Sender among its extensions."""


class Sender(NamedTuple):
    """Whoever sends one request, as far as its connection tells."""

    cycle: RequestResponseCycle
    transport: asyncio.Transport

    @property
    def is_gone(self) -> bool:
        """No answer will be read."""
        return self.cycle.disconnected or self.transport.is_closing()

    @property
    def still_sends(self) -> bool:
        """The body is not here yet."""
        return self.cycle.more_body


def sender_of(scope: Mapping[str, Any]) -> Sender | None:
    """None where no door stands before the application."""
    sender: Sender | None = scope.get("extensions", {}).get(SENDER, {}).get(SENDER)
    return sender

"""TLS inside the door: a connection has its place, its turn and its deadline before its handshake
begins, so that whoever connects and says nothing, or computes nothing, holds no more than a place
from which others send it away.
"""

import asyncio
import ssl
from typing import ClassVar, cast

from sync.http.door import Door, DoorProtocol
from sync.http.joined_writes import JoinedWritesProtocol
from sync.http.turned import FULL


class TlsDoorProtocol(DoorProtocol):
    """A door's protocol whose bytes are encrypted."""

    tls: ClassVar[ssl.SSLContext]

    _plain: asyncio.Transport
    _shaking: asyncio.Task[None] | None = None
    _shaken = False
    """Until then ``_early`` is of the handshake, then of the first request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower on purpose: a socket's
        """See asyncio: of the socket, before a byte was read."""
        self._plain = transport
        super().connection_made(transport)

    def _find_no_place(self) -> None:
        """Nothing that is said before the handshake can be read."""
        self._why = FULL
        self.door.note(FULL, self.address)
        self.transport.abort()

    def _begin_reading(self) -> None:
        self._waits = False
        if not self.transport.is_closing():
            self._shaking = self.loop.create_task(self._shake_hands())

    async def _shake_hands(self) -> None:
        limit_s = self.door.limits.head_s
        encrypting = self.loop.create_task(
            self.loop.start_tls(
                self._plain, self, self.tls, server_side=True, ssl_handshake_timeout=limit_s
            )
        )
        await asyncio.sleep(0)  # it takes the socket over from us,
        await asyncio.sleep(0)  # and its side is told of the connection
        try:
            self._hand_over()
            encrypted = await encrypting
        except OSError as error:  # TLS errors and timeouts are some
            self._end(error)
            return
        if encrypted is None or self.transport.is_closing():
            self._end(None)
            return
        JoinedWritesProtocol.connection_made(self, encrypted)
        self._shaken = True
        early, self._early = self._early, b""
        if early:
            self.data_received(early)

    def _hand_over(self) -> None:
        """What was read of the handshake already goes to whom it is for."""
        early, self._early = self._early, b""
        taker = self._plain.get_protocol()
        if taker is self:  # the socket is gone: so nobody took it over
            return
        shaking = cast("asyncio.BufferedProtocol", taker)
        while early:
            room = memoryview(shaking.get_buffer(len(early)))
            taken = min(len(room), len(early))
            room[:taken] = early[:taken]
            shaking.buffer_updated(taken)
            early = early[taken:]

    def _end(self, why: Exception | None) -> None:
        """There was no request: nobody else tells us that the connection is over."""
        self._plain.abort()
        self.connection_lost(why)

    def data_received(self, data: bytes) -> None:
        """See asyncio. What comes too early waits."""
        if self._shaken:
            super().data_received(data)
            return
        self._early += data
        if self._plain.get_protocol() is self:
            self._plain.pause_reading()


def tls_protocol(door: Door, context: ssl.SSLContext) -> type[TlsDoorProtocol]:
    """What uvicorn makes for each connection of ``door``, as ``Door.protocol`` without TLS."""
    return type("TlsDoorProtocolOfOneDoor", (TlsDoorProtocol,), {"door": door, "tls": context})

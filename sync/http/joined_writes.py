"""An answer leaves in one write. uvicorn writes head and body apart, which is two system calls, two
packets and two wake-ups at the till; here what is written within one turn of the event loop goes
out together, at the turn's end.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class _Joined(asyncio.Transport):
    """A transport around uvloop's own; only what uvicorn asks of it."""

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._inner = inner
        self._loop = loop
        self._waiting: list[Any] = []

    def write(self, data: Any) -> None:
        """At the end of this turn, after what waits already."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting and not self._inner.is_closing():
            self._inner.write(b"".join(waiting))

    def close(self) -> None:
        """After what waits."""
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        """At once: what waits is dropped."""
        self._waiting = []
        self._inner.abort()

    def write_eof(self) -> None:
        """After what waits; the other side may still send."""
        self._flush()
        if self._inner.can_write_eof():
            self._inner.write_eof()

    def is_closing(self) -> bool:
        """See asyncio."""
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio."""
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """See asyncio."""
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        """See asyncio."""
        self._inner.resume_reading()


class JoinedWritesProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, on a transport that joins writes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower on purpose: a socket's
        """See asyncio."""
        super().connection_made(_Joined(transport, self.loop))

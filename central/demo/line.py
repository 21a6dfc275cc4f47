"""A store's line to head office, as a TCP relay that can be cut and can lose answers.

The edge is enrolled with the relay's address, so every request between the two really crosses it:
a cut closes what is open and refuses what comes; a lost acknowledgement is a request that reached
central whole and whose answer never came back. Both speak TLS, which it cannot read: where a
handshake ends and an answer begins it knows by counting records.
"""

import asyncio
import contextlib
from enum import Enum

CHUNK_BYTES = 65_536
RECORD_HEAD_BYTES = 5
HANDSHAKE, DATA = 0x16, 0x17
"""Kinds of records (RFC 8446, 5.1), in the first byte of each; of TLS 1.3 all that is encrypted
looks like data."""
TICKETS = 2
"""What OpenSSL's servers send of themselves when a handshake is over, a record for each."""


class LineState(Enum):
    """What the line does with what crosses it."""

    OPEN = "open"
    CUT = "cut"
    LOSING = "losing answers"


class Records:
    """The records of TLS that went one way. ``data``: how many of that kind began so far;
    ``is_tls``: whether these are any, None before the first byte."""

    def __init__(self) -> None:
        self.data = 0
        self.is_tls: bool | None = None
        self._head = b""
        self._inside = 0

    def count(self, chunk: bytes) -> None:
        """Go on with what came next."""
        if self.is_tls is None:
            self.is_tls = chunk[0] == HANDSHAKE
        rest = self._head + chunk
        while self._inside or len(rest) >= RECORD_HEAD_BYTES:
            if not self._inside:
                self.data += rest[0] == DATA
                self._inside = int.from_bytes(rest[3:RECORD_HEAD_BYTES])
                rest = rest[RECORD_HEAD_BYTES:]
            passed = min(self._inside, len(rest))
            self._inside -= passed
            rest = rest[passed:]
            if not rest:
                break
        self._head = rest


class Talk:
    """One connection through the line: what it asked, and whether that is being answered."""

    def __init__(self) -> None:
        self._asked, self._said = Records(), Records()
        self._greeting: int | None = None

    def ask(self, chunk: bytes) -> None:
        """Upward. A client's first encrypted record ends its handshake, for which it needed all
        of the server's."""
        self._asked.count(chunk)
        if self._greeting is None and self._asked.data:
            self._greeting = self._said.data + TICKETS

    def is_answer(self, chunk: bytes) -> bool:
        """Downward: whether an answer begins, or went on, in this."""
        self._said.count(chunk)
        if not self._asked.is_tls:
            return True
        return self._greeting is not None and self._said.data > self._greeting


class Line:
    """A relay from a port of its own to central's."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.state = LineState.OPEN
        self.answers_lost = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What the edge is told central's address is."""
        return f"https://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to relay, on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Close what is open and refuse what comes, until ``mend``."""
        self.state = LineState.CUT
        self._drop_all()

    def lose_answers(self) -> None:
        """Let requests through and lose their answers, until ``mend``."""
        self.state = LineState.LOSING

    def mend(self) -> None:
        """Everything crosses again."""
        self.state = LineState.OPEN

    async def stop(self) -> None:
        """End the relay and every connection through it."""
        if self._server is not None:
            self._server.close()
        self._drop_all()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _drop_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        try:
            if self.state is not LineState.CUT:
                with contextlib.suppress(OSError):  # connections that break are what this is for
                    await self._relay(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self.target_port)
        self._open.add(onward)
        talk = Talk()
        upward = asyncio.create_task(self._copy(reader, onward, talk))
        try:
            while chunk := await there.read(CHUNK_BYTES):
                if talk.is_answer(chunk) and self.state is LineState.LOSING:
                    self.answers_lost += 1
                    break
                writer.write(chunk)
                await writer.drain()
        finally:
            upward.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await upward
            self._open.discard(onward)
            onward.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: Talk
    ) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            talk.ask(chunk)
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()

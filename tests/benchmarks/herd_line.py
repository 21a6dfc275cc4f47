"""A box's line to head office whose times are those of the wire, not of the process around it.

Two thousand boxes in one process wait for each other, as no real ones do. So a request goes out
without a turn of the event loop between connecting and its last byte, and an answer is there when
the kernel took its last byte in (``SO_TIMESTAMPNS``, socket(7); another system than Linux has none,
and the moment of reading counts). How late the process itself was is told apart from that.
"""

import asyncio
import contextlib
import socket
import struct
import time

from sync.engine.transport import ANSWER_BYTES_MAX, Request, Response
from sync.protocol.errors import NotDelivered, OutcomeUnknown

_STAMPED = 35
"""SO_TIMESTAMPNS, which Python does not name: a timespec comes beside what is read."""
_TIMESPEC = struct.Struct("@ll")
_READ_BYTES = 65_536
KEPT_S = 5
"""A connection that rested longer is opened anew, as httpx does."""
_NANO = 1e-9


class Line:
    """A Transport, one request at a time. ``begun_s`` and ``arrived_s``: of the newest, by
    ``time.time``. ``source``: the address to come from, if not any."""

    def __init__(self, host: str, port: int, source: str = "", timeout_s: int = 20) -> None:
        self.begun_s = self.arrived_s = 0.0
        self._where = (host, port)
        self._source = source
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None

    async def send(self, request: Request) -> Response:
        """See Transport."""
        head = f"{request.method} {request.path} HTTP/1.1\r\nHost: {self._where[0]}\r\n"
        lines = {**request.headers, "Content-Length": str(len(request.body))}
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.begun_s = time.time()
        try:
            async with asyncio.timeout(self._timeout_s):
                line = await self._connected()
                for part in (f"{head}\r\n".encode(), request.body):
                    await asyncio.get_running_loop().sock_sendall(line, part)
                return await self._answer(line)
        except TimeoutError as error:
            self.close()
            raise OutcomeUnknown(f"no whole answer in {self._timeout_s} s") from error
        except (OSError, ValueError, IndexError) as error:
            self.close()
            raise OutcomeUnknown(f"the line broke ({type(error).__name__})") from error

    def close(self) -> None:
        """The next request connects anew."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    async def _connected(self) -> socket.socket:
        kept = self.begun_s - self.arrived_s < KEPT_S
        if kept and self._socket is not None and not _is_over(self._socket):
            return self._socket
        self.close()
        made = self._socket = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        made.bind((self._source, 0))
        try:
            with contextlib.suppress(BlockingIOError):
                made.connect(self._where)
            if not _is_there(made):
                await asyncio.get_running_loop().sock_connect(made, self._where)
        except OSError as error:
            self.close()
            raise NotDelivered(f"head office cannot be reached: {error}") from error
        return made

    async def _answer(self, line: socket.socket) -> Response:
        got = bytearray()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += await self._read(line)
        first, *lines = got[:end].decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (each.partition(":") for each in lines)
        }
        status, length = int(first.split(" ")[1]), int(headers.get("content-length", "-"))
        if length > ANSWER_BYTES_MAX:
            self.close()
            raise OutcomeUnknown(f"the answer is larger than {ANSWER_BYTES_MAX:,} bytes")
        body = got[end + 4 :]
        while len(body) < length:
            body += await self._read(line)
        return Response(status, headers, bytes(body))

    async def _read(self, line: socket.socket) -> bytes:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(line, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(line)
        data, beside, *_ = line.recvmsg(_READ_BYTES, socket.CMSG_SPACE(_TIMESPEC.size))
        self.arrived_s = time.time()
        for _, kind, stamp in beside:
            if kind == _STAMPED:
                seconds, nanos = _TIMESPEC.unpack(stamp)
                self.arrived_s = seconds + nanos * _NANO
        if not data:
            raise ConnectionError("closed")
        return data


def _is_there(line: socket.socket) -> bool:
    """Over loopback a connection stands as soon as it was asked for, if there is a place."""
    try:
        line.getpeername()
    except OSError:
        return False
    return True


def _is_over(line: socket.socket) -> bool:
    """Head office ended it, or said something that nobody had asked for."""
    try:
        line.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True

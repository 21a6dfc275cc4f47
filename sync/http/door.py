"""The door of both servers: who comes in, how fast, and how much one request's head may be.

It stands before the parser's results become a request, so no application code runs for what it
turns away. Memory and time of a connection are bounded whatever is sent: line and headers by
bytes and number, requests in a row by number, silence by deadlines that one sweep a moment looks
at. When all places are taken whoever has been silent longest makes room, first of those who never
brought a whole request: so silence does not shut anybody out.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, ClassVar

import httptools

from sync.http.joined_writes import JoinedWritesProtocol
from sync.http.limits import DoorLimits
from sync.http.logs import Tally
from sync.http.sender import with_sender
from sync.http.turned import FULL, LARGE_HEAD, LONG_LINE, MALFORMED, SLOW, UNREAD, Turned

PIECE_BYTES = 16 * 1024
"""What is given to the parser at once: a head grows by no more before it is measured again."""
UNREAD_BODY_MAX = 1 << 20
"""Of a body whose request was answered already; more ends the connection."""
LINGER_BYTES_MAX = 8 << 20
"""Of what is still read, and thrown away, after a refusal."""
ADDRESSES_MAX = 4_096
OUTSIDE_MAX = 64
"""Connections that found no place and may still read that they did not."""
SWEEP_S = 0.5


class Reading(Enum):
    """How far a connection's newest request has come."""

    IDLE = auto()
    """Between two requests, or before the first."""
    HEAD = auto()
    BODY = auto()
    WHOLE = auto()
    """It is answered, or will be: nothing is expected of the sender."""
    LINGER = auto()
    """It was turned away: what still comes is thrown away, until the sender has read the answer."""


class _Stop(Exception):
    """Ends the parser's work in the middle of what it was given."""


class Door:
    """The connections of one listening socket. ``is_proxy``: an address that many come from, which
    has no bounds of its own."""

    def __init__(
        self, limits: DoorLimits, is_proxy: Callable[[str], bool] = lambda _address: False
    ) -> None:
        self.limits = limits
        self._is_proxy = is_proxy
        self._inside: dict[str, set[DoorProtocol]] = {}
        self._count = 0
        self._outside: set[DoorProtocol] = set()
        self._turns: dict[str, float] = {}
        self._sweeping: asyncio.TimerHandle | None = None
        self._told = Tally("turned away at the door")

    def protocol(self) -> type["DoorProtocol"]:
        """What uvicorn makes for each connection of this door."""
        return type("DoorProtocolOfOneDoor", (DoorProtocol,), {"door": self})

    def come_in(self, one: "DoorProtocol") -> bool:
        """Take a new connection in; False if there is no place, even after making one."""
        beside = self._inside.get(one.address, set())
        crowded = len(beside) >= self.limits.connections_per_address
        if crowded and not self._is_proxy(one.address) and not _make_room(beside):
            return False
        if self._count >= self.limits.connections:
            everybody = set().union(*self._inside.values())
            if not _make_room(everybody):
                return False
        self._inside.setdefault(one.address, set()).add(one)
        self._count += 1
        if self._sweeping is None:
            self._sweep(one.loop)
        return True

    def stay_outside(self, one: "DoorProtocol") -> bool:
        """Whether one that found no place may stay until it has read that; then it is gone."""
        if len(self._outside) >= OUTSIDE_MAX:
            return False
        self._outside.add(one)
        return True

    def leave(self, one: "DoorProtocol") -> None:
        """Its connection is over; who never came in has none."""
        self._outside.discard(one)
        beside = self._inside.get(one.address, set())
        if one in beside:
            beside.remove(one)
            self._count -= 1
            if not beside:
                del self._inside[one.address]

    def turn_in_s(self, address: str, now: float) -> float:
        """How long a new connection of ``address`` waits until it is read, so that one who opens
        thousands leaves time for those who are inside. Local sockets have no address, nor a turn.
        """
        if not address or self._is_proxy(address):
            return 0
        step = 1 / self.limits.opened_per_s
        next_at = max(self._turns.pop(address, 0), now - self.limits.opened_at_once * step) + step
        if len(self._turns) >= ADDRESSES_MAX:
            self._turns.pop(next(iter(self._turns)))
        wait_s = next_at - now
        self._turns[address] = next_at if wait_s <= self.limits.turn_s else next_at - step
        return wait_s

    def note(self, turned: Turned, address: str) -> None:
        """Write it down, counted."""
        self._told.count(why=turned.slug, address=address)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for one in [*self._outside, *(one for beside in self._inside.values() for one in beside)]:
            one.look_at_the_clock(now)
        times = (self.limits.head_s, self.limits.body_s, self.limits.idle_s, self.limits.linger_s)
        again_s = min(SWEEP_S, min(times) / 4)
        anybody = self._inside or self._outside
        self._sweeping = loop.call_later(again_s, self._sweep, loop) if anybody else None


def _make_room(among: "set[DoorProtocol]") -> bool:
    """Send away whoever has been silent longest, of those of whom something is expected."""
    silent = [one for one in among if one.owes_bytes]
    if not silent:
        return False
    min(silent, key=lambda one: (one.was_served, one.heard_at)).drop()
    return True


class DoorProtocol(JoinedWritesProtocol):
    """uvicorn's HTTP behind a door. Overrides its callbacks of parser and transport; what a whole
    request becomes is uvicorn's."""

    door: ClassVar[Door]

    address = ""
    was_served = False
    heard_at = 0.0
    _reading = Reading.IDLE
    _deadline = math.inf
    _unread_since: float | None = None
    _closing_since: float | None = None
    _why: Turned | None = None
    _waits = False
    _early = b""
    _steps = 0
    _without_step = 0
    _line_bytes = 0
    _header_count = 0
    _header_bytes = 0
    _thrown_away = 0

    @property
    def owes_bytes(self) -> bool:
        """Nothing goes on here until its sender sends more."""
        return self._reading is not Reading.WHOLE and not self.flow.read_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower on purpose: a socket's
        """See asyncio."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self.heard_at = now = self.loop.time()
        wait_s = self.door.turn_in_s(self.address, now)
        if wait_s > self.door.limits.turn_s or not self.door.come_in(self):
            self._find_no_place()
            return
        self._deadline = now + max(wait_s, 0) + self.door.limits.head_s
        if wait_s > 0:
            self._waits = True
            self.flow.pause_reading()
            self.loop.call_later(wait_s, self._begin_reading)
        else:
            self._begin_reading()

    def _find_no_place(self) -> None:
        if self.door.stay_outside(self):
            self._turn_away(FULL)
        else:
            self._why = FULL
            self.transport.abort()

    def _begin_reading(self) -> None:
        self._waits = False
        if not self.transport.is_closing():
            self.flow.resume_reading()
            early, self._early = self._early, b""
            if early:
                self.data_received(early)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self.door.leave(self)
        self._deadline = math.inf
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio: piece by piece, so that a head is measured while it grows."""
        self.heard_at = self.loop.time()
        if self._waits:  # uvloop reads once even where ``connection_made`` asks it not to
            self._early += data
            self.transport.pause_reading()
            return
        if self._why is not None:
            self._thrown_away += len(data)
            if self._thrown_away > LINGER_BYTES_MAX:
                self.transport.abort()
            return
        for start in range(0, len(data), PIECE_BYTES):
            if not self._feed(data[start : start + PIECE_BYTES]):
                return

    def _feed(self, piece: bytes) -> bool:
        """Whether more is wanted."""
        steps = self._steps
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            # HTTP/1.1 was answered, and nothing else is spoken here: the rest is not ours.
            self._end_after(MALFORMED)
            return False
        except httptools.HttpParserError:
            self._turn_away(self._why or MALFORMED)
            return False
        if self._why is not None or self.parser is None or self.transport.is_closing():
            return False
        self._without_step = 0 if self._steps != steps else self._without_step + len(piece)
        if self._without_step > self.door.limits.line_bytes + self.door.limits.header_bytes:
            in_line = self._reading is Reading.HEAD and not self._header_count
            self._turn_away(LONG_LINE if in_line else LARGE_HEAD)
            return False
        return True

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._steps += 1
        self._line_bytes = self._header_count = self._header_bytes = 0
        self._reading = Reading.HEAD
        self._deadline = self.heard_at + self.door.limits.head_s

    def on_url(self, url: bytes) -> None:
        """A part of the request's line, which is joined only as far as it is read at all."""
        self._line_bytes += len(url)
        if self._line_bytes > self.door.limits.line_bytes:
            self._stop(LONG_LINE)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer behind the body."""
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        limits = self.door.limits
        if self._header_count > limits.headers or self._header_bytes > limits.header_bytes:
            self._stop(LARGE_HEAD)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole, and within the limits."""
        self._steps += 1
        if len(self.pipeline) >= self.door.limits.pipelined:
            self._stop(FULL)
        self._reading = Reading.BODY
        self._deadline = self.heard_at + self.door.limits.body_s
        super().on_headers_complete()
        self.scope["extensions"] = with_sender(self.cycle, self.transport)

    def on_body(self, body: bytes) -> None:
        """A part of the body: each gives a little more time for the rest."""
        self._steps += 1
        self._deadline += len(body) / self.door.limits.body_bytes_per_s
        if self.cycle.response_complete:
            self._thrown_away += len(body)
            if self._thrown_away > UNREAD_BODY_MAX and self._why is None:
                self._why = UNREAD
                self._linger()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._steps += 1
        super().on_message_complete()
        if self.cycle.response_complete:
            self._rest()
        else:
            self._reading, self._deadline = Reading.WHOLE, math.inf

    def on_response_complete(self) -> None:
        """The next of those that wait, or the sender's turn; deadlines are the door's, so uvicorn's
        timer for each of them is not set."""
        self.server_state.total_requests += 1
        self.was_served = True
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._reading is Reading.WHOLE:
            self._rest()

    def _rest(self) -> None:
        self._thrown_away = 0
        self._reading = Reading.IDLE
        self._deadline = self.loop.time() + self.door.limits.idle_s

    def pause_writing(self) -> None:
        """See asyncio."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """See asyncio."""
        self._unread_since = None
        super().resume_writing()

    def look_at_the_clock(self, now: float) -> None:
        """From time to time: end what took too long."""
        limits = self.door.limits
        if self._unread_since is not None and now - self._unread_since > limits.unread_s:
            self.transport.abort()
        elif self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > limits.unread_s:
                self.transport.abort()
        elif now > self._deadline:
            self._be_late(now)

    def _be_late(self, now: float) -> None:
        if self._reading is Reading.LINGER:
            self.transport.abort()
        elif self.flow.read_paused:  # it is we who do not listen
            self._deadline = now + self.door.limits.body_s
        elif self._reading is Reading.IDLE:
            self.transport.close()
        else:
            self._turn_away(SLOW)

    def drop(self) -> None:
        """Make room for somebody else, now."""
        self.door.note(FULL, self.address)
        self.door.leave(self)
        self.transport.abort()

    def _stop(self, why: Turned) -> None:
        self._why = why
        raise _Stop

    def _turn_away(self, why: Turned) -> None:
        """Answer, if an answer can be told apart from those of earlier requests; then read on for a
        moment without listening, since a connection that ends with bytes unread loses it."""
        self._why = why
        self.door.note(why, self.address)
        cycle = self.cycle
        at_work = cycle is not None and not cycle.response_complete
        if at_work and self._reading is not Reading.BODY:
            self._end_after(why)
            return
        if at_work:
            cycle.disconnected = True
            cycle.message_event.set()
            if self.pipeline or cycle.response_started:
                self.transport.abort()
                return
        if at_work or self._reading is not Reading.BODY:
            self.transport.write(why.answer())
        self._linger()

    def _end_after(self, why: Turned) -> None:
        """Requests that came whole are answered; nothing after them is."""
        self._why = why
        if self.cycle is None or self.cycle.response_complete:
            self._linger()
            return
        self.cycle.keep_alive = False
        self._reading, self._deadline = Reading.WHOLE, math.inf

    def _linger(self) -> None:
        self._thrown_away = 0
        self.transport.write_eof()
        self._reading = Reading.LINGER
        self._deadline = self.loop.time() + self.door.limits.linger_s


def address_of(scope: Mapping[str, Any]) -> str:
    """The address that a request came from; none over a local socket."""
    client = scope.get("client")
    return client[0] if client else ""

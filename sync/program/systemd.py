"""What a server tells systemd of itself (sd_notify(3)): that it is ready, that it lives, that it
stops. Started by anybody else, it tells nobody."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from sync.protocol.errors import Explained

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"
BEATS_PER_LIMIT = 3
"""So that one that comes late costs nothing."""
MICROSECONDS = 1_000_000

log = structlog.get_logger()


def notify(state: str) -> None:
    """One datagram to whoever started us. Raises OSError where nobody takes it there."""
    to = os.environ.get("NOTIFY_SOCKET", "")
    if not to:
        return
    address = f"\0{to[1:]}" if to.startswith("@") else to
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
        sending.connect(address)
        sending.sendall(state.encode())


def beat_every_s() -> float | None:
    """Seconds between two signs of life; None where nobody waits for any."""
    limit = os.environ.get("WATCHDOG_USEC", "")
    meant = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not meant or not limit.isdecimal() or int(limit) == 0:
        return None
    return int(limit) / MICROSECONDS / BEATS_PER_LIMIT


@asynccontextmanager
async def telling_systemd(alive: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Ready inside the block, with a sign of life as often as ``alive`` comes back: where it hangs
    or is refused, systemd starts the program anew."""
    notify(READY)
    beating = asyncio.create_task(_beat(alive))
    try:
        yield
    finally:
        notify(STOPPING)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(alive: Callable[[], Awaitable[object]]) -> None:
    every_s = beat_every_s()
    while every_s is not None:
        try:
            await alive()
        except Explained as error:
            log.error("no sign of life", slug=error.slug)
        else:
            notify(ALIVE)
        await asyncio.sleep(every_s)

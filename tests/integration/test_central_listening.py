"""Boxes that connect in one moment are taken in together, not one in each turn of the loop."""

import asyncio
import contextlib
import socket

import uvloop

from central.server.serving import TAKEN_AT_ONCE, bind, handles_of

TURNS_MAX = 4
"""One to hear of them, one to take in each of two lots, one to spare."""


def test_a_turn_of_the_loop_takes_many_connections_in() -> None:
    """Two thousand waited ten seconds while each turn took one and worked for five milliseconds."""
    with contextlib.closing(bind(0)) as bound, contextlib.ExitStack() as stack:
        for _ in range(2 * TAKEN_AT_ONCE):
            one = stack.enter_context(socket.socket())
            one.connect(bound.getsockname())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            assert runner.run(_turns_to_take(2 * TAKEN_AT_ONCE, bound)) <= TURNS_MAX


async def _turns_to_take(count: int, bound: socket.socket) -> int:
    taken: list[asyncio.Transport] = []

    class Taking(asyncio.Protocol):
        """Counts who came in."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower on purpose: a socket's
            """See asyncio."""
            taken.append(transport)

    loop, turns = asyncio.get_running_loop(), 0
    servers = [await loop.create_server(Taking, sock=each) for each in handles_of(bound)]
    while len(taken) < count:
        await asyncio.sleep(0)
        turns += 1
    for one in taken:
        one.abort()
    for server in servers:
        server.close()
        await server.wait_closed()
    return turns

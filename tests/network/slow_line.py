"""A slow and lossy line, as a program between two namespaces: ``python -m tests.network.slow_line
LISTEN PORT TO SEED``. Each piece waits, and now and then a connection breaks in the middle, more
often at first: a few of the first connections break for certain.
"""

import asyncio
import sys
from contextlib import suppress
from random import Random

PIECE_BYTES = 4_096
DELAY_S = 0.015
BROKEN_AT_FIRST = 3
"""Of the first connections so many break after some pieces."""
PIECES_MAX = 12


async def main(listen: str, port: int, to: str, seed: int) -> None:
    """Until it is ended."""
    random, count = Random(seed), 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        pieces = random.randrange(1, PIECES_MAX) if count <= BROKEN_AT_FIRST else None
        there = await asyncio.open_connection(to, port)
        left = [pieces]
        with suppress(OSError):
            await asyncio.gather(_pipe(reader, there[1], left), _pipe(there[0], writer, left))

    server = await asyncio.start_server(carry, listen, port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: list[int | None]
) -> None:
    """``left``: pieces that both ways together still carry; None: as many as come."""
    with suppress(OSError):
        while (piece := await reader.read(PIECE_BYTES)) and left[0] != 0:
            there = asyncio.Event()
            asyncio.get_running_loop().call_later(DELAY_S, there.set)
            await there.wait()
            if left[0] is not None:
                left[0] -= 1
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

"""Ask a terminal one question. Whatever comes between is an answer too: that nobody knows."""

import asyncio

import msgspec

from edge.devices.at import DeviceAt
from edge.devices.terminal.protocol import BEGINS, LINE_BYTES_MAX, Answer, Question, Said

CONNECT_TIMEOUT_S = 3
PAY_TIMEOUT_S = 120
"""A customer looks for the card, and types a PIN."""
TIMEOUT_S = 10


async def ask_terminal(at: DeviceAt, question: Question) -> Answer:
    """What it answers. ``declined`` where what moves money surely did not reach it; ``unknown``
    where the answer was cut, late, or none."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(*at, limit=LINE_BYTES_MAX)
    except (OSError, TimeoutError):
        said = Said.DECLINED if question.ask in BEGINS else Said.UNKNOWN
        return Answer(said, why="The terminal does not answer.")
    try:
        async with asyncio.timeout(PAY_TIMEOUT_S if question.ask in BEGINS else TIMEOUT_S):
            writer.write(msgspec.json.encode(question) + b"\n")
            await writer.drain()
            line = await reader.readuntil(b"\n")
        return msgspec.json.decode(line, type=Answer)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return Answer(Said.UNKNOWN, why="The terminal's answer did not come.")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Answer(Said.UNKNOWN, why="The terminal's answer could not be read.")
    finally:
        writer.close()

"""Asks head office what this box may believe of what tills kept of the boxes before it: whose keys
signed there, and which of the events are held."""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from edge.box.box import Box
from edge.db.journal import read_head
from edge.db.lineage import keep_lineage
from edge.exchange.rounds import Line
from sync.engine.ask import ask
from sync.protocol.change import Head
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import LINEAGE_EVENTS_MAX, Lineage, LineageAsked
from sync.protocol.errors import NotSent, Undecodable
from sync.protocol.text import shown

ASK_TIMEOUT_S = 4
"""A till waits for the answer, though no sale does."""
MSGPACK = "application/msgpack"
_OK = 200
_UNKNOWN = 404

log = structlog.get_logger()


async def ask_lineage(box: Box, line: Line, events: Sequence[Head]) -> bool:
    """Ask about these, at least for the keys; what is said is kept. False: it could not be asked
    this time. An older head office does not know the question, and nobody need wait for it."""
    for at in range(0, max(1, len(events)), LINEAGE_EVENTS_MAX):
        some = events[at : at + LINEAGE_EVENTS_MAX]
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                answer = await _ask(box, line, some)
        except (NotSent, TimeoutError, Undecodable, NotSaid) as error:
            log.info("lineage not said", store=box.enrolment.store_code, detail=shown(str(error)))
            return False
        if answer is not None:
            await box.writer.run(partial(keep_lineage, asked=some, told=answer))
    return True


class NotSaid(Exception):
    """Head office answered otherwise."""


async def _ask(box: Box, line: Line, events: Sequence[Head]) -> Lineage | None:
    """None: an older head office. Raises NotSent, Undecodable, NotSaid."""
    path, body = f"/v1/stores/{line.signer.store_id}/lineage", encode(LineageAsked(tuple(events)))
    head = await box.reader.read(read_head)
    (status, _, raw), signed = await ask(
        line.transport, line.signer, "POST", path, head, body, content_type=MSGPACK
    )
    if signed and status == _UNKNOWN:
        return None
    if not signed or status != _OK:
        raise NotSaid(f"status {status}")
    told = decode(Lineage, raw)
    if len(told.held) != len(events):
        raise NotSaid(f"{len(told.held)} answers to {len(events)} events")
    return told

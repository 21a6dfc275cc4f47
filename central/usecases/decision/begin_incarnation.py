"""Begins a new incarnation: head office was put back to its past (protocol.md).

Every cursor and every answer names the incarnation, so boxes load their feeds anew. Who was signed
in is signed out, and links open nothing any more: what was ended since the copy was made would be
good again. An epoch that is fenced already was given nothing since the copy was made: its box need
not say what it holds. The decision says what was found, and whether decisions may be missing for
good.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions, record_decisions
from central.db.engine import driver_of
from central.domain.decisions import ALL_COMPANIES, IncarnationBegun
from central.domain.epoch import EpochState
from central.reports.incarnation import read_since
from central.usecases.feed.read_feed import read_incarnation
from central.usecases.people.note_act import note_act
from sync.protocol.identity import Incarnation

WHO = "head office"
_BEGIN = """
UPDATE central_state SET incarnation = $1, parent_incarnation = $2, begun_at_ms = $3,
    lost_since_ms = CASE WHEN $4 THEN coalesce(lost_since_ms, $5) ELSE lost_since_ms END
"""
_HOLDS_WHAT_IS_KNOWN = """
UPDATE stream SET rights_stated_ms = $1
WHERE store_id = ANY($2) AND state = ANY($3) AND coalesce(rights_stated_ms, 0) >= $4
"""
_STORES = "SELECT store_id FROM store"
_FENCED = tuple(one.value for one in EpochState if one.is_fenced)
_LAST_MS = "SELECT coalesce(max(decided_at_ms), 0) FROM decision"
_SIGNED_IN = ("DELETE FROM board_session", "DELETE FROM sign_in_link")

log = structlog.get_logger()


class Found(NamedTuple):
    """How head office knows, in words; entries of the mirror that were taken back; whether
    decisions may be missing for good."""

    said: tuple[str, ...]
    replayed: int
    lost: bool


async def begin_incarnation(db: AsyncConnection, found: Found, now_ms: int) -> IncarnationBegun:
    """In the caller's unit of work."""
    await lock_decisions(db)
    begun = IncarnationBegun(Incarnation(uuid4()), await read_incarnation(db), *found)
    await take_incarnation(db, begun, now_ms)
    for statement in _SIGNED_IN:
        await (await driver_of(db)).execute(statement)
    await record_decisions(db, ALL_COMPANIES, (begun,), now_ms)
    said = _in_words(found)
    await note_act(db, None, WHO, "incarnation_begun", str(begun.incarnation), said, now_ms)
    log.error("head office was put back to an older state", found=said)
    return begun


async def take_incarnation(db: AsyncConnection, begun: IncarnationBegun, at_ms: int) -> None:
    """What the decision makes of central_state."""
    connection = await driver_of(db)
    last_ms = await connection.fetchval(_LAST_MS)
    since = await read_since(db)
    if since.lost_since_ms is not None or begun.lost:
        stores = [row[0] for row in await connection.fetch(_STORES)]
        from_ms = 0 if since.lost_since_ms is None else since.begun_at_ms
        await connection.execute(_HOLDS_WHAT_IS_KNOWN, at_ms, stores, _FENCED, from_ms)
    ids = (begun.incarnation, begun.predecessor)
    await connection.execute(_BEGIN, *ids, at_ms, begun.lost, last_ms)


def _in_words(found: Found) -> str:
    parts: Sequence[str] = found.said
    if found.replayed:
        parts = (*parts, f"{found.replayed} entries of the mirror were taken back")
    if found.lost:
        parts = (*parts, "decisions may be missing")
    return "; ".join(parts)

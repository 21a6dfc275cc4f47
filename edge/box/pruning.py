"""Keeps the journal as long as it must be kept, in pieces between which the shop sells."""

import asyncio
import shutil
import sqlite3

import structlog
import uuid_utils.compat

from edge.box.box import Box
from edge.db.pruning import free_bytes_within
from edge.domain.sync_state import DAY_MS, DISK_LOW_BYTES
from edge.usecases.box.prune_journal import is_pruning_due, prune_journal

PIECES_MAX = 1_000
"""Of one call; the rest waits for the next."""
PAUSE_S = 0.05
"""Between two pieces: the writer is a twentieth of its time at this, at most."""

log = structlog.get_logger()


async def prune_acknowledged(box: Box) -> int:
    """Take away what need not be kept any more; how many places of the journal that was."""
    gone = 0
    for _ in range(PIECES_MAX):
        piece = await _prune_piece(box)
        gone += piece
        if piece == 0:
            break
        await asyncio.sleep(PAUSE_S)
    if gone:
        log.info("journal pruned", store=box.enrolment.store_code, records=gone)
    return gone


async def _prune_piece(box: Box) -> int:
    """The writer is asked for nothing where nothing is due."""
    moment, keep_ms = box.clock.moment(), box.settings.keep_days * DAY_MS
    free = shutil.disk_usage(box.folder).free
    alarm_id = uuid_utils.compat.uuid7()

    def look(db: sqlite3.Connection) -> tuple[bool, bool]:
        is_short = free + free_bytes_within(db) < DISK_LOW_BYTES
        return is_pruning_due(db, moment, keep_ms, is_short=is_short), is_short

    is_due, is_short = await box.reader.read(look)
    if not is_due:
        return 0
    return await box.writer.run(
        lambda db: prune_journal(db, moment, keep_ms, is_short=is_short, alarm_id=alarm_id)
    )

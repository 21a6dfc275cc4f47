"""Keeps the journal and payments as long as they must be kept, in pieces between which the shop
sells."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable

import structlog
import uuid_utils.compat

from edge.box.box import Box
from edge.db.pruning import free_bytes_within
from edge.domain.sync_state import DAY_MS, DISK_LOW_BYTES
from edge.usecases.box.prune_journal import is_pruning_due, prune_journal
from edge.usecases.payment.prune_payments import are_payments_due, prune_payments

PIECES_MAX = 1_000
"""Of one call; the rest waits for the next."""
PAUSE_S = 0.05
"""Between two pieces: the writer is a twentieth of its time at this, at most."""

log = structlog.get_logger()


async def prune_acknowledged(box: Box) -> int:
    """Take away what need not be kept any more: of the journal, then of payments. How many places
    of the journal that was."""
    gone = await _in_pieces(box, _prune_piece)
    payments = await _in_pieces(box, _prune_payments)
    if gone or payments:
        where = box.enrolment.store_code
        log.info("journal pruned", store=where, records=gone, payments=payments)
    return gone


async def _in_pieces(box: Box, prune: Callable[[Box], Awaitable[int]]) -> int:
    gone = 0
    for _ in range(PIECES_MAX):
        piece = await prune(box)
        gone += piece
        if piece == 0:
            break
        await asyncio.sleep(PAUSE_S)
    return gone


async def _prune_payments(box: Box) -> int:
    moment, keep_ms = box.clock.moment(), box.settings.keep_days * DAY_MS
    if not await box.reader.read(lambda db: are_payments_due(db, moment, keep_ms)):
        return 0
    return await box.writer.run(lambda db: prune_payments(db, moment, keep_ms))


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

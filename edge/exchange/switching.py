"""Puts in force what waits, and says to the box what it holds in memory of it.

One unit of work after the other: sales go on between them, and wait for one at most.
"""

import sqlite3
from collections.abc import Mapping
from functools import partial

import structlog

from edge.box.box import Box, read_zone
from edge.db.ready import begin_ready, copy_some, drop_spare
from edge.db.reference import Feed
from edge.db.waiting import read_settling
from edge.usecases.feed.lay_ready import (
    READY_ROWS_MAX,
    InForce,
    Leaving,
    is_large,
    lay_gone,
    lay_rows,
    leaving,
    settle_some,
)
from edge.usecases.feed.take_effect import take_effect
from sync.protocol.reference import DataSet
from sync.protocol.text import shown

log = structlog.get_logger()


async def switch(box: Box, through: Mapping[Feed, int]) -> None:
    """Everything through the heads of one acknowledgement, whole; a large switch is laid ready
    first."""
    laid = await box.reader.read(lambda db: is_large(db, through))
    if laid:
        await _lay_ready(box, through)

    def unit(db: sqlite3.Connection) -> tuple[InForce, ...]:
        """The clock is read when its turn has come: a basket that is quoted before is held against
        what it was quoted from."""
        return take_effect(db, through, box.clock.moment(), laid=laid)

    for taken in await box.writer.run(unit):
        await note_taken(box, *taken)
    await settle_switch(box)


async def settle_switch(box: Box) -> None:
    """Whatever a switch that was laid ready left to do; before anything is done with a feed."""
    if await box.reader.read(read_settling) is None:
        return
    while taken := await box.writer.run(settle_some):
        await note_taken(box, *taken)


async def note_taken(box: Box, data_set: DataSet, unreadable: tuple[str, ...]) -> None:
    """What the box holds in memory of rows that came into force."""
    if unreadable:
        log.error(
            "rows set aside",
            store=box.enrolment.store_code,
            data_set=data_set.value,
            rows=len(unreadable),
            first=shown(unreadable[0]),
        )
    if data_set is DataSet.SETTINGS:
        box.clock.zone = await box.reader.read(read_zone)
    if data_set in (DataSet.OPERATORS, DataSet.CREDENTIALS):
        box.sessions.forget()
    if data_set is DataSet.ERASED_CUSTOMERS and not await box.writer.empty_log():
        log.warning("the log keeps what was erased until it wraps round")
    if data_set is DataSet.OPENING_STOCK:
        box.nudge.set()  # it was booked, and head office counts it too


async def _lay_ready(box: Box, through: Mapping[Feed, int]) -> None:
    began_ms = box.clock.moment().wall_ms
    while await box.writer.run(drop_spare):
        pass
    await box.writer.run(begin_ready)
    while await box.writer.run(partial(copy_some, limit=READY_ROWS_MAX)):
        pass
    gone = await box.reader.read(lambda db: tuple(leaving(db, through)))
    for feed in {one.now: None for one in gone}:
        await _lay_feed(box, feed, through[feed], began_ms)
    for one in gone:
        await _lay_gone(box, one, through[one.now], began_ms)


async def _lay_feed(box: Box, feed: Feed, through: int, began_ms: int) -> None:
    reached: int | None = 0
    while reached is not None:
        piece = partial(lay_rows, feed=feed, through=through, after=reached, now_ms=began_ms)
        reached = await box.writer.run(piece)


async def _lay_gone(box: Box, gone: Leaving, through: int, began_ms: int) -> None:
    behind: str | None = ""
    while behind is not None:
        piece = partial(lay_gone, gone=gone, through=through, behind=behind, now_ms=began_ms)
        behind = await box.writer.run(piece)

"""Puts in force what waits, and says to the box what it holds in memory of it.

One unit of work after the other: sales go on between them, and wait for one at most.
"""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from edge.box.box import Box, read_zone
from edge.db.ready import Laid, begin_ready, copy_some, drop_spare
from edge.db.reference import Feed
from edge.db.waiting import read_settling
from edge.usecases.feed.lay_ready import (
    READY_ROWS_MAX,
    InForce,
    lay_gone,
    lay_rows,
    leaving,
    settle_some,
    too_large,
)
from edge.usecases.feed.take_effect import take_effect
from sync.protocol.reference import DataSet
from sync.protocol.text import shown

log = structlog.get_logger()


async def switch(box: Box, through: Mapping[Feed, int]) -> None:
    """Everything through the heads of one acknowledgement, whole; a large switch is laid ready
    first."""
    laid = await box.reader.read(lambda db: too_large(db, through))
    if laid:
        await _lay_ready(box, through, laid)

    def unit(db: sqlite3.Connection) -> tuple[InForce, ...]:
        """The clock is read when its turn has come: a basket that is quoted before is held against
        what it was quoted from."""
        return take_effect(db, through, box.clock.moment(), laid)

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


async def _lay_ready(box: Box, through: Mapping[Feed, int], laid: Laid) -> None:
    began_ms = box.clock.moment().wall_ms
    while await box.writer.run(drop_spare):
        pass
    await box.writer.run(partial(begin_ready, laid=laid))
    while await box.writer.run(partial(copy_some, laid=laid, limit=READY_ROWS_MAX)):
        pass
    gone = await box.reader.read(lambda db: tuple(leaving(db, through, laid)))
    for feed in {one.now: None for one in gone}:
        piece = partial(lay_rows, laid=laid, feed=feed, through=through, now_ms=began_ms)
        await _lay_feed(box, piece)
    for one in gone:
        leave = partial(lay_gone, laid=laid, gone=one, through=through, now_ms=began_ms)
        await _lay_gone(box, leave)


async def _lay_feed(box: Box, piece: Callable[..., int | None]) -> None:
    reached: int | None = 0
    while reached is not None:
        reached = await box.writer.run(partial(piece, after=reached))


async def _lay_gone(box: Box, piece: Callable[..., str | None]) -> None:
    behind: str | None = ""
    while behind is not None:
        behind = await box.writer.run(partial(piece, behind=behind))

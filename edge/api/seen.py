"""What a workstation was told, held against what this box has.

With each request a workstation states the highest head it was ever told:
``Holdfast-Seen: <number>-<fingerprint>:<seq>:<hash>:<receipt number>``. If this box has less, or
another event there, it was restored or copied (protocol.md, Epochs); if the box before it had more
than head office had of it, that box took receipts along: people are told once, by an alarm, and
selling goes on. Head office proves no day that the missing events may belong to.
"""

import sqlite3
import uuid

import uuid_utils.compat
from litestar.handlers import BaseRouteHandler

from edge.api.guard import Connection, box_of, workstation_of
from edge.box.box import Box
from edge.db.store import read_enrolment
from edge.usecases.box.raise_alarm import raise_alarm
from sync.engine.journal import Moment, hash_at, read_head
from sync.engine.signing import parse_head
from sync.protocol.change import Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.errors import InvalidField
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import WorkstationId

HEADER = "Holdfast-Seen"
CHARACTERS_MAX = 256


async def compare_seen(connection: Connection, _route: BaseRouteHandler) -> None:
    """A guard after ``require_workstation``. Raises InvalidField for a header that is none."""
    text = connection.headers.get(HEADER)
    if text is None:
        return
    box, workstation_id = box_of(connection), workstation_of(connection)
    seen = parse_seen(text)
    if box.told.get(workstation_id) == seen:
        return
    moment = box.clock.moment()
    alarm_id = uuid_utils.compat.uuid7()
    await box.writer.run(lambda db: _witness(db, seen, workstation_id, alarm_id, moment))
    box.told[workstation_id] = seen


def tell(box: Box, workstation_id: WorkstationId, head: Head) -> None:
    """This workstation is being told ``head``: it will state it from now on, if it is higher."""
    before = box.told.get(workstation_id)
    if before is None or before.epoch != head.epoch or before.seq < head.seq:
        box.told[workstation_id] = head


def parse_seen(text: str) -> Head:
    """The head in the header. Raises InvalidField."""
    try:
        if len(text) > CHARACTERS_MAX:
            raise ValueError("too long")
        return parse_head(text.rpartition(":")[0])
    except ValueError as error:
        raise InvalidField(
            f"{HEADER}: {error}.",
            remedy="Send what the last answers said: epoch:seq:hash:receipt number.",
            field=HEADER,
        ) from error


def sealed_with(genesis: Genesis, seen: Head) -> bool:
    """Whether head office had what a workstation was told by the box before this one, when it was
    sealed. Of other epochs nothing is known here, and nothing is said."""
    if seen.epoch != genesis.parent or seen.seq < genesis.parent_watermark:
        return True
    return (seen.seq, seen.hash) == (genesis.parent_watermark, genesis.parent_hash)


def _witness(
    db: sqlite3.Connection,
    seen: Head,
    workstation_id: WorkstationId,
    alarm_id: uuid.UUID,
    moment: Moment,
) -> None:
    """Raise the alarm unless this journal holds what the workstation was told."""
    ours, enrolment = read_head(db), read_enrolment(db)
    if seen.epoch == ours.epoch:
        known = hash_at(db, seen.seq) == seen.hash
    else:
        known = enrolment is None or sealed_with(decode(Genesis, enrolment.genesis), seen)
    if known:
        return
    detail = f"it was told event {seen.seq} of epoch {seen.epoch}; here stands {ours.seq}"
    raise_alarm(
        db,
        AlarmKind.WORKSTATION_AHEAD,
        workstation_id,
        detail,
        moment,
        alarm_id=alarm_id,
        workstation_id=workstation_id,
    )

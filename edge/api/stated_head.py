"""What a workstation states with each request: the highest head that it was ever told.

``Holdfast-Seen: <number>-<fingerprint>:<seq>:<hash>:<receipt number>``. It is held against this
box's journal (``edge/usecases/workstation/compare_head.py``) unless this box told that very head
itself, which it remembers.
"""

from litestar.handlers import BaseRouteHandler

from edge.api.guard import Connection, box_of, workstation_of
from edge.box.box import Box
from edge.usecases.workstation.compare_head import compare_head
from sync.engine.signing import parse_head
from sync.http.stated import header_in
from sync.protocol.change import Head
from sync.protocol.errors import InvalidField
from sync.protocol.identity import WorkstationId

HEADER = "Holdfast-Seen"
_HEADER = HEADER.lower().encode()
CHARACTERS_MAX = 256


async def compare_stated_head(connection: Connection, _route: BaseRouteHandler) -> None:
    """A guard after ``require_workstation``. Raises InvalidField for a header that is none."""
    text = header_in(connection.scope, _HEADER)
    if text is None:
        return
    box, workstation_id = box_of(connection), workstation_of(connection)
    stated = parse_stated_head(text)
    if box.told.get(workstation_id) == stated:
        return
    moment, opening = box.clock.moment(), box.opening()
    await box.writer.run(lambda db: compare_head(db, stated, workstation_id, moment, opening))
    box.told[workstation_id] = stated
    box.nudge.set()


def tell(box: Box, workstation_id: WorkstationId, head: Head) -> None:
    """This workstation is being told ``head``: it will state it from now on, if it is higher."""
    before = box.told.get(workstation_id)
    if before is None or before.epoch != head.epoch or before.seq < head.seq:
        box.told[workstation_id] = head


def parse_stated_head(text: str) -> Head:
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

"""Asks head office what a new box takes over of those before it, once it is enrolled."""

from edge.box.box import Box
from edge.db.connection.errors import CannotStart
from edge.db.journal import read_head
from edge.exchange.rounds import line_to_central
from sync.engine.ask import ask
from sync.protocol.answers import read_refusal
from sync.protocol.codec import decode
from sync.protocol.enrolment import Predecessor
from sync.protocol.errors import NotSent, Undecodable
from sync.protocol.text import shown

_OK = 200
_UNKNOWN = 404


class NotTold(CannotStart):
    """Head office did not say it this time."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "Head office did not say what this box takes over of the one before it "
            f"({detail.rstrip('.')}): run the same command again; it goes on where it stopped."
        )


async def ask_predecessor(box: Box) -> Predecessor | None:
    """None: an older head office, which does not know the question. Raises NotTold."""
    path = f"/v1/stores/{box.enrolment.store_id}/predecessor"
    head = await box.reader.read(read_head)
    async with line_to_central(box) as line:
        try:
            response, signed = await ask(line.transport, line.signer, "GET", path, head)
        except NotSent as error:
            raise NotTold(str(error)) from error
    if signed and response.status == _UNKNOWN:
        return None
    if response.status != _OK or not signed:
        refused = read_refusal(response.status, response.headers, response.body, signed=signed)
        raise NotTold(shown(refused.detail))
    try:
        return decode(Predecessor, response.body)
    except Undecodable as error:
        raise NotTold("its answer cannot be read") from error

"""Asks head office for the box's certificate, and for the keys that go with it: at its enrolment,
and whenever a round finds that one is due. Whatever comes of it, the shop sells on with what it
has."""

import time

import structlog

from edge.box.box import Box
from edge.box.certificate import NotOurs
from edge.db.journal import read_head
from edge.exchange.rounds import Line
from sync.engine.ask import ask
from sync.protocol.answers import read_refusal
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import BoxKeys, CertificateRequest
from sync.protocol.errors import NotSent, Undecodable
from sync.protocol.text import shown

AGAIN_AFTER_S = 15 * 60
"""Whatever head office answered: what trying again at once would not mend."""
MSGPACK = "application/msgpack"
_OK = 200

log = structlog.get_logger()


class NotCertified(Exception):
    """There is no new certificate; ``str()`` says why."""


class Certifying:
    """When head office was asked last, and for which names and addresses."""

    def __init__(self, box: Box, line: Line) -> None:
        self._box = box
        self._line = line
        self._again_at = 0.0
        self._asked: set[str] = set()

    async def look(self) -> None:
        """Ask if a certificate is due and this one was not asked for just now."""
        box, now = self._box, time.monotonic()
        wanted = box.certificate.wanted()
        if now < self._again_at and wanted == self._asked:
            return
        if not box.certificate.is_due(box.clock.moment().wall_ms):
            return
        self._again_at, self._asked = now + AGAIN_AFTER_S, wanted
        try:
            await get_certified(box, self._line)
        except NotSent:
            self._again_at = now  # the next round that reaches head office asks
        except NotCertified as error:
            log.error("no certificate", store=box.enrolment.store_code, detail=str(error))


async def get_certified(box: Box, line: Line) -> None:
    """A new certificate is in use. Raises NotCertified, NotSent."""
    path = f"/v1/stores/{box.enrolment.store_id}/certificate"
    body = encode(CertificateRequest(box.certificate.request()))
    head = await box.reader.read(read_head)
    response, signed = await ask(
        line.transport, line.signer, "POST", path, head, body, content_type=MSGPACK
    )
    try:
        if response.status != _OK or not signed:
            refused = read_refusal(response.status, response.headers, response.body, signed=signed)
            raise NotCertified(refused.detail)
        box.certificate.take(decode(BoxKeys, response.body))
    except (NotCertified, NotOurs, Undecodable) as error:
        box.certificate.refused = shown(str(error))
        raise NotCertified(box.certificate.refused) from error

"""A one-time code for a workstation, with all that somebody needs to bring it there: links for
browsers on other machines, the first as a picture to scan, and what a device that was never here
must trust first. For the folder's owner by command, for a manager at a till."""

import io
from typing import Any

import litestar
import msgspec
import segno

from edge.box.addresses import address_here, pairing_link
from edge.box.box import Box
from edge.box.company import authority_of
from edge.box.links import till_links, trust_link, trust_port
from edge.domain.fields import Request, ShortWorkstation, one_case
from edge.domain.workstation import WorkstationKind, paired_under
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.http.body import read_body
from sync.protocol.errors import InvalidField
from sync.protocol.identity import WorkstationId
from sync.protocol.text import SHORT_ID_CHARACTERS_MAX

QR_SCALE = 4


class PairingCodeRequest(Request, frozen=True):
    """Which workstation is to be paired, and as what."""

    workstation_id: ShortWorkstation
    kind: WorkstationKind = WorkstationKind.TILL


class ToTrust(msgspec.Struct, frozen=True):
    """The plain page at ``told_at`` says how a device comes to trust ``authority``, whose
    certificate has this ``fingerprint``: SHA-256, in groups of four."""

    authority: str
    fingerprint: str
    told_at: str | None


class PairingOffer(msgspec.Struct, frozen=True):
    """The only time that the code can be read. ``links``: by which other machines open the till
    page, the back office or a customer's display, and pair, by name first; none where they are not
    answered. ``qr``: the first as SVG. ``to_trust``: null where every device trusts what it is
    shown. ``here``: the link on the box's own machine, null where each start takes another port."""

    workstation_id: WorkstationId
    code: str
    expires_at_ms: int
    links: tuple[str, ...]
    qr: str | None
    to_trust: ToTrust | None
    here: str | None


async def offer_pairing(request: litestar.Request[Any, Any, Any], box: Box) -> PairingOffer:
    """A code in place of an earlier one. Raises NameOfDisplay, InvalidField and what ``read_body``
    raises."""
    asked = await read_body(request, PairingCodeRequest)
    name = paired_under(one_case(asked.workstation_id), asked.kind)
    if len(name) > SHORT_ID_CHARACTERS_MAX:
        raise InvalidField(
            f"{asked.workstation_id} is too long a name for a till with a display.",
            remedy="Pair the till anew under a shorter name, then its display.",
            field="workstation_id",
        )
    drawn, moment = new_code(), box.clock.moment()
    issued = await box.writer.run(
        lambda db: issue_pairing_code(db, asked.workstation_id, drawn, moment, asked.kind)
    )

    def linked(address: str) -> str:
        return pairing_link(address, issued.workstation_id, issued.code, asked.kind)

    links = tuple(linked(link) for link in till_links(box.certificate, box.settings.port))
    here = address_here(box.settings)
    return PairingOffer(
        issued.workstation_id,
        issued.code,
        issued.expires_at_ms,
        links,
        _as_svg(links[0]) if links else None,
        to_trust(box) if links else None,
        None if here is None else linked(here),
    )


def to_trust(box: Box) -> ToTrust | None:
    """What devices must trust to take what they are shown."""
    authority = authority_of(box.certificate)
    if authority is None:
        return None
    told_at = trust_link(box.certificate, trust_port(box.settings))
    return ToTrust(authority.name, authority.fingerprint, told_at)


def _as_svg(link: str) -> str:
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", scale=QR_SCALE, xmldecl=False)
    return drawn.getvalue().decode()

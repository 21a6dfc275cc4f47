"""Workstations, from a till: which are paired, a code for another one, the end of one. What the
folder's owner may do by command, somebody who is signed in and may pair does here."""

from typing import Any

import litestar
from litestar import get, post

from edge.api.allowed import allow
from edge.api.described import Described, accepts
from edge.api.local import Workstations, workstations_of
from edge.api.pairing_codes import PairingCodeRequest, PairingOffer, offer_pairing
from edge.api.parameters import TheBox
from edge.usecases.workstation.unpair import Unpaired, unpair_workstation
from sync.http.body import read_body
from sync.protocol.permissions import Permission

Request = litestar.Request[Any, Any, Any]


@get("/workstations", operation_class=Described)
async def listed(request: Request, box: TheBox) -> Workstations:
    """Which are paired, and when codes that may still be used are over."""
    await allow(request, box, Permission.PAIR_WORKSTATIONS)
    return await workstations_of(box)


@post("/pairing-codes", operation_class=accepts(PairingCodeRequest))
async def code(request: Request, box: TheBox) -> PairingOffer:
    """A one-time code for a workstation, in place of an earlier one, with its links and a QR code
    of the first."""
    await allow(request, box, Permission.PAIR_WORKSTATIONS)
    return await offer_pairing(request, box)


@post("/unpair", status_code=200, operation_class=accepts(PairingCodeRequest))
async def unpair(request: Request, box: TheBox) -> Unpaired:
    """End a workstation's pairing, its code and its sessions: its next request gets 401."""
    asked = await read_body(request, PairingCodeRequest)
    await allow(request, box, Permission.PAIR_WORKSTATIONS)
    ended = await box.writer.run(lambda db: unpair_workstation(db, asked.workstation_id))
    box.forget_workstations()
    return ended


ROUTES = (listed, code, unpair)

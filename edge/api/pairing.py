"""Pair a workstation: a one-time code of `edge pair` lets in the token that it drew."""

from typing import Any

import litestar
import msgspec
from litestar import post

from edge.api.described import accepts
from edge.api.guard import tries_of
from edge.api.once import once
from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.domain.workstation import PairingRefused, WorkstationKind
from edge.usecases.workstation.pair import (
    Paired,
    PairWorkstation,
    check_code,
    pair_workstation,
)
from sync.http.body import decode_body, raw_body
from sync.http.door import address_of
from sync.protocol.identity import WorkstationId


class PairedAnswer(msgspec.Struct, frozen=True):
    """The token of the request goes into ``Authorization: Bearer`` of every later one."""

    token: str
    workstation_id: WorkstationId
    store_code: str


@post("/pair", status_code=200, operation_class=accepts(PairWorkstation))
async def pair(request: litestar.Request[Any, Any, Any], box: TheBox) -> PairedAnswer:
    """Open to whoever has the code. Pairing a workstation again ends its earlier token."""
    return await pair_as(request, box, WorkstationKind.TILL)


async def pair_as(
    request: litestar.Request[Any, Any, Any], box: Box, kind: WorkstationKind
) -> PairedAnswer:
    """What the request's code was made for, and nothing else. Raises PairingRefused, TooManyTries
    and what the body's reading raises."""
    tries, address = tries_of(request), address_of(request.scope)
    tries.let_in(address)
    asked = decode_body(await raw_body(request), PairWorkstation)
    if await box.workstations.named_by(asked.token) is None:  # else it may be a repeat
        try:
            moment = box.clock.moment()
            await box.reader.read(lambda db: check_code(db, asked, moment, kind))
        except PairingRefused:
            await tries.wrong(address)
            raise
    done = await once(
        request,
        box,
        PairWorkstation,
        Paired,
        lambda body: body.request_id,
        lambda db, body, at: pair_workstation(db, body, at.moment, kind),
    )
    box.forget_workstations()
    return PairedAnswer(asked.token, done.content.workstation_id, box.enrolment.store_code)


ROUTES = (pair,)

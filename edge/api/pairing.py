"""Pair a workstation: a one-time code of `edge pair` for a bearer token, told once."""

from typing import Any

import litestar
import msgspec
from litestar import post

from edge.api.parameters import TheBox
from edge.api.written import accepts
from edge.usecases.pair_workstation import PairWorkstation, new_token, pair_workstation
from sync.http.body import read_body
from sync.protocol.identity import WorkstationId


class PairedAnswer(msgspec.Struct, frozen=True):
    """The token goes into ``Authorization: Bearer`` of every later request; it is told once."""

    token: str
    workstation_id: WorkstationId
    store_code: str


@post("/pair", status_code=200, operation_class=accepts(PairWorkstation))
async def pair(request: litestar.Request[Any, Any, Any], box: TheBox) -> PairedAnswer:
    """Open to whoever has the code. Pairing a workstation again ends its earlier token."""
    asked = await read_body(request, PairWorkstation)
    token, moment = asked.token or new_token(), box.clock.moment()
    await box.writer.run(lambda db: pair_workstation(db, asked, token, moment))
    box.workstations.forget()
    return PairedAnswer(token, asked.workstation_id, box.enrolment.store_code)


ROUTES = (pair,)

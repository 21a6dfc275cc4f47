"""How this box is, all that can be looked at, for managers and for `edge doctor`."""

import asyncio
from typing import Any

import litestar
from litestar import get

from edge.api.allowed import allow
from edge.api.described import Described
from edge.api.parameters import TheBox
from edge.api.spoken import language_of
from edge.box.addresses import address_here, known_address
from edge.box.box import Box
from edge.doctor.checks import examine
from edge.doctor.in_chinese import report_in_chinese
from edge.doctor.scene import AtWork, Scene
from edge.domain.state_words import ENGLISH
from sync.program.findings import Report
from sync.protocol.permissions import Permission


@get("/doctor", operation_class=Described)
async def doctor(request: litestar.Request[Any, Any, Any], box: TheBox) -> Report:
    """Every check of the box, with the remedy for what is not fine."""
    await allow(request, box, Permission.SEE_REPORTS)
    report = await examined(box)
    return report if language_of(request) == ENGLISH else report_in_chinese(report)


async def examined(box: Box) -> Report:
    """Every check; who asks while somebody else does gets the same."""
    found: Report = await box.examining.of("doctor", lambda: _examine(box))
    return found


async def _examine(box: Box) -> Report:
    """Looked at beside the sales: in a thread, by connections of its own."""
    address = known_address(box.folder) or address_here(box.settings)
    heard, refused = dict(box.workstations.heard), box.certificate.refused
    at_work = AtWork(heard, box.begun_ms, address, refused)
    return await asyncio.to_thread(examine, Scene(box.folder, at_work))


ROUTES = (doctor,)

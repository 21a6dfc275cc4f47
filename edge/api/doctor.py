"""How this box is, all that can be looked at, for managers and for `edge doctor`."""

import asyncio

from litestar import get

from edge.api.described import Described
from edge.api.parameters import TheBox
from edge.box.addresses import configured_address, known_address
from edge.box.box import Box
from edge.doctor.checks import examine
from edge.doctor.scene import AtWork, Scene
from sync.program.findings import Report


@get("/doctor", operation_class=Described)
async def doctor(box: TheBox) -> Report:
    """Every check of the box, with the remedy for what is not fine."""
    examined: Report = await box.examining.of("doctor", lambda: _examine(box))
    return examined


async def _examine(box: Box) -> Report:
    """Looked at beside the sales: in a thread, by connections of its own."""
    address = known_address(box.folder) or configured_address(box.folder)
    heard, refused = dict(box.workstations.heard), box.certificate.refused
    at_work = AtWork(heard, box.begun_ms, address, refused)
    return await asyncio.to_thread(examine, Scene(box.folder, at_work))


ROUTES = (doctor,)

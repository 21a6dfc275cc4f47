"""Whether head office works: open to everybody, and telling nothing else."""

from typing import Any

import msgspec
from litestar import Request, get
from sqlalchemy import text

from central.api.admission import place_of
from central.api.guards import office_of
from central.db.engine import unit_of_work


class Health(msgspec.Struct, frozen=True):
    """``status`` is ``ok``: a database that does not answer gives a 503 problem instead."""

    status: str
    time_ms: int


@get("/health")
async def read_health(request: Request[Any, Any, Any]) -> Health:
    """Asks the database."""
    office = office_of(request)
    await place_of(request.scope).turn()
    async with unit_of_work(office.engine) as db:
        await db.execute(text("SELECT one FROM central_state"))
    return Health("ok", office.clock_ms())

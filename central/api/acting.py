"""How a person changes something at head office: one unit of work that writes down who did it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.guards import office_of, person_of
from central.db.engine import unit_of_work
from central.usecases.people.note_act import note_act


@asynccontextmanager
async def acting(
    request: Request[Any, Any, Any], act: str, subject: str, detail: str = ""
) -> AsyncIterator[AsyncConnection]:
    """The unit of work of whoever its guard found; without a guard it does not begin. ``act``,
    ``subject`` and ``detail`` as ``note_act`` takes them."""
    person, office = person_of(request), office_of(request)
    async with unit_of_work(office.engine) as db:
        yield db
        await note_act(db, person.company_id, person.name, act, subject, detail, office.clock_ms())

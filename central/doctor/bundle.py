"""What support gets of head office: see ``sync/program/bundle.py``."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from central.doctor.checks import CHECKS
from central.doctor.scene import COULD_NOT_LOOK, Scene
from central.reports import counts
from sync.http.logs import error_name
from sync.program.bundle import told_to_support, versions_here
from sync.program.findings import Report

_PARTS: Mapping[str, Callable[[AsyncConnection], Awaitable[Any]]] = MappingProxyType(
    {
        "schema": counts.schema_step,
        "tables": counts.table_counts,
        "streams": counts.stream_figures,
        "journal": counts.kind_counts,
        "set_aside": counts.aside_counts,
        "feeds": counts.feed_figures,
        "alarms": counts.alarm_counts,
    }
)
_SETTINGS = (
    *("port", "host", "session_hours", "apply_every_s", "sequence_every_s", "pace_ms", "door"),
    "tries",
)
"""Those that are figures and choices; what people typed there is left out."""


async def bundle_of(scene: Scene, told: Report) -> dict[str, Any]:
    """The parts of the zip; one that cannot be read says by which error."""
    own = scene.settings
    dumped = own.model_dump(mode="json")
    settings = {
        **{name: dumped[name] for name in _SETTINGS},
        "embedded_database": own.database_url is None,
        "certificate": own.tls_cert is not None,
        "proxies": len(own.trusted_proxy),
    }
    return {
        "doctor": told_to_support(told, CHECKS, own.data),
        "versions": versions_here(),
        "settings": settings,
        **{name: await _part(scene, read) for name, read in _PARTS.items()},
    }


async def _part(scene: Scene, read: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    try:
        async with scene.reading() as db:
            return await read(db)
    except COULD_NOT_LOOK as error:
        return {"not_read": error_name(error)}

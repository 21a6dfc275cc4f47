"""What boxes say of their days beside the journal: copies of manifests that go ahead, and figures
of spans that head office asked for. Nothing of it is proof: that comes in the journal. Both are
answered as a heartbeat is, so that the next question is in the answer."""

from typing import Any

from litestar import Request, Response, post

from central.api.guards import device_guard, device_of, office_of
from central.api.packed import MSGPACK, read_packed
from central.api.sync import as_it_stands
from central.db.engine import unit_of_work
from central.usecases.journal.compare_spans import take_span_figures
from central.usecases.journal.declare_manifest import declare_manifest
from sync.protocol.checkpoints import SpanFigures
from sync.protocol.manifest import Manifest

MANIFEST_BYTES_MAX = 1 << 20
FIGURES_BYTES_MAX = 1 << 20
"""256 receipts with every tender and tax class that a company may have."""


@post(
    "/v1/stores/{store_id:uuid}/declared",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=MANIFEST_BYTES_MAX,
)
async def take_declared(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A copy of a day's manifest goes ahead of the journal that holds it."""
    office, device = office_of(request), device_of(request)
    remedy = "Send the msgpack of a manifest."
    said = await read_packed(request, Manifest, "manifest", remedy)
    async with unit_of_work(office.engine) as db:
        await declare_manifest(db, device.store_id, said, office.clock_ms())
    return await as_it_stands(request)


@post(
    "/v1/stores/{store_id:uuid}/checkpoints",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=FIGURES_BYTES_MAX,
)
async def take_checkpoints(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What a day's events in a span come to, because that was asked. An answer to what is not asked
    any more changes nothing."""
    office, device = office_of(request), device_of(request)
    remedy = "Send the msgpack of a span's figures."
    said = await read_packed(request, SpanFigures, "figures", remedy)
    async with unit_of_work(office.engine) as db:
        await take_span_figures(db, device.store_id, said, office.clock_ms())
    return await as_it_stands(request)

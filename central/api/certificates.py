"""What a box asks for so that tills may speak to it: its certificate, and before that, at which
names they knew the box whose place it takes, and what it may believe of what they kept of that
one."""

from typing import Any

from litestar import Request, Response, get, post

from central.api.guards import device_guard, device_of, office_of, signed_of
from central.api.limits import BODY_BYTES_MAX
from central.api.packed import MSGPACK, packed, read_packed
from central.db.engine import unit_of_work
from central.domain.box import BoxReplaced
from central.office.head_office import HeadOffice
from central.reports.lineage import lineage_of
from central.reports.predecessor import predecessor_of
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.box.issue_certificate import issue_certificate
from central.usecases.box.record_stated_head import note_head
from sync.protocol.enrolment import CertificateRequest, LineageAsked


@post(
    "/v1/stores/{store_id:uuid}/certificate",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=BODY_BYTES_MAX,
)
async def certify_box(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A certificate for the box that asks, for the names that it states, and the keys that go with
    it; none for a box that writes in a fenced epoch."""
    office, device, now_ms = await _speaking_box(request)
    remedy = "Send a msgpack array of one PKCS #10."
    asked = await read_packed(request, CertificateRequest, "csr", remedy)
    async with unit_of_work(office.engine) as db:
        return packed(await issue_certificate(db, office.key, device, asked.csr, now_ms))


@get("/v1/stores/{store_id:uuid}/predecessor", guards=[device_guard], media_type=MSGPACK)
async def read_predecessor(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What the box takes over of those before it; nothing for a box that writes in a fenced
    epoch."""
    office, device, _ = await _speaking_box(request)
    async with unit_of_work(office.engine) as db:
        return packed(await predecessor_of(db, device.company_id, device.store_id))


@post(
    "/v1/stores/{store_id:uuid}/lineage",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=BODY_BYTES_MAX,
)
async def read_lineage(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The keys of the store's epochs, and which of the events that tills kept are here; nothing for
    a box that writes in a fenced epoch."""
    office, device, _ = await _speaking_box(request)
    remedy = "Send a msgpack array of one array of events."
    asked = await read_packed(request, LineageAsked, "events", remedy)
    async with unit_of_work(office.engine) as db:
        return packed(await lineage_of(db, device.store_id, asked.events))


async def _speaking_box(request: Request[Any, Any, Any]) -> tuple[HeadOffice, EnrolledDevice, int]:
    """Who asks whom, and when (UTC milliseconds). Raises BoxReplaced."""
    office, device = office_of(request), device_of(request)
    now_ms, head = office.clock_ms(), signed_of(request).head
    if await note_head(office.archive, device.store_id, device.device_id, head, now_ms):
        raise BoxReplaced
    return office, device, now_ms

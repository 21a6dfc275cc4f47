"""What a box asks for while somebody waits at its till: a right to spend."""

from typing import Any

from litestar import Request, Response, post

from central.api.guards import device_guard, device_of, office_of, signed_of
from central.api.limits import BODY_BYTES_MAX
from central.api.packed import MSGPACK, packed, read_packed
from central.domain.box import BoxReplaced
from central.usecases.box.record_stated_head import note_head
from central.usecases.grant.answer import answer_request
from sync.protocol.rights import RightAsked


@post(
    "/v1/stores/{store_id:uuid}/grants",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=BODY_BYTES_MAX,
)
async def grant_right(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Up to what is available, or nothing, for the epoch whose head the box states; the same again
    to the same request. Nothing for a box that writes in a fenced epoch."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    now_ms = office.clock_ms()
    remedy = "Send a msgpack array of request_id, kind, account_id and amount."
    asked = await read_packed(request, RightAsked, "request_id", remedy)
    if await note_head(office.archive, device.store_id, device.device_id, head, now_ms):
        raise BoxReplaced
    return packed(await answer_request(office.engine, device, head.epoch, asked, now_ms))

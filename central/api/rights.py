"""What a box asks for while somebody waits at its till: a right to spend, and a receipt whose goods
come back."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.guards import device_guard, device_of, office_of, signed_of
from central.api.limits import BODY_BYTES_MAX
from central.api.packed import MSGPACK, packed, read_packed
from central.db.engine import snapshot
from central.domain.box import BoxReplaced
from central.reports.receipt_back import find_sold, state_receipt
from central.usecases.box.record_stated_head import note_head
from central.usecases.grant.answer import answer_request
from central.usecases.grant.state_account import state_account
from sync.protocol.change import KIND_LETTERS_MAX, KIND_PATTERN, Head
from sync.protocol.rights import RightAsked
from sync.protocol.text import TEXT_PATTERN

CODE_LETTERS_MAX = 100


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
    remedy = "Send a msgpack array of request_id, kind, account_id, amount and until."
    asked = await read_packed(request, RightAsked, "request_id", remedy)
    office, device, head = office_of(request), device_of(request), await _head_of(request)
    return packed(await answer_request(office.engine, device, head.epoch, asked, office.clock_ms()))


@get("/v1/stores/{store_id:uuid}/grants", guards=[device_guard], media_type=MSGPACK)
async def read_account_stated(
    request: Request[Any, Any, Any],
    kind: Annotated[str, QueryParameter(max_length=KIND_LETTERS_MAX, pattern=KIND_PATTERN)],
    account: Annotated[UUID, QueryParameter()],
) -> Response[bytes]:
    """What somebody has in all, and how much of it the box would be granted if it asked now."""
    office, device, head = office_of(request), device_of(request), await _head_of(request)
    named = (device, head.epoch, kind, account)
    return packed(await state_account(office.engine, *named, office.clock_ms()))


@get("/v1/stores/{store_id:uuid}/receipts", guards=[device_guard], media_type=MSGPACK)
async def read_receipt_stated(
    request: Request[Any, Any, Any],
    code: Annotated[
        str, QueryParameter(min_length=1, max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ],
) -> Response[bytes]:
    """A receipt of any shop of the company by its code, its number or its sale's id, with what came
    back of it."""
    office, device, _ = office_of(request), device_of(request), await _head_of(request)
    async with snapshot(office.engine) as db:
        sold = await find_sold(db, device.company_id, code)
        named = (device.company_id, sold, device.store_id)
        return packed(await state_receipt(db, *named, office.clock_ms()))


async def _head_of(request: Request[Any, Any, Any]) -> Head:
    """As the box states it, and remembered. Raises BoxReplaced for a fenced one."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    at_ms = office.clock_ms()
    if await note_head(office.archive, device.store_id, device.device_id, head, at_ms):
        raise BoxReplaced
    return head

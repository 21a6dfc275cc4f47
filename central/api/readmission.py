"""A box that head office forgot shows what head office once signed, and is taken in again."""

from typing import Any

from litestar import Request, Response, post

from central.api.guards import office_of, showing_guard, shown_of
from central.api.packed import MSGPACK, packed
from central.db.engine import unit_of_work
from central.usecases.box.readmit_box import readmit_box
from central.usecases.feed.read_feed import read_incarnation
from central.usecases.feed.sequence_publications import drain_publications
from sync.protocol.batch import PROTOCOL_VERSION, Acknowledgement

SHOWN_BYTES_MAX = 1 << 20
"""Of five thousand rights, and what goes with them."""


@post(
    "/v1/stores/{store_id:uuid}/readmission",
    status_code=200,
    media_type=MSGPACK,
    guards=[showing_guard],
    request_max_body_size=SHOWN_BYTES_MAX,
)
async def readmit(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The box's epoch is the store's, and its rights are counted. It is told what is held, and the
    incarnation; what it was given is in its feed again before it can load that anew."""
    office, shown = office_of(request), shown_of(request)
    now_ms = office.clock_ms()
    held = await readmit_box(office.engine, shown, now_ms)
    await drain_publications(office.engine)
    async with unit_of_work(office.engine) as db:
        incarnation = await read_incarnation(db)
    said = Acknowledgement(
        protocol=PROTOCOL_VERSION,
        incarnation=incarnation,
        acknowledged_through=held.watermark,
        head_hash=held.head_hash,
        server_time_ms=now_ms,
        pace_ms=office.settings.pace_ms,
        versions=(PROTOCOL_VERSION,),
        commands=(),
        feeds=(),
    )
    return packed(said)

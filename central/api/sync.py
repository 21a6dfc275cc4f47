"""What boxes ask for: to be enrolled, to deliver their journal, to pull the feeds.

Journals come as zstd over msgpack, answers are msgpack, refusals problem documents. Every route but
enrolment needs the box's signature.
"""

import base64
import binascii
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.admission import place_of
from central.api.guards import device_guard, device_of, office_of, signed_of
from central.api.limits import BODY_BYTES_MAX
from central.api.packed import MSGPACK, packed, read_packed
from central.api.verdicts import (
    BATCH_TYPE,
    JOURNAL_BYTES_MAX,
    take_batch,
    take_hashed,
    verdict_problem,
)
from central.archive.port import StreamKey
from central.db.engine import unit_of_work
from central.domain.access import NotAllowed
from central.domain.box import BoxReplaced
from central.domain.enrol_code import EnrolCodeRefused
from central.domain.feeds import CursorGone, FollowedFeed, followed_feeds
from central.domain.journal import RecordDamaged
from central.office.head_office import HeadOffice
from central.reports.commands import commands_for
from central.usecases.box.enrol import PUBLIC_KEY_BYTES, enrol
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.box.ratify_epoch import ratify_epoch
from central.usecases.box.record_stated_head import note_head, record_stated_head
from central.usecases.feed.note_handed_out import note_handed_out
from central.usecases.feed.note_lost_rows import note_lost_rows
from central.usecases.feed.read_feed import FeedCursor, feed_heads, feed_page, read_incarnation
from central.usecases.feed.read_snapshot import feed_snapshot, snapshot_part
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.journal.take_pruned import take_pruned
from sync.http.body import read_body
from sync.http.door import address_of
from sync.http.problems import answer as problem_answer
from sync.protocol.batch import PROTOCOL_VERSION, Acknowledgement, Batch, PrunedThrough
from sync.protocol.change import Epoch
from sync.protocol.codec import PAGE_PACKING, pack_page
from sync.protocol.enrolment import ProvisionalEpoch
from sync.protocol.errors import InvalidField, Refusal, WrongContentType
from sync.protocol.identity import Incarnation
from sync.protocol.reference import DataSet
from sync.protocol.text import TEXT_PATTERN

PAGE_TYPE = "application/vnd.holdfast.page"
"""A page in a zstd frame."""
SCOPE_LETTERS_MAX = 64
WORD_LETTERS_MAX = 16
LATE_TAIL = "late"
BASE64_PATTERN = r"\A[A-Za-z0-9+/]*=*\Z"
PART_LETTERS = 64
PART_PATTERN = r"\A[0-9a-f]{64}\Z"
"""SHA-256 in hexadecimal."""
PUB_SEQ_MAX = (1 << 63) - 1


class EnrolBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``public_key``: base64 of the box's 32-byte Ed25519 key."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=TEXT_PATTERN)]
    public_key: Annotated[str, msgspec.Meta(min_length=44, max_length=44, pattern=BASE64_PATTERN)]


@post(
    "/v1/enrol",
    status_code=200,
    media_type=MSGPACK,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"body": EnrolBody},
)
async def enrol_box(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A box redeems its one-time code: the code is the credential."""
    body = await read_body(request, EnrolBody)
    office = office_of(request)
    public_key = _public_key(body.public_key)
    address = address_of(request.scope)
    office.tries.let_in(address)
    place = place_of(request.scope)
    await place.turn()
    try:
        answer = await enrol(office.engine, office.key, body.code, public_key, office.clock_ms())
    except EnrolCodeRefused:
        place.leave()
        await office.tries.wrong(address)
        raise
    office.nudges.published.set()
    return packed(answer)


def _public_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_key() from error
    if len(key) != PUBLIC_KEY_BYTES:
        raise _bad_key()
    return key


def _bad_key() -> InvalidField:
    return InvalidField(
        f"public_key: not the base64 of {PUBLIC_KEY_BYTES} bytes.",
        field="public_key",
        remedy="Send the raw Ed25519 public key in base64.",
    )


@post(
    "/v1/stores/{store_id:uuid}/journal",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=JOURNAL_BYTES_MAX,
)
async def take_journal(
    request: Request[Any, Any, Any],
    tail: Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
    hashes: Annotated[int, QueryParameter(ge=0, le=1)] = 0,
) -> Response[bytes]:
    """Stage 1: a batch is kept and acknowledged, or one verdict says why not. ``tail``: ``late``,
    where it is that of a sealed epoch; ``hashes``: 1 where the hash of each event stands beside it.
    """
    office, device = office_of(request), device_of(request)
    if request.content_type[0] != BATCH_TYPE:
        raise WrongContentType(
            f"The body is declared as {request.content_type[0] or 'nothing'}.",
            field="Content-Type",
            remedy=f"Send a batch as {BATCH_TYPE}.",
        )
    now_ms = office.clock_ms()
    head = signed_of(request).head
    try:
        batch, stated = await _taken(await request.body(), office, bool(hashes))
        await place_of(request.scope).turn()
        outcome = await ingest_batch(
            office.archive,
            device.store_id,
            device.device_id,
            batch,
            now_ms,
            late=tail == LATE_TAIL,
            hashes=stated,
        )
    except Refusal:
        await note_head(office.archive, device.store_id, device.device_id, head, now_ms)
        raise
    if not isinstance(outcome, Acknowledged):
        return problem_answer(verdict_problem(outcome, batch.epoch))
    office.nudges.note_arrival(StreamKey(device.store_id, batch.epoch))
    return packed(await _acknowledgement(office, device, outcome, batch.epoch, now_ms))


async def _taken(body: bytes, office: HeadOffice, hashed: bool) -> tuple[Batch, tuple[bytes, ...]]:
    if hashed:
        return await take_hashed(body, office.lanes.unfolding)
    return await take_batch(body, office.lanes.unfolding), ()


@post(
    "/v1/stores/{store_id:uuid}/epochs",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=BODY_BYTES_MAX,
)
async def take_epoch(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A provisional epoch of the box is the store's from now on, and answered as its stream stands.
    What its record and the request's head say is remembered as claimed."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    now_ms = office.clock_ms()
    remedy = "Send a msgpack array of the record and its signature."
    asked = await read_packed(request, ProvisionalEpoch, "genesis", remedy)
    try:
        ratified = await ratify_epoch(office.engine, device, asked, now_ms)
    except Refusal:
        await note_head(office.archive, device.store_id, device.device_id, head, now_ms)
        raise
    office.nudges.note_arrival(StreamKey(device.store_id, ratified.epoch))
    for stated in (ratified.parent, head):
        await note_head(office.archive, device.store_id, device.device_id, stated, now_ms)
    return packed(await _acknowledgement(office, device, ratified.held, ratified.epoch, now_ms))


@post(
    "/v1/stores/{store_id:uuid}/pruned",
    status_code=200,
    media_type=MSGPACK,
    guards=[device_guard],
    request_max_body_size=BODY_BYTES_MAX,
)
async def take_what_is_pruned(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The box keeps no more what is asked of it: the journal goes on behind that, and what is
    missing is sought at the tills."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    now_ms = office.clock_ms()
    remedy = "Send a msgpack array of the epoch, a sequence and the chain's hash there."
    pruned = await read_packed(request, PrunedThrough, "through", remedy)
    outcome = await take_pruned(office.engine, device, pruned, head, now_ms)
    await note_head(office.archive, device.store_id, device.device_id, head, now_ms)
    if not isinstance(outcome, Acknowledged):
        return problem_answer(verdict_problem(outcome, pruned.epoch))
    office.nudges.note_arrival(StreamKey(device.store_id, pruned.epoch))
    return packed(await _acknowledgement(office, device, outcome, pruned.epoch, now_ms))


@get("/v1/stores/{store_id:uuid}/feeds", guards=[device_guard], media_type=MSGPACK)
async def read_heads(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The heartbeat: what is held of the box's epoch, and the heads of its feeds."""
    return await as_it_stands(request)


async def as_it_stands(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What a heartbeat is answered: to what is said beside the journal, too."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    now_ms = office.clock_ms()
    try:
        outcome = await record_stated_head(
            office.archive, device.store_id, device.device_id, head, now_ms
        )
    except RecordDamaged:
        await note_head(office.archive, device.store_id, device.device_id, head, now_ms)
        raise
    if not isinstance(outcome, Acknowledged):
        return problem_answer(verdict_problem(outcome, head.epoch))
    return packed(await _acknowledgement(office, device, outcome, head.epoch, now_ms))


async def _acknowledgement(
    office: HeadOffice, device: EnrolledDevice, held: Acknowledged, epoch: Epoch, now_ms: int
) -> Acknowledgement:
    async with unit_of_work(office.engine) as db:
        heads = await feed_heads(db, device.company_id, device.store_id, device.price_zone)
        incarnation = await read_incarnation(db)
        asked = await commands_for(db, device.store_id, epoch)
    return Acknowledgement(
        protocol=PROTOCOL_VERSION,
        incarnation=incarnation,
        acknowledged_through=held.watermark,
        head_hash=held.head_hash,
        server_time_ms=now_ms,
        pace_ms=office.settings.pace_ms,
        versions=(PROTOCOL_VERSION,),
        commands=tuple(map(str, asked.commands)),
        feeds=heads,
        set_aside=asked.set_aside,
    )


@get("/v1/stores/{store_id:uuid}/feed", guards=[device_guard], media_type=MSGPACK)
async def read_feed(
    request: Request[Any, Any, Any],
    data_set: Annotated[DataSet, QueryParameter()],
    after: Annotated[int, QueryParameter(ge=0, le=PUB_SEQ_MAX)],
    scope_name: Annotated[
        str, QueryParameter(name="scope", max_length=SCOPE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
    incarnation: Annotated[UUID | None, QueryParameter()] = None,
    pack: Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
) -> Response[bytes]:
    """A page of one feed after a cursor, packed where the box asks for that. A store reads the
    feeds that it follows, no others, and a box that writes in a fenced epoch reads none: it goes on
    in a provisional one."""
    feed = await _feed_asked_for(request, data_set, scope_name)
    office, device = office_of(request), device_of(request)
    cursor = FeedCursor(None if incarnation is None else Incarnation(incarnation), after)
    try:
        async with unit_of_work(office.engine) as db:
            page = await feed_page(db, device.company_id, feed, cursor)
            through = page.rows[-1].pub_seq if page.rows else after
            await note_handed_out(db, device.store_id, feed, through, office.clock_ms())
    except CursorGone:
        await note_lost_rows(office.engine, device, feed, cursor, office.clock_ms())
        raise
    if pack != PAGE_PACKING:
        return packed(page)
    return Response(pack_page(page), media_type=PAGE_TYPE)


@get("/v1/stores/{store_id:uuid}/snapshot", guards=[device_guard], media_type=MSGPACK)
async def read_snapshot(
    request: Request[Any, Any, Any],
    data_set: Annotated[DataSet, QueryParameter()],
    scope_name: Annotated[
        str, QueryParameter(name="scope", max_length=SCOPE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
    part: Annotated[
        str | None, QueryParameter(max_length=PART_LETTERS, pattern=PART_PATTERN)
    ] = None,
) -> Response[bytes]:
    """A feed's set as of one publication: which parts it has, or one of them by its name, packed.
    For a box that is too far behind for pages, or whose set does not come out."""
    feed = await _feed_asked_for(request, data_set, scope_name)
    office, device = office_of(request), device_of(request)
    async with unit_of_work(office.engine) as db:
        if part is None:
            made = await feed_snapshot(db, device.company_id, feed, office.clock_ms())
            await note_handed_out(db, device.store_id, feed, made.head, office.clock_ms())
            return packed(made)
        found = await snapshot_part(db, device.company_id, feed, bytes.fromhex(part))
    return Response(pack_page(found), media_type=PAGE_TYPE)


async def _feed_asked_for(
    request: Request[Any, Any, Any], data_set: DataSet, scope: str
) -> FollowedFeed:
    """Raises BoxReplaced, and NotAllowed for a feed that the store does not follow."""
    office, device, head = office_of(request), device_of(request), signed_of(request).head
    contact = (device.store_id, device.device_id, head, office.clock_ms())
    if await note_head(office.archive, *contact):
        raise BoxReplaced
    feed = FollowedFeed(data_set, scope)
    if feed not in followed_feeds(device.store_id, device.price_zone):
        raise NotAllowed(
            f"This store does not follow {data_set.value} in the scope {scope!r}.",
            field="scope",
            remedy="Follow the feeds that the heartbeat lists.",
        )
    return feed

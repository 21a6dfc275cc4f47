"""Finish a sale or a return, look one up, give an id up.

The body's bytes are what idempotence compares: the same id with the same bytes gives the same
answer again (200 instead of 201), with other bytes 409. Credentials and what the workstation was
told stand in headers, so another operator's retry is still the same request. The device signs the
event's hash after the commit, and each time anew: Ed25519 gives the same signature every time.
"""

import hashlib
from typing import Any
from uuid import UUID

import litestar
import msgspec
from litestar import Response, get, post

from edge.api.described import Described, accepts
from edge.api.guard import (
    answered_directly,
    box_of,
    refuse_other_operator,
    session_of,
    workstation_of,
)
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox, Typed
from edge.api.stated_head import tell
from edge.box.box import Box
from edge.box.leave import hold_leaves
from edge.db.sale_reads import find_id
from edge.domain.fields import Request, ShortOperator
from edge.domain.operator import NotSignedIn
from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.returns import originals_of
from edge.usecases.sale.abandon import abandon_sale
from edge.usecases.sale.complete import complete_sale
from edge.usecases.sale.look_up import Abandoned, look_up_receipt, look_up_sale
from sync.engine.signing import SALE_SIGNED, sign_bytes
from sync.http.body import decode_body, raw_body, read_body
from sync.protocol import codec
from sync.protocol.errors import NotFound
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import SaleId


class ToldHead(msgspec.Struct, frozen=True):
    """The place of an event in the chain, as people and headers write it."""

    epoch: str
    seq: int
    hash: str


class SaleAnswer(msgspec.Struct, frozen=True):
    """What a workstation stores before it prints (protocol.md, Identity): ``envelope`` is base64 of
    the msgpack of a ``Kept``, signature included, to be kept 35 days; ``head`` is what the
    ``Holdfast-Seen`` header states from now on, if it is the highest. Amounts in minor units."""

    sale_id: UUID
    receipt_number: str
    business_date: str
    total_minor: int
    rounding_minor: int
    due_minor: int
    change_minor: int
    points_earned: int
    points_spent: int
    points_taken_back: int
    points_given_back: int
    points_here: int | None
    tips_minor: int
    receipt: str
    envelope: bytes
    hash: str
    signature: bytes
    head: ToldHead


class AbandonRequest(Request, frozen=True):
    """Who gives the id up."""

    operator_id: ShortOperator


class AbandonedAnswer(msgspec.Struct, frozen=True):
    """The id will never be a sale."""

    sale_id: UUID
    abandoned: bool = True


@post(
    "/sales",
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(SaleRequest),
    middleware=[answered_directly],
    tendered=True,
)
async def complete(request: litestar.Request[Any, Any, Any]) -> Response[SaleAnswer]:
    """Finish a sale; lines that name an original are taken back in the same receipt."""
    return await _complete(request, require_return=False)


@post(
    "/returns",
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(SaleRequest),
    middleware=[answered_directly],
    tendered=True,
)
async def take_back(request: litestar.Request[Any, Any, Any]) -> Response[SaleAnswer]:
    """Finish a return: as a sale, with at least one line that names its original."""
    return await _complete(request, require_return=True)


async def _complete(
    request: litestar.Request[Any, Any, Any], *, require_return: bool
) -> Response[SaleAnswer]:
    box = box_of(request)
    raw, workstation_id = await raw_body(request), workstation_of(request)
    sale = decode_body(raw, SaleRequest)
    digest = hashlib.sha256(raw).digest()
    await _refuse_other_operator(request, box, sale, digest)
    held = await _held_elsewhere(box, sale)
    moment = box.clock.moment()
    with box.overrides.using_all(sale.override_ids, session_of(request)) as overrides:
        completed = await box.writer.run(
            lambda db: complete_sale(
                db,
                sale,
                digest,
                workstation_id,
                moment,
                require_return=require_return,
                overrides=overrides,
                held=held,
            )
        )
    box.nudge.set()
    answer = _answer(box, completed)
    tell(box, workstation_id, completed.head)
    return Response(answer, status_code=200 if completed.repeated else 201)


async def _held_elsewhere(box: Box, sale: SaleRequest) -> dict[SaleId, str]:
    """What head office says of the receipts that goods come back of, of a sale that is not finished
    yet: its answer asks nobody again."""
    named = {one.sale_id for one in originals_of(sale.lines)}
    if sale.post_void_of is not None:
        named.add(sale.post_void_of)
    if not named or sale.training or len(sale.lines) > LINES_MAX:
        return {}
    standing = await box.reader.read(lambda db: find_id(db, sale.sale_id))
    if standing.request_digest is not None or standing.abandoned_at_ms is not None:
        return {}
    return await hold_leaves(box, sorted(named))


async def _refuse_other_operator(
    request: litestar.Request[Any, Any, Any], box: Box, sale: SaleRequest, digest: bytes
) -> None:
    """Who stands in the basket must have been signed in when it was tendered; the answer of one
    that is finished anybody who is signed in may ask for again."""
    try:
        refuse_other_operator(request, sale.operator_id, sale.tendered_at_ms)
    except NotSignedIn:
        standing = await box.writer.run(lambda db: find_id(db, sale.sale_id))
        if standing.request_digest != digest:
            raise


@get("/sales/{sale_id:uuid}", operation_class=Described)
async def look_up(sale_id: IdInPath, box: TheBox) -> SaleAnswer:
    """The answer that the sale had. A 404 proves nothing about a request still on its way: to give
    an id up, abandon it."""
    found = await box.writer.run(lambda db: look_up_sale(db, SaleId(sale_id)))
    if isinstance(found, CompletedSale):
        return _answer(box, found)
    state = "was abandoned" if isinstance(found, Abandoned) else "is not known here (yet)"
    raise NotFound(
        f"The sale {sale_id} {state}.",
        remedy="Send the sale again, or abandon its id before another is used.",
        field="sale_id",
    )


@get("/sales", operation_class=Described)
async def by_number(receipt_number: Typed, box: TheBox) -> SaleAnswer:
    """The sale on whose receipt this number stands, small letters and blanks around it as well; its
    receipt is marked as a copy."""
    found = await box.reader.read(lambda db: look_up_receipt(db, receipt_number))
    if found is None:
        raise NotFound(
            f"No receipt of this store has the number {receipt_number.strip()!r}.",
            remedy="Type the number as it is printed, S01-W1-E1-000123; ask the store that sold.",
            field="receipt_number",
        )
    return _answer(box, found)


@post("/sales/{sale_id:uuid}/abandon", status_code=200, operation_class=accepts(AbandonRequest))
async def abandon(
    request: litestar.Request[Any, Any, Any], sale_id: IdInPath, box: TheBox
) -> AbandonedAnswer:
    """Give an id up: a later arrival of that sale is refused."""
    asked, workstation_id = await read_body(request, AbandonRequest), workstation_of(request)
    refuse_other_operator(request, asked.operator_id)
    moment = box.clock.moment()
    await box.writer.run(
        lambda db: abandon_sale(db, SaleId(sale_id), workstation_id, asked.operator_id, moment)
    )
    box.nudge.set()
    return AbandonedAnswer(sale_id)


def _answer(box: Box, sale: CompletedSale) -> SaleAnswer:
    """The result, with the envelope signed by this device, or by the one that it came home from."""
    signature = sale.kept.signature or sign_bytes(box.device_key, SALE_SIGNED, sale.kept.hash)
    kept = msgspec.structs.replace(sale.kept, signature=signature)
    return SaleAnswer(
        sale.sale_id,
        sale.receipt_number,
        sale.business_date.isoformat(),
        sale.total_minor,
        sale.rounding_minor,
        sale.due_minor,
        sale.change_minor,
        sale.points_earned,
        sale.points_spent,
        sale.points_taken_back,
        sale.points_given_back,
        sale.points_here,
        sale.tips_minor,
        sale.receipt,
        codec.encode(kept),
        kept.hash.hex(),
        signature,
        ToldHead(str(kept.epoch), kept.envelope.seq, kept.hash.hex()),
    )


ROUTES = (complete, take_back, look_up, by_number, abandon)

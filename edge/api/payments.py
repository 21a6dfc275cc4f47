"""Payments that somebody else makes, and refunds by the terminal: begin one, see what became of it,
ask again, give it up.

What is begun is written down before the terminal is asked. Each answer says how the payment stands;
one that is still asked for is waited for, WAIT_S at most: then it is asked after again.
"""

import asyncio
import hashlib
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import litestar
import msgspec
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.guard import refuse_other_operator, session_of, workstation_of
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.payment_attempts import open_attempts, refunded_receipts
from edge.domain.fields import Request, ShortOperator
from edge.domain.payment.attempt import OWED, Attempt, AttemptEvent, AttemptState
from edge.usecases.payment.begin import BeginPayment, Begun, begin_payment
from edge.usecases.payment.begin_refund import BeginRefund, begin_refund
from edge.usecases.payment.settle import Told, find_payment, settle_by_hand
from sync.http.body import decode_body, raw_body, read_body
from sync.program.qr import qr_path
from sync.protocol.facts import Outcome
from sync.protocol.identity import OperatorId, ReceiptNumber, SaleId, TenderId, WorkstationId
from sync.protocol.paying import Through

WAIT_S = 10
_Request = litestar.Request[Any, Any, Any]


class Code(msgspec.Struct, frozen=True):
    """A QR code as a page draws it: an SVG path of its dark modules, ``size`` of them on a side."""

    size: int
    path: str


class Payment(msgspec.Struct, frozen=True):
    """A payment as it stands. ``reference``, ``outcome`` and ``approval`` are what a receipt's
    tender states of it; ``why``: in words, where it came to nothing. ``shown``: the text of the
    ``code``, good until ``expires_at_ms`` (UTC). ``paid_by``: the sale that has it. ``refunds``:
    the payment that it gives back of; then ``amount_minor`` is below 0. ``of_receipt``: in the list
    of those that no receipt has, the receipt that this payment paid, as far as it is known here."""

    attempt_id: UUID
    reference: str
    sale_id: SaleId
    tender_id: TenderId
    through: Through
    workstation_id: WorkstationId
    amount_minor: int
    state: AttemptState
    outcome: Outcome | None
    approval: str | None
    why: str
    begun_at_ms: int
    expires_at_ms: int | None
    shown: str | None
    paid_by: SaleId | None
    refunds: str | None
    code: Code | None = None
    of_receipt: ReceiptNumber | None = None


class ByOperator(Request, frozen=True):
    """Who does it."""

    operator_id: ShortOperator


class SaidPaid(StrEnum):
    """The outcomes that a person may state. ``confirmed``: the bank says that it came;
    ``on_sight``: somebody saw it on the customer's telephone."""

    CONFIRMED = Outcome.CONFIRMED.value
    ON_SIGHT = Outcome.ON_SIGHT.value


class AcceptPayment(ByOperator, frozen=True):
    """By whose word what was shown was paid."""

    outcome: SaidPaid


@post(
    "/payments",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(BeginPayment),
)
async def begin(request: _Request, box: TheBox) -> Payment:
    """Ask for a payment, by whatever way the tender is paid. The same id again is the same one:
    nobody is charged twice. 409 ``payment-unsettled`` while it is not known what became of another
    of this sale."""
    raw = await raw_body(request)
    return await _begun(request, box, raw, decode_body(raw, BeginPayment), begin_payment)


@post(
    "/payments/refunds",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(BeginRefund),
)
async def give_back(request: _Request, box: TheBox) -> Payment:
    """Give money back by the terminal that took it. The same id again is the same one: nothing goes
    back twice. 409 ``refund-unsettled`` while another refund of that payment may have gone back."""
    raw = await raw_body(request)
    asked = decode_body(raw, BeginRefund)
    with box.overrides.using(asked.override_id, session_of(request)) as word:
        return await _begun(request, box, raw, asked, partial(begin_refund, override=word))


async def _begun(
    request: _Request,
    box: Box,
    raw: bytes,
    asked: BeginPayment | BeginRefund,
    begin_one: Callable[..., Begun],
) -> Payment:
    workstation_id = workstation_of(request)
    refuse_other_operator(request, asked.operator_id)
    digest, moment = hashlib.sha256(raw).digest(), box.clock.moment()
    has_terminal = box.terminals.has(workstation_id)
    begun = await box.writer.run(
        lambda db: begin_one(db, asked, digest, workstation_id, moment, has_terminal=has_terminal)
    )
    attempt = begun.attempt
    if attempt.state not in OWED:
        return _payment(attempt)
    asking = box.terminals.ask_again if begun.repeated else box.terminals.begin
    return await _settled(box, attempt.attempt_id, asking(attempt))


@get("/payments", operation_class=Described)
async def unfinished(box: TheBox) -> tuple[Payment, ...]:
    """Those of the whole shop that no receipt has and that may have been paid, oldest first."""
    found, numbers = await box.reader.read(lambda db: (open_attempts(db), refunded_receipts(db)))
    return tuple(
        msgspec.structs.replace(_payment(one), of_receipt=numbers.get(one.attempt_id))
        for one in found
    )


@get("/payments/{attempt_id:uuid}", operation_class=Described)
async def look_up(attempt_id: IdInPath, box: TheBox) -> Payment:
    """How it stands, at once."""
    return _payment(await box.reader.read(lambda db: find_payment(db, attempt_id)))


@post("/payments/{attempt_id:uuid}/ask", status_code=200, operation_class=accepts(ByOperator))
async def ask_again(request: _Request, attempt_id: IdInPath, box: TheBox) -> Payment:
    """Ask the terminal what became of it: asked again, never charged again."""
    asked = await read_body(request, ByOperator)
    refuse_other_operator(request, asked.operator_id)
    attempt = await box.reader.read(lambda db: find_payment(db, attempt_id))
    if attempt.state not in OWED:
        return _payment(attempt)
    return await _settled(box, attempt_id, box.terminals.ask_again(attempt))


@post("/payments/{attempt_id:uuid}/give-up", status_code=200, operation_class=accepts(ByOperator))
async def give_up(request: _Request, attempt_id: IdInPath, box: TheBox) -> Payment:
    """Undo it, whatever became of it: from now on no receipt can have it, and the terminal is asked
    to undo it until it says that it did."""
    asked = await read_body(request, ByOperator)
    attempt = await _by_hand(
        request, box, attempt_id, Told(AttemptEvent.GIVEN_UP), asked.operator_id
    )
    if attempt.state not in OWED:
        return _payment(attempt)
    return await _settled(box, attempt_id, box.terminals.ask_again(attempt))


@post("/payments/{attempt_id:uuid}/accept", status_code=200, operation_class=accepts(AcceptPayment))
async def accept(request: _Request, attempt_id: IdInPath, box: TheBox) -> Payment:
    """What was shown was paid, as the bank says or as somebody saw."""
    asked = await read_body(request, AcceptPayment)
    told = Told(AttemptEvent.ACCEPTED, Outcome(asked.outcome))
    return _payment(await _by_hand(request, box, attempt_id, told, asked.operator_id))


async def _by_hand(
    request: _Request, box: Box, attempt_id: UUID, told: Told, operator_id: OperatorId
) -> Attempt:
    refuse_other_operator(request, operator_id)
    moment = box.clock.moment()
    return await box.writer.run(
        lambda db: settle_by_hand(db, attempt_id, told, operator_id, moment)
    )


async def _settled(box: Box, attempt_id: UUID, asking: "asyncio.Task[None]") -> Payment:
    """As it stands once the terminal has answered, or WAIT_S later: the question goes on."""
    await asyncio.wait([asking], timeout=WAIT_S)
    return _payment(await box.reader.read(lambda db: find_payment(db, attempt_id)))


def _payment(attempt: Attempt) -> Payment:
    return Payment(
        attempt.attempt_id,
        attempt.reference,
        attempt.for_sale,
        attempt.tender_id,
        attempt.through,
        attempt.workstation_id,
        attempt.amount_minor,
        attempt.state,
        attempt.outcome,
        attempt.approval,
        attempt.why,
        attempt.begun_at_ms,
        attempt.expires_at_ms,
        attempt.shown,
        attempt.paid_by,
        attempt.refunds,
        None if attempt.shown is None else Code(*qr_path(attempt.shown)),
    )


ROUTES = (begin, give_back, unfinished, look_up, ask_again, give_up, accept)

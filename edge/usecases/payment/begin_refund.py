"""Begin to give money back to a card: it is written down before the terminal is asked.

Rules.
1. It goes back by the terminal where that took it: the tender is asked of a terminal, and the
   payment has a reference of ours. Whoever gives it back may take goods back; for a void the
   receipt is looked at first, and who may not void it alone takes somebody's word before any money
   moves. That word is kept: it holds for what else goes back for this receipt, and for the receipt.
2. Of a payment that this box knows no more goes back than it took, less what went back or may have;
   of one that it does not know (another shop's, or long ago) the bank decides.
3. One refund of a payment at a time: while the end of one is not known, or no receipt has it, no
   other begins (RefundUnsettled), and none of that payment goes back by hand either.
4. Declined, or the terminal is away: nothing went back, and it is given back by hand.
"""

import sqlite3
from typing import Annotated
from uuid import UUID

import msgspec

from edge.db.operators import require
from edge.db.payment_attempts import (
    attempts_referred,
    find_attempt,
    insert_attempt,
    refunds_of,
    words_kept,
)
from edge.db.store import read_settings
from edge.db.tills import find_open_till
from edge.domain.fields import Request, ShortOperator, ShortTender
from edge.domain.payment.attempt import (
    ATTEMPT,
    Attempt,
    AttemptEvent,
    AttemptState,
    NobodyToAsk,
    NoTerminal,
    RefundBeyondPayment,
    RefundUnsettled,
)
from edge.domain.request import RequestIdReused
from edge.domain.rights import Override
from edge.domain.till import NoOpenTill
from edge.usecases.payment.begin import Begun, next_reference, way_of
from edge.usecases.sale.void import voidable
from sync.engine.journal import Moment
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.money import MINOR_MAX
from sync.protocol.paying import Through
from sync.protocol.permissions import Permission

_CAME_TO_NOTHING = frozenset({AttemptState.DECLINED, AttemptState.VOIDED})


class BeginRefund(Request, frozen=True):
    """``sale_id``: of the receipt that takes goods back; ``amount_minor``, above 0, goes back of
    the payment whose reference is ``refunds``. ``post_void_of``: the receipt that it is to void;
    ``override_id``: of what somebody else allowed for that."""

    attempt_id: UUID
    sale_id: SaleId
    operator_id: ShortOperator
    tender_id: ShortTender
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)]
    refunds: Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Z]{12}\Z")]
    post_void_of: SaleId | None = None
    override_id: UUID | None = None


def begin_refund(
    db: sqlite3.Connection,
    request: BeginRefund,
    request_digest: bytes,
    workstation_id: WorkstationId,
    moment: Moment,
    *,
    has_terminal: bool,
    override: Override | None = None,
) -> Begun:
    """The refund as it stands. Raises RequestIdReused, UnknownOperator, InactiveOperator,
    PermissionNeeded, OverrideNeeded, OverrideRefused, NothingToVoid, VoidedAlready, NotVoidable,
    NoOpenTill, UnknownTender, InactiveTender, NobodyToAsk, NoTerminal, RefundUnsettled,
    RefundBeyondPayment, PaymentUnsettled, TooManyPayments, SettingsMissing."""
    known = find_attempt(db, request.attempt_id)
    if known is not None:
        if known.request_digest != request_digest:
            raise RequestIdReused(request.attempt_id)
        return Begun(known, repeated=True)
    allowed = _judge(db, request, workstation_id, override)
    if find_open_till(db, workstation_id) is None:
        raise NoOpenTill(workstation_id)
    way = way_of(db, request.tender_id)
    if way.through != Through.TERMINAL:
        raise NobodyToAsk(request.tender_id)
    if not has_terminal:
        raise NoTerminal(workstation_id)
    _refuse_twice(db, request)
    reference, currency = next_reference(db, request.sale_id), read_settings(db).currency
    attempt = _attempt(request, request_digest, workstation_id, reference, currency, moment)
    attempt = attempt._replace(allowed=allowed)
    insert_attempt(db, attempt)
    return Begun(attempt, repeated=False)


def _judge(
    db: sqlite3.Connection,
    request: BeginRefund,
    workstation_id: WorkstationId,
    override: Override | None,
) -> Override | None:
    """Before any money moves: what the receipt will be asked for. The word that it took."""
    if request.post_void_of is None:
        require(db, request.operator_id, Permission.RETURN_GOODS)
        return None
    whole = voidable(db, request.post_void_of).head.total_minor
    before = words_kept(db, request.sale_id, request.operator_id, workstation_id)
    word = override or next(iter(before), None)
    return require(db, request.operator_id, Permission.VOID, request.sale_id, word, whole)


def _attempt(
    request: BeginRefund,
    request_digest: bytes,
    workstation_id: WorkstationId,
    reference: str,
    currency: str,
    moment: Moment,
) -> Attempt:
    return Attempt(
        attempt_id=request.attempt_id,
        reference=reference,
        for_sale=request.sale_id,
        through=Through.TERMINAL,
        tender_id=request.tender_id,
        workstation_id=workstation_id,
        operator_id=request.operator_id,
        amount_minor=-request.amount_minor,
        currency=currency,
        online_only=True,
        state=ATTEMPT.after(None, AttemptEvent.BEGUN, request.attempt_id),
        begun_at_ms=moment.wall_ms,
        changed_at_ms=moment.wall_ms,
        request_digest=request_digest,
        refunds=request.refunds,
    )


def _refuse_twice(db: sqlite3.Connection, request: BeginRefund) -> None:
    back = 0
    for one in refunds_of(db, request.refunds):
        if one.state not in _CAME_TO_NOTHING:
            if one.state is not AttemptState.PAID:
                raise RefundUnsettled(one.reference)
            back -= one.amount_minor
    paid = attempts_referred(db, [request.refunds]).get(request.refunds)
    if paid is None:
        return
    took = paid.amount_minor if paid.state is AttemptState.PAID else 0
    if paid.tender_id != request.tender_id or request.amount_minor > took - back:
        raise RefundBeyondPayment(request.refunds)

"""Begin a payment that somebody else makes: it is written down before anybody is asked."""

import sqlite3
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from edge.db.operators import require
from edge.db.payment_attempts import attempts_of, find_attempt, insert_attempt
from edge.db.store import read_settings
from edge.db.tenders import tenders_named
from edge.db.tills import find_open_till
from edge.domain.fields import Request, ShortOperator, ShortTender
from edge.domain.payment.attempt import (
    ATTEMPT,
    UNSETTLED,
    Attempt,
    AttemptEvent,
    CurrencyNotTaken,
    NobodyToAsk,
    NoTerminal,
    PaymentUnsettled,
    TooManyPayments,
)
from edge.domain.payment.paynow import CURRENCY, PayNow, paynow_text
from edge.domain.payment.reference import NUMBER_MAX, reference_of
from edge.domain.request import RequestIdReused
from edge.domain.sale.refusals.tenders import InactiveTender, UnknownTender
from edge.domain.till import NoOpenTill
from sync.engine.journal import Moment
from sync.protocol.identity import SaleId, TenderId, WorkstationId
from sync.protocol.money import MINOR_MAX
from sync.protocol.paying import PaymentWay, Through
from sync.protocol.permissions import Permission
from sync.protocol.reference import StoreSettings

_MS = 1_000


class BeginPayment(Request, frozen=True):
    """``attempt_id`` is made by the workstation, and kept before the first try; ``sale_id``: of the
    sale that is to be paid. ``amount_minor`` of the store's money."""

    attempt_id: UUID
    sale_id: SaleId
    operator_id: ShortOperator
    tender_id: ShortTender
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)]


class Begun(NamedTuple):
    """``repeated``: it was begun before, and nobody is asked anew."""

    attempt: Attempt
    repeated: bool


def begin_payment(
    db: sqlite3.Connection,
    request: BeginPayment,
    request_digest: bytes,
    workstation_id: WorkstationId,
    moment: Moment,
    *,
    has_terminal: bool,
) -> Begun:
    """The payment as it stands. Raises RequestIdReused, UnknownOperator, InactiveOperator,
    PermissionNeeded, NoOpenTill, UnknownTender, InactiveTender, NobodyToAsk, NoTerminal,
    CurrencyNotTaken, PaymentUnsettled, TooManyPayments, SettingsMissing."""
    known = find_attempt(db, request.attempt_id)
    if known is not None:
        if known.request_digest != request_digest:
            raise RequestIdReused(request.attempt_id)
        return Begun(known, repeated=True)
    require(db, request.operator_id, Permission.SELL)
    if find_open_till(db, workstation_id) is None:
        raise NoOpenTill(workstation_id)
    way, settings = way_of(db, request.tender_id), read_settings(db)
    if way.through == Through.TERMINAL and not has_terminal:
        raise NoTerminal(workstation_id)
    if way.through == Through.PAYNOW and settings.currency != CURRENCY:
        raise CurrencyNotTaken(settings.currency)
    reference = next_reference(db, request.sale_id)
    attempt = _attempt(request, request_digest, workstation_id, way, settings, reference, moment)
    insert_attempt(db, attempt)
    return Begun(attempt, repeated=False)


def next_reference(db: sqlite3.Connection, sale_id: SaleId) -> str:
    """Of the sale's next attempt. Raises PaymentUnsettled, TooManyPayments."""
    before = attempts_of(db, sale_id)
    for attempt in before:
        if attempt.state in UNSETTLED:
            raise PaymentUnsettled(attempt.reference)
    if len(before) >= NUMBER_MAX:
        raise TooManyPayments(len(before))
    return reference_of(sale_id, len(before) + 1)


def way_of(db: sqlite3.Connection, tender_id: TenderId) -> PaymentWay:
    """Who is asked for the tender. Raises UnknownTender, InactiveTender, NobodyToAsk."""
    tender = tenders_named(db, [tender_id]).get(tender_id)
    if tender is None:
        raise UnknownTender(tender_id, field="tender_id")
    if not tender.active:
        raise InactiveTender(tender_id, field="tender_id")
    if tender.way is None or tender.way.through not in frozenset(Through):
        raise NobodyToAsk(tender_id)
    return tender.way


def _attempt(
    request: BeginPayment,
    request_digest: bytes,
    workstation_id: WorkstationId,
    way: PaymentWay,
    settings: StoreSettings,
    reference: str,
    moment: Moment,
) -> Attempt:
    through, now_ms = Through(way.through), moment.wall_ms
    expires_at_ms = now_ms + way.expires_s * _MS if through is Through.PAYNOW else None
    shown = None
    if expires_at_ms is not None:
        payee = way.payee or settings.supplier_name or settings.store_name
        asked = PayNow(way.proxy, payee, request.amount_minor, reference, expires_at_ms)
        shown = paynow_text(asked)
    event = AttemptEvent.BEGUN if shown is None else AttemptEvent.SHOWN
    return Attempt(
        attempt_id=request.attempt_id,
        reference=reference,
        for_sale=request.sale_id,
        through=through,
        tender_id=request.tender_id,
        workstation_id=workstation_id,
        operator_id=request.operator_id,
        amount_minor=request.amount_minor,
        currency=settings.currency,
        online_only=way.online_only,
        state=ATTEMPT.after(None, event, request.attempt_id),
        begun_at_ms=now_ms,
        changed_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
        shown=shown,
        request_digest=request_digest,
    )

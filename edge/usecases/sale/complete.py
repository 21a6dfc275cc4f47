"""Finish a sale, a return or an exchange: one unit of work, all of it or nothing.

    read what the id means, the store, the counter → is it a sale at all → read what the basket
    names → price, tax, settle, record (pure) → journal.append, head, lines, taxes, tenders, stock,
    points → answer with the receipt

The same id with the same request gives the same answer again; with another request it is refused,
and the alarm of that is all that remains. Whatever a refusal or a failed statement leaves behind is
rolled back by the writer's savepoint. Once this has committed, nobody downstream can refuse it.
"""

import sqlite3
from collections.abc import Mapping
from uuid import uuid5

from edge.db import sale_reads, sales
from edge.db.connection.crash import crash_point
from edge.db.goodwill import note_goodwill
from edge.db.journal import append_after
from edge.db.payment_attempts import mark_sold, words_kept
from edge.db.value import move_value
from edge.domain.rights import Override
from edge.domain.sale.basket import SaleRequest, refuse_wrong_instant, refuse_wrong_shape
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.compose import Composed, compose
from edge.domain.sale.refusals.sale_id import SaleIdAbandoned, SaleIdReused, SaleIdTaken
from edge.domain.sale.situation import Situation
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.sale.look_up import number_of, points_left, recall
from edge.usecases.sale.read_situation import NOT_HELD, read_situation, require_store
from edge.usecases.sale.void import refuse_without_reason, void_whole
from sync.engine.journal import Entry, Moment
from sync.protocol.change import Epoch, Kept
from sync.protocol.escrow import Right, RightKind
from sync.protocol.facts import AlarmKind, RetailTransaction
from sync.protocol.identity import EventId, ReceiptNumber, SaleId, WorkstationId


def complete_sale(
    db: sqlite3.Connection,
    request: SaleRequest,
    request_digest: bytes,
    workstation_id: WorkstationId,
    moment: Moment,
    *,
    require_return: bool = False,
    overrides: tuple[Override, ...] = (),
    held: Mapping[SaleId, str] = NOT_HELD,
) -> CompletedSale:
    """Finish ``request``; ``request_digest``: SHA-256 of the body's bytes. ``require_return``: at
    least one line takes goods back. ``overrides``: what somebody else allowed for it. ``held``:
    shops with leave for a receipt, as head office just said. Raises the refusals of edge/domain and
    edge/domain/sale, NotEnrolled and EventTooLarge; a SaleIdReused carries the alarm in ``keep``.
    """
    counter = sale_reads.read_counter(
        db, request.sale_id, workstation_id, request.operator_id, request.customer_id
    )
    standing = counter.standing
    if standing.request_digest == request_digest:
        return recall(db, request.sale_id)
    if standing.request_digest is not None:
        number = number_of(db, request.sale_id)
        raise _reused(request.sale_id, request_digest, number, workstation_id, moment)
    if standing.abandoned_at_ms is not None:
        raise SaleIdAbandoned(request.sale_id)
    if standing.kind is not None:
        raise SaleIdTaken(request.sale_id, standing.kind)
    request = _whole(db, request, require_return=require_return)
    store = require_store(counter)
    when, age_max_s = request.tendered_at_ms, store.settings.tender_age_max_s
    refuse_wrong_instant(when, moment.wall_ms, moment.clock_state, age_max_s)
    known = read_situation(db, request, workstation_id, counter, moment, elsewhere=held)
    composed = compose(request, known, _words(db, request, workstation_id, overrides))
    entry = append_after(db, store.tip, composed.fact, EventId(request.sale_id), moment)
    crash_point("after_append")
    _write(db, composed, request_digest, entry, known, counter.receipts + 1, moment)
    kept = Kept(
        store.store_id, entry.epoch, entry.link.prev_hash, entry.envelope, entry.link.hash, b""
    )
    return _answer(db, composed.fact, kept, known)


def _words(
    db: sqlite3.Connection,
    request: SaleRequest,
    workstation_id: WorkstationId,
    overrides: tuple[Override, ...],
) -> tuple[Override, ...]:
    """A void takes also the word by which its terminal gave back before."""
    if request.post_void_of is None:
        return overrides
    before = words_kept(db, request.sale_id, request.operator_id, workstation_id)
    return (*before, *overrides)


def _whole(db: sqlite3.Connection, request: SaleRequest, *, require_return: bool) -> SaleRequest:
    """With the lines of the receipt that it voids, if it does; its shape is right."""
    whole = void_whole(db, request)
    refuse_wrong_shape(whole, require_return=require_return)
    refuse_without_reason(whole)
    return whole


def _answer(
    db: sqlite3.Connection, fact: RetailTransaction, kept: Kept, known: Situation
) -> CompletedSale:
    named = {sold.sale_id for sold in known.originals.values()}
    originals = sales.receipts_of(db, named) if named else {}
    here = points_left(db, fact)
    return CompletedSale(fact, kept, known.settings, known.texts, known.names, originals, here)


def _write(
    db: sqlite3.Connection,
    composed: Composed,
    request_digest: bytes,
    entry: Entry,
    known: Situation,
    receipts: int,
    moment: Moment,
) -> None:
    """All rows of the sale; its event is in the journal already and gives the place."""
    fact, place = composed.fact, entry.head
    sales.insert_sale(db, fact, request_digest, place, known.settings_no, known.names)
    sales.mark_returned(db, fact)
    sales.advance_series(db, fact.workstation_id, place, receipts)
    move_value(db, fact, born=not fact.training)
    if not fact.training:
        _count(db, composed, place.epoch, known, moment)


def _count(
    db: sqlite3.Connection, composed: Composed, epoch: Epoch, known: Situation, moment: Moment
) -> None:
    """What the sale moves: stock, points, the store's budget, payments made elsewhere. Of training
    nothing is moved."""
    sales.insert_movements(db, composed.fact, composed.movements, moment.wall_ms)
    sales.move_points(db, composed.fact, composed.spends)
    sales.take_rights(db, composed.fact)
    if known.goodwill is not None:
        _note_goodwill(db, composed, epoch, known.goodwill)
    for tender in composed.fact.tenders:
        attempt = known.attempts.get(tender.reference or "")
        if attempt is not None and (tender.amount_minor < 0) == (attempt.refunds is not None):
            mark_sold(db, attempt, composed.fact.sale_id, moment.wall_ms)


def _note_goodwill(
    db: sqlite3.Connection, composed: Composed, epoch: Epoch, goodwill: Right
) -> None:
    """What the receipt took of the store's budget."""
    named = (goodwill.root, goodwill.line)
    lent = sum(one.points for one in composed.spends if (one.root, one.line) == named)
    if lent:
        note_goodwill(db, epoch, RightKind.POINTS, composed.fact.business_date, lent)


def _reused(
    sale_id: SaleId,
    request_digest: bytes,
    number: ReceiptNumber,
    workstation_id: WorkstationId,
    moment: Moment,
) -> SaleIdReused:
    """The refusal, whose ``keep`` raises the alarm on both servers: one for each workstation that
    does it, however often and under however many ids. The alarm's id is this attempt's: the same
    bytes may come again after somebody has cleared the first."""
    attempt = f"reused by {request_digest.hex()} at {moment.wall_ms} of {moment.boot_id}"
    alarm_id = uuid5(sale_id, attempt)
    detail = f"{workstation_id} sent another content under the id of receipt {number}"

    def keep(db: sqlite3.Connection) -> None:
        raise_alarm(
            db,
            AlarmKind.SALE_ID_REUSED,
            str(sale_id),
            detail,
            moment,
            alarm_id=alarm_id,
            workstation_id=workstation_id,
        )

    return SaleIdReused(sale_id, number, keep)

"""Note what a supplier credits for goods that went back, when their credit note comes. One return
may have several; they add up."""

import sqlite3
from uuid import UUID

from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.supplier_returns import SupplierReturn, insert_credit
from edge.domain.fields import Request, ShortOperator, SomeMinor, Word
from edge.domain.rights import Override
from edge.usecases.supplier_return.look_up import look_up_return
from sync.engine.journal import Moment
from sync.protocol.facts import SupplierCredited
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class NoteCredit(Request, frozen=True):
    """``credit_id`` is made by the workstation, before the first attempt. ``number``: the credit
    note's own."""

    credit_id: MovementId
    operator_id: ShortOperator
    number: Word
    amount_minor: SomeMinor
    override_id: UUID | None = None


def note_credit(
    db: sqlite3.Connection,
    movement_id: UUID,
    request: NoteCredit,
    moment: Moment,
    override: Override | None = None,
) -> SupplierReturn:
    """The return with all that is credited so far; its event has the credit's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused,
    UnknownSupplierReturn, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ADJUST_STOCK, request.credit_id, override)
    found, day = look_up_return(db, movement_id), find_open_day(db)
    fact = SupplierCredited(
        request.credit_id,
        found.movement_id,
        found.supplier_id,
        request.operator_id,
        None if day is None else day.business_date,
        request.number,
        request.amount_minor,
    )
    append(db, fact, EventId(request.credit_id), moment)
    insert_credit(db, fact, moment.wall_ms)
    return look_up_return(db, movement_id)

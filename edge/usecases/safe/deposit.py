"""Take cash from the safe to the bank, in a sealed bag whose number the bank will name."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.cash import book_cash, safe_balance
from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_settings
from edge.domain.cash import CountedPieces, told_pieces
from edge.domain.fields import Request, Sentence, ShortOperator, SomeMinor, Word
from edge.domain.rights import Override
from sync.engine.journal import Moment
from sync.protocol.facts import CashDeposited
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class DepositCash(Request, frozen=True):
    """``deposit_id`` is made by the workstation, before the first attempt. ``bag_number``: as it is
    printed on the bag."""

    deposit_id: MovementId
    operator_id: ShortOperator
    amount_minor: SomeMinor
    bag_number: Word
    pieces: CountedPieces = ()
    note: Sentence | None = None
    override_id: UUID | None = None


class DepositedCash(msgspec.Struct, frozen=True):
    """``left_minor``: what the safe should hold afterwards; below zero where it was never
    counted."""

    deposit_id: MovementId
    amount_minor: int
    bag_number: str
    left_minor: int


def deposit_cash(
    db: sqlite3.Connection, request: DepositCash, moment: Moment, override: Override | None = None
) -> DepositedCash:
    """Its event has the deposit's id; with or without an open day.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    NotItsPieces, TooMuchCounted, NotEnrolled.
    """
    event_id = EventId(request.deposit_id)
    require(db, request.operator_id, Permission.KEEP_SAFE, event_id, override)
    day, settings = find_open_day(db), read_settings(db)
    fact = CashDeposited(
        request.deposit_id,
        request.operator_id,
        None if day is None else day.business_date,
        settings.currency,
        request.amount_minor,
        request.bag_number,
        told_pieces(request.pieces, request.amount_minor),
        request.note or "",
    )
    append(db, fact, event_id, moment)
    book_cash(db, fact, event_id, moment.wall_ms)
    left = safe_balance(db)
    return DepositedCash(request.deposit_id, request.amount_minor, request.bag_number, left)

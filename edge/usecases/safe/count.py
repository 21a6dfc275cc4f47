"""Count the safe: from then on it holds what was counted, and what it should have held is told."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.cash import book_cash, safe_balance
from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.store import read_settings
from edge.domain.cash import CountedPieces, counted_amount, told_pieces
from edge.domain.fields import AmountMinor, Request, Sentence, ShortOperator
from edge.domain.rights import Override
from sync.engine.journal import Moment
from sync.protocol.facts import SafeCounted
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission


class CountSafe(Request, frozen=True):
    """``count_id`` is made by the workstation, before the first attempt. ``counted_minor``: what
    ``pieces`` come to, unless the amount was counted as a sum."""

    count_id: MovementId
    operator_id: ShortOperator
    counted_minor: AmountMinor | None = None
    pieces: CountedPieces = ()
    reason: Sentence = "counted"
    override_id: UUID | None = None


class CountedSafe(msgspec.Struct, frozen=True):
    """Over is positive, short negative."""

    count_id: MovementId
    expected_minor: int
    counted_minor: int
    over_short_minor: int


def count_safe(
    db: sqlite3.Connection, request: CountSafe, moment: Moment, override: Override | None = None
) -> CountedSafe:
    """Its event has the count's id; with or without an open day.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, SettingsMissing,
    NotItsPieces, TooMuchCounted, NotEnrolled.
    """
    event_id = EventId(request.count_id)
    require(db, request.operator_id, Permission.KEEP_SAFE, event_id, override)
    day, settings = find_open_day(db), read_settings(db)
    pieces = told_pieces(request.pieces, request.counted_minor)
    fact = SafeCounted(
        request.count_id,
        request.operator_id,
        None if day is None else day.business_date,
        settings.currency,
        safe_balance(db),
        counted_amount(pieces, request.counted_minor),
        pieces,
        request.reason,
    )
    append(db, fact, event_id, moment)
    book_cash(db, fact, event_id, moment.wall_ms)
    counted = (fact.expected_minor, fact.counted_minor, fact.over_short_minor)
    return CountedSafe(request.count_id, *counted)

"""What a till did so far (X) or came to when it was settled (Z): its figures, what moved without a
sale, and each count."""

import sqlite3

import msgspec

from edge.db.cash import CashMoved, drawer_counts, till_movements
from edge.db.tills import TillSession, expected_of, find_till_session, settled_tenders
from edge.db.totals import TILL, read_parts
from edge.domain.till import TillState, UnknownTillSession
from edge.usecases.day.add_up import AMOUNT, NamedFigure
from edge.usecases.till.count import CountedTill, said
from sync.protocol.figures import TenderCount, Totals, figures
from sync.protocol.identity import MovementId, OperatorId, TillSessionId


class Moved(msgspec.Struct, frozen=True):
    """Cash that moved without a sale; into the till above 0."""

    movement_id: MovementId
    kind: str
    operator_id: OperatorId
    amount_minor: int
    with_safe: bool
    reason: str
    moved_at_ms: int


class Counted(msgspec.Struct, frozen=True):
    """A count, by whom and when; what it was held against is told to whoever made it, in its own
    answer, and here to whoever may see that."""

    count_id: MovementId
    operator_id: OperatorId
    counted_at_ms: int
    blind: bool
    counted_cash_minor: int
    compared: CountedTill | None


class TillReport(msgspec.Struct, frozen=True):
    """``hidden``: nothing is told from which expected cash could be worked out; then
    ``expected_cash_minor`` is null, and no amount is among ``figures``. ``tenders``: what the slips
    of each other tender should come to, once settled beside what was counted."""

    session: TillSession
    hidden: bool
    figures: tuple[NamedFigure, ...]
    moves: tuple[Moved, ...]
    counts: tuple[Counted, ...]
    expected_cash_minor: int | None
    tenders: tuple[TenderCount, ...]


def report_till(
    db: sqlite3.Connection, till_session_id: TillSessionId, *, blind: bool
) -> TillReport:
    """Raises UnknownTillSession."""
    session = find_till_session(db, till_session_id)
    if session is None:
        raise UnknownTillSession(till_session_id)
    is_open = session.state is TillState.OPEN
    hidden = blind and is_open
    totals = read_parts(db, session.business_date, TILL).get(till_session_id.bytes, Totals())
    should = expected_of(db, session)
    counted = {one.tender_id: one for one in settled_tenders(db, till_session_id)}
    tenders = () if is_open else tuple(counted.values())
    if is_open and not hidden:
        tenders = tuple(TenderCount(name, amount, 0) for name, amount in should.others)  # type: ignore[arg-type]  # ids as rows have them
    return TillReport(
        session,
        hidden,
        tuple(NamedFigure(*one) for one in figures(totals) if not (hidden and one.unit == AMOUNT)),
        tuple(
            _moved(one)
            for one in till_movements(db, till_session_id)
            if one.kind not in ("float", "settled", "carried")
        ),
        _counts(db, till_session_id, hidden=hidden),
        None if hidden else should.cash_minor,
        tenders,
    )


def _moved(one: CashMoved) -> Moved:
    what = (MovementId(one.event_id), one.kind, one.operator_id, one.till_minor)
    return Moved(*what, bool(one.safe_minor), one.reason, one.moved_at_ms)


def _counts(
    db: sqlite3.Connection, till_session_id: TillSessionId, *, hidden: bool
) -> tuple[Counted, ...]:
    return tuple(
        Counted(
            one.fact.count_id,
            one.fact.operator_id,
            one.at_ms,
            one.fact.blind,
            one.fact.counted_cash_minor,
            None if hidden else said(one.fact),
        )
        for one in drawer_counts(db, till_session_id)
    )

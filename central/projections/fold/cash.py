"""Cash that moves without a sale: what each fact does to a drawer and to the safe; counts."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import cash as rows
from sync.protocol.denominations import Pieces
from sync.protocol.facts import (
    AnyFact,
    CashDeposited,
    SafeCounted,
    TillCounted,
    TillHandedOver,
)
from sync.protocol.safe import safe_change


def put_cash(
    into: Fold,
    event: Event,
    fact: AnyFact,
    *,
    kind: str,
    business_date: date | None,
    till_session_id: UUID | None,
    operator_id: str,
    till_minor: int,
    reason: str = "",
    bag_number: str | None = None,
    pieces: Iterable[Pieces] = (),
) -> None:
    """A movement, with its notes and coins."""
    about = (kind, business_date, till_session_id, operator_id, till_minor, safe_change(fact))
    said = (reason, bag_number, event.occurred_at_ms)
    into.put(rows.CashMoved(event.store_id, event.event_id, *about, *said, *event.place))
    put_pieces(into, event, event.event_id, pieces)


def put_pieces(into: Fold, event: Event, of: UUID, pieces: Iterable[Pieces]) -> None:
    """One row a face."""
    counted: Counter[int] = Counter()
    for one in pieces:
        counted[one.face_minor] += one.count
    for face_minor, count in counted.items():
        into.put(rows.CashPieces(event.store_id, of, face_minor, count))


@folds(SafeCounted)
def _safe_counted(into: Fold, event: Event, counted: SafeCounted) -> None:
    put_cash(
        into,
        event,
        counted,
        kind="safe_count",
        business_date=counted.business_date,
        till_session_id=None,
        operator_id=counted.operator_id,
        till_minor=0,
        reason=counted.reason,
        pieces=counted.pieces,
    )
    if counted.business_date is not None:
        into.tallies[event.store_id, counted.business_date].add(counted)


@folds(CashDeposited)
def _deposited(into: Fold, event: Event, deposited: CashDeposited) -> None:
    put_cash(
        into,
        event,
        deposited,
        kind="deposit",
        business_date=deposited.business_date,
        till_session_id=None,
        operator_id=deposited.operator_id,
        till_minor=0,
        reason=deposited.note,
        bag_number=deposited.bag_number,
        pieces=deposited.pieces,
    )
    if deposited.business_date is not None:
        into.tallies[event.store_id, deposited.business_date].add(deposited)


def _tenders(counted: TillCounted) -> list[str]:
    return [one.tender_id for one in counted.tenders]


@folds(TillCounted, keys=_tenders)
def _counted(into: Fold, event: Event, counted: TillCounted) -> None:
    """In no figure of the day: what it is settled by is."""
    into.put(
        rows.TillCount(
            event.store_id,
            counted.count_id,
            counted.till_session_id,
            counted.business_date,
            counted.operator_id,
            counted.expected_cash_minor,
            counted.counted_cash_minor,
            counted.blind,
            event.occurred_at_ms,
        )
    )
    for one in counted.tenders:
        amounts = (one.expected_minor, one.counted_minor)
        into.put(rows.CountedTender(event.store_id, counted.count_id, one.tender_id, *amounts))
    put_pieces(into, event, counted.count_id, counted.pieces)


@folds(TillHandedOver)
def _handed_over(into: Fold, event: Event, handed: TillHandedOver) -> None:
    into.put(
        rows.TillHandedOver(
            event.store_id,
            handed.handover_id,
            handed.till_session_id,
            handed.business_date,
            handed.operator_id,
            handed.from_operator_id,
            handed.to_operator_id,
            handed.reason,
            handed.count_id,
            event.occurred_at_ms,
        )
    )

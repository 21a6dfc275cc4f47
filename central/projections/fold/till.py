"""A till's session: opened with a float, cash moved, counted, carried into another."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import till as rows
from sync.protocol.aggregate import Root
from sync.protocol.facts import (
    TillMoved,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
)


def _opening(fact: TillMoved | TillSessionSettled) -> tuple[Root]:
    return (Root("till_session", fact.till_session_id),)


@folds(TillSessionOpened)
def _opened(into: Fold, event: Event, opened: TillSessionOpened) -> None:
    into.put(
        rows.TillSession(
            event.store_id,
            opened.till_session_id,
            opened.till_id,
            opened.workstation_id,
            opened.operator_id,
            opened.business_date,
            opened.float_minor,
            *event.place,
        )
    )
    into.tallies[event.store_id, opened.business_date].add(opened)


@folds(TillMoved, after=_opening)
def _moved(into: Fold, event: Event, moved: TillMoved) -> None:
    into.put(rows.TillMoved(event.store_id, moved.till_session_id, moved.amount_minor))


@folds(TillSessionSettled, after=_opening)
def _settled(into: Fold, event: Event, settled: TillSessionSettled) -> None:
    number, fingerprint, seq = event.place
    into.put(
        rows.TillSettled(
            event.store_id,
            settled.till_session_id,
            settled.expected_cash_minor,
            settled.counted_cash_minor,
            number,
            fingerprint,
            seq,
            event.event_id,
        )
    )
    into.tallies[event.store_id, settled.business_date].add(settled)


@folds(TillSessionCarried)
def _carried(into: Fold, event: Event, carried: TillSessionCarried) -> None:
    """It waits for nothing: the carried session's own opening may have burnt with its box."""
    sessions = (carried.till_session_id, carried.carried_id)
    into.put(rows.TillCarried(event.store_id, *sessions, carried.counted_cash_minor))

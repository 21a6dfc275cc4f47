"""A till's session: opened with a float, cash moved, counted, carried into another."""

from central.projections.event import Event
from central.projections.fold.cash import put_cash
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import till as rows
from central.projections.rows.cash import TillTender
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
    put_cash(
        into,
        event,
        opened,
        kind="float",
        business_date=opened.business_date,
        till_session_id=opened.till_session_id,
        operator_id=opened.operator_id,
        till_minor=opened.float_minor,
        pieces=opened.pieces,
    )
    into.tallies[event.store_id, opened.business_date].add(opened)


@folds(TillMoved, after=_opening)
def _moved(into: Fold, event: Event, moved: TillMoved) -> None:
    into.put(rows.TillMoved(event.store_id, moved.till_session_id, moved.amount_minor))
    put_cash(
        into,
        event,
        moved,
        kind=moved.kind.value,
        business_date=moved.business_date,
        till_session_id=moved.till_session_id,
        operator_id=moved.operator_id,
        till_minor=moved.amount_minor,
        reason=moved.reason,
        pieces=moved.pieces,
    )
    into.tallies[event.store_id, moved.business_date].add(moved)


def _tenders(settled: TillSessionSettled) -> list[str]:
    return [one.tender_id for one in settled.tenders]


@folds(TillSessionSettled, after=_opening, keys=_tenders)
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
            settled.counted,
        )
    )
    for one in settled.tenders:
        till = (settled.till_session_id, settled.workstation_id, settled.business_date)
        amounts = (one.expected_minor, one.counted_minor)
        key = (event.store_id, event.event_id, one.tender_id)
        into.put(TillTender(*key, *till, *amounts, number, fingerprint, seq))
    put_cash(
        into,
        event,
        settled,
        kind="settled",
        business_date=settled.business_date,
        till_session_id=settled.till_session_id,
        operator_id=settled.operator_id,
        till_minor=-settled.counted_cash_minor,
    )
    into.tallies[event.store_id, settled.business_date].add(settled)


@folds(TillSessionCarried)
def _carried(into: Fold, event: Event, carried: TillSessionCarried) -> None:
    """It waits for nothing: the carried session's own opening may have burnt with its box."""
    sessions = (carried.till_session_id, carried.carried_id)
    into.put(rows.TillCarried(event.store_id, *sessions, carried.counted_cash_minor))
    put_cash(
        into,
        event,
        carried,
        kind="carried",
        business_date=carried.business_date,
        till_session_id=carried.carried_id,
        operator_id=carried.operator_id,
        till_minor=-carried.counted_cash_minor,
    )

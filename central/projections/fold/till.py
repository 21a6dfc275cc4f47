"""A till's session: opened with a float, cash moved, counted."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import till as rows
from sync.protocol.aggregate import Root
from sync.protocol.facts import TillMoved, TillSessionOpened, TillSessionSettled


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
        )
    )
    into.tallies[event.store_id, opened.business_date].add(opened)


@folds(TillMoved, after=_opening)
def _moved(into: Fold, event: Event, moved: TillMoved) -> None:
    into.put(rows.TillMoved(event.store_id, moved.till_session_id, moved.amount_minor))


@folds(TillSessionSettled, after=_opening)
def _settled(into: Fold, event: Event, settled: TillSessionSettled) -> None:
    counts = (settled.expected_cash_minor, settled.counted_cash_minor)
    into.put(rows.TillSettled(event.store_id, settled.till_session_id, *counts))
    into.tallies[event.store_id, settled.business_date].add(settled)

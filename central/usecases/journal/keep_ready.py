"""Keeps what is ready of a set of events, in the place of what it overrules (``taking_back``)."""

from central.archive.port import ArchiveUnit
from central.projections.event import Event
from central.projections.fact_id import FactId, fact_id
from central.projections.fold import fold_event, fold_events
from central.projections.fold.collect import Fold
from central.projections.fold.decisions import fold_decision
from central.projections.line_up import LinedUp, event_of
from central.projections.taking_back import Difference, Overruling, difference, rows_anew
from central.usecases.journal.read_arrived import read_arrived
from sync.protocol.identity import CompanyId, CustomerId, StoreId


async def keep_ready(
    unit: ArchiveUnit, company_id: CompanyId, store_id: StoreId, lined_up: LinedUp
) -> frozenset[CustomerId]:
    """The customers of whom something changed. Raises Unwritable, and then has kept nothing."""
    if not lined_up.overruled:
        changes = fold_events(company_id, lined_up.ready)
        return await unit.write(changes) if changes else frozenset()
    return await _overrule(unit, company_id, store_id, lined_up)


async def _overrule(
    unit: ArchiveUnit, company_id: CompanyId, store_id: StoreId, lined_up: LinedUp
) -> frozenset[CustomerId]:
    ready = {_own(event): event for event in lined_up.ready}
    counted = await read_arrived(unit, await unit.counted(store_id, lined_up.overruled))
    lost = {_own(event): event for event in map(event_of, counted)}
    instead = difference(company_id, [Overruling(lost[own], ready[own]) for own in lost])
    into = Fold(company_id)
    for row in instead.come:
        into.put(row)
    await _make_anew(unit, company_id, store_id, instead, into, frozenset(lost))
    for own, event in ready.items():
        if own not in lost:
            fold_event(into, event)
    return await unit.write(into.changes(), instead.gone)


async def _make_anew(
    unit: ArchiveUnit,
    company_id: CompanyId,
    store_id: StoreId,
    instead: Difference,
    into: Fold,
    lost: frozenset[FactId],
) -> None:
    """The rows that cannot be taken away from, of everything else that counts."""
    if not instead.anew:
        return
    made_of = await unit.made_of(company_id, store_id, instead.anew)
    again = Fold(company_id)
    for decision in made_of.decisions:
        fold_decision(again, decision)
    for event in map(event_of, await read_arrived(unit, made_of.events)):
        if event.store_id != store_id or _own(event) not in lost:
            fold_event(again, event)
    for row in rows_anew(instead.anew, again.changes()):
        into.put(row)


def _own(event: Event) -> FactId:
    return fact_id(event.fact, event.event_id)

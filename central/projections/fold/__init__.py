"""Facts become row changes: a pure fold, the same for every archive, for rebuild and for verify.

Whoever calls has already decided which events count (``line_up``): a fold refuses nothing. A kind
of fact is a function in its subject's module, under ``@folds``. A sale's id is its event's; rows
take it from there, in the type that the archive hands out.
"""

from collections.abc import Iterable

from central.projections.event import Event
from central.projections.fact_id import SALE_KIND, fact_id
from central.projections.fold import (
    basket,
    box,
    cash,
    customer,
    day,
    escrow,
    invoice,
    operator,
    purchase,
    recovered,
    sale,
    stock,
    till,
    transfer,
)
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import FACT_KINDS
from central.projections.row_changes import RowChanges
from central.projections.rows.journal import CountedFact, RecoveredFact
from sync.protocol.identity import CompanyId

SUBJECTS = (
    *(sale, basket, invoice, till, cash, day, stock, purchase, transfer, customer),
    *(box, operator, recovered, escrow),
)
"""Their modules: each adds its kinds to FACT_KINDS."""


def fold_events(company_id: CompanyId, events: Iterable[Event]) -> RowChanges:
    """What these events of stores of one company change, all together."""
    into = Fold(company_id)
    for event in events:
        fold_event(into, event)
    return into.changes()


def fold_event(into: Fold, event: Event) -> None:
    """One more event."""
    fact = event.fact
    kind, found = fact_id(fact, event.event_id)
    if kind != SALE_KIND:
        into.put(CountedFact(event.store_id, kind, found, *event.place))
    if event.recovered is not None:
        hash_, digest, source, workstation_id, epoch, seq = event.recovered
        came = (hash_, digest, source, workstation_id, epoch.number, epoch.fingerprint, seq)
        into.put(RecoveredFact(event.store_id, kind, found, *came))
    FACT_KINDS[type(fact)].fold(into, event, fact)

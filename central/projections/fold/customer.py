"""What a shop, or head office, set about a customer."""

from uuid import UUID

from msgspec import structs

from central.projections.event import Event, RawEvent
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows.customer import CustomerField
from sync.protocol.clock import COUNTER_BITS, COUNTER_MAX, WALL_MS_MAX, Hlc, wall_ms
from sync.protocol.facts import CustomerChanged
from sync.protocol.shared import FieldChange

CLOCK_TOLERANCE_MS = 5 * 60 * 1_000
"""How far a box's right clock may be ahead of head office's: the box bounds itself as tightly."""


def _refused(raw: RawEvent, changed: CustomerChanged) -> str | None:
    if any(change.source != raw.store_id for change in changed.fields):
        return "a field was changed in another's name: a box writes in its own store's only"
    return None


@folds(CustomerChanged, refused=_refused)
def _changed(into: Fold, event: Event, changed: CustomerChanged) -> None:
    put_fields(into, _believed(event, changed))


def put_fields(into: Fold, changed: CustomerChanged) -> None:
    """Fields meet what was put before: the newer one stays (sync.protocol.conflict)."""
    for change in changed.fields:
        into.put(_row(into.company_id, changed.customer_id, change))


def _row(company_id: UUID, customer_id: UUID, change: FieldChange) -> CustomerField:
    what = (change.field, change.hlc, change.source, change.value, change.sealed)
    return CustomerField(company_id, customer_id, *what)


def _believed(event: Event, changed: CustomerChanged) -> CustomerChanged:
    """A stamp counts as no later than its arrival, and a clock's tolerance: a wild clock wins
    nothing for longer than it is wild. Of several stamps beyond it the later event's is newer. The
    arrival is head office's own and is kept, so every fold says the same."""
    latest_ms = min(event.received_at_ms + CLOCK_TOLERANCE_MS, WALL_MS_MAX)
    latest = Hlc(latest_ms << COUNTER_BITS | event.seq & COUNTER_MAX)
    fields = tuple(
        structs.replace(change, hlc=latest) if wall_ms(change.hlc) > latest_ms else change
        for change in changed.fields
    )
    return structs.replace(changed, fields=fields)

"""What a shop, or head office, set about a customer."""

from uuid import UUID

from msgspec import structs

from central.projections.event import Event, RawEvent
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.fold.stamps import believed
from central.projections.rows.customer import CustomerField
from sync.protocol.facts import CustomerChanged
from sync.protocol.shared import FieldChange


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
    fields = tuple(
        structs.replace(change, hlc=believed(event, change.hlc)) for change in changed.fields
    )
    return structs.replace(changed, fields=fields)

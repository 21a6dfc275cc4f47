"""What a shop, or head office, set about a customer."""

from uuid import UUID

from msgspec import structs

from central.projections.event import Event, RawEvent
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.fold.stamps import believed
from central.projections.rows.customer import CustomerField as FieldRow
from central.projections.rows.loyalty import BirthMonthTold as MonthRow
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.clock import Hlc
from sync.protocol.facts import BirthMonthTold, CustomerChanged
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange

ERASED = Hlc(INTEGER_MAX)
"""The stamp of an erased customer's fields. No clock reaches it: head office counts a box's stamp
as no later than its arrival and five minutes."""


def _refused(raw: RawEvent, changed: CustomerChanged) -> str | None:
    if any(change.source != raw.store_id for change in changed.fields):
        return "a field was changed in another's name: a box writes in its own store's only"
    return None


@folds(BirthMonthTold)
def _born(into: Fold, event: Event, told: BirthMonthTold) -> None:
    at = believed(event, event.hlc)
    into.put(MonthRow(into.company_id, told.customer_id, at, told.sealed))


@folds(CustomerChanged, refused=_refused)
def _changed(into: Fold, event: Event, changed: CustomerChanged) -> None:
    created = event.event_id == changed.customer_id
    put_fields(into, _believed(event, changed), created=created)


def put_fields(into: Fold, changed: CustomerChanged, *, created: bool) -> None:
    """Fields meet what was put before: the newer one stays (sync.protocol.conflict). The event of a
    customer's making has the customer's id."""
    for change in changed.fields:
        into.put(_row(into.company_id, changed.customer_id, change, created))


def put_erased(into: Fold, customer_id: CustomerId) -> None:
    """Every field holds nothing, by a stamp that no change comes after: whatever arrives later or
    is folded first, these rows stand."""
    for field in CustomerField:
        change = FieldChange(field, ERASED, into.company_id, None, None)
        into.put(_row(into.company_id, customer_id, change, made=False))


def is_erased(record: CustomerRecord) -> bool:
    """Whether this is all that is left of a customer."""
    return any(change.hlc == ERASED for change in record.fields)


def _row(company_id: UUID, customer_id: UUID, change: FieldChange, made: bool) -> FieldRow:
    what = (change.field, change.hlc, change.source, change.value, change.sealed)
    return FieldRow(company_id, customer_id, *what, made)


def _believed(event: Event, changed: CustomerChanged) -> CustomerChanged:
    fields = tuple(
        structs.replace(change, hlc=believed(event, change.hlc)) for change in changed.fields
    )
    return structs.replace(changed, fields=fields)

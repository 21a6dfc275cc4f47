"""One rule per shared record.

Customer: field-level last writer by hybrid logical clock, then by source (protocol.md, Conflict
rules). The merge is a join: commutative, associative, idempotent, so any order of delivery,
duplication or splitting ends in the same record (P4).
"""

from collections.abc import Iterable

from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange


def newer(one: FieldChange, other: FieldChange) -> FieldChange:
    """The change that holds: the later clock, then the larger source, then the larger content
    (two contents under one clock and source can only come from a defect; the order still holds)."""
    return max(one, other, key=_rank)


def _rank(change: FieldChange) -> tuple[int, bytes, bool, bytes, bool, str]:
    """Total: two changes of equal rank are equal, so the order of arguments never decides."""
    sealed, value = change.sealed, change.value
    return (
        change.hlc,
        change.source.bytes,
        sealed is not None,
        sealed or b"",
        value is not None,
        value or "",
    )


def merge(
    customer_id: CustomerId, known: Iterable[FieldChange], incoming: Iterable[FieldChange]
) -> CustomerRecord:
    """The record after ``incoming`` met ``known``."""
    held: dict[CustomerField, FieldChange] = {}
    for change in (*known, *incoming):
        current = held.get(change.field)
        held[change.field] = change if current is None else newer(current, change)
    return CustomerRecord(customer_id, tuple(held[field] for field in sorted(held)))

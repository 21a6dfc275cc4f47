"""Take what others know of customers: merged field by field, never put over what is here.

The merge is a join (``sync/protocol/conflict.py``), so a change made here that head office has not
heard of yet stays, whatever is pulled meanwhile.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from edge.db.customers import (
    Customer,
    barred_customers,
    forget_customers,
    read_field_states,
    read_keys,
    write_customers,
    write_field_states,
    write_keys,
)
from edge.db.hybrid_clock import witness_stamp
from edge.db.past import Kind, Named, keeping_past
from sync.engine.journal import Moment
from sync.engine.sealing import open_sealed
from sync.protocol.clock import Hlc
from sync.protocol.conflict import merge
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField, CustomerRecord, FieldChange, PersonalKey
from sync.protocol.text import shown

TRUE, FALSE = "true", "false"
"""How the plain field ``active`` is written."""


def take_customers(
    db: sqlite3.Connection,
    records: Sequence[CustomerRecord],
    erased: Iterable[CustomerId],
    keys: Sequence[PersonalKey],
    moment: Moment,
) -> None:
    """Forget whose record head office took away, then merge ``records`` and open what ``keys``
    open. Of somebody who was erased nothing is taken, whenever it comes."""
    gone = tuple(erased)
    with keeping_past(db, _named(gone), moment.wall_ms):
        forget_customers(db, gone)
    named = {record.customer_id for record in records} | {key.customer_id for key in keys}
    barred = barred_customers(db, named)
    kept = [(key.customer_id, key.key) for key in keys if key.customer_id not in barred]
    incoming: dict[CustomerId, list[FieldChange]] = {customer_id: [] for customer_id, _ in kept}
    for record in records:
        if record.customer_id not in barred:
            incoming.setdefault(record.customer_id, []).extend(record.fields)
    write_keys(db, kept)
    merge_customers(db, incoming, moment)
    seen = [change.hlc for record in records for change in record.fields]
    witness_stamp(db, max(seen, default=Hlc(0)), moment)


def merge_customers(
    db: sqlite3.Connection,
    incoming: Mapping[CustomerId, Sequence[FieldChange]],
    moment: Moment,
) -> None:
    """Merge changes with what is known, and write each customer's readable row anew."""
    known = read_field_states(db, incoming)
    merged = [
        merge(customer_id, known.get(customer_id, ()), changes)
        for customer_id, changes in incoming.items()
    ]
    write_field_states(
        db,
        [
            (record.customer_id, change)
            for record in merged
            for change in record.fields
            if change in incoming[record.customer_id]
        ],
    )
    keys = read_keys(db, incoming)
    read = [readable(record, keys.get(record.customer_id)) for record in merged if record.fields]
    with keeping_past(db, _named(incoming), moment.wall_ms):
        write_customers(db, read)


def _named(customers: Iterable[CustomerId]) -> list[Named]:
    return [Named(Kind.CUSTOMER, customer_id.hex) for customer_id in customers]


def readable(record: CustomerRecord, key: bytes | None) -> Customer:
    """A record with its personal fields opened, as they may be shown; without a key, or where one
    does not open, the field alone stays None."""
    values = {change.field: _value(record.customer_id, change, key) for change in record.fields}
    return Customer(
        record.customer_id,
        values.get(CustomerField.CODE),
        values.get(CustomerField.ACTIVE) != FALSE,
        values.get(CustomerField.NAME),
        values.get(CustomerField.EMAIL),
        values.get(CustomerField.PHONE),
    )


def _value(customer_id: CustomerId, change: FieldChange, key: bytes | None) -> str | None:
    if change.sealed is None:
        return change.value
    if key is None:
        return None
    try:
        return shown(open_sealed(key, customer_id, change.field, change.sealed))
    except Undecodable:
        return None

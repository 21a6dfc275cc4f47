"""Imports a file of customers: all good lines in one unit of work, or none. Their personal fields
are sealed under a key of each one's own, as those that a shop makes."""

import secrets
from collections.abc import Container, Sequence
from itertools import count
from typing import NamedTuple
from uuid import uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import DECISIONS_MAX
from central.db.engine import driver_of
from central.domain.decisions import AnyDecision, CustomerDecided, PointsOpened
from central.domain.importing.columns import Header
from central.domain.importing.customer_changes import CustomerChanges, Wanted, customer_changes
from central.domain.importing.customer_rows import customers_header, read_customers
from central.domain.importing.said import NOTHING_SAID, Said, fingerprint
from central.domain.importing.sheet import Fault, Sheet
from central.usecases.decision.decide import decide
from central.usecases.feed.read_published import lock_published
from central.usecases.goods.file_layouts import find_said, remember_said
from central.usecases.goods.import_items import Progress
from central.usecases.goods.read_customers import erased_ids
from central.usecases.goods.read_customers import read_customers as read_known
from central.usecases.goods.read_goods import read_stores
from central.usecases.people.note_act import note_act
from sync.engine.sealing import NONCE_BYTES, new_key, seal
from sync.protocol.clock import Hlc, tick
from sync.protocol.facts import CustomerChanged
from sync.protocol.identity import CompanyId, CustomerId, OperatorId
from sync.protocol.phone import country_of
from sync.protocol.shared import PERSONAL_FIELDS, CustomerField, FieldChange

ABOUT = "customers"
HEAD_OFFICE = OperatorId("")
CUSTOMERS_AT_ONCE = DECISIONS_MAX // 2
"""Each is at most two decisions."""


class CustomersWanted(NamedTuple):
    """``whole``: nothing goes in if one line is faulty."""

    said: Said = NOTHING_SAID
    whole: bool = False


class CustomersPlanned(NamedTuple):
    """``keys`` and ``clocks``: of those who are known."""

    header: Header
    header_row: bytes
    remembered: bool
    changes: CustomerChanges
    faults: tuple[Fault, ...]
    no_rows: int
    keys: dict[CustomerId, bytes]
    clocks: dict[CustomerId, int]


async def plan_customers(
    db: AsyncConnection,
    company_id: CompanyId,
    sheet: Sheet,
    wanted: CustomersWanted,
    progress: Progress,
) -> CustomersPlanned:
    """What the file would change. Raises FileRefused."""
    found = None
    if wanted.said == NOTHING_SAID:
        found = await find_said(db, company_id, ABOUT, sheet)
    said = found or wanted.said
    header = customers_header(sheet, said)
    stores = await read_stores(db, company_id)
    country = country_of(stores[0].zone) if stores else None
    read = read_customers(sheet, header, said, country, progress)
    known, keys, clocks = await read_known(db, company_id)
    changes = customer_changes(read.drafts, known)
    return CustomersPlanned(
        header,
        fingerprint(sheet.rows[header.at].cells),
        found is not None,
        changes,
        tuple(sorted((*read.faults, *changes.faults))),
        read.no_customers,
        keys,
        clocks,
    )


async def import_customers(
    db: AsyncConnection,
    company_id: CompanyId,
    sheet: Sheet,
    wanted: CustomersWanted,
    who: str,
    now_ms: int,
    progress: Progress,
) -> CustomersPlanned:
    """Decide what the file changes, and keep what was said of it. Raises FileRefused."""
    await lock_published(db, company_id)
    planned = await plan_customers(db, company_id, sheet, wanted, progress)
    if wanted.whole and planned.faults:
        return planned
    changes = planned.changes
    for first in range(0, len(changes.wanted), CUSTOMERS_AT_ONCE):
        some = changes.wanted[first : first + CUSTOMERS_AT_ONCE]
        await decide(
            db, company_id, await _decisions(db, company_id, some, planned, now_ms), now_ms
        )
    if wanted.said != NOTHING_SAID:
        await remember_said(db, company_id, ABOUT, planned.header_row, wanted.said)
    if changes.rows:
        detail = f"{changes.new} new, {changes.changed} changed, {changes.same} the same"
        layout = planned.header.layout.name
        await note_act(db, company_id, who, "customers_imported", layout, detail, now_ms)
    return planned


async def _decisions(
    db: AsyncConnection,
    company_id: CompanyId,
    some: Sequence[Wanted],
    planned: CustomersPlanned,
    now_ms: int,
) -> list[AnyDecision]:
    decisions: list[AnyDecision] = []
    made: list[tuple[CompanyId, CustomerId, bytes]] = []
    barred = await erased_ids(db, company_id)
    for each in some:
        customer_id = each.customer_id or new_customer_id(company_id, each.known_as, barred)
        key = planned.keys.get(customer_id)
        if key is None:
            key = new_key()
            made.append((company_id, customer_id, key))
        stamp = tick(Hlc(planned.clocks.get(customer_id, 0)), now_ms)
        fields = tuple(
            _change(company_id, customer_id, key, stamp, field, value)
            for field, value in sorted(each.fields.items())
        )
        if fields:
            changed = CustomerChanged(customer_id, HEAD_OFFICE, fields)
            decisions.append(CustomerDecided(changed, created=each.customer_id is None))
        if each.points:
            decisions.append(PointsOpened(customer_id, each.points))
    columns = ("company_id", "customer_id", "key")
    await (await driver_of(db)).copy_records_to_table("personal_key", records=made, columns=columns)
    return decisions


def new_customer_id(
    company_id: CompanyId,
    known_as: tuple[str, str],
    barred: Container[CustomerId] = (),
) -> CustomerId:
    """The same for the same customer of the same company, should head office be restored to before
    the import; for one who was erased and is in a file again, the next one."""
    name = f"imported-customer-{known_as[0]}-{known_as[1]}"
    ids = (CustomerId(uuid5(company_id, f"{name}{again or ''}")) for again in count())
    return next(one for one in ids if one not in barred)


def _change(
    company_id: CompanyId,
    customer_id: CustomerId,
    key: bytes,
    stamp: Hlc,
    field: CustomerField,
    value: str | None,
) -> FieldChange:
    if field not in PERSONAL_FIELDS or value is None:
        return FieldChange(field, stamp, company_id, value, None)
    sealed = seal(key, customer_id, field, value, secrets.token_bytes(NONCE_BYTES))
    return FieldChange(field, stamp, company_id, None, sealed)

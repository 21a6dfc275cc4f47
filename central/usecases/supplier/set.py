"""Makes a supplier, or changes what is said of it: what is left out stays as it was."""

import shlex
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import email_address, optional_text, plain_text, short_id
from central.domain.store_settings import whole_number
from central.domain.typed import rate_of
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.buying import (
    ADDRESS_CHARACTERS_MAX,
    LEAD_DAYS_MAX,
    SUPPLIER_CHARACTERS_MAX,
    Supplier,
)
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId
from sync.protocol.money import BASIS_POINTS
from sync.protocol.reference import DataSet


class SupplierChanges(NamedTuple):
    """What shall be, as it was typed; None: as it is."""

    name: str | None = None
    email: str | None = None
    address: str | None = None
    lead_days: str | None = None
    over: str | None = None
    active: bool | None = None


async def list_suppliers(db: AsyncConnection, company_id: CompanyId) -> tuple[Supplier, ...]:
    """By id, also those that bring nothing any more."""
    return tuple((await published_rows(db, company_id, DataSet.SUPPLIERS)).values())


async def supplier_of_company(
    db: AsyncConnection, company_id: CompanyId, supplier_id: str
) -> Supplier:
    """Raises NotFound."""
    found = await published_rows(db, company_id, DataSet.SUPPLIERS, keys=[supplier_id])
    if supplier_id not in found:
        raise NotFound(
            f"There is no supplier {supplier_id}.",
            field="supplier",
            remedy="See which there are with `central supplier list`, or make it with"
            f" `central supplier set {shlex.quote(supplier_id)} --name NAME`.",
        )
    supplier: Supplier = found[supplier_id]
    return supplier


async def set_supplier(
    db: AsyncConnection, company_id: CompanyId, supplier_id: str, changes: SupplierChanges
) -> tuple[Supplier, Put]:
    """A new one needs a name. Raises InvalidField, NotFound."""
    await lock_published(db, company_id)
    if changes.name is None:
        base = await supplier_of_company(db, company_id, supplier_id)
    else:
        held = await published_rows(db, company_id, DataSet.SUPPLIERS, keys=[supplier_id])
        name = plain_text(changes.name, "name")
        base = replace(held.get(supplier_id) or _new(supplier_id, name), name=name)
    wanted = _changed(base, changes)
    return wanted, await put_row(db, company_id, DataSet.SUPPLIERS, wanted)


def _new(supplier_id: str, name: str) -> Supplier:
    if len(supplier_id) > SUPPLIER_CHARACTERS_MAX:
        raise InvalidField(
            f"supplier: its id has at most {SUPPLIER_CHARACTERS_MAX} characters.",
            field="supplier",
            remedy="Choose a shorter one; its name may be as long as you like.",
        )
    return Supplier(short_id(supplier_id, "supplier"), name)


def _changed(base: Supplier, changes: SupplierChanges) -> Supplier:
    made = base
    if changes.email is not None:
        email = changes.email.strip()
        made = replace(made, email=email_address(email) if email else "")
    if changes.address is not None:
        told = optional_text(changes.address, "address", ADDRESS_CHARACTERS_MAX)
        made = replace(made, address=told)
    if changes.lead_days is not None:
        days = whole_number(changes.lead_days, "lead_days", 0, LEAD_DAYS_MAX)
        made = replace(made, lead_days=days)
    if changes.over is not None:
        over_bp = min(rate_of(changes.over, "over"), BASIS_POINTS)
        made = replace(made, over_bp=over_bp)
    return made if changes.active is None else replace(made, active=changes.active)

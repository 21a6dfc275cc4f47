"""Makes a way to pay, or changes what is said of it: what is left out stays as it was."""

import shlex
from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text, short_id
from central.domain.typed import one_of
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.errors import NotFound
from sync.protocol.facts import TenderKind
from sync.protocol.identity import CompanyId, TenderId
from sync.protocol.reference import DataSet, Tender


class TenderChanges(NamedTuple):
    """What shall be; None: as it is, and of a new one what most are."""

    name: str | None = None
    kind: str | None = None
    refundable: bool | None = None
    active: bool | None = None


async def list_tenders(db: AsyncConnection, company_id: CompanyId) -> tuple[Tender, ...]:
    """By id, also those that are taken no more."""
    return tuple((await published_rows(db, company_id, DataSet.TENDERS)).values())


async def tender_of_company(db: AsyncConnection, company_id: CompanyId, tender_id: str) -> Tender:
    """Raises NotFound."""
    found = await published_rows(db, company_id, DataSet.TENDERS, keys=[tender_id])
    if tender_id not in found:
        raise NotFound(
            f"There is no tender {tender_id}.",
            field="tender_id",
            remedy="See which there are with `central tender list`, or make it with"
            f" `central tender set {shlex.quote(tender_id)} --name NAME --kind KIND`.",
        )
    tender: Tender = found[tender_id]
    return tender


async def set_tender(
    db: AsyncConnection, company_id: CompanyId, tender_id: str, changes: TenderChanges
) -> tuple[Tender, Put]:
    """Raises InvalidField; NotFound where something that is not there shall change."""
    await lock_published(db, company_id)
    if changes.name is None or changes.kind is None:
        before = await tender_of_company(db, company_id, tender_id)
    else:
        found = await published_rows(db, company_id, DataSet.TENDERS, keys=[tender_id])
        new = TenderId(short_id(tender_id, "tender_id"))
        before = found.get(tender_id) or Tender(new, changes.name, TenderKind.CASH)
    given = {name: value for name, value in changes._asdict().items() if value is not None}
    if changes.name is not None:
        given["name"] = plain_text(changes.name, "name")
    if changes.kind is not None:
        given["kind"] = one_of(TenderKind, changes.kind, "kind")
    wanted = msgspec.structs.replace(before, **given)
    return wanted, await put_row(db, company_id, DataSet.TENDERS, wanted)

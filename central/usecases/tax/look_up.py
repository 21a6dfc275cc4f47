"""Reads the rates of tax as they were published last."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.read_published import published_rows
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, TaxRate


async def list_rates(db: AsyncConnection, company_id: CompanyId) -> tuple[TaxRate, ...]:
    """By class and date."""
    return tuple((await published_rows(db, company_id, DataSet.TAXES)).values())


async def rate_in_force(
    db: AsyncConnection, company_id: CompanyId, tax_class: TaxClass, on: date
) -> TaxRate | None:
    """What a box takes on that date; None: it refuses to sell items of the class."""
    begun = [
        rate
        for rate in await list_rates(db, company_id)
        if rate.tax_class is tax_class and rate.effective_from <= on
    ]
    return max(begun, key=lambda rate: rate.effective_from, default=None)

"""Sets and takes away a rate of tax, by class and first date."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import optional_text
from central.domain.typed import date_of, one_of, rate_of
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published
from central.usecases.tax.look_up import list_rates
from sync.protocol.errors import NotFound
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.figures import percent
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, TaxRate


async def set_rate(
    db: AsyncConnection,
    company_id: CompanyId,
    tax_class: str,
    rate: str,
    begin: str,
    label: str | None = None,
) -> tuple[TaxRate, Put]:
    """As typed; ``label`` None: as it is, and of a new one its percentage. Raises InvalidField."""
    found = one_of(TaxClass, tax_class, "class")
    rate_bp, first = rate_of(rate, "rate"), date_of(begin, "from")
    await lock_published(db, company_id)
    if label is None:
        before = [
            one
            for one in await list_rates(db, company_id)
            if (one.tax_class, one.effective_from, one.rate_bp) == (found, first, rate_bp)
        ]
        label = before[0].label if before else f"{found.value} {percent(rate_bp)}"
    wanted = TaxRate(found, first, rate_bp, optional_text(label, "label"))
    return wanted, await put_row(db, company_id, DataSet.TAXES, wanted)


async def retire_rate(
    db: AsyncConnection, company_id: CompanyId, tax_class: str, begin: str
) -> TaxRate:
    """Raises NotFound, InvalidField."""
    found, first = one_of(TaxClass, tax_class, "class"), date_of(begin, "from")
    await lock_published(db, company_id)
    for rate in await list_rates(db, company_id):
        if (rate.tax_class, rate.effective_from) == (found, first):
            gone = PublishedRow(ROWS[DataSet.TAXES].key_of(rate), None)
            await publish(db, company_id, DataSet.TAXES, SHARED, [gone])
            return rate
    raise NotFound(
        f"No rate of {found.value} begins on {first}.",
        field="from",
        remedy="See which there are with `central tax list`.",
    )

"""Begins a company: nothing of one ever meets another's."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.tables import Company, table
from central.domain.feeds import MAIN_ZONE
from central.domain.fields import currency_code, plain_text
from central.usecases.feed.price_zones import declare_zone
from sync.protocol.currency import decimals_of
from sync.protocol.errors import AlreadyThere, NotFound
from sync.protocol.identity import CompanyId

NAMED_MAX = 10
_COMPANIES = table(Company)


async def add_company(db: AsyncConnection, name: str, currency: str) -> CompanyId:
    """Its decimals come with the currency, and prices may stand in MAIN_ZONE. Raises InvalidField,
    AlreadyThere."""
    company_id = CompanyId(uuid4())
    row = {
        "company_id": company_id,
        "name": plain_text(name, "name"),
        "currency": currency_code(currency),
        "decimals": decimals_of(currency),
    }
    done = await db.execute(
        insert(_COMPANIES)
        .values(row)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(_COMPANIES.c.company_id)
    )
    if done.scalar_one_or_none() is None:
        raise AlreadyThere(
            f"There is a company {row['name']} already.", field="name", remedy="Use it as it is."
        )
    await declare_zone(db, company_id, MAIN_ZONE)
    return company_id


async def find_company(db: AsyncConnection, name: str | None) -> CompanyId:
    """By its name; without one, the only company there is. Raises NotFound, InvalidField."""
    wanted = select(_COMPANIES.c.company_id, _COMPANIES.c.name).limit(NAMED_MAX)
    if name is not None:
        wanted = wanted.where(_COMPANIES.c.name == plain_text(name, "company"))
    found = (await db.execute(wanted.order_by(_COMPANIES.c.name))).all()
    if len(found) == 1:
        return CompanyId(UUID(bytes=found[0].company_id.bytes))
    names = ", ".join(row.name for row in found)
    said = f"There are several companies: {names}." if found else f"There is no company {name}."
    if not found and name is None:
        said = "There is no company yet."
    raise NotFound(
        said, field="company", remedy="Name it with --company, or add it: `central company add`."
    )

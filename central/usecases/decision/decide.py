"""Records what head office decides, folds it into the projections and publishes what changed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import record_decisions
from central.domain.decisions import (
    AnyDecision,
    CustomerErased,
    CustomersJoined,
    CustomersParted,
)
from central.domain.loyalty_decided import BirthMonthSet, CustomerTierSet, PointsGiven
from central.usecases.customer.destroy_keys import destroy_keys
from central.usecases.customer.publish_aliases import publish_aliases
from central.usecases.decision.apply_decisions import apply_decisions
from central.usecases.feed.publish_reference import publish_customers, publish_rows
from central.usecases.grant.owe_shares import owe_shares
from central.usecases.loyalty.owe import owe_loyalty
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, ErasedCustomer


async def decide(
    db: AsyncConnection, company_id: CompanyId, decisions: Sequence[AnyDecision], now_ms: int
) -> range:
    """The decisions' numbers. All of it in the caller's unit of work: to be decided, counted and
    published is one thing."""
    if not decisions:
        return range(0)
    numbers = await record_decisions(db, company_id, decisions, now_ms)
    await publish_customers(db, company_id, await apply_decisions(db, company_id, decisions))
    erased = [one.customer_id for one in decisions if isinstance(one, CustomerErased)]
    await destroy_keys(db, company_id, erased)
    if erased:
        barred = [ErasedCustomer(customer_id) for customer_id in erased]
        await publish_rows(db, company_id, DataSet.ERASED_CUSTOMERS, barred)
    pairs = [one for one in decisions if isinstance(one, CustomersJoined | CustomersParted)]
    same = {customer_id for pair in pairs for customer_id in (pair.alias_id, pair.kept_id)}
    await publish_aliases(db, company_id, same)
    given = {one.customer_id for one in decisions if isinstance(one, PointsGiven)}
    await owe_shares(db, company_id, same | given)
    about = [one for one in decisions if isinstance(one, CustomerTierSet | BirthMonthSet)]
    await owe_loyalty(db, company_id, same.union(erased, (one.customer_id for one in about)))
    return numbers

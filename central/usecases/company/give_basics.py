"""Gives a company without the sample what its first sale needs beside goods: ways to pay, rates of
tax, somebody at the till. Each of it can be changed afterwards by its own command."""

from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.typed import rate_of
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.bounds import DATE_MIN
from sync.protocol.errors import AlreadyThere
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.figures import percent
from sync.protocol.identity import CompanyId, OperatorId, TenderId
from sync.protocol.reference import DataSet, Operator, TaxRate, Tender

TENDERS = (
    Tender(TenderId("cash"), "Cash", TenderKind.CASH),
    Tender(TenderId("card"), "Card", TenderKind.CARD),
)
UNTAXED = (
    TaxRate(TaxClass.ZERO, DATE_MIN, 0, "Zero-rated"),
    TaxRate(TaxClass.EXEMPT, DATE_MIN, 0, "Exempt"),
    TaxRate(TaxClass.OUT_OF_SCOPE, DATE_MIN, 0, "Out of scope"),
)
FIRST_OPERATOR = Operator(OperatorId("M01"), "Manager", "manager")


async def give_basics(db: AsyncConnection, company_id: CompanyId, tax: str | None) -> None:
    """``tax``: the rate of most items as typed, such as ``9%``; None: none is published, and items
    of the class ``standard`` wait for it. Raises InvalidField, and AlreadyThere for a company that
    has ways to pay."""
    await lock_published(db, company_id)
    if await published_rows(db, company_id, DataSet.TENDERS):
        raise AlreadyThere(
            "The company has ways to pay already.", remedy="Change them with `central tender set`."
        )
    rates: tuple[TaxRate, ...] = UNTAXED
    if tax is not None:
        rate_bp = rate_of(tax, "tax")
        rates = (TaxRate(TaxClass.STANDARD, DATE_MIN, rate_bp, f"Tax {percent(rate_bp)}"), *rates)
    together = uuid4()
    await publish_rows(db, company_id, DataSet.TENDERS, TENDERS, together=together)
    await publish_rows(db, company_id, DataSet.TAXES, rates, together=together)
    await publish_rows(db, company_id, DataSet.OPERATORS, [FIRST_OPERATOR], together=together)

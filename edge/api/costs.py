"""What stock is worth and what sales cost: for whoever may see reports. Amounts in minor units."""

from datetime import date
from typing import Annotated, Any

import litestar
import msgspec
from litestar import get
from litestar.params import QueryParameter

from edge.api.allowed import allow
from edge.api.described import Described
from edge.api.parameters import PAGE, Limit, Offset, TheBox
from edge.db.costs import (
    CostOfSales,
    DepartmentWorth,
    ItemWorth,
    StockValue,
    cost_of_sales_by_day,
    cost_of_sales_by_item,
    stock_value,
    worth_by_department,
    worth_of_items,
)
from sync.protocol.permissions import Permission

AnyRequest = litestar.Request[Any, Any, Any]
Day = Annotated[date, QueryParameter()]


class ValueAnswer(msgspec.Struct, frozen=True):
    """The whole, by department, and a page of the items."""

    value: StockValue
    departments: tuple[DepartmentWorth, ...]
    items: tuple[ItemWorth, ...]


class CostsAnswer(msgspec.Struct, frozen=True):
    """Of the dates that were asked for; margin = net - cost - difference."""

    days: tuple[CostOfSales, ...]
    items: tuple[CostOfSales, ...]


@get("/reports/stock-value", operation_class=Described)
async def value(
    request: AnyRequest, box: TheBox, limit: Limit = PAGE, offset: Offset = 0
) -> ValueAnswer:
    """What the store's goods had cost, now; items that are worth most first."""
    await allow(request, box, Permission.SEE_REPORTS)
    return await box.reports.read(
        lambda db: ValueAnswer(
            stock_value(db), worth_by_department(db), worth_of_items(db, limit, offset)
        )
    )


@get("/reports/cost-of-sales", operation_class=Described)
async def costs(request: AnyRequest, box: TheBox, first: Day, last: Day) -> CostsAnswer:
    """By business date and by item: units, net sales, cost, and what receipts put right."""
    await allow(request, box, Permission.SEE_REPORTS)
    return await box.reports.read(
        lambda db: CostsAnswer(
            cost_of_sales_by_day(db, first, last), cost_of_sales_by_item(db, first, last)
        )
    )


ROUTES = (value, costs)

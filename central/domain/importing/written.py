"""What a company has, as rows of a file that brings the same in again.

An item has a row, and one more for each further price; a customer has a row. What is text is
written so that no spreadsheet takes it for a formula (``escaped``). Amounts have a point and the
currency's decimals, instants are UTC; codes stand with ``;`` between.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from central.domain.importing.columns import Field
from central.domain.importing.customer_changes import Known
from central.domain.importing.dates import ALWAYS, written_instant
from central.domain.importing.item_cells import written_code
from central.domain.importing.item_changes import EVER_MS, Goods
from central.domain.importing.question import NOTHING
from central.domain.importing.sheet import escaped
from sync.protocol.money import format_minor
from sync.protocol.reference import Item, Price
from sync.protocol.shared import CustomerField

Written: TypeAlias = Sequence[str]

ITEM_COLUMNS = (
    *(Field.ITEM, Field.NAME, Field.DEPARTMENT, Field.SCAN_CODES, Field.TAX, Field.UNIT),
    *(Field.COST, Field.OPEN_PRICE, Field.ACTIVE, Field.CONTENT),
    *(Field.ZONE, Field.PRICE, Field.FROM),
)
CUSTOMER_COLUMNS = (
    *(Field.CODE, Field.NAME, Field.EMAIL, Field.PHONE, Field.ACTIVE, Field.POINTS),
)


def item_header(stores: Sequence[str]) -> Written:
    """``stores``: whose opening stock is written, by code."""
    return (*ITEM_COLUMNS, *(f"{Field.STOCK} {store}" for store in stores))


def item_rows(goods: Goods, stores: Sequence[str]) -> Iterator[Written]:
    """In the order of ids."""
    for item_id in sorted(goods.items):
        prices = [
            (zone, price)
            for zone, by_item in goods.prices.items()
            for price in by_item.get(item_id, ())
        ]
        item = goods.items[item_id]
        opened = [goods.opened.get(store, {}).get(item_id) for store in stores]
        first = prices[0] if prices else None
        stock = ["" if milli is None else _amount(milli, 3) for milli in opened]
        yield (*_item(item, goods.decimals), *_price(first, goods.decimals), *stock)
        for further in prices[1:]:
            yield (
                item_id,
                *[""] * (len(ITEM_COLUMNS) - 4),
                *_price(further, goods.decimals),
                *[""] * len(stores),
            )


def _item(item: Item, decimals: int) -> Written:
    cost = item.unit_cost_minor
    return (
        item.item_id,
        escaped(item.name),
        escaped(item.department) or NOTHING,
        ";".join(map(written_code, item.scan_codes)) or NOTHING,
        item.tax_class.value,
        item.unit.value,
        NOTHING if cost is None else _amount(cost, decimals),
        _yes(item.open_price),
        _yes(item.active),
        NOTHING if item.content is None else str(item.content),
    )


def _price(placed: tuple[str, Price] | None, decimals: int) -> Written:
    if placed is None:
        return ("", "", "")
    zone, price = placed
    since = price.effective_from_ms
    when = ALWAYS if since == EVER_MS else written_instant(since)
    return (zone, _amount(price.unit_price_minor, decimals), when)


def _amount(minor: int, decimals: int) -> str:
    """With four decimals where three could be taken for thousands."""
    written = format_minor(minor, decimals).replace(",", "")
    return f"{written}0" if decimals == 3 else written


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def customer_rows(known: Sequence[Known]) -> Iterator[Written]:
    """As they are ordered."""
    for one in known:
        texts = [
            escaped(one.values.get(field, ""))
            for field in (
                *(CustomerField.CODE, CustomerField.NAME),
                *(CustomerField.EMAIL, CustomerField.PHONE),
            )
        ]
        active = _yes(one.values.get(CustomerField.ACTIVE) == "true")
        yield (*texts, active, str(one.opened) if one.opened else "")

"""What the back office's one field for everything finds: a receipt by its number, else the item of
a code, items by words, and customers."""

import sqlite3
from datetime import date
from typing import NamedTuple

from edge.db.customers import Customer, search_customers
from edge.db.items import ItemFound
from edge.db.sales import sale_numbered
from edge.domain.sale.refusals.lines import BadLine
from edge.usecases.item.look_up import look_up_items, look_up_scan
from edge.usecases.report.read import last_day
from sync.engine.journal import Moment
from sync.protocol.identity import SaleId
from sync.protocol.typed import refuse_card_number

FOUND_MAX = 50
"""Of each sort; whoever looks for more types more."""


class Found(NamedTuple):
    """``receipt``: then nothing else is looked for. ``items``: the one whose code it is first.
    ``customers`` None: not looked for. ``last``: the newest business day."""

    receipt: SaleId | None
    items: tuple[ItemFound, ...]
    customers: tuple[Customer, ...] | None
    last: date


def find_anything(db: sqlite3.Connection, typed: str, moment: Moment, *, customers: bool) -> Found:
    """``customers``: whether whoever asks may see them. Raises SettingsMissing, CardNumberTyped."""
    refuse_card_number(typed, "text")
    text, last = typed.strip(), last_day(db, moment)
    receipt = sale_numbered(db, text)
    if receipt is not None or not text:
        return Found(receipt, (), None, last)
    by_code = _item_of_code(db, text, moment)
    by_words = look_up_items(db, text, FOUND_MAX, 0, moment)
    others = tuple(one for one in by_words if one not in by_code)
    people = search_customers(db, text, FOUND_MAX, 0) if customers else None
    return Found(None, (*by_code, *others), people, last)


def _item_of_code(db: sqlite3.Connection, text: str, moment: Moment) -> tuple[ItemFound, ...]:
    """A label's item too, whatever else the label says; inactive ones, and they say so."""
    try:
        return (look_up_scan(db, text, moment).item,)
    except BadLine:
        return ()

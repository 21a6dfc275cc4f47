"""Which goods a person means who stands before them: by scanner, by code, by id, so many of them.

Also goods that are not sold any more, and such as expired: they can be counted and thrown away."""

import sqlite3
from datetime import date
from typing import NamedTuple

from edge.domain.sale.pricing import refuse_part
from edge.usecases.item.look_up import look_up_scan
from sync.engine.journal import Moment
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI


class Goods(NamedTuple):
    """``quantity_milli``: of the item's unit, also where packs were scanned."""

    item_id: ItemId
    name: str
    unit: str
    quantity_milli: int
    lot: str | None
    expires_on: date | None
    serial: str | None


def named_goods(
    db: sqlite3.Connection, text: str, quantity_milli: int | None, moment: Moment
) -> Goods:
    """``text``: a code, an id, ``3*code``, a label that says weight or lot. ``quantity_milli``: how
    many of what it names; None: as it says, else one.

    Raises SettingsMissing, UnknownScanCode, MisreadCode, MisreadValue, QuantityNotWhole.
    """
    found = look_up_scan(db, text, moment, also_expired=True)
    many = quantity_milli if quantity_milli is not None else found.quantity_milli
    one = MILLI if found.label is None else found.label.quantity_milli
    milli = (MILLI if many is None else many) * one // MILLI
    item, label = found.item, found.label
    refuse_part(milli, item.name, item.unit, "counted_milli")
    of_goods = (None, None, None) if label is None else (label.lot, label.expires_on, label.serial)
    return Goods(item.item_id, item.name, item.unit, milli, *of_goods)

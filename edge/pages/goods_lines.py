"""Goods in a form, a row for each item: scanned or typed one after the other, each with how many
and what all of it costs. The form holds them in its own fields, so that the page is whole without
scripts; nothing is kept before its last button.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from edge.box.box import Box
from edge.pages.coming_in import needing
from edge.usecases.item.look_up import Scanned, look_up_scan
from sync.http.forms import FIELDS_MAX, FORM_FIELDS
from sync.protocol.errors import InvalidField
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.money import MILLI, MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.permissions import Permission

ROWS_MAX = 300
"""Of one form: a delivery or an order of more items is said in parts."""
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")


class FormId(msgspec.Struct, frozen=True):
    """Made when the form was shown: a form sent twice is one act."""

    event_id: MovementId


class Row(NamedTuple):
    """As it was typed."""

    item_id: str
    quantity: str
    cost: str = ""

    @property
    def milli(self) -> int | None:
        """None: it is no quantity."""
        typed = self.quantity.strip()
        return int(Decimal(typed) * MILLI) if _NUMBER.fullmatch(typed) else None

    def minor(self, decimals: int) -> int | None:
        """None: it is no amount."""
        typed = self.cost.strip()
        return int(Decimal(typed).scaleb(decimals)) if _NUMBER.fullmatch(typed) else None


class Goods(NamedTuple):
    """A row that says something; ``cost_minor`` None: it was left empty."""

    item_id: ItemId
    quantity_milli: int
    cost_minor: int | None


def goods_route(permission: Permission) -> dict[str, object]:
    """``opt`` of a route with such a form."""
    return {**needing(permission), FORM_FIELDS: FIELDS_MAX + len(Row._fields) * ROWS_MAX}


def rows_of(form: Mapping[str, str]) -> list[Row]:
    """In their order."""
    return [
        Row(form[f"item_{n}"], form.get(f"quantity_{n}", ""), form.get(f"cost_{n}", ""))
        for n in range(1, ROWS_MAX + 1)
        if form.get(f"item_{n}")
    ]


def in_form(rows: Sequence[Row]) -> dict[str, str]:
    """The fields of these rows."""
    return {
        f"{name}_{n}": value
        for n, row in enumerate(rows, start=1)
        for name, value in zip(("item", "quantity", "cost"), row, strict=True)
    }


def with_more(
    form: Mapping[str, str], item_id: ItemId, quantity_milli: int, kept: Sequence[str]
) -> dict[str, str]:
    """The form with so much more of the item, its row last, and the fields ``kept``. Raises
    InvalidField."""
    rows = rows_of(form)
    before = next((row for row in rows if row.item_id == item_id), Row(item_id, "0"))
    rows = [row for row in rows if row.item_id != item_id]
    if len(rows) == ROWS_MAX:
        raise InvalidField(
            f"scan: a form has at most {ROWS_MAX} items.",
            field="scan",
            remedy="Book or save what is here, then go on with the rest.",
        )
    rows.append(before._replace(quantity=plain((before.milli or 0) + quantity_milli)))
    return {**{name: form.get(name, "") for name in kept}, **in_form(rows)}


def plain(milli: int) -> str:
    """As somebody would type it.

    >>> plain(12_000), plain(755)
    ('12', '0.755')
    """
    return format((Decimal(milli) / MILLI).normalize(), "f")


def goods_of(form: Mapping[str, str], decimals: int) -> list[Goods]:
    """What is not left out; at least one. Raises InvalidField."""
    goods = [
        Goods(
            ItemId(row.item_id),
            _number(row.quantity, "quantity", 3, QUANTITY_MILLI_MAX, 1),
            _number(row.cost, "cost", decimals, MINOR_MAX, 0) if row.cost.strip() else None,
        )
        for row in rows_of(form)
        if row.quantity.strip() not in ("", "0")
    ]
    if not goods:
        raise InvalidField(
            "scan: nothing was scanned yet.", field="scan", remedy="Scan something first."
        )
    return goods


async def scanned(box: Box, text: str) -> tuple[Scanned, int]:
    """What a scanner read, and how many thousandths of it. Raises what ``look_up_scan`` raises."""
    moment = box.clock.moment()
    found = await box.reader.read(lambda db: look_up_scan(db, text, moment))
    each = MILLI if found.label is None else found.label.quantity_milli
    many = each if found.quantity_milli is None else each * found.quantity_milli // MILLI
    return found, many


def _number(typed: str, field: str, decimals: int, most: int, least: int) -> int:
    found = typed.strip()
    if _NUMBER.fullmatch(found):
        value = Decimal(found).scaleb(decimals)
        if value == int(value) and least <= value <= most:
            return int(value)
    raise InvalidField(
        f"{field}: {found!r} is no number that it can be.",
        field=field,
        remedy=f"Type it with digits and a point, with at most {decimals} decimals.",
    )

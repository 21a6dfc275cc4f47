"""Goods in a form, a row for each item: scanned or typed one after the other, each with how many
and what all of it costs. The form holds them in its own fields, so that the page is whole without
scripts; nothing is kept before its last button.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from edge.box.box import Box
from edge.domain.fields import Word
from edge.pages.coming_in import needing
from edge.pages.signing_in import as_typed
from edge.pages.typed import plain
from edge.usecases.item.look_up import LabelFound, Scanned, look_up_scan
from sync.http.forms import FIELDS_MAX, FORM_FIELDS
from sync.protocol.errors import InvalidField
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.lots import Mark
from sync.protocol.money import MILLI, MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.permissions import Permission

ROWS_MAX = 300
"""Of one form: a delivery or an order of more items is said in parts."""
IN_FORM = ("item", "quantity", "cost", "lot", "expires", "serial")
"""Of a row's fields, each with its number."""
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")


class FormId(msgspec.Struct, frozen=True):
    """Made when the form was shown: a form sent twice is one act."""

    event_id: MovementId


class Row(NamedTuple):
    """As it was typed."""

    item_id: str
    quantity: str
    cost: str = ""
    lot: str = ""
    expires_on: str = ""
    serial: str = ""

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
    mark: Mark


class _Mark(msgspec.Struct, frozen=True):
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


def goods_route(permission: Permission) -> dict[str, object]:
    """``opt`` of a route with such a form."""
    return {**needing(permission), FORM_FIELDS: FIELDS_MAX + len(Row._fields) * ROWS_MAX}


def rows_of(form: Mapping[str, str]) -> list[Row]:
    """In their order."""
    return [
        Row(*(form.get(f"{name}_{n}", "") for name in IN_FORM))
        for n in range(1, ROWS_MAX + 1)
        if form.get(f"item_{n}")
    ]


def in_form(rows: Sequence[Row]) -> dict[str, str]:
    """The fields of these rows."""
    return {
        f"{name}_{n}": value
        for n, row in enumerate(rows, start=1)
        for name, value in zip(IN_FORM, row, strict=True)
        if value or name in IN_FORM[:3]
    }


def with_more(
    form: Mapping[str, str],
    item_id: ItemId,
    quantity_milli: int,
    kept: Sequence[str],
    label: LabelFound | None = None,
) -> dict[str, str]:
    """The form with so much more of the item, its row last, and the fields ``kept``. ``label``: of
    another lot or serial number it is another row. Raises InvalidField."""
    rows, new = rows_of(form), _row_of(item_id, label)
    before = next((row for row in rows if _is_of(row, new)), new)
    rows = [row for row in rows if row is not before]
    if len(rows) == ROWS_MAX:
        raise InvalidField(
            f"scan: a form has at most {ROWS_MAX} items.",
            field="scan",
            remedy="Book or save what is here, then go on with the rest.",
        )
    rows.append(before._replace(quantity=plain((before.milli or 0) + quantity_milli)))
    return {**{name: form.get(name, "") for name in kept}, **in_form(rows)}


def _row_of(item_id: ItemId, label: LabelFound | None) -> Row:
    if label is None:
        return Row(item_id, "0")
    day = "" if label.expires_on is None else label.expires_on.isoformat()
    return Row(item_id, "0", "", label.lot or "", day, label.serial or "")


def _is_of(row: Row, new: Row) -> bool:
    """What was scanned without a lot is more of any row of the item."""
    if row.item_id != new.item_id:
        return False
    return not any(new[3:]) or row[3:] == new[3:]


def goods_of(form: Mapping[str, str], decimals: int) -> list[Goods]:
    """What is not left out; at least one. Raises InvalidField."""
    goods = [
        Goods(
            ItemId(row.item_id),
            _number(row.quantity, "quantity", 3, QUANTITY_MILLI_MAX, 1),
            _number(row.cost, "cost", decimals, MINOR_MAX, 0) if row.cost.strip() else None,
            mark_of(row),
        )
        for row in rows_of(form)
        if row.quantity.strip() not in ("", "0")
    ]
    if not goods:
        raise InvalidField(
            "scan: nothing was scanned yet.", field="scan", remedy="Scan something first."
        )
    return goods


def mark_of(row: Row) -> Mark:
    """Lot, last day and serial number as they were typed. Raises InvalidField."""
    said = {"lot": row.lot.strip(), "expires_on": row.expires_on, "serial": row.serial.strip()}
    typed = as_typed(_Mark, said, *said)
    return Mark(typed.lot, typed.expires_on, typed.serial)


async def scanned(box: Box, text: str, *, also_expired: bool = False) -> tuple[Scanned, int]:
    """What a scanner read, and how many thousandths of it. Raises what ``look_up_scan`` raises."""
    moment = box.clock.moment()
    found = await box.reader.read(
        lambda db: look_up_scan(db, text, moment, also_expired=also_expired)
    )
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

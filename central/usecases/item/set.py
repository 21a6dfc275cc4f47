"""Makes an item, or changes what is said of it: what is left out stays as it was."""

from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import optional_text, plain_text, short_id
from central.domain.typed import content_of, one_of
from central.usecases.feed.publish_reference import publish_items
from central.usecases.feed.put_row import Put, became
from central.usecases.feed.read_published import lock_published
from central.usecases.item.look_up import find_item
from sync.protocol.errors import InvalidField
from sync.protocol.facts import TaxClass
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import SCAN_CODES_MAX, WORD_CHARACTERS_MAX, Item
from sync.protocol.text import is_plain
from sync.protocol.units import Unit


class ItemChanges(NamedTuple):
    """What shall be; None: as it is, and of a new item what most are. ``unit_cost_minor``: -1 for
    not known. ``content``: as it is typed, ``330 ml``; empty for not known."""

    name: str | None = None
    department: str | None = None
    tax_class: str | None = None
    scan_codes: tuple[str, ...] | None = None
    unit: str | None = None
    open_price: bool | None = None
    unit_cost_minor: int | None = None
    active: bool | None = None
    content: str | None = None


COST_NOT_KNOWN = -1


class ItemSet(NamedTuple):
    """The item as it stands now."""

    item: Item
    put: Put


async def set_item(
    db: AsyncConnection,
    company_id: CompanyId,
    item_id: str,
    changes: ItemChanges,
    together: UUID | None = None,
) -> ItemSet:
    """Raises InvalidField for what no item can be, CodeHeld for another's scan code."""
    await lock_published(db, company_id)
    before = await find_item(db, company_id, item_id)
    wanted = _changed(before or _new(item_id, changes), changes)
    put = became(before, wanted)
    if put is not Put.SAME:
        await publish_items(db, company_id, [wanted], together)
    return ItemSet(wanted, put)


def _new(item_id: str, changes: ItemChanges) -> Item:
    if changes.name is None:
        raise InvalidField(
            f"There is no item {item_id}, and a new one needs a name.",
            field="name",
            remedy=f"Name it: `central item set {item_id} --name NAME`.",
        )
    checked = ItemId(short_id(item_id, "item_id"))
    return Item(checked, changes.name, "", TaxClass.STANDARD, ())


def _changed(before: Item, changes: ItemChanges) -> Item:
    given = {name: value for name, value in changes._asdict().items() if value is not None}
    if "name" in given:
        given["name"] = plain_text(given["name"], "name")
    if "department" in given:
        given["department"] = optional_text(given["department"], "department")
    if "tax_class" in given:
        given["tax_class"] = one_of(TaxClass, given["tax_class"], "tax_class")
    if "unit" in given:
        given["unit"] = one_of(Unit, given["unit"], "unit")
    if "scan_codes" in given:
        given["scan_codes"] = _codes(given["scan_codes"])
    if given.get("unit_cost_minor") == COST_NOT_KNOWN:
        given["unit_cost_minor"] = None
    if "content" in given:
        given["content"] = content_of(given["content"], "content")
    return msgspec.structs.replace(before, **given)


def _codes(typed: tuple[str, ...]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in typed))
    if not all(1 <= len(code) <= WORD_CHARACTERS_MAX and is_plain(code) for code in codes):
        raise InvalidField(
            f"code: a scan code must be 1 to {WORD_CHARACTERS_MAX} visible characters.",
            field="code",
            remedy="Correct it.",
        )
    if len(codes) > SCAN_CODES_MAX:
        raise InvalidField(
            f"code: an item has at most {SCAN_CODES_MAX} scan codes.",
            field="code",
            remedy="Leave some out.",
        )
    return codes

"""Who brings the goods, what they bring for how much, and when a store wants more of them: rows of
reference data. What a store makes of them (proposals, orders) stands in ``edge/domain/orders.py``.
"""

from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.identity import ItemId
from sync.protocol.money import BASIS_POINTS, QUANTITY_MILLI_MAX
from sync.protocol.reference import Name, OptionalName, PriceMinor, Word
from sync.protocol.text import PLAIN

SUPPLIER_CHARACTERS_MAX = 20
LEAD_DAYS_MAX = 365
ADDRESS_CHARACTERS_MAX = 500
SUPPLIER_PATTERN = r"\A[0-9A-Za-z._/-]+\Z"
SupplierId: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=SUPPLIER_CHARACTERS_MAX, pattern=SUPPLIER_PATTERN)
]
Address: TypeAlias = Annotated[str, msgspec.Meta(max_length=ADDRESS_CHARACTERS_MAX), PLAIN]
Milli: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MILLI_MAX)]
MilliAboveNothing: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MILLI_MAX)]


class Supplier(msgspec.Struct, frozen=True, array_like=True):
    """Key: its id. ``over_bp``: so much more than was ordered may be taken of a line without
    anybody's word, in hundredths of a percent."""

    supplier_id: SupplierId
    name: Name
    email: OptionalName = ""
    address: Address = ""
    lead_days: Annotated[int, msgspec.Meta(ge=0, le=LEAD_DAYS_MAX)] = 0
    over_bp: Annotated[int, msgspec.Meta(ge=0, le=BASIS_POINTS)] = 0
    active: bool = True


class SupplierItem(msgspec.Struct, frozen=True, array_like=True):
    """Of an item that a supplier brings. Key: supplier and item. ``code``: theirs for it;
    ``pack_milli``: how much of its unit comes in one that can be ordered, for ``pack_cost_minor``;
    ``preferred``: of several suppliers the one that is proposed."""

    supplier_id: SupplierId
    item_id: ItemId
    code: Word | None = None
    pack_milli: MilliAboveNothing = 1_000
    pack_cost_minor: PriceMinor | None = None
    preferred: bool = False


class ReorderPoint(msgspec.Struct, frozen=True, array_like=True):
    """At this store. Key: the item. Where on hand and on order fall to ``at_milli`` or below, so
    much is proposed that they reach ``up_to_milli``."""

    item_id: ItemId
    at_milli: Milli
    up_to_milli: Milli


def supplier_item_key(row: SupplierItem) -> str:
    """The item stands behind what can hold no ``>``."""
    return f"{row.supplier_id}>{row.item_id}"

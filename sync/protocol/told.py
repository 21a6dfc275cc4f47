"""What head office tells stores of facts: rows of reference data, made of what stores wrote.

A row says what one fact said, and never what several come to: so it is the same in whatever order
head office heard of them, and whoever reads rows adds them up beside what they know themselves
(``transfers.py``, ``purchase_order.py``). A store is told of its own facts too: a box that takes
another's place knows what that one had begun, and a box that knows a fact passes its row over, by
``event_id``. Key: what it is about, ``@``, the fact, ``@``, the part; a fact of many lines is told
in parts, each with all of its head.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, LINE_NO_MAX
from sync.protocol.buying import SupplierId
from sync.protocol.change import INSTANT_MS_MAX
from sync.protocol.identity import ItemId
from sync.protocol.reference import OptionalName, Word
from sync.protocol.text import PLAIN

PART_LINES_MAX = 40
"""Of the longest ids and codes they stay below what a row may have."""
PARTS_MAX = LINE_NO_MAX
KEY_PARTS = 3

T = TypeVar("T")
Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]
Part: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=PARTS_MAX)]
LineNo: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LINE_NO_MAX)]
Milli: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=FIGURE_MAX)]
Cost: TypeAlias = Annotated[int, msgspec.Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]


class ToldLine(msgspec.Struct, frozen=True, array_like=True):
    """So much of an item, unsigned. ``cost_minor``: what all of it had cost, or is to cost; nil:
    not known. ``code``: the supplier's; ``lot``, ``expires_on``, ``serial``: the goods'."""

    line_no: LineNo
    item_id: Annotated[ItemId, PLAIN]
    quantity_milli: Milli
    cost_minor: Cost | None = None
    code: Word | None = None
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


_Lines: TypeAlias = Annotated[tuple[ToldLine, ...], msgspec.Meta(max_length=PART_LINES_MAX)]


class OrderNews(StrEnum):
    """What befell an order at a supplier."""

    SENT = "sent"
    CAME = "came"
    ENDED = "ended"


class OrderTold(msgspec.Struct, frozen=True, array_like=True):
    """Of an order that a store sent to a supplier. ``number``, ``supplier_id``, ``expected_on``:
    the order's; ``cancelled``: it ended before anything came."""

    order_id: UUID
    event_id: UUID
    part: Part
    news: OrderNews
    supplier_id: SupplierId
    number: OptionalName
    expected_on: date | None
    operator_id: OptionalName
    cancelled: bool
    reason: OptionalName
    at_ms: Instant
    lines: _Lines


class TransferNews(StrEnum):
    """What befell goods between two stores. ``WISHED``: somebody wants them sent; ``WISH_ENDED``:
    nobody waits for them any more, or they will not be sent; ``SETTLED``: what did not come is not
    looked for any more."""

    WISHED = "wished"
    WISH_ENDED = "wish_ended"
    SENT = "sent"
    CAME = "came"
    SETTLED = "settled"


class TransferTold(msgspec.Struct, frozen=True, array_like=True):
    """Of goods between two stores, to both. ``subject_id``: the transfer (``intent_of`` its number)
    or the wish; ``wish_id``: which wish goods that were sent are to fulfil; ``store_id``: who said
    it, nil: head office. A store is nil, and its code empty, where head office knows of none."""

    subject_id: UUID
    event_id: UUID
    part: Part
    news: TransferNews
    wish_id: UUID | None
    from_store_id: UUID | None
    from_code: OptionalName
    to_store_id: UUID | None
    to_code: OptionalName
    store_id: UUID | None
    number: OptionalName
    said_by: OptionalName
    reason: OptionalName
    at_ms: Instant
    lines: _Lines


def order_told_key(row: OrderTold) -> str:
    """What it is about, the fact, the part."""
    return f"{row.order_id}@{row.event_id}@{row.part}"


def transfer_told_key(row: TransferTold) -> str:
    """What it is about, the fact, the part."""
    return f"{row.subject_id}@{row.event_id}@{row.part}"


def told_of_key(key: str) -> tuple[UUID, UUID, int] | None:
    """The same three; None for a key under which nothing can stand."""
    parts = key.split("@")
    if len(parts) != KEY_PARTS or not (parts[2].isascii() and parts[2].isdecimal()):
        return None
    try:
        found = UUID(parts[0]), UUID(parts[1]), int(parts[2])
    except ValueError:
        return None
    return found if f"{found[0]}@{found[1]}@{found[2]}" == key else None


def in_parts(lines: Sequence[T]) -> list[tuple[T, ...]]:
    """Lines as rows have them; of a fact without lines one part.

    >>> [len(part) for part in in_parts(range(90))], in_parts([])
    ([40, 40, 10], [()])
    """
    begins = range(0, len(lines), PART_LINES_MAX)
    return [tuple(lines[at : at + PART_LINES_MAX]) for at in begins] or [()]

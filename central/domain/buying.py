"""What suppliers bring and reorder points, as people type them: exact or refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from central.domain.fields import plain_text
from central.domain.importing.sheet import Fault, FileRefused, Row, Sheet, text_of
from central.domain.typed import minor_of
from sync.protocol.buying import ReorderPoint, SupplierItem
from sync.protocol.errors import InvalidField
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI
from sync.protocol.reference import WORD_CHARACTERS_MAX

QUANTITY_DECIMALS = 3
YES = frozenset({"yes", "y", "1", "true", "x"})
ITEM_COLUMNS = ("supplier", "item", "code", "pack", "cost", "preferred")
POINT_COLUMNS = ("item", "at", "up_to")
R = TypeVar("R", SupplierItem, ReorderPoint)


class Known(NamedTuple):
    """What a company has: its items, its suppliers, the decimals of its currency."""

    items: frozenset[str]
    suppliers: frozenset[str]
    decimals: int


class TypedItem(NamedTuple):
    """What a supplier brings, as it was typed. ``pack``: how much comes in one, empty: 1; ``cost``:
    of one of these, empty: not known."""

    supplier: str
    item_id: str
    code: str = ""
    pack: str = ""
    cost: str = ""
    preferred: str = ""


class TypedPoint(NamedTuple):
    """When more is wanted, and how much is then reached; ``up_to`` empty: the same."""

    item_id: str
    at: str
    up_to: str = ""


class Planned(NamedTuple):
    """What is to be published, how many of the lines say something new, other or nothing, and what
    is wrong with the rest."""

    rows: tuple[msgspec.Struct, ...]
    new: int
    changed: int
    same: int
    faults: tuple[Fault, ...] = ()


def item_of(typed: TypedItem, known: Known) -> SupplierItem:
    """Raises InvalidField."""
    supplier = typed.supplier.strip()
    if supplier not in known.suppliers:
        raise InvalidField(
            f"supplier: there is no supplier {supplier}.",
            field="supplier",
            remedy="Make it first with `central supplier set`, or correct its id.",
        )
    item_id = _known_item(typed.item_id, known)
    pack, cost = typed.pack.strip(), typed.cost.strip()
    code = typed.code.strip()
    milli = minor_of(pack, QUANTITY_DECIMALS, "pack") if pack else MILLI
    if milli == 0:
        raise InvalidField(
            "pack: a pack holds something.", field="pack", remedy="State how much comes in one."
        )
    return SupplierItem(
        supplier,
        item_id,
        plain_text(code, "code", WORD_CHARACTERS_MAX) if code else None,
        milli,
        minor_of(cost, known.decimals, "cost") if cost else None,
        typed.preferred.strip().lower() in YES,
    )


def point_of(typed: TypedPoint, known: Known) -> ReorderPoint:
    """Raises InvalidField."""
    item_id = _known_item(typed.item_id, known)
    at = minor_of(typed.at.strip(), QUANTITY_DECIMALS, "at")
    up_to = minor_of(typed.up_to.strip(), QUANTITY_DECIMALS, "up_to") if typed.up_to.strip() else at
    if up_to < at:
        raise InvalidField(
            "up_to: it would reach less than it begins at.",
            field="up_to",
            remedy="State as much or more.",
        )
    return ReorderPoint(item_id, at, up_to)


def _known_item(typed: str, known: Known) -> ItemId:
    item_id = typed.strip()
    if item_id not in known.items:
        raise InvalidField(
            f"item: there is no item {item_id}.",
            field="item",
            remedy="Make it first, or correct its id.",
        )
    return ItemId(item_id)


def plan(wanted: Iterable[R], held: Mapping[str, R], key_of: Callable[[R], str]) -> Planned:
    """What ``wanted`` changes of what is published; of two of one key the later one holds."""
    now, rows = dict(held), {}
    new = changed = same = 0
    for row in wanted:
        key = key_of(row)
        before = now.get(key)
        if before == row:
            same += 1
            continue
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
        now[key] = rows[key] = row
    return Planned(tuple(rows.values()), new, changed, same)


def read_lines(
    sheet: Sheet, columns: Sequence[str], needed: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every line below the header, which names ``columns`` in any order; the first ``needed`` of
    them must be there. Raises FileRefused."""
    header = [text_of(cell).strip().lower().replace(" ", "_") for cell in sheet.rows[0].cells]
    if not set(columns[:needed]) <= set(header):
        raise FileRefused(
            f"Its first line names no columns {' and '.join(columns[:needed])}; it may name"
            f" {', '.join(columns)}.",
            "Write the names above the columns, and run the command again.",
        )
    places = [header.index(name) if name in header else -1 for name in columns]
    for row in sheet.rows[1:]:
        yield row.line, tuple(_cells(row, places))


def _cells(row: Row, places: Sequence[int]) -> Iterator[str]:
    for place in places:
        yield text_of(row.cells[place]) if 0 <= place < len(row.cells) else ""


def read_all(
    lines: Iterable[tuple[int, tuple[str, ...]]],
    columns: Sequence[str],
    read: Callable[[tuple[str, ...]], R],
) -> tuple[list[R], tuple[Fault, ...]]:
    """What can be read, and what is wrong with the others."""
    wanted, faults = [], []
    for line, cells in lines:
        try:
            wanted.append(read(cells))
        except InvalidField as refused:
            field = refused.field or ""
            value = dict(zip(columns, cells, strict=True)).get(field, "")
            _, _, reason = refused.detail.partition(": ")
            faults.append(Fault(line, field, value, reason.removesuffix(".")))
    return wanted, tuple(faults)

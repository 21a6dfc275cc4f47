"""Prices of a price book as people type them, and what they change of it: exact or refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from central.domain.importing.sheet import Fault, FileRefused, Row, Sheet, text_of
from central.domain.typed import instant_of, local_time, minor_of
from sync.protocol.errors import InvalidField
from sync.protocol.feeds import SHARED
from sync.protocol.identity import ItemId
from sync.protocol.price_books import BookPrice, PriceBook
from sync.protocol.scan_code import code_key

EVER_MS = 0
MINUTE_MS = 60_000
QUANTITY_DECIMALS = 3
NONE = "none"
"""Typed for a price that there is none of from then on."""
STATES = IN_FORCE, SCHEDULED, ENDED = ("in force", "scheduled", "ended")
COLUMNS = ("item", "price", "from_quantity", "pack", "from")


What: TypeAlias = tuple[str, str, int]
"""Item, pack and quantity."""


class Typed(NamedTuple):
    """A price as it was typed. ``quantity``: from how many on, empty: any; ``pack``: its scan code;
    ``since``: empty is now, and for ever where there was none before."""

    item_id: str
    price: str
    quantity: str = ""
    pack: str = ""
    since: str = ""


class Wanted(NamedTuple):
    """A price as it shall be."""

    item_id: str
    pack: str
    from_milli: int
    unit_price_minor: int | None
    effective_from_ms: int | None


class Known(NamedTuple):
    """What a company has: its items, the packs' items by their codes, the decimals of its currency
    and the clock by which its instants are typed."""

    items: frozenset[str]
    packs: Mapping[str, str]
    decimals: int
    clock: str | None


class Planned(NamedTuple):
    """What is to be published, and how many of the lines it says something new, other or nothing
    of."""

    rows: tuple[BookPrice, ...]
    new: int
    changed: int
    same: int
    faults: tuple[Fault, ...] = ()


def wanted_of(typed: Typed, known: Known) -> Wanted:
    """Raises InvalidField."""
    item_id, pack = typed.item_id.strip(), code_key(typed.pack.strip())
    if item_id not in known.items:
        raise InvalidField(
            f"item: there is no item {item_id}.",
            field="item",
            remedy="Make it first, or correct its id.",
        )
    if pack and known.packs.get(pack) != item_id:
        raise InvalidField(
            f"pack: {typed.pack.strip()} is no pack of {item_id}.",
            field="pack",
            remedy="Make it with `central pack set`, or correct its code.",
        )
    price, quantity, since = typed.price.strip(), typed.quantity.strip(), typed.since.strip()
    minor = None if price == NONE else minor_of(price, known.decimals, "price")
    milli = minor_of(quantity, QUANTITY_DECIMALS, "from_quantity") if quantity else 0
    from_ms = instant_of(since, known.clock, "from") if since else None
    return Wanted(item_id, pack, milli, minor, from_ms)


def plan(book: str, held: Iterable[BookPrice], wanted: Iterable[Wanted], now_ms: int) -> Planned:
    """What ``wanted`` changes of the prices that ``book`` has, ``held``. One that is in force
    already is not published again."""
    by_what: dict[What, dict[int, int | None]] = {}
    for one in held:
        of = by_what.setdefault((str(one.item_id), one.pack, one.from_milli), {})
        of[one.effective_from_ms] = one.unit_price_minor
    rows: dict[tuple[What, int], BookPrice] = {}
    new = changed = same = 0
    for price in wanted:
        what, minor = (price.item_id, price.pack, price.from_milli), price.unit_price_minor
        of = by_what.setdefault(what, {})
        at = _begins(of, price, now_ms)
        if at in of and of[at] == minor:
            same += 1
            continue
        new, changed = (new, changed + 1) if at in of else (new + 1, changed)
        named = (ItemId(price.item_id), book, price.pack, price.from_milli, at)
        rows[what, at] = BookPrice(*named, minor)
        of[at] = minor
    return Planned(tuple(rows.values()), new, changed, same)


def _begins(of: Mapping[int, int | None], wanted: Wanted, now_ms: int) -> int:
    """When it begins: as it says; else one that holds already has begun, what never had a price has
    had it ever since, and another begins with the minute, so that it can be named."""
    if wanted.effective_from_ms is not None:
        return wanted.effective_from_ms
    begun = [at for at in of if at <= now_ms]
    if not begun:
        return EVER_MS
    if of[max(begun)] == wanted.unit_price_minor:
        return max(begun)
    return now_ms // MINUTE_MS * MINUTE_MS


def read_typed(sheet: Sheet) -> list[tuple[int, Typed]]:
    """Every line below the header, which names the columns ``COLUMNS``, in any order; the first two
    must be there. Raises FileRefused."""
    header = [_folded(text_of(cell)) for cell in sheet.rows[0].cells]
    if not {"item", "price"} <= set(header):
        raise FileRefused(
            f"Its first line names no columns item and price; it may name {', '.join(COLUMNS)}.",
            "Write the names above the columns, and run the command again.",
        )
    places = [header.index(name) if name in header else -1 for name in COLUMNS]
    return [(row.line, Typed(*_cells(row, places))) for row in sheet.rows[1:]]


def _cells(row: Row, places: Sequence[int]) -> Iterable[str]:
    for place in places:
        yield text_of(row.cells[place]) if 0 <= place < len(row.cells) else ""


def _folded(header: str) -> str:
    return header.strip().lower().replace(" ", "_")


def place_of(book: PriceBook) -> str:
    """The scope in which a book and its prices are published."""
    return book.zone or SHARED


def state_of(book: PriceBook, now_ms: int) -> str:
    """One of STATES, by its own dates."""
    if book.until_ms is not None and book.until_ms <= now_ms:
        return ENDED
    return SCHEDULED if book.from_ms > now_ms else IN_FORCE


def book_words(book: PriceBook, clock: str | None) -> Iterator[str]:
    """Where, for whom and when, each as it is typed."""
    yield f"zone {book.zone or 'all'}"
    yield f"group {book.customer_group or 'all'}"
    yield f"tax {'included' if book.tax_included else 'added'}"
    yield f"from {local_time(book.from_ms, clock)}"
    if book.until_ms is not None:
        yield f"until {local_time(book.until_ms, clock)}"
    if book.priority:
        yield f"priority {book.priority}"
    if book.fixed:
        yield "fixed"

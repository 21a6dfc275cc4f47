"""Price books, packs, and which price a basket's goods have.

A *book* is a list of prices beside a zone's plain ones (``reference.Price``): for all zones or one,
for everybody or the customers of one group, with tax included or added, from an instant until
another. It names prices of items, from a quantity on where it says so, and of packs: a *pack* is a
scan code that sells so much of an item. A quantity is what the basket has of the item over all its
lines that are priced so, whatever their order; of packs, how many of that pack. What comes back, a
price that was typed and one that a scale printed count for nothing here, and are no book's.

The order in which one of them wins (``choose``):

1. of each book that is in force here, for this customer, the price of the largest quantity that the
   basket reaches;
2. where such a book is *fixed*, only fixed ones count, and of these the highest priority;
3. of what counts, the plain price among it where no book is fixed, what costs the customer least,
   with its tax;
4. of equal ones the plain price, then the higher priority, then the book's id.

A pack that has no price of its own is so many of its item.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from sync.protocol.change import INSTANT_MS_MAX
from sync.protocol.identity import ItemId
from sync.protocol.money import BASIS_POINTS, QUANTITY_MILLI_MAX
from sync.protocol.reference import WORD_CHARACTERS_MAX, Name, PriceMinor, Word

PRIORITY_MAX = 1_000_000
BOOK_CHARACTERS_MAX = 20
CODE_PATTERN = r"\A[0-9A-Za-z._/-]*\Z"
BookId: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=BOOK_CHARACTERS_MAX, pattern=CODE_PATTERN)
]
Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=INSTANT_MS_MAX)]
PackCode: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=WORD_CHARACTERS_MAX, pattern=CODE_PATTERN)
]
Quantity: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=QUANTITY_MILLI_MAX)]


class PriceBook(msgspec.Struct, frozen=True, array_like=True):
    """Key: its id. ``zone``: the price zone whose stores it is for, ``customer_group`` the group
    whose customers; None: all. In force from ``from_ms`` and before ``until_ms``. ``fixed``: no
    cheaper price takes the place of its own."""

    book: BookId
    name: Name
    zone: Word | None = None
    customer_group: Word | None = None
    tax_included: bool = True
    priority: Annotated[int, msgspec.Meta(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] = 0
    fixed: bool = False
    from_ms: Instant = 0
    until_ms: Instant | None = None


class BookPrice(msgspec.Struct, frozen=True, array_like=True):
    """What one of an item's unit costs by a book, or one ``pack`` of it (its code's key; empty:
    none), from ``from_milli`` of them on, from an instant until a later price of the same begins;
    None: from then on the book has none. Key: book, pack, quantity, item and instant."""

    item_id: ItemId
    book: BookId
    pack: PackCode
    from_milli: Quantity
    effective_from_ms: Instant
    unit_price_minor: PriceMinor | None


class Pack(msgspec.Struct, frozen=True, array_like=True):
    """A scan code, as its key, that sells ``quantity_milli`` of an item's unit. ``name`` stands on
    the receipt. Key: the code. A code that an item has is that item's, and no pack."""

    scan_code: PackCode
    item_id: ItemId
    quantity_milli: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MILLI_MAX)]
    name: Name


def book_price_key(price: BookPrice) -> str:
    """The item stands behind what can hold no ``>``."""
    named = (price.book, price.pack, str(price.from_milli), price.item_id)
    return f"{'>'.join(named)}@{price.effective_from_ms}"


class Offer(NamedTuple):
    """A price of a book that is in force here, for this customer. ``book_name``: the book's."""

    book: str
    book_name: str
    priority: int
    fixed: bool
    tax_included: bool
    from_milli: int
    unit_price_minor: int
    version: int


class Plain(NamedTuple):
    """The zone's own price."""

    unit_price_minor: int
    tax_included: bool


def choose(
    plain: Plain | None, offers: Sequence[Offer], quantity_milli: int, rate_bp: int
) -> Offer | None:
    """Which of the books' prices holds; None: the plain one. ``plain`` None: there is none.
    ``quantity_milli``: what the basket has of it; ``rate_bp``: the tax on it.

    >>> ten = Offer("ten", "From 10", 0, False, True, 10_000, 90, 7)
    >>> choose(Plain(100, True), [ten], 9_000, 900)
    >>> choose(Plain(100, True), [ten], 10_000, 900).unit_price_minor
    90
    """
    by_quantity = sorted(offers, key=lambda each: each.from_milli)
    reached = {each.book: each for each in by_quantity if each.from_milli <= quantity_milli}
    fixed = [each for each in reached.values() if each.fixed]
    highest = max((each.priority for each in fixed), default=0)
    counting = [each for each in fixed if each.priority == highest] or list(reached.values())
    if not counting:
        return None
    best = min(counting, key=lambda each: (gross(each, rate_bp), -each.priority, each.book))
    if best.fixed or plain is None or gross(best, rate_bp) < gross(plain, rate_bp):
        return best
    return None


def gross(price: Offer | Plain, rate_bp: int) -> int:
    """What it costs with its tax, in parts of BASIS_POINTS: nothing is rounded before it is
    compared."""
    on_top = 0 if price.tax_included else rate_bp
    return price.unit_price_minor * (BASIS_POINTS + on_top)

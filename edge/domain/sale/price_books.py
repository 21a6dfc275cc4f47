"""What price books make of a basket: which of their prices are in force for it, and which line is
priced by which of them.

How one of several prices wins, and what a quantity counts, stands in
``sync/protocol/price_books.py``. A pack that has a price of its own is sold at it, unless its units
cost less by themselves and its price is not fixed; then it is so many units, which reach no
quantity for others. All of it is the same in any order of the lines.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from edge.domain.sale.basket import LineRequest
from edge.domain.sale.labels import PLAIN, quantity_of
from edge.domain.sale.pricing import Chosen, find_item
from edge.domain.sale.situation import ItemOnSale, Offers, Situation
from sync.protocol.identity import ItemId
from sync.protocol.labels.label import Label
from sync.protocol.money import MILLI
from sync.protocol.price_books import Offer, Plain, choose, gross


class Book(NamedTuple):
    """A price book as it is published, but for its id."""

    name: str
    zone: str | None
    customer_group: str | None
    tax_included: bool
    priority: int
    fixed: bool
    from_ms: int
    until_ms: int | None


class BookedPrice(NamedTuple):
    """A price in a book as it is published, but for its item."""

    book: str
    pack: str
    from_milli: int
    effective_from_ms: int
    unit_price_minor: int | None
    version: int


class Place(NamedTuple):
    """Where, for whom and when a basket is priced."""

    zone: str
    customer_group: str | None
    as_of_ms: int


def in_force(
    books: Mapping[str, Book], prices: Mapping[ItemId, Iterable[BookedPrice]], place: Place
) -> Offers:
    """By item and pack, what books that are in force there have for it."""
    there = {book: each for book, each in books.items() if _is_in_force(each, place)}
    offers: dict[tuple[ItemId, str], list[Offer]] = {}
    for item_id, of_item in prices.items():
        begun = [each for each in of_item if each.effective_from_ms <= place.as_of_ms]
        begun.sort(key=lambda each: each.effective_from_ms)
        newest = {(each.book, each.pack, each.from_milli): each for each in begun}
        for each in newest.values():
            if each.book in there and each.unit_price_minor is not None:
                offer = _offer(there[each.book], each, each.unit_price_minor)
                offers.setdefault((item_id, each.pack), []).append(offer)
    return {named: tuple(found) for named, found in offers.items()}


def _is_in_force(book: Book, place: Place) -> bool:
    return (
        book.zone in (None, place.zone)
        and book.customer_group in (None, place.customer_group)
        and book.from_ms <= place.as_of_ms
        and (book.until_ms is None or place.as_of_ms < book.until_ms)
    )


def _offer(book: Book, price: BookedPrice, unit_price_minor: int) -> Offer:
    return Offer(
        price.book,
        book.name,
        book.priority,
        bool(book.fixed),
        bool(book.tax_included),
        price.from_milli,
        unit_price_minor,
        price.version,
    )


class _Asked(NamedTuple):
    line: LineRequest
    item: ItemOnSale
    label: Label
    quantity_milli: int
    of_pack: tuple[Offer, ...]


Quantities: TypeAlias = Mapping[str, int]
_Choose: TypeAlias = Callable[[_Asked, Quantities, Quantities, Situation], Chosen | None]


def choose_prices(lines: Sequence[LineRequest], known: Situation) -> dict[int, Chosen]:
    """By line number, the sale lines of a request that a book prices. Raises what ``find_item``
    does."""
    return _by_line(lines, known, lambda line: not line.is_return, _choose)


def lowest_prices(lines: Sequence[LineRequest], known: Situation) -> dict[int, Chosen]:
    """The same of goods that come back without a receipt: each at the lowest that this customer may
    be asked for so many of them today, fixed or not, so that nobody is given more than they
    cost."""
    return _by_line(lines, known, _has_no_receipt, _lowest)


def _has_no_receipt(line: LineRequest) -> bool:
    return line.unverified is not None and line.original is None


def _by_line(
    lines: Sequence[LineRequest],
    known: Situation,
    counts: Callable[[LineRequest], bool],
    choose_one: _Choose,
) -> dict[int, Chosen]:
    asked = [
        _asked(line, known, f"lines[{index}]")
        for index, line in enumerate(lines)
        if line.unit_price_minor is None and counts(line)
    ]
    counted = [each for each in asked if each.label.amount_minor is None]
    units, packs = Counter[str](), Counter[str]()
    for each in counted:
        if each.of_pack:
            packs[each.label.pack or ""] += each.line.quantity_milli
        else:
            units[each.item.item_id] += each.quantity_milli
    found = ((each.line.line_no, choose_one(each, units, packs, known)) for each in counted)
    return {line_no: chosen for line_no, chosen in found if chosen is not None}


def _asked(line: LineRequest, known: Situation, path: str) -> _Asked:
    item = find_item(line, known, path)
    label = known.labels.get(line.scan_code or "", PLAIN)
    quantity = line.quantity_milli
    if label.codes:
        quantity = quantity * quantity_of(label, item.unit, 0) // MILLI
    of_pack = known.offers.get((item.item_id, label.pack), ()) if label.pack else ()
    return _Asked(line, item, label, quantity, of_pack)


def _choose(asked: _Asked, units: Quantities, packs: Quantities, known: Situation) -> Chosen | None:
    item, label = asked.item, asked.label
    plain, rate_bp = _plain(item, known)
    of_units = known.offers.get((item.item_id, ""), ())
    unit = choose(plain, of_units, units.get(item.item_id, 0), rate_bp)
    pack = choose(None, asked.of_pack, packs.get(label.pack or "", 0), rate_bp)
    if pack is not None and (pack.fixed or not _is_less(unit or plain, label, pack, rate_bp)):
        return Chosen(pack, of_pack=True)
    return None if unit is None else Chosen(unit, of_pack=False)


def _lowest(asked: _Asked, units: Quantities, packs: Quantities, known: Situation) -> Chosen | None:
    item, label = asked.item, asked.label
    plain, rate_bp = _plain(item, known)
    many = units.get(item.item_id, 0)
    of_units = [
        each for each in known.offers.get((item.item_id, ""), ()) if each.from_milli <= many
    ]
    of_packs = [each for each in asked.of_pack if each.from_milli <= packs[label.pack or ""]]
    by_units: list[Offer | Plain] = [*([] if plain is None else [plain]), *of_units]
    unit = min(by_units, key=lambda each: gross(each, rate_bp), default=None)
    pack = min(of_packs, key=lambda each: gross(each, rate_bp), default=None)
    if pack is not None and not _is_less(unit, label, pack, rate_bp):
        return Chosen(pack, of_pack=True)
    return Chosen(unit, of_pack=False) if isinstance(unit, Offer) else None


def _plain(item: ItemOnSale, known: Situation) -> tuple[Plain | None, int]:
    """The price that the item has without any book, and the tax on it."""
    rate = known.rates.get(item.tax_class)
    rate_bp = 0 if rate is None else rate.rate_bp
    if item.price is None:
        return None, rate_bp
    return Plain(item.price.unit_price_minor, known.settings.tax_included), rate_bp


def _is_less(unit: Offer | Plain | None, label: Label, pack: Offer, rate_bp: int) -> bool:
    """Whether a pack's units cost less by themselves."""
    if unit is None:
        return False
    return gross(unit, rate_bp) * (label.quantity_milli or 0) < gross(pack, rate_bp) * MILLI

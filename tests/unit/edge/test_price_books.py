"""What price books make of a basket: quantity prices, packs, both modes of tax, in any order."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.basket import LineRequest, PriceOverrideRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.price_books import Book, BookedPrice, Place, in_force
from edge.domain.sale.priced_basket import price_basket
from edge.domain.sale.quote import Quote, quote
from edge.domain.sale.refusals.lines import QuantityNotWhole
from edge.domain.sale.refusals.prices import PriceMissing
from edge.domain.sale.returns import mirror
from edge.domain.sale.situation import Offers, PaidBefore, Situation
from sync.protocol.facts import OriginalLine, RetailTransaction, TenderKind
from sync.protocol.identity import ItemId
from sync.protocol.labels.label import Label
from sync.protocol.money import MILLI, divide_half_up, included_tax
from sync.protocol.price_books import Offer
from sync.protocol.refunds import Payment
from tests.builders import CARD, CASH, MEMBER, SETTINGS, ean13, situation
from tests.receipts import receipt_text
from tests.sale_builders import line, return_line, sale_request, tender
from tests.unit.edge.test_promotions import as_sold
from tests.unit.edge.test_receipt import PLACE

SIX = ean13(888_000_000_900)
"""A pack of six of I05, which costs 3.80 apiece."""
SIX_KEY = SIX.zfill(14)
TEA = ItemId("I05")


def book(
    name: str, minor: int, start: int = 0, *, included: bool = True, fixed: bool = False
) -> Offer:
    return Offer(name, name.title(), 0, fixed, included, start * 1_000, minor, 77)


def offers(*found: Offer, pack: str = "", item_id: ItemId = TEA) -> Offers:
    return {(item_id, pack): found}


def knowing(*several: Offers, **more: Any) -> Situation:
    """The seeded store with these books and the pack's code."""
    known = situation()
    both = {named: each for one in several for named, each in one.items()}
    labels = {SIX: Label((TEA,), 6_000, pack=SIX_KEY, name="Tea × 6")}
    codes = {**known.items_by_code, SIX: known.items_by_id[TEA]}
    return known._replace(offers=both, labels=labels, items_by_code=codes, **more)


def packs(count: int = 1, **more: Any) -> LineRequest:
    return LineRequest(line_no=0, quantity_milli=count * 1_000, scan_code=SIX, **more)


def quoted(lines: Sequence[LineRequest], known: Situation) -> Quote:
    asked = sale_request("basket", lines, (), total_minor=0, customer_id=MEMBER)
    return quote(asked, known)


def sold(lines: Sequence[LineRequest], known: Situation) -> RetailTransaction:
    """The sale of a basket, after its quote, with what both say of it held together."""
    said = quoted(lines, known)
    paid = (tender(CARD, said.total_minor),) if said.total_minor else ()
    total = said.total_minor
    asked = sale_request("basket", lines, paid, total_minor=total, customer_id=MEMBER)
    fact = compose(asked, known).fact
    assert [each.amount_minor for each in said.lines] == [each.amount_minor for each in fact.lines]
    assert said.total_minor == fact.total_minor
    return fact


TEN = offers(book("ten", 300, 10))
EXAMPLES: list[tuple[list[LineRequest], Offers, list[tuple[str | None, int]]]] = [
    # a quantity is the basket's over all lines of the item, and holds for each of them
    ([line("I05", 9)], TEN, [(None, 3_420)]),
    ([line("I05", 10)], TEN, [("ten", 3_000)]),
    (
        [line("I05", 4), line("I01"), line("I05", 6)],
        TEN,
        [("ten", 1_200), (None, 150), ("ten", 1_800)],
    ),
    # a line with a discount or a price by hand counts, and keeps what was set
    (
        [line("I05", 9), line("I05", price_override=PriceOverrideRequest(100, "damaged"))],
        TEN,
        [("ten", 2_700), ("ten", 100)],
    ),
    # a pack without a price of its own is so many, and counts as so many
    ([packs(), line("I05", 4)], TEN, [("ten", 1_800), ("ten", 1_200)]),
    ([packs(2)], {}, [(None, 4_560)]),
    # with one it is sold at it, and its pieces reach no quantity for others
    ([packs(2)], offers(book("pack", 2_000), pack=SIX_KEY), [("pack", 4_000)]),
    (
        [packs(), line("I05", 4)],
        {**TEN, **offers(book("pack", 1_990), pack=SIX_KEY)},
        [("pack", 1_990), (None, 1_520)],
    ),
    # quantities of packs count packs
    ([packs(), packs()], offers(book("pack", 1_900, 2), pack=SIX_KEY), [("pack", 1_900)] * 2),
    # whose pieces cost less by themselves is sold by them, unless its price is fixed
    ([packs()], offers(book("pack", 2_300), pack=SIX_KEY), [(None, 2_280)]),
    ([packs()], offers(book("pack", 2_280), pack=SIX_KEY), [("pack", 2_280)]),
    ([packs()], offers(book("pack", 2_300, fixed=True), pack=SIX_KEY), [("pack", 2_300)]),
    (
        [packs(), line("I05", 10)],
        {**TEN, **offers(book("pack", 1_900), pack=SIX_KEY)},
        [("ten", 1_800), ("ten", 3_000)],
    ),
    # books of other items and dearer ones change nothing
    ([line("I05")], offers(book("staff", 100), item_id=ItemId("I01")), [(None, 380)]),
    ([line("I05")], offers(book("dear", 381)), [(None, 380)]),
    # an item that has a price in a book alone
    (
        [line("UNPRICED", 2)],
        offers(book("trade", 700), item_id=ItemId("UNPRICED")),
        [("trade", 1_400)],
    ),
]


@pytest.mark.parametrize(("lines", "found", "expected"), EXAMPLES)
def test_the_table_of_baskets_with_books(
    lines: list[LineRequest], found: Offers, expected: list[tuple[str | None, int]]
) -> None:
    fact = sold(lines, knowing(found))
    assert [(each.price_book, each.amount_minor) for each in fact.lines] == expected
    for each in fact.lines:
        assert each.price_version == (77 if each.price_book else 11)


def test_what_is_priced_by_a_book_alone_is_refused_below_its_quantity() -> None:
    few = offers(book("trade", 700, 3), item_id=ItemId("UNPRICED"))
    with pytest.raises(PriceMissing):
        quoted([line("UNPRICED", 2)], knowing(few))


PAPER: dict[str, tuple[list[LineRequest], Offers, list[str]]] = {
    "the ordinary price names no book": (
        [line("I05", 2)],
        {},
        ["  2 x 3.80                            7.60"],
    ),
    "a book's price names it": (
        [line("I05", 10)],
        TEN,
        ["  10 x 3.00                          30.00", "  price: Ten"],
    ),
    "a pack is one, at its own price": (
        [packs()],
        offers(book("pack", 1_810), pack=SIX_KEY),
        ["  1 x 18.10                          18.10", "  price: Pack"],
    ),
    "and so many": (
        [packs(2)],
        offers(book("pack", 1_810), pack=SIX_KEY),
        ["  2 x 18.10                          36.20", "  price: Pack"],
    ),
    "without a price of its own it is its pieces": (
        [packs()],
        {},
        ["  6 x 3.80                           22.80"],
    ),
}


@pytest.mark.parametrize("name", PAPER)
def test_the_paper_names_the_book_and_counts_packs_that_have_a_price(name: str) -> None:
    lines, found, expected = PAPER[name]
    rows = receipt_text(sold(lines, knowing(found)), SETTINGS, PLACE, {}).split("\n")
    at = next(place for place, row in enumerate(rows) if row.startswith("  ") and " x " in row)
    assert rows[at : at + len(expected)] == expected
    assert not rows[at + len(expected)].startswith("  price:")


def test_a_pack_says_what_it_is_and_moves_its_pieces() -> None:
    known = knowing(offers(book("pack", 2_000), pack=SIX_KEY))
    (bought,) = sold([packs(2)], known).lines
    assert (bought.description, bought.scan_code) == ("Tea × 6", SIX)
    assert (bought.quantity_milli, bought.unit_price_minor) == (12_000, 333)
    assert (bought.extended_minor, bought.amount_minor) == (4_000, 4_000)
    (said,) = quoted([packs(2)], known).lines
    assert said.book is not None
    assert (said.book.name, said.book.packs_milli, said.book.pack_price_minor) == (
        *("Pack", 2_000),
        2_000,
    )
    (plain,) = quoted([line("I05", 10)], knowing(TEN)).lines
    assert plain.book is not None
    assert (plain.book.from_milli, plain.book.packs_milli) == (10_000, None)


def test_half_a_pack_is_none() -> None:
    with pytest.raises(QuantityNotWhole):
        quoted([LineRequest(1, 500, scan_code=SIX)], knowing({}))


def test_a_price_by_hand_is_that_of_a_pack() -> None:
    by_hand = packs(2, price_override=PriceOverrideRequest(1_500, "damaged"))
    (bought,) = sold([by_hand], knowing(offers(book("pack", 2_000), pack=SIX_KEY))).lines
    assert (bought.extended_minor, bought.amount_minor) == (4_000, 3_000)


def test_a_pack_comes_back_in_parts_that_add_up_to_it() -> None:
    known = knowing(offers(book("pack", 1_000), pack=SIX_KEY))
    fact = sold([packs()], known)
    given_back = []
    for returned in range(6):
        back = as_sold(fact, fact.lines[0], returned * 1_000)
        told = known._replace(originals={OriginalLine(fact.sale_id, 1): back})
        (goods,) = quoted([return_line("basket")], told).lines
        given_back.append(goods.amount_minor)
    assert given_back == [-167, -166, -167, -167, -166, -167]
    assert sum(given_back) == -1_000


BACK: list[tuple[int, int, int | None]] = [
    (0, 6, -1_000),
    (0, 12, -2_000),
    (3, 6, -1_000),
    (0, 5, None),
    (0, 9, None),
    (6, 6, -1_000),
]


@pytest.mark.parametrize(("before", "pieces", "expected"), BACK)
def test_whole_packs_come_back_as_packs_and_broken_ones_as_pieces(
    before: int, pieces: int, expected: int | None
) -> None:
    fact = sold([packs(2)], knowing(offers(book("pack", 1_800), pack=SIX_KEY)))
    line_sold = as_sold(fact, fact.lines[0], before * 1_000)
    back = mirror(
        return_line("basket", pieces=pieces), line_sold, before * 1_000, (before + pieces) * 1_000
    )
    assert back.packs_milli == expected
    assert back.quantity_milli == -pieces * 1_000


def test_packs_that_do_not_come_back_at_their_price_are_pieces() -> None:
    """7 of 12 pieces are given back before, at 1 more than their half."""
    fact = sold([packs(2)], knowing(offers(book("pack", 1_001), pack=SIX_KEY)))
    for before in range(7):
        line_sold = as_sold(fact, fact.lines[0], before * 1_000)
        back = mirror(
            return_line("basket", pieces=6), line_sold, before * 1_000, (before + 6) * 1_000
        )
        assert (back.packs_milli is None) is (back.extended_minor % 1_001 != 0)


@pytest.mark.parametrize("of_store", [True, False])
def test_both_modes_of_tax_stand_in_one_receipt(of_store: bool) -> None:
    settings = replace(SETTINGS, tax_included=of_store)
    found = offers(book("other", 200, included=not of_store))
    fact = sold([line("I05", 2), line("I15")], knowing(found, settings=settings))
    assert [each.tax_included for each in fact.lines] == [not of_store, of_store]
    added, included = sorted(fact.lines, key=lambda each: each.tax_included)
    assert added.tax_minor == divide_half_up(added.amount_minor * 900, 10_000)
    assert included.tax_minor == included_tax(included.amount_minor, 900)
    assert fact.total_minor == added.amount_minor + added.tax_minor + included.amount_minor
    assert fact.points_earned == fact.total_minor // 1_000


BOTH = {**TEN, **offers(book("pack", 2_000), book("packs", 1_800, 2), pack=SIX_KEY)}
UNVERIFIED: list[tuple[list[LineRequest], Offers, list[tuple[str | None, int]]]] = [
    ([line("I05", 9)], TEN, [(None, -3_420)]),
    ([line("I05", 10)], TEN, [("ten", -3_000)]),
    ([line("I05", 4), line("I05", 6)], TEN, [("ten", -1_200), ("ten", -1_800)]),
    # the lowest of all, where a sale would have the fixed one
    ([line("I05")], offers(book("dear", 500, fixed=True)), [(None, -380)]),
    ([line("I05")], offers(book("dear", 500, fixed=True), book("few", 300)), [("few", -300)]),
    # packs, each at the lower of its own price and its units'
    ([packs()], {}, [(None, -2_280)]),
    ([packs()], BOTH, [("pack", -2_000)]),
    ([packs(2)], BOTH, [("packs", -3_600)]),
    ([packs()], offers(book("pack", 2_300, fixed=True), pack=SIX_KEY), [(None, -2_280)]),
    # what is typed is what goes back
    ([line("I05", price_minor=100)], offers(book("few", 50)), [(None, -100)]),
    ([line("UNPRICED")], offers(book("trade", 700), item_id=ItemId("UNPRICED")), [("trade", -700)]),
]


@pytest.mark.parametrize(("lines", "found", "expected"), UNVERIFIED)
def test_goods_without_a_receipt_come_back_at_the_lowest_price_of_today(
    lines: list[LineRequest], found: Offers, expected: list[tuple[str | None, int]]
) -> None:
    paid = PaidBefore({}, Payment(CASH, "Cash", TenderKind.CASH, 0))
    known = knowing(found, paid=paid)
    back = [replace(each, unverified="no receipt") for each in lines]
    said = quoted(back, known)
    assert [each.amount_minor for each in said.lines] == [minor for _, minor in expected]
    rounded = said.total_minor
    given = (tender(CASH, rounded),)
    asked = sale_request("back", back, given, total_minor=rounded, customer_id=MEMBER)
    fact = compose(asked, known).fact
    assert [(each.price_book, each.amount_minor) for each in fact.lines] == expected
    for each in fact.lines:
        assert each.price_version in ((77,) if each.price_book else (0, 11))


@pytest.mark.parametrize("of_store", [True, False])
def test_goods_without_a_receipt_keep_their_books_mode_of_tax(of_store: bool) -> None:
    settings = replace(SETTINGS, tax_included=of_store)
    paid = PaidBefore({}, Payment(CASH, "Cash", TenderKind.CASH, 0))
    known = knowing(offers(book("other", 200, included=not of_store)), settings=settings, paid=paid)
    back = [replace(each, unverified="no receipt") for each in (line("I05", 5), line("I10"))]
    asked = sale_request("back", back, (), total_minor=0, customer_id=MEMBER)
    lines = price_basket(asked, known).lines(())
    assert [each.tax_included for each in lines] == [not of_store, of_store]
    added, included = sorted(lines, key=lambda each: each.tax_included)
    assert -added.tax_minor == divide_half_up(-added.amount_minor * 900, 10_000)
    assert -included.tax_minor == included_tax(-included.amount_minor, 900)


NOW = 1_000
HERE = Place("sg", "members", NOW)
GOOD = Book("Members", None, None, True, 0, False, 0, None)
PRICE = BookedPrice("b", "", 0, 0, 90, 5)
IN_FORCE = [
    # a book's zone, group and span
    (GOOD, [PRICE], 90),
    (GOOD._replace(zone="sg"), [PRICE], 90),
    (GOOD._replace(zone="my"), [PRICE], None),
    (GOOD._replace(customer_group="members"), [PRICE], 90),
    (GOOD._replace(customer_group="staff"), [PRICE], None),
    (GOOD._replace(from_ms=NOW), [PRICE], 90),
    (GOOD._replace(from_ms=NOW + 1), [PRICE], None),
    (GOOD._replace(until_ms=NOW), [PRICE], None),
    (GOOD._replace(until_ms=NOW + 1), [PRICE], 90),
    # a price's instant: the newest that has begun, also one that says that there is none any more
    (GOOD, [PRICE._replace(effective_from_ms=NOW + 1)], None),
    (GOOD, [PRICE._replace(effective_from_ms=NOW, unit_price_minor=80), PRICE], 80),
    (GOOD, [PRICE, PRICE._replace(effective_from_ms=500, unit_price_minor=None)], None),
    # a price of a book that is not there
    (GOOD, [PRICE._replace(book="gone")], None),
]


@pytest.mark.parametrize(("of_book", "prices", "expected"), IN_FORCE)
def test_the_table_of_what_is_in_force(
    of_book: Book, prices: list[BookedPrice], expected: int | None
) -> None:
    found = in_force({"b": of_book}, {TEA: prices}, HERE).get((TEA, ""), ())
    assert [each.unit_price_minor for each in found] == ([] if expected is None else [expected])


some_offers = st.lists(
    st.builds(
        book,
        st.sampled_from(["a", "b"]),
        st.integers(0, 500),
        st.sampled_from([0, 2, 5, 10]),
        included=st.booleans(),
        fixed=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda each: (each.book, each.from_milli),
)
some_lines = st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=5)


@given(some_offers, some_offers, some_lines, st.booleans(), st.randoms(use_true_random=False))
def test_in_any_order_each_line_costs_the_same_and_none_is_below_zero(
    of_units: list[Offer],
    of_packs: list[Offer],
    asked: list[tuple[bool, int]],
    of_store: bool,
    random: Random,
) -> None:
    settings = replace(SETTINGS, tax_included=of_store)
    found = {**offers(*of_units), **offers(*of_packs, pack=SIX_KEY)}
    known = knowing(found, settings=settings)
    lines = [packs(many) if of_pack else line("I05", many) for of_pack, many in asked]
    before = sold(lines, known).lines
    assert min(each.amount_minor for each in before) >= 0
    order = list(range(len(lines)))
    random.shuffle(order)
    after = sold([lines[at] for at in order], known).lines
    for place, at in enumerate(order):
        assert after[place].amount_minor == before[at].amount_minor
        assert after[place].price_book == before[at].price_book
        assert after[place].quantity_milli == before[at].quantity_milli
    pieces = sum(many * (6 if of_pack else 1) for of_pack, many in asked)
    assert sum(each.quantity_milli for each in before) == pieces * MILLI

"""What a day (or a store, a till, a receipt) adds up to: every figure described once.

``FIGURES`` is read by whoever counts, compares, keeps, prints or lists figures, on both sides. A
new figure is a field of ``Totals``, at its end, and its row in the table; how each side counts it
from its own rows is that side's (``edge/db/totals.py``, ``central/reports/``), so that the two
counts prove each other. An account of a version that did not count it yet has None there, which is
no zero: nothing is held against it, and a sum with it in it is not known either.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import msgspec

from sync.protocol.bounds import BasisPoints, Count, Sum, Text
from sync.protocol.identity import TenderId

if TYPE_CHECKING:  # a day's closing holds figures, so the facts stand above this file
    from sync.protocol.facts import AnyFact, RetailTransaction, StockMoved, StockTransferred


class TaxTotal(msgspec.Struct, frozen=True, array_like=True):
    """Of one class and rate, in either mode: the base without tax, and the tax; returns subtracted.
    What is out of tax's scope is in none."""

    tax_class: Text
    tax_rate_bp: BasisPoints
    net_minor: Sum
    tax_minor: Sum


class TenderTotal(msgspec.Struct, frozen=True, array_like=True):
    """Sum of one tender's lines, refunds subtracted, change not."""

    tender_id: TenderId
    amount_minor: Sum


class TenderCount(msgspec.Struct, frozen=True, array_like=True):
    """One tender that is no cash, as a till's slips were counted: what its receipts came to, and
    what was there."""

    tender_id: TenderId
    expected_minor: Sum
    counted_minor: Sum

    @property
    def over_short_minor(self) -> int:
        """Counted less expected."""
        return self.counted_minor - self.expected_minor


class Totals(msgspec.Struct, frozen=True, array_like=True):
    """Figures of a set of receipts and till sessions. All amounts in minor units.

    ``gross_minor``: sale lines with tax after discounts, before returns. ``refunds_minor``: return
    lines, as a positive number. ``taxes`` in the order (class, rate), ``tenders`` by id.
    ``expected_cash_minor`` and ``counted_cash_minor`` add up settled sessions only, ``float_minor``
    all opened ones. ``points_taken_back`` is positive. ``stock_milli``: units that moved, signed.
    ``tax_added_minor``: tax on top of the line amounts where prices do not include it.
    ``discounts_minor``: what was taken off sale lines, as a positive number; an overridden price is
    none of it. ``tips_minor``: of the tenders, what was for who serves, given back subtracted.
    ``points_given_back``: what points had paid and came back as points; ``points_spent`` is before
    it. ``cash_moved_minor``: between drawers and safe or elsewhere, into the drawers above zero;
    ``safe_over_short_minor``: what counts of the safe found beyond what it should have held;
    ``deposited_minor``: to the bank; these three are the store's, and no workstation's. ``counts``:
    of settled sessions, by tender, all that is no cash. Training receipts count nowhere.
    """

    transactions: Count = 0
    lines: Count = 0
    gross_minor: Sum = 0
    refunds_minor: Sum = 0
    tax_added_minor: Sum = 0
    taxes: tuple[TaxTotal, ...] = ()
    tenders: tuple[TenderTotal, ...] = ()
    change_minor: Sum = 0
    rounding_minor: Sum = 0
    float_minor: Sum = 0
    expected_cash_minor: Sum = 0
    counted_cash_minor: Sum = 0
    over_short_minor: Sum = 0
    points_earned: Sum = 0
    points_spent: Sum = 0
    points_taken_back: Sum = 0
    stock_milli: Sum = 0
    discounts_minor: Sum | None = None
    tips_minor: Sum | None = None
    points_given_back: Sum | None = None
    cash_moved_minor: Sum | None = None
    safe_over_short_minor: Sum | None = None
    deposited_minor: Sum | None = None
    counts: tuple[TenderCount, ...] | None = None


class Per(Enum):
    """Of what an account has one such figure: of the whole, of each tax class and rate, of each
    tender, of each tender that was counted. The value is the field of ``Totals`` with the parts."""

    ACCOUNT = None
    TAX = "taxes"
    TENDER = "tenders"
    COUNT = "counts"
    __hash__ = object.__hash__  # an Enum's own is slow, and each part of each receipt asks for it


Amount: TypeAlias = Callable[[Any], int]
SALE, OPENED, SETTLED = "retail_transaction", "till_session_opened", "till_session_settled"
MOVED, SAFE_COUNTED, DEPOSITED = "till_moved", "safe_counted", "cash_deposited"
STOCK = (SALE, "stock_moved", "stock_transferred")


class DayFigure(NamedTuple):
    """One figure. ``name``: in sentences and in head office's rows, before the part that it belongs
    to. ``label``: what heads it on a page. ``unit``: ``minor``, ``milli``, ``count`` or ``points``.
    ``field``: of ``Totals``, or of its parts. ``kinds``: of facts that add to it, ``amount``: how
    much one adds (None: its field of the same name). ``word``: in addresses, where not the name."""

    name: str
    label: str
    unit: str
    field: str
    kinds: tuple[str, ...] = ()
    amount: Amount | None = None
    per: Per = Per.ACCOUNT
    word: str = ""

    @property
    def slug(self) -> str:
        """As it stands in addresses: ``over-short``."""
        return self.word or self.name.replace(" ", "-").replace("/", "-")


def _gross(sale: "RetailTransaction") -> int:
    return sum([line.amount_minor for line in sale.lines if line.quantity_milli > 0])


def _refunds(sale: "RetailTransaction") -> int:
    return -sum([line.amount_minor for line in sale.lines if line.quantity_milli < 0])


def _tax_added(sale: "RetailTransaction") -> int:
    return sum([tax.tax_minor for tax in sale.taxes if not tax.tax_included])


def _points_spent(sale: "RetailTransaction") -> int:
    return sum([tender.points for tender in sale.tenders])


def _points_taken_back(sale: "RetailTransaction") -> int:
    return sale.take_back.points if sale.take_back is not None else 0


def _discounts(sale: "RetailTransaction") -> int:
    return sum([line.discount_minor for line in sale.lines if line.modifiers])


def _stock(fact: "RetailTransaction | StockMoved | StockTransferred") -> int:
    moved = sum([line.quantity_milli for line in fact.lines])
    return -moved if fact.KIND.kind == SALE else moved


_AMOUNT = attrgetter("amount_minor")
FIGURES = (
    DayFigure(
        "transactions", "Receipts", "count", "transactions", (SALE,), lambda _: 1, word="total"
    ),
    DayFigure("lines", "Lines", "count", "lines", (SALE,), lambda sale: len(sale.lines)),
    DayFigure("gross", "Gross sales", "minor", "gross_minor", (SALE,), _gross),
    DayFigure("refunds", "Refunds", "minor", "refunds_minor", (SALE,), _refunds),
    DayFigure("tax added", "Tax on top", "minor", "tax_added_minor", (SALE,), _tax_added),
    DayFigure("net", "Sold at tax", "minor", "net_minor", per=Per.TAX),
    DayFigure("tax", "Tax", "minor", "tax_minor", per=Per.TAX),
    DayFigure("tender", "Tender", "minor", "amount_minor", per=Per.TENDER),
    DayFigure("change", "Change given", "minor", "change_minor", (SALE,)),
    DayFigure("rounding", "Cash rounding", "minor", "rounding_minor", (SALE,)),
    DayFigure("float", "Float", "minor", "float_minor", (OPENED,)),
    DayFigure("expected cash", "Cash expected", "minor", "expected_cash_minor", (SETTLED,)),
    DayFigure("counted cash", "Cash counted", "minor", "counted_cash_minor", (SETTLED,)),
    DayFigure("over/short", "Cash over or short", "minor", "over_short_minor", (SETTLED,)),
    DayFigure("points earned", "Points earned", "points", "points_earned", (SALE,)),
    DayFigure("points spent", "Points spent", "points", "points_spent", (SALE,), _points_spent),
    DayFigure(
        *("points taken back", "Points taken back", "points", "points_taken_back"),
        *((SALE,), _points_taken_back),
    ),
    DayFigure(
        *("stock units moved", "Stock units moved", "milli", "stock_milli", STOCK, _stock),
        word="stock",
    ),
    DayFigure("discounts", "Discounts", "minor", "discounts_minor", (SALE,), _discounts),
    DayFigure("tips", "Tips", "minor", "tips_minor", (SALE,)),
    DayFigure("points given back", "Points given back", "points", "points_given_back", (SALE,)),
    DayFigure("cash moved", "Cash moved", "minor", "cash_moved_minor", (MOVED,), _AMOUNT),
    DayFigure(
        *("safe over/short", "Safe over or short", "minor", "safe_over_short_minor"),
        *((SAFE_COUNTED,), attrgetter("over_short_minor")),
    ),
    DayFigure("deposits", "Taken to the bank", "minor", "deposited_minor", (DEPOSITED,), _AMOUNT),
    DayFigure("slips-expected", "Slips expected", "minor", "expected_minor", per=Per.COUNT),
    DayFigure("slips-counted", "Slips counted", "minor", "counted_minor", per=Per.COUNT),
)
"""In the order of the fields."""
SUMS = tuple(one.field for one in FIGURES if one.per is Per.ACCOUNT)
_GROUPS = tuple((per, tuple(group)) for per, group in groupby(FIGURES, attrgetter("per")))
_ADDS = {
    kind: [(one.field, one.amount or attrgetter(one.field)) for one in FIGURES if kind in one.kinds]
    for kind in {kind for one in FIGURES for kind in one.kinds}
}


class Figure(NamedTuple):
    """One comparable figure by its name, e.g. ``tender cash`` or ``tax standard 9.00 %``."""

    name: str
    amount: int
    unit: str
    """``minor``, ``milli``, ``count`` or ``points``."""


class Reading(NamedTuple):
    """A figure as an account has it; ``part``: the tender, or the tax class with ``rate_bp``."""

    figure: DayFigure
    part: str | None
    rate_bp: int | None
    amount: int

    @property
    def name(self) -> str:
        """``tender cash``, ``tax standard 9.00 %``."""
        rate = None if self.rate_bp is None else percent(self.rate_bp)
        return " ".join(word for word in (self.figure.name, self.part, rate) if word is not None)


def percent(rate_bp: int) -> str:
    """For people: 1750 -> ``17.50 %``."""
    return f"{rate_bp // 100}.{rate_bp % 100:02d} %"


def readings(totals: Totals) -> Iterator[Reading]:
    """Every figure of an account, in the table's order; none that it does not state."""
    for per, group in _GROUPS:
        for part in (totals,) if per is Per.ACCOUNT else getattr(totals, per.value) or ():
            key = _key(part)
            for figure in group:
                amount = getattr(part, figure.field)
                if amount is not None:
                    yield Reading(figure, *key, amount)


def _key(part: Totals | TaxTotal | TenderTotal | TenderCount) -> tuple[str | None, int | None]:
    match part:
        case TaxTotal():
            return part.tax_class, part.tax_rate_bp
        case TenderTotal() | TenderCount():
            return part.tender_id, None
        case _:
            return None, None


def figures(totals: Totals) -> tuple[Figure, ...]:
    """What ``readings`` reads, by name."""
    return tuple(Figure(one.name, one.amount, one.figure.unit) for one in readings(totals))


def owed_minor(totals: Totals) -> int:
    """What customers owed: sales less returns, with the tax that comes on top, before rounding."""
    return totals.gross_minor - totals.refunds_minor + totals.tax_added_minor


class Beside(NamedTuple):
    """A figure of two accounts; None in the one that does not state it."""

    name: str
    unit: str
    one: int | None
    other: int | None


def side_by_side(one: Totals, other: Totals) -> Iterator[Beside]:
    """Every figure of both, those of the first in its order before what only the other has; a tax
    rate or tender that one of them lacks is a zero there, unless it states none of these at all."""
    ours = {reading.name: reading for reading in readings(one)}
    theirs = {reading.name: reading for reading in readings(other)}
    for name, known in {**ours, **theirs}.items():
        amounts = (
            found[name].amount if name in found else _absent(known.figure.per, account)
            for found, account in ((ours, one), (theirs, other))
        )
        yield Beside(name, known.figure.unit, *amounts)


def _absent(per: Per, account: Totals) -> int | None:
    """What an account has of a figure that is not among its readings."""
    stated = per is not Per.ACCOUNT and getattr(account, per.value) is not None
    return 0 if stated else None


_WHOLE = (Per.ACCOUNT, None, None)


class Tally:
    """Running sums: ``sums`` by field of ``Totals``, taxes by class and rate, tenders and counts by
    id. What training receipts say is not its concern: whoever adds leaves them out."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = dict.fromkeys(SUMS, 0)
        self._unknown: set[str] = set()
        self.taxes: dict[tuple[str, int], tuple[int, int]] = {}
        self.tenders: dict[str, int] = {}
        self.counts: dict[str, tuple[int, int]] = {}
        self._added: dict[tuple[Per, str | None, int | None], int] = {_WHOLE: 0}

    def add(self, fact: "AnyFact") -> None:
        """One fact; of a kind that no figure counts it adds nothing."""
        self._added[_WHOLE] += 1
        kind, sums = fact.KIND.kind, self.sums
        for field, amount in _ADDS.get(kind, ()):
            sums[field] += amount(fact)
        if kind == SALE:
            self._add_parts(cast("RetailTransaction", fact))
        elif kind == SETTLED:
            self._add_counts(cast("Any", fact).tenders)

    def add_totals(self, totals: Totals) -> None:
        """Another account of other facts: an epoch's of the same day."""
        self._add_sums(totals, 1)
        self._add_parts(totals)
        self._add_counts(totals.counts)

    def take_totals(self, totals: Totals) -> None:
        """Take such an account away again."""
        self._add_sums(totals, -1)
        for tax in totals.taxes:
            self.add_tax(tax.tax_class, tax.tax_rate_bp, -tax.net_minor, -tax.tax_minor)
        for tender in totals.tenders:
            self.add_tender(tender.tender_id, -tender.amount_minor)
        self._add_counts(totals.counts, -1)

    def _add_sums(self, totals: Totals, times: int) -> None:
        for field in SUMS:
            amount = getattr(totals, field)
            if amount is None:
                self._unknown.add(field)
            else:
                self.sums[field] += times * amount

    def _add_parts(self, of: "Totals | RetailTransaction") -> None:
        for tax in of.taxes:
            self.add_tax(tax.tax_class, tax.tax_rate_bp, tax.net_minor, tax.tax_minor)
        for tender in of.tenders:
            self.add_tender(tender.tender_id, tender.amount_minor)

    def _add_counts(self, counts: "tuple[TenderCount, ...] | None", times: int = 1) -> None:
        if counts is None:
            self._unknown.add("counts")
        for one in counts or ():
            self.add_count(one.tender_id, times * one.expected_minor, times * one.counted_minor)

    def add_tax(self, tax_class: str, rate_bp: int, net_minor: int, tax_minor: int) -> None:
        """To the part of one class and rate."""
        key = tax_class, rate_bp
        net, tax = self.taxes.get(key, (0, 0))
        self.taxes[key] = (net + net_minor, tax + tax_minor)
        self._note(Per.TAX, *key)

    def add_tender(self, tender_id: str, amount_minor: int) -> None:
        """To the part of one tender."""
        self.tenders[tender_id] = self.tenders.get(tender_id, 0) + amount_minor
        self._note(Per.TENDER, tender_id)

    def add_count(self, tender_id: str, expected_minor: int, counted_minor: int) -> None:
        """To what was expected and counted of one tender."""
        expected, counted = self.counts.get(tender_id, (0, 0))
        self.counts[tender_id] = (expected + expected_minor, counted + counted_minor)
        self._note(Per.COUNT, tender_id)

    def _note(self, per: Per, part: str, rate_bp: int | None = None) -> None:
        key = per, part, rate_bp
        self._added[key] = self._added.get(key, 0) + 1

    def entries(self, reading: Reading) -> int:
        """How often something was added to one of its figures, be it 0."""
        return self._added[reading.figure.per, reading.part, reading.rate_bp]

    def totals(self) -> Totals:
        """The sums so far."""
        tenders = sorted(self.tenders.items())
        counts = [TenderCount(TenderId(name), *self.counts[name]) for name in sorted(self.counts)]
        stated: dict[str, Any] = {**self.sums, "counts": tuple(counts)}
        stated |= dict.fromkeys(self._unknown)
        return Totals(
            taxes=tuple(TaxTotal(*key, *self.taxes[key]) for key in sorted(self.taxes)),
            tenders=tuple(TenderTotal(TenderId(name), amount) for name, amount in tenders),
            **stated,
        )

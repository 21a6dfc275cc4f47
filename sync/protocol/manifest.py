"""What a day (or a store) adds up to, in the same figures on both sides, and their comparison.

The edge counts them from its own rows, central from its own; both put them into ``Totals`` and
``differences`` says where they part. A day's totals count the rows of one business date.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from sync.protocol.bounds import BasisPoints, Count, Sum, Text
from sync.protocol.change import Hash
from sync.protocol.identity import TenderId, WorkstationId


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


class Totals(msgspec.Struct, frozen=True, array_like=True):
    """Figures of a set of receipts and till sessions. All amounts in minor units.

    ``gross_minor``: sale lines with tax after discounts, before returns. ``refunds_minor``: return
    lines, as a positive number. ``taxes`` in the order (class, rate), ``tenders`` by id.
    ``expected_cash_minor`` and ``counted_cash_minor`` add up settled sessions only, ``float_minor``
    all opened ones. ``points_taken_back`` is positive. ``stock_milli``: units that moved, signed.
    ``tax_added_minor``: tax on top of the line amounts where prices do not include it. Training
    receipts count nowhere.
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


class WorkstationTotals(msgspec.Struct, frozen=True, array_like=True):
    """A workstation's part of a day."""

    workstation_id: WorkstationId
    totals: Totals


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """A day's own account at its close: this epoch's events of the day and what they add up to.

    ``first_seq``..``last_seq`` are the first and last sequence of the day before the closing event
    itself; ``head_hash`` is the chain's hash at ``last_seq``. ``stock_milli`` of a workstation's
    totals counts its receipts only; the store's counts movements without a sale as well.
    """

    business_date: date
    epoch_number: Count
    epoch_fingerprint: Annotated[bytes, msgspec.Meta(min_length=4, max_length=4)]
    first_seq: Count
    last_seq: Count
    head_hash: Hash
    store: Totals
    workstations: tuple[WorkstationTotals, ...]
    recovered: Totals = Totals()


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """One receipt's figures (``transactions`` is 1), counted from its rows: what a difference in a
    day is traced down to. ``number`` is the receipt number people read."""

    number: Text
    sale_id: UUID
    business_date: date
    totals: Totals


class Figure(NamedTuple):
    """One comparable figure by its name, e.g. ``tender cash`` or ``tax standard 9.00 %``."""

    name: str
    amount: int
    unit: str
    """``minor``, ``milli``, ``count`` or ``points``."""


class Difference(NamedTuple):
    """Where two accounts part; None where one side does not know the figure."""

    name: str
    store: int | None
    central: int | None
    unit: str


class ReceiptDifference(NamedTuple):
    """A receipt that only one side has, or that differs in the named figures."""

    number: str
    only_at: str | None
    """``store``, ``central``, or None where both have it."""
    figures: tuple[Difference, ...]


def percent(rate_bp: int) -> str:
    """For people: 1750 -> ``17.50 %``."""
    return f"{rate_bp // 100}.{rate_bp % 100:02d} %"


def figures(totals: Totals) -> tuple[Figure, ...]:
    """Every figure of an account, in the order in which people read them."""
    taxes = [
        Figure(
            f"{what} {tax.tax_class} {percent(tax.tax_rate_bp)}",
            amount,
            "minor",
        )
        for tax in totals.taxes
        for what, amount in (("net", tax.net_minor), ("tax", tax.tax_minor))
    ]
    return (
        Figure("transactions", totals.transactions, "count"),
        Figure("lines", totals.lines, "count"),
        Figure("gross", totals.gross_minor, "minor"),
        Figure("refunds", totals.refunds_minor, "minor"),
        Figure("tax added", totals.tax_added_minor, "minor"),
        *taxes,
        *(Figure(f"tender {t.tender_id}", t.amount_minor, "minor") for t in totals.tenders),
        Figure("change", totals.change_minor, "minor"),
        Figure("rounding", totals.rounding_minor, "minor"),
        Figure("float", totals.float_minor, "minor"),
        Figure("expected cash", totals.expected_cash_minor, "minor"),
        Figure("counted cash", totals.counted_cash_minor, "minor"),
        Figure("over/short", totals.over_short_minor, "minor"),
        Figure("points earned", totals.points_earned, "points"),
        Figure("points spent", totals.points_spent, "points"),
        Figure("points taken back", totals.points_taken_back, "points"),
        Figure("stock units moved", totals.stock_milli, "milli"),
    )


def differences(store: Totals, central: Totals) -> tuple[Difference, ...]:
    """Figures that differ, the store's order first; an absent tax rate or tender is a zero."""
    ours = {figure.name: figure for figure in figures(store)}
    theirs = {figure.name: figure for figure in figures(central)}
    names = [*ours, *(name for name in theirs if name not in ours)]
    found = []
    for name in names:
        unit = (ours.get(name) or theirs[name]).unit
        left = ours[name].amount if name in ours else 0
        right = theirs[name].amount if name in theirs else 0
        if left != right:
            found.append(Difference(name, left, right, unit))
    return tuple(found)


def receipt_differences(
    store: Iterable[Receipt], central: Iterable[Receipt]
) -> tuple[ReceiptDifference, ...]:
    """Receipts that differ, by number: a sale that one side lacks, or figures that part. A sale
    under two numbers or dates stands there twice, as what only one side has."""
    ours = {receipt.sale_id: receipt for receipt in store}
    theirs = {receipt.sale_id: receipt for receipt in central}
    found = []
    for sale_id in ours.keys() | theirs.keys():
        found += _parted(ours.get(sale_id), theirs.get(sale_id))
    return tuple(sorted(found, key=lambda one: (one.number, one.only_at or "", one.figures)))


def _parted(left: Receipt | None, right: Receipt | None) -> list[ReceiptDifference]:
    """Where two accounts of one sale part; None: one side has none."""
    if left and right and (left.number, left.business_date) == (right.number, right.business_date):
        parted = differences(left.totals, right.totals)
        return [ReceiptDifference(left.number, None, parted)] if parted else []
    alone = []
    if left is not None:
        alone.append(ReceiptDifference(left.number, "store", ()))
    if right is not None:
        alone.append(ReceiptDifference(right.number, "central", ()))
    return alone

"""A day's own account, and the comparison of two accounts of the same figures (figures.py).

The edge counts them from its own rows, central from its own; both put them into ``Totals`` and
``differences`` says where they differ. A day's totals count the rows of one business date.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec

from sync.protocol.bounds import Count, Text
from sync.protocol.change import Hash
from sync.protocol.figures import Tally, Totals, readings, side_by_side
from sync.protocol.identity import WorkstationId

ZERO = Tally().totals()
"""The account of nothing."""


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


class Difference(NamedTuple):
    """Where two accounts differ; None where one side does not know the figure."""

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


def is_nothing(account: Totals) -> bool:
    """It states no figure but zeros, of whichever version it is."""
    return account == ZERO or not any(one.amount for one in readings(account))


def differences(store: Totals, central: Totals) -> tuple[Difference, ...]:
    """Figures that differ, the store's order first; an absent tax rate or tender is a zero, a
    figure that one of both does not state is held against nothing."""
    if store == central:
        return ()
    return tuple(
        Difference(name, said, counted, unit)
        for name, unit, said, counted in side_by_side(store, central)
        if None not in (said, counted) and said != counted
    )


def receipt_differences(
    store: Iterable[Receipt], central: Iterable[Receipt]
) -> tuple[ReceiptDifference, ...]:
    """Receipts that differ, by number: a sale that one side lacks, or figures that differ. A sale
    under two numbers or dates stands there twice, as what only one side has."""
    ours = {receipt.sale_id: receipt for receipt in store}
    theirs = {receipt.sale_id: receipt for receipt in central}
    found = []
    for sale_id in ours.keys() | theirs.keys():
        found += _differing(ours.get(sale_id), theirs.get(sale_id))
    return tuple(sorted(found, key=lambda one: (one.number, one.only_at or "", one.figures)))


def _differing(left: Receipt | None, right: Receipt | None) -> list[ReceiptDifference]:
    """Where two accounts of one sale differ; None: one side has none."""
    if left and right and (left.number, left.business_date) == (right.number, right.business_date):
        found = differences(left.totals, right.totals)
        return [ReceiptDifference(left.number, None, found)] if found else []
    alone = []
    if left is not None:
        alone.append(ReceiptDifference(left.number, "store", ()))
    if right is not None:
        alone.append(ReceiptDifference(right.number, "central", ()))
    return alone

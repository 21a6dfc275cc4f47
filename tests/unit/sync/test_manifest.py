"""Two accounts of a day: every figure that differs is named, and nothing else."""

from datetime import date
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.figures import TaxTotal, TenderTotal, Totals, figures, percent
from sync.protocol.identity import TenderId
from sync.protocol.manifest import (
    ZERO,
    Difference,
    Receipt,
    ReceiptDifference,
    differences,
    receipt_differences,
)
from tests.strategies import totals

DAY = date(2025, 11, 24)
PARTS = ("taxes", "tenders", "counts")
PLAIN = [field for field in Totals.__struct_fields__ if field not in PARTS]


@given(totals)
def test_an_account_does_not_differ_from_itself(account: Totals) -> None:
    assert differences(account, account) == ()


@given(totals, st.sampled_from(PLAIN), st.integers(1, 100))
def test_each_figure_that_differs_is_found_alone(account: Totals, name: str, by: int) -> None:
    other = msgspec.structs.replace(account, **{name: getattr(account, name) + by})
    (found,) = differences(account, other)
    assert (found.central or 0) - (found.store or 0) == by
    assert differences(other, account) == (
        Difference(found.name, found.central, found.store, found.unit),
    )


@given(totals, totals)
def test_no_difference_means_the_same_figures(one: Totals, other: Totals) -> None:
    same = {figure.name: figure.amount for figure in figures(one) if figure.amount} == {
        figure.name: figure.amount for figure in figures(other) if figure.amount
    }
    assert (differences(one, other) == ()) == same


@given(totals)
def test_every_figure_has_a_name_of_its_own(account: Totals) -> None:
    names = [figure.name for figure in figures(account)]
    assert len(names) == len(set(names))


def test_a_tender_or_rate_that_one_side_lacks_counts_as_zero() -> None:
    store = Totals(
        taxes=(TaxTotal("standard", 900, 1_090, 90),),
        tenders=(TenderTotal(TenderId("card"), 1_090),),
    )
    assert differences(store, ZERO) == (
        Difference("net standard 9.00 %", 1_090, 0, "minor"),
        Difference("tax standard 9.00 %", 90, 0, "minor"),
        Difference("tender card", 1_090, 0, "minor"),
    )


def test_a_figure_that_one_side_does_not_state_is_held_against_nothing() -> None:
    counted = msgspec.structs.replace(ZERO, discounts_minor=200, lines=1)
    assert differences(Totals(), counted) == (Difference("lines", 0, 1, "count"),)
    assert differences(ZERO, counted) == (
        Difference("lines", 0, 1, "count"),
        Difference("discounts", 0, 200, "minor"),
    )


def receipt(number: int, gross: int, day: date = DAY, name: str = "") -> Receipt:
    return Receipt(
        name or f"S01-W1-E1-{number:06d}", UUID(int=number), day, Totals(gross_minor=gross)
    )


def test_a_missing_and_a_changed_receipt_are_named() -> None:
    store = [receipt(1, 100), receipt(2, 200), receipt(3, 300)]
    central = [receipt(1, 100), receipt(2, 201), receipt(4, 400)]
    assert receipt_differences(store, central) == (
        ReceiptDifference("S01-W1-E1-000002", None, (Difference("gross", 200, 201, "minor"),)),
        ReceiptDifference("S01-W1-E1-000003", "store", ()),
        ReceiptDifference("S01-W1-E1-000004", "central", ()),
    )


@pytest.mark.parametrize("moved", [receipt(1, 100, date(2025, 11, 25)), receipt(1, 100, DAY, "X")])
def test_a_receipt_under_another_date_or_number_is_named_on_both_sides(moved: Receipt) -> None:
    found = receipt_differences([receipt(1, 100)], [moved])
    assert {one.only_at for one in found} == {"store", "central"}


def test_two_receipts_of_one_number_can_be_told() -> None:
    store = [receipt(1, 100, name="X"), receipt(2, 100, name="X")]
    central = [receipt(1, 101, name="X")]
    assert [one.only_at for one in receipt_differences(store, central)] == [None, "store"]


def test_a_rate_for_people() -> None:
    assert (percent(1_750), percent(5), percent(10_000)) == ("17.50 %", "0.05 %", "100.00 %")

"""The table of a day's figures names every field of an account once, and only kinds that exist."""

import msgspec
import pytest

from sync.protocol.codec import KINDS
from sync.protocol.facts import KindVersion
from sync.protocol.figures import (
    FIGURES,
    DayFigure,
    Per,
    Tally,
    TaxTotal,
    TenderCount,
    TenderTotal,
    Totals,
    figures,
    readings,
    side_by_side,
)
from sync.protocol.identity import TenderId
from sync.protocol.manifest import ZERO, is_nothing
from tests.golden.examples import EXAMPLES

ACCOUNT = Totals(
    taxes=(TaxTotal("standard", 900, 1_000, 90), TaxTotal("zero", 0, 5, 0)),
    tenders=(TenderTotal(TenderId("cash"), 1_090), TenderTotal(TenderId("card"), 5)),
    discounts_minor=0,
    tips_minor=0,
    points_given_back=0,
)
QR = TenderId("qr")
UNITS = {"minor": "_minor", "milli": "_milli", "points": "", "count": ""}


def test_every_field_of_an_account_and_of_its_parts_stands_in_the_table_once_in_its_order() -> None:
    told: dict[Per, list[str]] = {per: [] for per in Per}
    for one in FIGURES:
        told[one.per].append(one.field)
    parts = {per.value for per in Per if per.value}
    fields = [field for field in Totals.__struct_fields__ if field not in parts]
    assert told[Per.ACCOUNT] == fields
    assert told[Per.TAX] == list(TaxTotal.__struct_fields__[2:])
    assert told[Per.TENDER] == list(TenderTotal.__struct_fields__[1:])
    assert told[Per.COUNT] == list(TenderCount.__struct_fields__[1:])


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: one.name)
def test_a_figure_says_where_it_comes_from_and_in_which_unit(one: DayFigure) -> None:
    assert one.field.endswith(UNITS[one.unit])
    assert bool(one.kinds) == (one.per is Per.ACCOUNT)
    for kind in one.kinds:
        assert one.amount or hasattr(KINDS[KindVersion(kind, 1)], one.field)


def test_figures_are_read_in_the_tables_order_what_was_taxed_beside_its_tax() -> None:
    assert [one.name for one in figures(ACCOUNT)] == [
        "transactions",
        "lines",
        "gross",
        "refunds",
        "tax added",
        "net standard 9.00 %",
        "tax standard 9.00 %",
        "net zero 0.00 %",
        "tax zero 0.00 %",
        "tender cash",
        "tender card",
        "change",
        "rounding",
        "float",
        "expected cash",
        "counted cash",
        "over/short",
        "points earned",
        "points spent",
        "points taken back",
        "stock units moved",
        "discounts",
        "tips",
        "points given back",
    ]
    assert [(one.part, one.rate_bp) for one in readings(ACCOUNT)][5:11] == [
        *[("standard", 900)] * 2,
        *[("zero", 0)] * 2,
        ("cash", None),
        ("card", None),
    ]


def test_a_day_adds_up_fact_by_fact_and_account_by_account_alike() -> None:
    later = ("till_moved", 2), ("till_session_settled", 2)
    facts = [fact for name, fact in EXAMPLES.items() if name.version == 1 or name in later]
    both, sums = Tally(), Tally()
    for fact in facts:
        alone = Tally()
        alone.add(fact)
        both.add(fact)
        sums.add_totals(alone.totals())
    assert both.totals() == sums.totals()
    assert both.totals() == Totals(
        transactions=1,
        lines=2,
        gross_minor=2_180,
        refunds_minor=301,
        taxes=(TaxTotal("standard", 900, 2_000, 180), TaxTotal("zero", 0, -301, 0)),
        tenders=both.totals().tenders,
        change_minor=220,
        rounding_minor=1,
        float_minor=20_000,
        expected_cash_minor=2 * 21_780,
        counted_cash_minor=21_775 + 21_700,
        over_short_minor=-5 - 80,
        points_earned=2,
        points_spent=100,
        points_taken_back=1,
        stock_milli=-1_245 + 34_500 - 8_500,
        discounts_minor=200,
        tips_minor=0,
        points_given_back=0,
        cash_moved_minor=-10_000 + 10_000,
        safe_over_short_minor=-5,
        deposited_minor=50_000,
        counts=(TenderCount(TenderId("card"), 5_400, 5_400), TenderCount(QR, 1_250, 1_200)),
    )
    assert {tender.tender_id: tender.amount_minor for tender in both.totals().tenders} == {
        "cash": 2_000,
        "points": 100,
    }


EARLIER = msgspec.structs.replace(ACCOUNT, discounts_minor=None)
COUNTED = msgspec.structs.replace(ACCOUNT, counts=(TenderCount(QR, 1_250, 1_200),))


def test_slips_that_were_counted_are_held_against_an_account_that_counts_them() -> None:
    none = msgspec.structs.replace(ACCOUNT, counts=())
    held = [(one.name, one.one, one.other) for one in side_by_side(COUNTED, none)]
    assert ("slips-counted qr", 1_200, 0) in held
    earlier = [(one.name, one.one, one.other) for one in side_by_side(COUNTED, ACCOUNT)]
    assert ("slips-counted qr", 1_200, None) in earlier
    sums = Tally()
    sums.add_totals(COUNTED)
    sums.add_totals(ACCOUNT)
    assert sums.totals().counts is None


def test_a_figure_that_an_earlier_account_did_not_count_is_no_zero() -> None:
    assert "discounts" not in [one.name for one in figures(EARLIER)]
    both = {one.name: (one.one, one.other) for one in side_by_side(EARLIER, ACCOUNT)}
    assert both["discounts"] == (None, 0)
    assert both["tender cash"] == (1_090, 1_090)


def test_a_sum_with_an_account_in_it_that_did_not_count_a_figure_does_not_know_it() -> None:
    sums = Tally()
    sums.add_totals(ACCOUNT)
    assert sums.totals().discounts_minor == 0
    sums.take_totals(EARLIER)
    assert sums.totals().discounts_minor is None
    assert sums.totals().gross_minor == 0


def test_an_account_that_states_nothing_and_one_of_zeros_are_nothing_alike() -> None:
    assert is_nothing(Totals())
    assert is_nothing(ZERO)
    assert not is_nothing(Totals(stock_milli=1))
    assert not is_nothing(msgspec.structs.replace(ZERO, discounts_minor=1))

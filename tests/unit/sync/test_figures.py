"""The table of a day's figures names every field of an account once, and only kinds that exist."""

import pytest

from sync.protocol.codec import KINDS
from sync.protocol.facts import KindVersion
from sync.protocol.figures import (
    FIGURES,
    DayFigure,
    Per,
    Tally,
    TaxTotal,
    TenderTotal,
    Totals,
    figures,
    readings,
)
from sync.protocol.identity import TenderId
from tests.golden.examples import EXAMPLES

ACCOUNT = Totals(
    taxes=(TaxTotal("standard", 900, 1_000, 90), TaxTotal("zero", 0, 5, 0)),
    tenders=(TenderTotal(TenderId("cash"), 1_090), TenderTotal(TenderId("card"), 5)),
)
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
    ]
    assert [(one.part, one.rate_bp) for one in readings(ACCOUNT)][5:11] == [
        *[("standard", 900)] * 2,
        *[("zero", 0)] * 2,
        ("cash", None),
        ("card", None),
    ]


def test_a_day_adds_up_fact_by_fact_and_account_by_account_alike() -> None:
    facts = [fact for name, fact in EXAMPLES.items() if name.version == 1]
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
        expected_cash_minor=21_780,
        counted_cash_minor=21_775,
        over_short_minor=-5,
        points_earned=2,
        points_spent=100,
        points_taken_back=1,
        stock_milli=-1_245 + 34_500 - 8_500,
    )
    assert {tender.tender_id: tender.amount_minor for tender in both.totals().tenders} == {
        "cash": 2_000,
        "points": 100,
    }

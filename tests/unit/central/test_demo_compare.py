"""The closing table says where two accounts part, and never "equal" when they do."""

from dataclasses import replace
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from central.demo.compare import Account, compare, draw
from sync.protocol.figures import TaxTotal, TenderTotal, Totals
from sync.protocol.identity import TenderId
from sync.protocol.manifest import Difference, ReceiptDifference

TOTALS = Totals(
    transactions=2,
    lines=3,
    gross_minor=1_090,
    refunds_minor=0,
    taxes=(TaxTotal("standard", 900, 1_090, 90),),
    tenders=(TenderTotal(TenderId("cash"), 1_100),),
    change_minor=10,
    float_minor=20_000,
    expected_cash_minor=21_090,
    counted_cash_minor=21_090,
    points_earned=1,
    stock_milli=-3_000,
    discounts_minor=40,
    tips_minor=0,
    points_given_back=0,
    cash_moved_minor=0,
    safe_over_short_minor=0,
    deposited_minor=0,
)
ACCOUNT = Account(TOTALS, 7, bytes(32))


def test_two_equal_accounts_are_equal_in_every_cell() -> None:
    found = compare("S01", "SGD", ACCOUNT, ACCOUNT)
    assert found.equal
    assert not [row for row in found.rows if row.differs]


@pytest.mark.parametrize(
    "name",
    [
        field.name
        for field in msgspec.structs.fields(Totals)
        if field.name not in ("taxes", "tenders", "counts")
    ],
)
def test_any_figure_that_is_off_by_one_turns_the_table_red(name: str) -> None:
    other = msgspec.structs.replace(TOTALS, **{name: getattr(TOTALS, name) + 1})
    assert not compare("S01", "SGD", ACCOUNT, replace(ACCOUNT, totals=other)).equal


@pytest.mark.parametrize(
    "other",
    [
        replace(ACCOUNT, last_seq=8),
        replace(ACCOUNT, head_hash=b"\x01" * 32),
        replace(ACCOUNT, totals=msgspec.structs.replace(TOTALS, tenders=())),
        replace(ACCOUNT, totals=msgspec.structs.replace(TOTALS, taxes=())),
    ],
)
def test_a_missing_tender_rate_or_event_turns_the_table_red(other: Account) -> None:
    assert not compare("S01", "SGD", ACCOUNT, other).equal
    assert not compare("S01", "SGD", other, ACCOUNT).equal


def test_a_red_table_names_the_receipts_it_was_traced_to() -> None:
    parted = (
        ReceiptDifference("S01-W1-E1-000001", "store", ()),
        ReceiptDifference("S01-W1-E1-000002", None, (Difference("gross", 220, 221, "minor"),)),
    )
    found = compare("S01", "SGD", ACCOUNT, ACCOUNT, parted)
    written = StringIO()
    draw(Console(file=written, width=200), [found])
    shown = written.getvalue()
    assert not found.equal
    assert "S01-W1-E1-000001: the store has it, head office does not" in shown
    assert "S01-W1-E1-000002: gross: store says 2.20, head office counts 2.21" in shown

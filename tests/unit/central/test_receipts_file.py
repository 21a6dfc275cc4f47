"""Every line of a retailer's file ends as planned or as set aside, adding up to the file."""

import gzip
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.demo.errors import DemoCannotRun
from central.demo.receipts_file import COLUMNS, Plan, item_id_of, read_plan
from tests.needed import RETAIL_FILE, Need

HEADER = ",".join(COLUMNS)

SOLD = "1,A,Tea,3,2011-01-03T10:00,2.55,77,France"
REASONS = [
    ("1,A,Tea,1,2011-01-03T10:00,0,77,France", "price of zero or less"),
    ("1,A,Tea,1,2011-01-03T10:00,-1.00,77,France", "price of zero or less"),
    ("1,A,Tea,1,2011-01-03T10:00,0.001,77,France", "a fraction of a penny"),
    ("1,A,Tea,0,2011-01-03T10:00,1.00,77,France", "quantity of zero"),
    ("1,A,Tea,-1,2011-01-03T10:00,1.00,77,France", "negative quantity on a sale"),
    ("C1,A,Tea,1,2011-01-03T10:00,1.00,77,France", "positive quantity on a return"),
    ("C1,A,Tea,-4,2011-01-03T11:00,2.55,77,France", "no original found"),
    ("C1,A,Tea,-3,2011-01-03T11:00,2.54,77,France", "no original found"),
    ("C1,A,Tea,-3,2011-01-03T11:00,2.55,78,France", "no original found"),
    ("C1,A,Tea,-3,2011-01-03T09:00,2.55,77,France", "no original found"),
    ("1,A,Tea,2000000,2011-01-03T10:00,1.00,77,France", "quantity beyond the cap"),
    ("1,A,Tea,1000,2011-01-03T10:00,9999999.00,77,France", "amount beyond the cap"),
    (
        "1,A,Tea,one,2011-01-03T10:00,1.00,77,France",
        "price or quantity unreadable, value not known",
    ),
    ("1,A,Tea,1,2011-01-03T10:00,NaN,77,France", "price or quantity unreadable, value not known"),
    ("1,A,Tea,1,someday,1.00,77,France", "date unreadable"),
    (
        "1,A,Tea,1,2011-01-03T10:00+00:00,1.00,77,France",
        "date not a local time between 1970 and 2100",
    ),
    ("1,,Tea,1,2011-01-03T10:00,1.00,77,France", "no stock code"),
    ("1,A,Tea,1,2011-01-03T10:00,1.00,77,", "no country, so no store"),
]


def plan_of(folder: Path, *lines: str) -> Plan:
    path = folder / "file.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return read_plan(path)


def planned(plan: Plan) -> list[tuple[str, date, bool, int]]:
    return [
        (store.country, day, receipt.is_return, len(receipt.lines))
        for store in plan.stores
        for day, receipts in sorted(store.days.items())
        for receipt in receipts
    ]


def counts_and_value(plan: Plan) -> tuple[int, Decimal]:
    lines = [
        line
        for store in plan.stores
        for receipts in store.days.values()
        for receipt in receipts
        for line in receipt.lines
    ]
    value = sum((line.source.value for line in lines), Decimal(0))
    aside = sum((line.value for line in plan.set_aside), Decimal(0))
    return len(lines) + len(plan.set_aside), value + aside


@pytest.mark.parametrize(("line", "reason"), REASONS)
def test_a_line_that_cannot_be_sold_is_set_aside_with_its_reason(
    tmp_path: Path, line: str, reason: str
) -> None:
    plan = plan_of(tmp_path, SOLD, line)
    assert [(aside.number, aside.reason) for aside in plan.set_aside] == [(2, reason)]
    assert counts_and_value(plan) == (2, plan.value)


def test_a_return_takes_back_the_latest_sale_that_has_enough_left(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        SOLD,
        SOLD.replace("1,A", "2,A").replace("10:00", "10:30"),
        "C3,A,Tea,-2,2011-01-03T11:00,2.55,77,France",
        "C4,A,Tea,-2,2011-01-03T12:00,2.55,77,France",
        "C5,A,Tea,-2,2011-01-03T13:00,2.55,77,France",
    )
    receipts = plan.stores[0].days[date(2011, 1, 3)]
    originals = [line.original for receipt in receipts for line in receipt.lines if line.original]
    assert [original.source.invoice for original in originals] == ["2", "1"]
    assert [aside.reason for aside in plan.set_aside] == ["no original found"]


def test_a_country_is_a_store_and_an_invoice_at_one_instant_a_receipt(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        SOLD,
        SOLD.replace("A,Tea", "B,Cup"),
        SOLD.replace("10:00", "10:01"),
        SOLD.replace("France", "Eire"),
        SOLD.replace("2011-01-03", "2011-01-04"),
    )
    assert planned(plan) == [
        ("Eire", date(2011, 1, 3), False, 1),
        ("France", date(2011, 1, 3), False, 2),
        ("France", date(2011, 1, 3), False, 1),
        ("France", date(2011, 1, 4), False, 1),
    ]


def test_an_invoice_of_more_lines_than_a_receipt_holds_becomes_several(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, *[SOLD] * 2_001)
    assert [receipt[3] for receipt in planned(plan)] == [1_000, 1_000, 1]


@given(st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=20, unique=True))
def test_no_two_stock_codes_become_one_item_and_each_is_a_short_id(codes: list[str]) -> None:
    ids = [item_id_of(code) for code in codes]
    assert len(set(ids)) == len(codes)
    assert all(1 <= len(item_id) <= 32 and item_id[0].isalnum() for item_id in ids)
    assert all(item_id.isascii() for item_id in ids)


def test_a_file_without_the_columns_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DemoCannotRun, match="lacks columns"):
        read_plan(path)


def test_a_broken_archive_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv.gz"
    path.write_bytes(b"\x1f\x8b no gzip")
    with pytest.raises(DemoCannotRun, match="cannot be read"):
        read_plan(path)


@pytest.mark.needs(Need.RETAIL_FILE)
def test_the_real_file_adds_up_to_its_count_and_value() -> None:
    plan = read_plan(RETAIL_FILE)
    assert counts_and_value(plan) == (209_029, Decimal("3706827.641"))
    assert (plan.lines, plan.value) == (209_029, Decimal("3706827.641"))
    reasons = Counter(aside.reason for aside in plan.set_aside)
    assert reasons["price of zero or less"] == 1_292
    assert reasons["a fraction of a penny"] == 1
    assert len(plan.stores) == 36


TWO_ARTICLES = (
    "1,Aé,Café €,1,2011-01-03T10:00,1.00,77,France",
    "1,Aü,Thé,1,2011-01-03T10:00,1.00,77,France",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_two_articles_stay_two_whatever_the_file_is_written_in(
    tmp_path: Path, encoding: str, packed: bool
) -> None:
    """B12: a byte order mark made "lacks columns", and cp1252 was read with a lossy ?."""
    written = "\n".join((HEADER, *TWO_ARTICLES)).encode(encoding)
    path = tmp_path / ("file.csv.gz" if packed else "file.csv")
    path.write_bytes(gzip.compress(written) if packed else written)
    assert read_plan(path).items == {"Aé": "Café €", "Aü": "Thé"}


def test_a_file_in_an_unknown_encoding_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """B12: no letter is guessed."""
    path = tmp_path / "file.csv"
    path.write_bytes("\n".join((HEADER, *TWO_ARTICLES)).encode() + b"\x81")
    with pytest.raises(DemoCannotRun, match="save it as UTF-8"):
        read_plan(path)


@pytest.mark.parametrize("code", ["A\x01B", "A​B", "A" * 300])
def test_a_stock_code_that_would_be_changed_is_set_aside(tmp_path: Path, code: str) -> None:
    """B12: cleaning or cutting a code could make one article of two."""
    plan = plan_of(tmp_path, f"1,{code},Tea,2,2011-01-03T10:00,1.50,77,France", SOLD)
    assert [(one.reason, one.value) for one in plan.set_aside] == [
        ("stock code too long or not printable", Decimal("3.00"))
    ]
    assert list(plan.items) == ["A"]

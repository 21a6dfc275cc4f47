"""What a cell of a file says: numbers, dates and words as people write them, or a refusal."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.importing.dates import DayOrder, day_order, read_instant, written_instant
from central.domain.importing.numbers import DecimalSign, decimal_sign, minor_units, read_number
from central.domain.importing.sheet import Unreadable, escaped, text_of
from central.domain.importing.words import tax_class_of, unit_of, yes_or_no
from sync.protocol.facts import TaxClass
from sync.protocol.units import Unit

SINGAPORE = ZoneInfo("Asia/Singapore")
READ = {
    "1.20": "1.20",
    "1,20": "1.20",
    "1,20 €": "1.20",
    "€1.20": "1.20",
    "S$ 1,234.50": "1234.50",
    "EUR 1.234,50": "1234.50",
    "1 234,50": "1234.50",
    "1\u00a0234,50": "1234.50",
    "CHF 1'234.50": "1234.50",
    "12,345,678.90": "12345678.90",
    "1.234.567": "1234567",
    "1,00,000.00": "100000.00",
    "0,125": "0.125",
    "1234,567": "1234.567",
    ".5": "0.5",
    "-5": "-5",
    "−5,5": "-5.5",
    "'-5": "-5",
}
REFUSED = (
    "",
    "abc",
    "12a4",
    "1.2.3",
    "1,2,3",
    "1,234,56",
    "1.2,3,4",
    "(5)",
    "1 23",
    "1.2E+12",
    "--1",
)


@pytest.mark.parametrize(("typed", "meant"), READ.items())
def test_a_number_that_can_be_one_thing_is_that(typed: str, meant: str) -> None:
    for column in (None, *DecimalSign):
        assert read_number(typed, column) == Decimal(meant)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_number(typed, DecimalSign.POINT)


@pytest.mark.parametrize("typed", ["1.234", "1,234", "Rp 15.000"])
def test_a_number_that_may_be_two_things_is_read_as_its_column_or_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="--decimal"):
        read_number(typed, None)
    as_point, as_comma = (read_number(typed, sign) for sign in DecimalSign)
    assert {as_point * 1_000, as_comma * 1_000} == {
        max(as_point, as_comma),
        1_000 * max(as_point, as_comma),
    }


def test_a_column_decides_by_the_cells_that_can_be_one_thing() -> None:
    assert decimal_sign(["1.234", "2,5", "7"]) is DecimalSign.COMMA
    assert decimal_sign(["1,234", "2.5", "words"]) is DecimalSign.POINT
    assert decimal_sign(["1.234.567"]) is DecimalSign.COMMA
    assert decimal_sign(["1.234", "7"]) is None
    assert decimal_sign(["1.5", "1,5"]) is None, "a column that says both says nothing"
    assert decimal_sign([Decimal("1.5"), 7]) is None, "a workbook's number is exact, and no hint"


def test_a_workbooks_number_needs_no_hint() -> None:
    assert read_number(Decimal("1.234"), None) == Decimal("1.234")
    assert read_number(1234, DecimalSign.COMMA) == 1234


@given(st.integers(0, 10**9), st.integers(0, 4), st.sampled_from(DecimalSign))
def test_every_amount_as_people_write_it_is_read_exactly(
    minor: int, decimals: int, sign: DecimalSign
) -> None:
    exact = Decimal(minor).scaleb(-decimals)
    written = f"{exact:,.{decimals}f}"
    if sign is DecimalSign.COMMA:
        written = written.translate(str.maketrans(",.", ".,"))
    assert minor_units(read_number(written, sign), decimals, exact=True) == minor


def test_money_is_bounded_and_never_rounded_in_secret() -> None:
    with pytest.raises(Unreadable, match="2 decimals"):
        minor_units(Decimal("1.205"), 2, exact=True)
    assert minor_units(Decimal("1.205"), 2, exact=False) == 121
    for beyond in ("-0.01", "99999999999"):
        with pytest.raises(Unreadable):
            minor_units(Decimal(beyond), 2, exact=True)


def test_dates_in_every_usual_spelling() -> None:
    midnight = int(datetime(2026, 11, 30, 16, tzinfo=UTC).timestamp()) * 1_000
    for typed in ("2026-12-01", "1.12.2026", "01.12.2026", "2026-12-01 00:00", "20261201"):
        assert read_instant(typed, None, SINGAPORE) == midnight, typed
    assert read_instant("1/12/2026", DayOrder.DAY_FIRST, SINGAPORE) == midnight
    assert read_instant("12/1/2026", DayOrder.MONTH_FIRST, SINGAPORE) == midnight
    assert read_instant("2026-11-30T16:00:00Z", None, SINGAPORE) == midnight
    for typed in ("", "soon", "31.2.2026", "1999-12-31", "2200-01-01", "1/12/26"):
        with pytest.raises(Unreadable):
            read_instant(typed, None, SINGAPORE)


def test_a_date_that_may_be_two_is_read_as_its_column_or_refused() -> None:
    with pytest.raises(Unreadable, match="--dates"):
        read_instant("1/12/2026", None, SINGAPORE)
    assert day_order(["1/12/2026", "13/12/2026"]) is DayOrder.DAY_FIRST
    assert day_order(["12/13/2026"]) is DayOrder.MONTH_FIRST
    assert day_order(["13/12/2026", "12/13/2026"]) is None


@given(st.integers(946_684_800_000, 7_258_118_399_999))
def test_an_instant_is_read_back_as_it_was_written(at_ms: int) -> None:
    assert read_instant(written_instant(at_ms), None, SINGAPORE) == at_ms


def test_tax_classes_by_word_and_by_rate() -> None:
    rates = {900: TaxClass.STANDARD, 700: TaxClass.REDUCED, 0: TaxClass.ZERO}
    for typed, meant in (
        ("Standard", TaxClass.STANDARD),
        ("9", TaxClass.STANDARD),
        ("9%", TaxClass.STANDARD),
        ("9,00 %", TaxClass.STANDARD),
        ("GST 9%", TaxClass.STANDARD),
        ("7% USt.", TaxClass.REDUCED),
        ("0", TaxClass.ZERO),
        ("ermäßigt", TaxClass.REDUCED),
        ("tax-free", TaxClass.EXEMPT),
        ("out_of_scope", TaxClass.OUT_OF_SCOPE),
    ):
        assert tax_class_of(typed, rates) is meant, typed
    for typed in ("8%", "luxury", "19"):
        with pytest.raises(Unreadable):
            tax_class_of(typed, rates)


def test_units_and_yes_and_no() -> None:
    assert [unit_of(word) for word in ("Stück", "Kg", "PCS", "l.", "pack")] == [
        *(Unit.EACH, Unit.KILOGRAM, Unit.EACH, Unit.LITRE, Unit.PACK)
    ]
    assert [yes_or_no(word) for word in ("Ja", "TRUE", "draft", "0")] == [True, True, False, False]
    with pytest.raises(Unreadable):
        unit_of("dozen")
    with pytest.raises(Unreadable):
        yes_or_no("perhaps")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1))
def test_no_text_is_a_formula_once_it_is_escaped_and_all_come_back(text: str) -> None:
    written = escaped(text)
    assert written[0] not in "=+-@"
    assert text_of(written) == text

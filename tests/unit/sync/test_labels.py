"""What codes say beside their item: worked examples of the published rules.

GS1 General Specifications 2.1.11 (restricted circulation numbers), 3 (application identifiers),
7.8 (element strings), 7.9 (check digits), 7.12 (dates); GS1 Digital Link: URI Syntax, 4.
"""

import string
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.labels.elements import date_of
from sync.protocol.labels.label import MISREAD, MISREAD_VALUE, Label
from sync.protocol.labels.read import read_label
from sync.protocol.labels.scale import Picture, ScaleCode, price_verifier, read_scale
from sync.protocol.scan_code import check_digit, has_check_digit

TODAY = date(2026, 11, 29)
GTIN = "09506000134352"
PATTERNS = (
    ScaleCode("02IIIIIVPPPPC"),
    ScaleCode("20IIIIIPPPPPC"),
    ScaleCode("21IIIIIWWWWWC"),
    ScaleCode("22IIIIVWWWWWC"),
    ScaleCode("23IIIIIIPPPPC", 10),
    ScaleCode("29IIIIIWWWWWC"),
    ScaleCode("2911IIIWWWWWC", 5),
)


def of_13(twelve: str) -> str:
    return twelve + check_digit(twelve)


def read(code: str) -> Label | None:
    return read_label(code, PATTERNS, TODAY, 2)


@pytest.mark.parametrize(
    ("value", "digit"),
    [("2875", "9"), ("14685", "6"), ("0000", "0"), ("00000", "0"), ("0001", "5"), ("00001", "4")],
)
def test_a_price_has_its_verifier_digit(value: str, digit: str) -> None:
    """The first two are the examples of the General Specifications."""
    assert price_verifier(value) == digit


@given(st.integers(min_value=0, max_value=99_999), st.integers(0, 4), st.integers(1, 9))
def test_a_verifier_of_five_digits_finds_each_digit_that_was_read_wrong(
    value: int, place: int, by: int
) -> None:
    right = f"{value:05}"
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert price_verifier(wrong) != price_verifier(right)


SCALES: list[tuple[str, str, Label | None]] = [
    (
        "a price with its verifier",
        of_13("02" + "12345" + "9" + "2875"),
        Label((of_13("021234500000"), "12345"), amount_minor=2_875),
    ),
    ("another verifier", of_13("02" + "12345" + "8" + "2875"), MISREAD_VALUE),
    (
        "UPC-A, of number system 2",
        of_13("02" + "12345" + "9" + "2875")[1:],
        Label((of_13("021234500000"), "12345"), amount_minor=2_875),
    ),
    (
        "a price without verifier",
        of_13("20" + "00042" + "01990"),
        Label((of_13("200004200000"), "00042", "42"), amount_minor=1_990),
    ),
    (
        "a weight in grams",
        of_13("21" + "12345" + "00755"),
        Label((of_13("211234500000"), "12345"), quantity_milli=755),
    ),
    (
        "a weight with its verifier",
        of_13("22" + "1234" + "6" + "14685"),
        Label((of_13("221234000000"), "1234"), quantity_milli=14_685),
    ),
    (
        "a price in steps of ten",
        of_13("23" + "123456" + "0199"),
        Label((of_13("231234560000"), "123456"), amount_minor=1_990),
    ),
    (
        "the longer prefix",
        of_13("2911" + "777" + "00010"),
        Label((of_13("291177700000"), "777"), quantity_milli=50),
    ),
    (
        "the shorter prefix",
        of_13("2912" + "777" + "00010"),
        Label((of_13("291277700000"), "12777"), quantity_milli=10),
    ),
    ("nothing", of_13("21" + "12345" + "00000"), MISREAD),
    ("a wrong check digit", of_13("211234500755")[:12] + "0", MISREAD),
    ("a prefix of no scale", of_13("241234500755"), None),
]


@pytest.mark.parametrize(("code", "label"), [row[1:] for row in SCALES], ids=[r[0] for r in SCALES])
def test_a_scale_s_code_says_what_its_picture_says(code: str, label: Label | None) -> None:
    assert read(code) == label


@pytest.mark.parametrize(
    "picture",
    [
        "24IIIIIWWWWWC",
        "03IIIIIWWWWWC",
        "2IIIIIIIWWWWC",
        "21IIIIVWWWWW",
        "21WWWWWIIIIIC",
        "21IIIIIVWWWC",
        "21IIIIIIVWWWC",
        "21IIIIIWWPPPC",
        "21IIIVIPPPPPC",
        "21IIIIIPPPPPP",
    ],
)
def test_only_pictures_that_can_be_read_are_pictures(picture: str) -> None:
    right = picture.startswith("24")
    try:
        msgspec.convert(picture, Picture)
    except msgspec.ValidationError:
        assert not right
    else:
        assert right


@given(st.integers(1, 99_999), st.integers(0, 99_999))
def test_what_a_scale_prints_is_what_is_read(value: int, item: int) -> None:
    code = of_13(f"21{item:05}{value:05}")
    label = read_scale(code, PATTERNS)
    assert label is not None
    assert label.quantity_milli == value
    assert has_check_digit(label.codes[0].zfill(14))


ELEMENTS: list[tuple[str, dict[str, Any] | None]] = [
    (f"01{GTIN}17261231" + "10ABC123", {"lot": "ABC123", "expires_on": date(2026, 12, 31)}),
    (f"]d201{GTIN}10ABC123\u241d21SN-7", {"lot": "ABC123", "serial": "SN-7"}),
    (f"]d2\x1d01{GTIN}10ABC123\x1d21SN-7", {"lot": "ABC123", "serial": "SN-7"}),
    (f"01{GTIN}10ABC123|21SN-7|", {"lot": "ABC123", "serial": "SN-7"}),
    (f"(01){GTIN}(17)261200(10)A(1)B", {"lot": "A(1)B", "expires_on": date(2026, 12, 31)}),
    (f"10LOT\u241d01{GTIN}", {"lot": "LOT"}),
    (f"01{GTIN}3103000755", {"quantity_milli": 755, "in_kilograms": True}),
    (f"01{GTIN}3101000123", {"quantity_milli": 12_300, "in_kilograms": True}),
    (f"01{GTIN}3105000123", {"quantity_milli": 1, "in_kilograms": True}),
    (f"01{GTIN}39221990\u241d10A", {"amount_minor": 1_990, "lot": "A"}),
    (f"01{GTIN}39202", {"amount_minor": 200}),
    (f"01{GTIN}70032612311200", {"expires_on": date(2026, 12, 31)}),
    (f"01{GTIN}15261231" + "9912345", {}),
    (f"https://id.gs1.org/01/{GTIN}/10/ABC%2F1/21/7?17=261231", {"lot": "ABC/1"}),
    (f"https://a.shop/menu/gtin/01/{GTIN[1:]}?3103=000755&utm=x", {"quantity_milli": 755}),
    ("01" + GTIN[:-1] + "0" + "10ABC", None),
    (f"01{GTIN}17261301", None),
    (f"01{GTIN}17260230", None),
    (f"01{GTIN}10" + "A" * 21, None),
    (f"01{GTIN}104111111111111111", None),
    (f"01{GTIN}3103000000", None),
    (f"https://id.gs1.org/01/{GTIN[:-1]}0", None),
]


@pytest.mark.parametrize(("text", "said"), ELEMENTS)
def test_gs1_elements_say_lot_dates_weights_and_serial_numbers(
    text: str, said: dict[str, Any] | None
) -> None:
    """None: it was not read right, and means no item."""
    label = read(text)
    assert label is not None
    if said is None:
        assert label == MISREAD
        return
    assert label.codes == (GTIN,)
    assert {name: getattr(label, name) for name in said} == said


@pytest.mark.parametrize(
    "text",
    [
        "10 apples",
        "TEE",
        "12x330",
        f"01{GTIN}01{GTIN[:-1]}0",
        f"01{GTIN[:9]}",
        "https://",
        "https://shop.example/01",
        "https://[x/01/1",
        "",
        "99",
    ],
)
def test_what_is_none_of_these_says_nothing(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("code", ["4006381333932", "036000291453", "96385075", "10614141000416"])
def test_a_check_digit_that_differs_is_noticed(code: str) -> None:
    """EAN-13, UPC-A, EAN-8, GTIN-14: of each the right digit is one less or one more."""
    assert read(code) == MISREAD
    assert read(code[:-1] + check_digit(code[:-1])) is None


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
        ("991231", date(1999, 12, 31)),
        ("000229", date(2000, 2, 29)),
        ("280200", date(2028, 2, 29)),
        ("2612", None),
        ("26123a", None),
    ],
)
def test_a_year_of_two_digits_is_of_the_nearer_century(digits: str, found: date | None) -> None:
    assert date_of(digits, TODAY) == found


@given(st.text(string.printable + "\x1d\u241d]", max_size=60))
def test_any_text_is_read_or_is_none(text: str) -> None:
    read(text)
    read(f"01{GTIN}{text}")
    read(f"https://a/01/{GTIN}/{text}")

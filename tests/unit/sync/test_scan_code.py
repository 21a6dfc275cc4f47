"""Spellings of one GTIN have one key; nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ean import calc_check_digit

from sync.protocol.scan_code import code_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("036000291452", "0036000291452"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("40170725", "0000040170725"),
        ("40170725", "000040170725"),
    ],
)
def test_leading_zeros_of_a_gtin_mean_nothing(one: str, other: str) -> None:
    """B3: UPC-A, EAN-13, GTIN-14 and EAN-8 are one numbering."""
    assert code_key(one) == code_key(other)


@given(st.text(alphabet="0123456789", min_size=7, max_size=7))
def test_every_gtin_has_one_key_in_every_length(digits: str) -> None:
    """B3: from the shortest to the longest."""
    gtin8 = digits + calc_check_digit(digits)
    assert {code_key(gtin8.zfill(length)) for length in (8, 12, 13, 14)} == {gtin8.zfill(14)}


@pytest.mark.parametrize(
    "code",
    [
        *("4011", "04011", "00004011", "036000291453", "36000291452", "12x330", "T-100", "a/b"),
        *("", " 036000291452", "0360-0029-1452", "０３６０００２９１４５２", "²²²²²²²²"),
    ],
)
def test_any_other_code_means_only_itself(code: str) -> None:
    """B3: shelf numbers, wrong check digits and codes of letters keep their zeros."""
    assert code_key(code) == code

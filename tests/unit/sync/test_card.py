"""Card numbers are known by length, issuer and check digit; what a shop types otherwise is none.

The numbers are the networks' published test numbers.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, luhn

from sync.protocol.card import card_number_in

CARDS = {
    "Visa": "4111111111111111",
    "Visa in groups": "4111 1111 1111 1111",
    "Visa with dashes": "4012-8888-8888-1881",
    "digit by digit": "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "with its expiry behind": "4111 1111 1111 1111 12/27",
    "inside a sentence": "paid by 5555555555554444, thanks",
    "Mastercard": "5105105105105100",
    "Mastercard of the second range": "2223003122003222",
    "American Express": "3782 822463 10005",
    "Diners Club": "30569309025904",
    "Discover": "6011111111111117",
    "JCB": "3530111333300000",
    "UnionPay": "6200000000000005",
    "Maestro": "6759649826438453",
    "track 2": ";4111111111111111=25121010000012300000?",
    "in full-width digits": "４１１１１１１１１１１１１１１１",
}
NONE = {
    "nothing": "",
    "an EAN-13": "4006381333931",
    "a GTIN-14 of a case": "10614141000415",
    "a receipt number": "S01-W1-E1-000123",
    "a phone number": "+65 9123 4567",
    "a sale's id": "019ab4a8-7c00-7000-8000-000000000001",
    "a wrong check digit": "4111111111111112",
    "last four and authorisation": "VISA 1111 A/C 004821",
    "an instant": "20261128061529",
    "an order number of 16 digits that no issuer uses": "1000000000000008",
}


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS)
def test_a_card_number_is_found_however_it_is_written(text: str) -> None:
    assert card_number_in(text)


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_what_a_shop_types_otherwise_is_no_card(text: str) -> None:
    assert not card_number_in(text)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_no_ean_is_a_card(digits: str) -> None:
    assert not card_number_in(digits + ean.calc_check_digit(digits))


@given(st.text("0123456789", min_size=14, max_size=14), st.text("abc .,", max_size=5))
def test_every_visa_number_is_found_in_any_text(middle: str, around: str) -> None:
    number = "4" + middle
    number += luhn.calc_check_digit(number)
    assert card_number_in(f"{around}x{number}x{around}")

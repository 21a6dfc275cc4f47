"""What may be a PIN, and what its hash takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.pin_hash import OF_NOBODY, hash_pin, pin_fits
from sync.protocol.pin import PIN_PATTERN, is_trivial
from sync.protocol.reference import PIN_HASH_CHARACTERS_MAX

MADE = hash_pin("4711")


@pytest.mark.parametrize("pin", ["0000", "99999999", "1234", "01234567", "4321", "8901", "2109"])
def test_what_everybody_tries_first_is_trivial(pin: str) -> None:
    assert is_trivial(pin)


@pytest.mark.parametrize("pin", ["4711", "1235", "1357", "1122", "9875"])
def test_others_are_not(pin: str) -> None:
    assert not is_trivial(pin)


@given(st.text(max_size=10))
def test_a_pin_is_four_to_eight_digits(text: str) -> None:
    fits = 4 <= len(text) <= 8 and set(text) <= set("0123456789")
    assert (re.search(PIN_PATTERN, text) is not None) == fits


def test_a_hash_fits_its_pin_alone_and_in_a_row_of_reference_data() -> None:
    assert pin_fits(MADE, "4711")
    assert not pin_fits(MADE, "4712")
    assert not pin_fits(OF_NOBODY, "4711")
    assert MADE.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(MADE) <= PIN_HASH_CHARACTERS_MAX


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4711",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        "$argon2id$v=19$m=4194304,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA",
        "$argon2id$v=19$m=19456,t=99999,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA",
        "$argon2id$v=19$m=19456,t=2,p=99$AAECAwQFBgcICQoLDA0ODw$AAAA",
    ],
)
def test_a_text_that_is_no_hash_or_would_stop_the_box_fits_nobody(text: str) -> None:
    assert not pin_fits(text, "4711")

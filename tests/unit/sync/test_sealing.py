"""Personal fields open only with their own key, for their own customer and field."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.sealing import KEY_BYTES, NONCE_BYTES, new_key, open_sealed, seal
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField

ANNA, BEN = CustomerId(UUID(int=1)), CustomerId(UUID(int=2))
KEY, NONCE = b"k" * KEY_BYTES, b"n" * NONCE_BYTES
SEALED = seal(KEY, ANNA, CustomerField.EMAIL, "anna@example.com", NONCE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_again(text: str) -> None:
    sealed = seal(KEY, ANNA, CustomerField.NAME, text, NONCE)
    assert open_sealed(KEY, ANNA, CustomerField.NAME, sealed) == text


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_does_not_open(place: int, by: int) -> None:
    other = bytearray(SEALED)
    other[place] ^= by
    with pytest.raises(Undecodable):
        open_sealed(KEY, ANNA, CustomerField.EMAIL, bytes(other))


@pytest.mark.parametrize(
    ("key", "customer", "field", "sealed"),
    [
        (b"x" * KEY_BYTES, ANNA, CustomerField.EMAIL, SEALED),
        (KEY, BEN, CustomerField.EMAIL, SEALED),
        (KEY, ANNA, CustomerField.NAME, SEALED),
        (KEY, ANNA, CustomerField.EMAIL, SEALED[:-1]),
        (KEY, ANNA, CustomerField.EMAIL, b""),
        (b"short", ANNA, CustomerField.EMAIL, SEALED),
    ],
)
def test_a_field_cannot_be_moved(
    key: bytes, customer: CustomerId, field: CustomerField, sealed: bytes
) -> None:
    with pytest.raises(Undecodable):
        open_sealed(key, customer, field, sealed)


def test_the_text_does_not_show() -> None:
    assert b"anna" not in SEALED
    assert SEALED.startswith(NONCE)


def test_keys_are_new_and_nonces_have_their_length() -> None:
    assert len({new_key(), new_key(), new_key()}) == 3
    assert len(new_key()) == KEY_BYTES
    with pytest.raises(ValueError, match="nonce"):
        seal(KEY, ANNA, CustomerField.NAME, "Anna", b"short")

"""What is sealed to head office opens there, for that store and operator, and nowhere else."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.engine.sealed_box import open_sealed_box, seal_to_head_office
from sync.protocol.errors import Undecodable
from sync.protocol.facts.operator import SEALED_BYTES_MAX
from sync.protocol.identity import OperatorId, StoreId
from sync.protocol.reference import PIN_HASH_CHARACTERS_MAX
from tests.golden.examples import CUSTOMER, STORE

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SHOP, ANNA = StoreId(STORE), OperatorId("anna")
VECTOR = bytes.fromhex(
    "6ae34c2c4fe20176b5e85f7b70ccc91e0936dac0f38917f1c96e427c04f6d10fa10e0afa4fec8a9ff9e76bf9"
    "33598a9ee1cf9c1e66681faaf42df0d62c2d2e"
)


def test_what_was_sealed_opens_for_head_office() -> None:
    text = "x" * PIN_HASH_CHARACTERS_MAX
    sealed = seal_to_head_office(PUBLIC, SHOP, ANNA, text)
    assert open_sealed_box(KEY, SHOP, ANNA, sealed) == text
    assert len(sealed) <= SEALED_BYTES_MAX


def test_a_box_that_was_sealed_by_version_1_opens() -> None:
    assert open_sealed_box(KEY, SHOP, ANNA, VECTOR) == "$argon2id$v=19$"


def test_the_same_text_is_never_sealed_alike() -> None:
    assert seal_to_head_office(PUBLIC, SHOP, ANNA, "x") != seal_to_head_office(
        PUBLIC, SHOP, ANNA, "x"
    )


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_a_changed_byte_opens_nothing(place: int) -> None:
    sealed = bytearray(seal_to_head_office(PUBLIC, SHOP, ANNA, "secret"))
    sealed[place] ^= 1
    with pytest.raises(Undecodable):
        open_sealed_box(KEY, SHOP, ANNA, bytes(sealed))


def test_it_opens_for_no_other_key_store_or_operator() -> None:
    sealed = seal_to_head_office(PUBLIC, SHOP, ANNA, "secret")
    for key, store, operator in (
        (X25519PrivateKey.generate(), SHOP, ANNA),
        (KEY, StoreId(CUSTOMER), ANNA),
        (KEY, SHOP, OperatorId("ben")),
    ):
        with pytest.raises(Undecodable):
            open_sealed_box(key, store, operator, sealed)


def test_too_few_bytes_open_nothing() -> None:
    for sealed in (b"", bytes(31), bytes(40)):
        with pytest.raises(Undecodable):
            open_sealed_box(KEY, SHOP, ANNA, sealed)

"""Keys that follow from head office's own."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.domain.derived_keys import (
    NotSealedHere,
    open_at_rest,
    seal_at_rest,
    sealing_key,
    unlock_key,
)
from sync.protocol.identity import DeviceId, StoreId

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
STORE, DEVICE = StoreId(UUID(int=1)), DeviceId(UUID(int=2))
NONCE = bytes(12)
SEALING = "979ed515c24a5c2db7a2d4a0e8c642052cb4137b408c95c7bc018747a6c3b477"
UNLOCK = "28d14d005259b3976d97659248ad7456d28e7053050e0d5a43e20ccf3afa47bf"
SEALED = "0000000000000000000000004e2a8c31be1519efb5806b278a91762131ab373c4dfd"


def test_a_derived_key_is_the_same_for_ever() -> None:
    """Boxes and the database hold what was made with it: these bytes never change."""
    assert sealing_key(KEY).public_key().public_bytes_raw().hex() == SEALING
    assert unlock_key(KEY, STORE, DEVICE).hex() == UNLOCK
    assert seal_at_rest(KEY, b"totp", b"secret", NONCE).hex() == SEALED


def test_each_purpose_box_and_head_office_has_a_key_of_its_own() -> None:
    keys = {
        sealing_key(KEY).private_bytes_raw(),
        sealing_key(OTHER).private_bytes_raw(),
        unlock_key(KEY, STORE, DEVICE),
        unlock_key(KEY, STORE, DeviceId(UUID(int=3))),
        unlock_key(KEY, StoreId(UUID(int=3)), DEVICE),
        unlock_key(OTHER, STORE, DEVICE),
    }
    assert len(keys) == 6


def test_what_is_at_rest_opens_with_the_same_key_in_its_own_row_only() -> None:
    sealed = seal_at_rest(KEY, b"totp of one", b"secret", NONCE)
    assert open_at_rest(KEY, b"totp of one", sealed) == b"secret"
    assert b"secret" not in sealed
    for key, about, held in (
        (OTHER, b"totp of one", sealed),
        (KEY, b"totp of another", sealed),
        (KEY, b"totp of one", sealed[:-1]),
        (KEY, b"totp of one", b""),
    ):
        with pytest.raises(NotSealedHere):
            open_at_rest(key, about, held)

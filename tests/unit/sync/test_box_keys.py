"""A box's certificate on the wire: these bytes never change, and what cannot be is not read."""

import pytest

from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import CSR_BYTES_MAX, KEY_BYTES, BoxKeys, CertificateRequest
from sync.protocol.errors import Undecodable

KEYS = BoxKeys(b"leaf", b"company", bytes(KEY_BYTES), bytes(range(KEY_BYTES)))


def test_request_and_answer_are_written_as_they_were() -> None:
    assert encode(CertificateRequest(b"csr")).hex() == "91c403637372"
    written = f"94c4046c656166c407636f6d70616e79c420{bytes(32).hex()}c420{bytes(range(32)).hex()}"
    assert encode(KEYS).hex() == written
    assert decode(BoxKeys, bytes.fromhex(written)) == KEYS


@pytest.mark.parametrize(
    "other",
    [
        [b"leaf", b"company", bytes(31), bytes(32)],
        [b"leaf", b"company", bytes(32), bytes(33)],
        [b"", b"company", bytes(32), bytes(32)],
        [b"leaf", bytes(9_000), bytes(32), bytes(32)],
        [b"leaf", b"company", bytes(32)],
    ],
)
def test_keys_of_another_size_are_not_read(other: list[bytes]) -> None:
    with pytest.raises(Undecodable):
        decode(BoxKeys, encode(other))


def test_a_request_that_is_too_large_is_not_read() -> None:
    with pytest.raises(Undecodable):
        decode(CertificateRequest, encode([bytes(CSR_BYTES_MAX + 1)]))

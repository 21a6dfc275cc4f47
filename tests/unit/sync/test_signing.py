"""Signed requests: one byte changed anywhere, and the signature does not hold."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.engine.signing import (
    DEVICE_HEADER,
    FROM_HEADER,
    GENESIS_SIGNED,
    HEAD_HEADER,
    NONCE_HEADER,
    SALE_SIGNED,
    SIGNATURE_HEADER,
    BadSignature,
    SignedHead,
    Signer,
    head_text,
    parse_head,
    sign_bytes,
    sign_request,
    stated_device,
    verify_bytes,
    verify_request,
)
from sync.protocol.change import Epoch, Head
from sync.protocol.identity import DeviceId, StoreId
from tests.strategies import epochs, hashes

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
DEVICE = DeviceId(UUID(int=5))
HEAD = Head(Epoch(3, b"\x00\x01\x02\xff"), 17, b"h" * 32)
NONCE = b"n" * 16
PATH = "/v1/stores/x/feed?data_set=items&after=0"
HEADERS = sign_request(KEY, DEVICE, "POST", PATH, b"body", HEAD, 12, NONCE)
NAMES = [DEVICE_HEADER, HEAD_HEADER, FROM_HEADER, NONCE_HEADER, SIGNATURE_HEADER]

heads = st.builds(Head, epochs, st.integers(0, (1 << 63) - 1), hashes)


def test_a_signed_request_says_who_sent_it_and_how_far_they_are() -> None:
    said = verify_request(PUBLIC, "POST", PATH, b"body", HEADERS)
    assert said == SignedHead(DEVICE, HEAD, 12, NONCE)
    assert stated_device(HEADERS) == DEVICE


def test_header_names_may_come_in_lower_case() -> None:
    lower = {name.lower(): value for name, value in HEADERS.items()}
    assert verify_request(PUBLIC, "post", PATH, b"body", lower).device_id == DEVICE


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", PATH, b"body"), ("POST", PATH + "&x=1", b"body"), ("POST", PATH, b"bodY")],
)
def test_another_request_is_not_signed(method: str, path: str, body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify_request(PUBLIC, method, path, body, HEADERS)


@given(st.sampled_from(NAMES), st.text(max_size=80))
def test_no_header_can_be_replaced(name: str, value: str) -> None:
    if value == HEADERS[name]:
        return
    with pytest.raises(BadSignature):
        verify_request(PUBLIC, "POST", PATH, b"body", {**HEADERS, name: value})


@pytest.mark.parametrize("name", NAMES)
def test_no_header_can_be_left_out(name: str) -> None:
    left = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(BadSignature, match=name):
        verify_request(PUBLIC, "POST", PATH, b"body", left)


@pytest.mark.parametrize("public_key", [b"", b"x" * 32, b"x" * 31])
def test_another_key_does_not_verify(public_key: bytes) -> None:
    with pytest.raises(BadSignature):
        verify_request(public_key, "POST", PATH, b"body", HEADERS)


def test_a_nonce_that_is_too_short_is_refused_though_it_is_signed() -> None:
    headers = sign_request(KEY, DEVICE, "GET", "/", b"", HEAD, 0, b"short")
    with pytest.raises(BadSignature, match="out of range"):
        verify_request(PUBLIC, "GET", "/", b"", headers)


@given(heads)
def test_a_head_has_one_written_form(head: Head) -> None:
    assert parse_head(head_text(head)) == head


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1-00010203:5",
        "1-00010203:05:" + "00" * 32,
        "1-0001020A:5:" + "00" * 32,
        "+1-00010203:5:" + "00" * 32,
        "0-00010203:5:" + "00" * 32,
        "1-00010203:-5:" + "00" * 32,
        f"1-00010203:{1 << 63}:" + "00" * 32,
        f"{1 << 31}-00010203:5:" + "00" * 32,
        "1-000102:5:" + "00" * 32,
        "1-00010203:5:" + "00" * 31,
        "1-00010203:٥:" + "00" * 32,
        "1-00010203:5:" + "00" * 300,
    ],
)
def test_other_forms_of_a_head_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_head(text)


def test_a_signature_for_one_purpose_does_not_pass_for_another() -> None:
    signature = sign_bytes(KEY, SALE_SIGNED, b"h" * 32)
    assert verify_bytes(PUBLIC, SALE_SIGNED, b"h" * 32, signature)
    assert not verify_bytes(PUBLIC, GENESIS_SIGNED, b"h" * 32, signature)
    assert not verify_bytes(PUBLIC, SALE_SIGNED, b"i" * 32, signature)
    assert not verify_bytes(PUBLIC, SALE_SIGNED, b"h" * 32, b"")
    assert not verify_bytes(b"no key", SALE_SIGNED, b"h" * 32, signature)


def test_a_signer_signs_each_request_with_a_fresh_nonce() -> None:
    nonces = iter([b"1" * 8, b"2" * 8])
    signer = Signer(StoreId(UUID(int=1)), DEVICE, KEY, bytes(32), lambda: next(nonces))
    first = signer.headers("GET", "/", b"", HEAD)
    assert first != signer.headers("GET", "/", b"", HEAD)
    assert verify_request(PUBLIC, "GET", "/", b"", first).from_seq == 0

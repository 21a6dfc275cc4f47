"""The company's certificate authority: what it vouches for, and what a tablet makes of that."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from central.domain.authority import (
    ADDRESSES_MAX,
    AUTHORITY_DAYS,
    BACKDATED,
    BOX_DAYS,
    NAMES_MAX,
    Wanted,
    new_authority,
    read_request,
    sign_for_box,
)
from edge.box.clock import wall_clock_ms
from sync.protocol.errors import InvalidField
from tests.certificates import new_key, pem_of, serving_with, shake_hands, signing_request, trusting

KEY = new_key()
NOW_MS = wall_clock_ms()
AUTHORITY = new_authority(KEY, "Corner Shops", NOW_MS)
NAME = "s01.shop.internal"


def answering(folder: Path, wanted: Wanted, key: bytes) -> ssl.SSLContext:
    """A server with a certificate for ``wanted``."""
    leaf = sign_for_box(KEY, AUTHORITY, wanted, "S01", NOW_MS).certificate
    return serving_with(leaf.public_bytes(Encoding.PEM), key, folder)


@pytest.mark.parametrize("name", [NAME, "192.168.1.20", "fd00::20"])
def test_a_tablet_that_trusts_the_company_takes_the_box_by_its_names(
    tmp_path: Path, name: str
) -> None:
    key = new_key()
    csr = signing_request(key, NAME, addresses=("192.168.1.20", "fd00::20"))
    server = answering(tmp_path, read_request(csr), pem_of(key))
    client = trusting(AUTHORITY.public_bytes(Encoding.PEM))
    assert shake_hands(server, client, name)


@pytest.mark.parametrize("name", ["s02.shop.internal", "192.168.1.21", "holdfast"])
def test_it_takes_the_box_by_no_other(tmp_path: Path, name: str) -> None:
    key = new_key()
    csr = signing_request(key, NAME, addresses=("192.168.1.20",))
    server = answering(tmp_path, read_request(csr), pem_of(key))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, trusting(AUTHORITY.public_bytes(Encoding.PEM)), name)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [("bank.example.com", ()), ("internal.example", ()), ("bank.com", ("10.0.0.1",))],
)
def test_what_its_stolen_key_signs_for_a_public_name_is_worth_nothing(
    tmp_path: Path, name: str, addresses: tuple[str, ...]
) -> None:
    key = new_key()
    outside = Wanted(key.public_key(), (name,), ())
    server = answering(tmp_path, outside, pem_of(key))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(server, trusting(AUTHORITY.public_bytes(Encoding.PEM)), name)


def test_what_its_stolen_key_signs_for_a_public_address_is_worth_nothing(tmp_path: Path) -> None:
    key = new_key()
    request = x509.load_der_x509_csr(signing_request(key, addresses=("8.8.8.8",)))
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    outside = Wanted(key.public_key(), (), tuple(names.get_values_for_type(x509.IPAddress)))  # type: ignore[arg-type]  # addresses, as they were stated
    server = answering(tmp_path, outside, pem_of(key))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shake_hands(server, trusting(AUTHORITY.public_bytes(Encoding.PEM)), "8.8.8.8")


def test_a_box_makes_no_authority_of_its_certificate() -> None:
    wanted = read_request(signing_request(new_key(), NAME))
    leaf = sign_for_box(KEY, AUTHORITY, wanted, "S01", NOW_MS).certificate
    may = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (may.critical, may.value.ca) == (True, False)
    above = AUTHORITY.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (above.ca, above.path_length) == (True, 0)
    assert AUTHORITY.extensions.get_extension_for_class(x509.NameConstraints).critical


def test_lives_are_as_long_as_they_are_said_to_be() -> None:
    wanted = read_request(signing_request(new_key(), NAME))
    issued = sign_for_box(KEY, AUTHORITY, wanted, "S01", NOW_MS)
    leaf = issued.certificate
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=BOX_DAYS)
    assert leaf.not_valid_after_utc.timestamp() * 1_000 == issued.expires_at_ms
    assert NOW_MS / 1_000 - leaf.not_valid_before_utc.timestamp() < BACKDATED.total_seconds() + 1
    whole = AUTHORITY.not_valid_after_utc - AUTHORITY.not_valid_before_utc
    assert whole == timedelta(days=AUTHORITY_DAYS)


P256 = new_key()
BAD_REQUESTS = {
    "no PKCS #10": b"none",
    "no names": signing_request(P256),
    "a public name": signing_request(P256, "shop.example.com"),
    "a name without a domain": signing_request(P256, "internal"),
    "a name that only ends alike": signing_request(P256, "shop-internal"),
    "a wildcard": signing_request(P256, "*.shop.internal"),
    "capitals": signing_request(P256, "S01.shop.internal"),
    "a long name": signing_request(P256, ".".join(["a" * 60] * 5) + ".internal"),
    "a public address": signing_request(P256, addresses=("8.8.8.8",)),
    "many names": signing_request(P256, *(f"s{n}.internal" for n in range(NAMES_MAX + 1))),
    "many addresses": signing_request(
        P256, addresses=tuple(f"10.0.0.{n}" for n in range(ADDRESSES_MAX + 1))
    ),
    "the same twice": signing_request(P256, NAME, NAME),
    "another curve": signing_request(new_key(SECP384R1()), NAME),
    "another kind of key": x509.CertificateSigningRequestBuilder()
    .subject_name(x509.Name([]))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    .sign(Ed25519PrivateKey.generate(), None)
    .public_bytes(Encoding.DER),
    "a name that is a person's": x509.CertificateSigningRequestBuilder()
    .subject_name(x509.Name([]))
    .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("a@b.internal")]), critical=False)
    .sign(P256, SHA256())
    .public_bytes(Encoding.DER),
    "a signature of another": signing_request(P256, NAME)[:-1]
    + bytes([signing_request(P256, NAME)[-1] ^ 1]),
}


@pytest.mark.parametrize("what", BAD_REQUESTS)
def test_a_request_for_what_it_may_not_vouch_for_is_refused(what: str) -> None:
    with pytest.raises(InvalidField):
        read_request(BAD_REQUESTS[what])

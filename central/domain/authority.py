"""The company's certificate authority: what it may vouch for, and what it signs for a box.

It vouches for names and addresses that exist only inside a network, and its own certificate says so
(RFC 5280, name constraints): whoever gets hold of its key cannot stand in for a bank on a tablet
that trusts the company. A shop with a name of the public DNS brings its own certificate files.
"""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.protocol.enrolment import INNER_NETWORKS
from sync.protocol.errors import Declared, InvalidField

PERMITTED_DOMAINS = ("internal", "local", "lan", "home.arpa", "test")
"""Never delegated to anybody: ICANN's name for private use, multicast DNS, what many routers call
their own network, RFC 8375, RFC 6761."""
AUTHORITY_DAYS = 20 * 365
BOX_DAYS = 397
"""A year and a month: what the browsers' baseline allowed for years, and months without a line."""
BACKDATED = timedelta(hours=24)
"""For tablets whose clock is late."""
NAMES_MAX = 8
ADDRESSES_MAX = 16
NAME_LETTERS_MAX = 253
COMMON_NAME_LETTERS_MAX = 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+\Z")
_NETWORKS = tuple(ipaddress.ip_network(network) for network in INNER_NETWORKS)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NameTaken(
    Declared, slug="name-taken", status=409, title="Another store's box answers to this name"
):
    """Two shops under one name could not be told apart by a tablet."""

    detail: str
    remedy = "Give this box a name of its own, such as s02.shop.internal."
    field = "csr"


class Wanted(NamedTuple):
    """What a box asks a certificate for."""

    public_key: EllipticCurvePublicKey
    names: tuple[str, ...]
    addresses: tuple[Address, ...]


class Issued(NamedTuple):
    """``expires_at_ms``: UTC milliseconds."""

    certificate: x509.Certificate
    expires_at_ms: int


def new_authority(key: EllipticCurvePrivateKey, company: str, now_ms: int) -> x509.Certificate:
    """The company's own certificate, signed by itself."""
    name = _named(f"{company} (Holdfast)")
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in PERMITTED_DOMAINS]
    permitted += [x509.IPAddress(network) for network in _NETWORKS]
    signs_certificates = _key_usage(key_cert_sign=True, crl_sign=True)
    return (
        _begun(name, name, key.public_key(), now_ms, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs_certificates, critical=True)
        .add_extension(x509.NameConstraints(permitted, excluded_subtrees=None), critical=True)
        .sign(key, SHA256())
    )


def read_request(csr: bytes) -> Wanted:
    """What a PKCS #10 in DER asks for, if this authority may vouch for it. Raises InvalidField."""
    try:
        request = x509.load_der_x509_csr(csr)
        key = request.public_key()
        signed = request.is_signature_valid
        alternative = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound) as error:
        raise _bad("it cannot be read, or names nothing") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise _bad("its key is not ECDSA P-256")
    if not signed:
        raise _bad("its key did not sign it")
    names = tuple(dict.fromkeys(alternative.get_values_for_type(x509.DNSName)))
    addresses = tuple(dict.fromkeys(alternative.get_values_for_type(x509.IPAddress)))
    if len(names) + len(addresses) != len(alternative) or not names + addresses:
        raise _bad("it names something twice, or what is neither a name nor an address")
    return Wanted(key, _within(names), _inside(addresses))


def sign_for_box(
    key: EllipticCurvePrivateKey,
    authority: x509.Certificate,
    wanted: Wanted,
    store_code: str,
    now_ms: int,
) -> Issued:
    """A box's certificate. Its common name has a space, so that nothing reads it as a host."""
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in wanted.names]
    names += [x509.IPAddress(address) for address in wanted.addresses]
    subject = _named(f"Holdfast {store_code}")
    issuer_key = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key)
    certificate = (
        _begun(subject, authority.subject, wanted.public_key, now_ms, BOX_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(by, critical=False)
        .sign(key, SHA256())
    )
    return Issued(certificate, int(certificate.not_valid_after_utc.timestamp()) * 1_000)


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: EllipticCurvePublicKey,
    now_ms: int,
    days: int,
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(now_ms // 1_000, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _named(text: str) -> x509.Name:
    cut = text[:COMMON_NAME_LETTERS_MAX]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cut)])


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _within(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > NAMES_MAX:
        raise _bad(f"it has more than {NAMES_MAX} names")
    for name in names:
        if len(name) > NAME_LETTERS_MAX or not _NAME.match(name):
            raise _bad("a name is no host's, in small letters and with a domain")
        if not name.endswith(tuple(f".{domain}" for domain in PERMITTED_DOMAINS)):
            domains = ", ".join(f".{domain}" for domain in PERMITTED_DOMAINS)
            raise _bad(f"{name} ends in none of {domains}")
    return names


def _inside(addresses: tuple[object, ...]) -> tuple[Address, ...]:
    if len(addresses) > ADDRESSES_MAX:
        raise _bad(f"it has more than {ADDRESSES_MAX} addresses")
    found = tuple(one for one in addresses if isinstance(one, Address))
    for address in found:
        if not any(address in network for network in _NETWORKS):
            raise _bad(f"{address} is no address of an inner network")
    if len(found) != len(addresses):
        raise _bad("an address is a whole network")
    return found


def _bad(why: str) -> InvalidField:
    return InvalidField(
        f"csr: {why}.",
        field="csr",
        remedy="Name what the box answers to inside the shop: `edge provision --name … --address "
        "…`. For a name of the public DNS give `edge serve` certificate files of your own.",
    )
